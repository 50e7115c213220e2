"""From which log odds on a flag is told: what lists find in sentences, and what a bar costs."""

from dataclasses import replace

import shipped
from monitor.text.document import Document
from training.rule_model import (
    EditorFlag,
    choose_unlikely,
    flags_in_sentences,
)
from training.rule_model_data import DEVELOPMENT, LabelledSource, RuleClaim, judged_rules


def test_lists_are_counted_where_the_sentence_was_written_for_the_rule() -> None:
    document = Document("Police found two child prostitutes in a flat.", language="en")

    def source(key: str, **said: list[RuleClaim]) -> LabelledSource:
        return LabelledSource(DEVELOPMENT, key, key, document, 0.2, **said)

    guideline = shipped.thb()
    _, siblings = judged_rules(guideline)
    claim = RuleClaim("child-prostitute", "text", 17, 34, 1.0)
    sources = [
        source("breach", found=[claim]),
        source("near", doubted=[claim]),
        source("other", doubted=[replace(claim, rule="pimp-term")]),
        source("elsewhere", found=[replace(claim, start=0, end=6)]),
    ]
    flags = list(flags_in_sentences(guideline, sources, siblings))
    assert [(flag.article, flag.right) for flag in flags] == [("breach", True), ("near", False)]


def test_at_most_one_breach_in_fifty_is_lost_to_what_is_unlikely() -> None:
    def told(odds: float, *, right: bool) -> EditorFlag:
        heard = True, False, False
        return EditorFlag("a", "e", "r", "text", 0, 1, *heard, right, right, odds, odds)

    breaches = [told(-5.2, right=True), *(told(2.0, right=True) for _ in range(99))]
    nearly = [told(-6.2, right=False), told(-4.0, right=False), told(3.0, right=False)]
    cut, rows = choose_unlikely([*breaches, *[told(-3.2, right=True)] * 2, *nearly])
    assert cut == -3.5
    at = {row["from"]: row for row in rows}
    assert (at[-3.5]["lost"], at[-3.5]["dropped"], at[-3.5]["near_misses"]) == (1, 2, 3)
    assert at[-3.0]["lost"] == 3
    low, _ = choose_unlikely([told(-9.0, right=True)])
    assert low == -7.0
