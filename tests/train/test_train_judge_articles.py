"""Articles that the judge learns from beyond those of the data, and in which round."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import shipped
from monitor.errors import DataError
from monitor.text.document import Document
from monitor.train.judge_articles import (
    HERE,
    MARKS,
    SENTENCES,
    general_news,
    read_drafts,
    read_marked,
    read_written,
)
from monitor.train.judge_confidence import Evidence, Flag
from monitor.train.judge_data import judged_rules, sources_of
from monitor.train.judge_options import JudgeOptions
from monitor.train.judge_rounds import rounds_of
from monitor.train.judge_sources import (
    ARTICLE,
    DEVELOPMENT,
    VARIATION,
    Claim,
    JudgeRow,
    Labels,
    Source,
    rows_of,
)
from monitor.train.judge_unlikely import choose_unlikely, flags_in_sentences
from monitor.train.judge_variations import read_variations


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return path


def test_marks_are_kept_by_place(tmp_path: Path) -> None:
    texts = write(
        tmp_path / "texts.jsonl.gz", [{"id": "a", "title": "Held", "text": "Six were rescued."}]
    )
    place = {"rule": "rescue-language", "field": "text", "start": 9, "end": 16, "quoted": False,
             "sure": True}  # fmt: skip
    marks = tmp_path / "marks.jsonl"
    marks.write_text(json.dumps({"id": "a", "read": 100, "findings": [place]}))
    (item,) = read_marked(marks, [texts])
    assert [(mark.quote, mark.spans, mark.sure) for mark in item.marks] == [
        ("rescued", ((9, 16),), True)
    ]
    marks.write_text(json.dumps({"id": "b", "read": 100, "findings": []}))
    with pytest.raises(DataError, match="text of 'b'"):
        read_marked(marks, [texts])


def test_no_text_of_others_is_kept() -> None:
    rows = [json.loads(line) for line in (HERE / MARKS).read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) > 300
    assert {key for row in rows for key in row} == {"id", "read", "findings", "doc", "doc_ok"}
    assert {key for row in rows for mark in row["findings"] for key in mark} == {
        "rule", "field", "start", "end", "quoted", "sure",
    }  # fmt: skip


def test_written_articles_and_drafts_have_their_marks() -> None:
    written = read_written()
    drafts = read_drafts(Path(__file__).parents[1] / "data" / "guidelines")
    assert len(written) > 40
    assert len(drafts) > 10
    for item in (*written, *drafts):
        assert all(mark.spans for mark in item.marks)
    assert not read_drafts(Path("nowhere") / "guidelines")


def test_sentences_written_for_a_rule_are_of_one_there_is_and_say_where() -> None:
    rules, siblings = judged_rules(shipped.thb())
    sources = list(sources_of(sorted((HERE / SENTENCES).glob("*.yaml")), siblings))
    found = Counter(claim.rule for source in sources for claim in source.labels.found)
    assert min(found[rule] for rule in rules) > 20
    assert sum(bool(source.labels.doubted) for source in sources) > 1_000
    for source in sources:
        for claim in source.labels.found:
            assert source.document.text[claim.start : claim.end].strip()
    assert len({source.document.text for source in sources}) == len(sources)


def test_a_variation_goes_with_its_article_and_speaks_of_its_own_sentence(tmp_path: Path) -> None:
    _, siblings = judged_rules(shipped.thb())
    rows: list[dict[str, str]] = [
        {"id": "a", "rule": "pimp-term", "kind": "bad", "before": "Two men were charged.",
         "text": "A [[pimp]] of forty was held."},
        {"id": "a", "rule": "pimp-term", "kind": "near_miss", "before": "", "text": "He sold it."},
        {"id": "kept apart", "rule": "pimp-term", "kind": "near_miss", "before": "", "text": "X."},
    ]  # fmt: skip
    file = tmp_path / "one.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    breach, near = read_variations(tmp_path, {"a": "event"}, siblings)
    assert breach.event == near.event == "event"
    silent, told = rows_of(breach, siblings)
    assert (silent.text, silent.found, silent.doubted) == ("Two men were charged.", (), ())
    (claim,) = told.found
    assert told.before.strip() == silent.text
    assert told.text[claim.start : claim.end] == "pimp"
    (alone,) = rows_of(near, siblings)
    assert (alone.found, [doubt.rule for doubt in alone.doubted]) == ((), ["pimp-term"])
    for wrong in (
        {"kind": "near_miss"},
        {"kind": "good"},
        {"rule": "nothing"},
        {"text": "A pimp."},
    ):
        file.write_text(json.dumps({**rows[0], **wrong}))
        with pytest.raises(DataError, match="line 1"):
            list(read_variations(tmp_path, {"a": "event"}, siblings))


def test_lists_are_counted_where_the_sentence_was_written_for_the_rule() -> None:
    def source(key: str, text: str, labels: Labels) -> Source:
        return Source(DEVELOPMENT, key, key, Document(text, language="en"), labels, 0.2)

    guideline = shipped.thb()
    _, siblings = judged_rules(guideline)
    rule, text = "child-prostitute", "Police found two child prostitutes in a flat."
    claim = Claim(rule, "text", 17, 34, 1.0)
    sources = [
        source("breach", text, Labels([claim])),
        source("near", text, Labels(doubted=[claim])),
        source("other", text, Labels(doubted=[replace(claim, rule="pimp-term")])),
        source("elsewhere", text, Labels([replace(claim, start=0, end=6)])),
    ]
    flags = list(flags_in_sentences(guideline, sources, siblings))
    assert [(flag.article, flag.right) for flag in flags] == [("breach", True), ("near", False)]


def test_at_most_one_breach_in_fifty_is_lost_to_what_is_unlikely() -> None:
    def told(odds: float, *, right: bool) -> Evidence:
        flag = Flag("a", "e", "r", "text", 0, 1, True, False, False, right, right)
        return Evidence(flag, odds, odds)

    breaches = [told(-5.2, right=True), *(told(2.0, right=True) for _ in range(99))]
    nearly = [told(-6.2, right=False), told(-4.0, right=False), told(3.0, right=False)]
    cut, rows = choose_unlikely([*breaches, *[told(-3.2, right=True)] * 2, *nearly])
    assert cut == -3.5
    at = {row["from"]: row for row in rows}
    assert (at[-3.5]["lost"], at[-3.5]["dropped"], at[-3.5]["near_misses"]) == (1, 2, 3)
    assert at[-3.0]["lost"] == 3
    low, _ = choose_unlikely([told(-9.0, right=True)])
    assert low == -7.0


def test_general_news_is_a_sample_of_what_is_not_relevant(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": f"a{n}", "event": f"e{n}", "rel": n % 2, "title": "", "text": "Rain."}
        for n in range(4_000)
    ]
    texts = write(tmp_path / "texts.jsonl.gz", rows)
    drawn = [event for event, _ in general_news([texts], lambda event: event.endswith("0"))]
    assert 5 < len(drawn) < 40
    assert all(int(event[1:]) % 2 == 0 and not event.endswith("0") for event in drawn)


def row(kind: str, *, found: bool) -> JudgeRow:
    claims = (Claim("rescue-language", "text", 0, 4, 1.0),) if found else ()
    return JudgeRow(kind, "a", "e", "text", 0, "Text.", "", claims, (), (), 1.0)


def test_articles_come_in_every_round_and_the_rest_in_turn() -> None:
    rows = [
        *(row(ARTICLE, found=True) for _ in range(5)),
        *(row(ARTICLE, found=False) for _ in range(8)),
        *(row(DEVELOPMENT, found=True) for _ in range(8)),
        *(row(VARIATION, found=True) for _ in range(8)),
    ]
    learned = np.arange(1, len(rows))
    options = JudgeOptions(rounds=8, written=2, thin=4, real=2)
    rounds = list(rounds_of(rows, learned, options, np.random.default_rng(0)))
    assert len(rounds) == 8
    assert all({1, 2, 3, 4} <= set(each) for each in rounds)
    assert all(0 not in each for each in rounds)
    written = [sum(13 <= number < 21 for number in each) for each in rounds]
    assert written[:2] == [8, 8]
    assert sum(written[2:6]) == 8 > max(written[2:6])
    assert written[6:] == [0, 0]
    for pair in (rounds[:2], rounds[6:]):
        varied = [number for each in pair for number in each if number >= 21]
        assert sorted(varied) == list(range(21, 29))
    for half in (rounds[:4], rounds[4:]):
        silent = [number for each in half for number in each if 5 <= number < 13]
        assert sorted(silent) == list(range(5, 13))
