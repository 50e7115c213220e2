"""How sure findings are: in words, what may be left out, and how much is missed, as measured."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import shipped
from monitor.check.drafts import GuidelineResult, answer_json
from monitor.check.options import CheckOptions
from monitor.records.errors import UsageError
from monitor.records.finding import Finding
from monitor.records.json_shapes import in_ten
from monitor.rules.findings import Checked, leave_out
from monitor.rules.loading import protecting
from monitor.rules.measured_precision import Measured, load_measured, missed_words
from monitor.rules.rule_schema import JudgeWords
from monitor.text.document import Document

ROOT = Path(__file__).resolve().parents[2]
PLAIN = shipped.thb()
JUDGE = JudgeWords(model="rules-en", protecting=["child-name-identified"])
THB = replace(PLAIN, about=PLAIN.about.model_copy(update={"judge": JUDGE}))
TEXT = "Police told us of four girls."


def finding(rule, confidence, severity="warning"):
    start = TEXT.index("girls")
    return Finding(
        rule, severity, "dignity", "body", "text", start, start + 5, "girls", "no",
        "A message.", "A reason.", (), (), confidence,
    )  # fmt: skip


SURE, DOUBTED = finding("slave-noun", 0.9), finding("sex-slave", 0.3)
UNKNOWN, NAMED = finding("own-rule", None), finding("child-name-identified", 0.1)
CHECKED = Checked((DOUBTED, SURE, UNKNOWN, NAMED), (), 6)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "under 1"), (0.049, "under 1"), (0.05, "about 1"), (0.535, "about 5"), (0.65, "about 7"),
     (0.94, "about 9"), (0.95, "over 9"), (1, "over 9")],
)  # fmt: skip
def test_a_share_in_words(share, words):
    assert in_ten(share) == f"{words} in 10"


def test_what_protects_people_and_what_is_not_known_stays():
    keep = protecting(THB)
    assert leave_out(CHECKED, 0.5, keep).findings == (SURE, UNKNOWN, NAMED)
    assert leave_out(CHECKED, 0.3, keep).findings == CHECKED.findings
    assert leave_out(CHECKED, 1, keep).findings == (UNKNOWN, NAMED)
    without = replace(THB, about=THB.about.model_copy(update={"judge": None}))
    assert protecting(without) == frozenset()


def test_the_answer_counts_what_it_leaves_out():
    document = Document(TEXT, "", language="en")
    whole = answer_json([GuidelineResult(THB, CHECKED, "Half is missed.")], document)
    assert "left_out" not in whole
    assert [f["confidence"] for f in whole["findings"]] == [0.3, 0.9, None, 0.1]
    assert [f["protects"] for f in whole["findings"]] == [False, False, False, True]
    assert whole["coverage"]["missed"] == "Half is missed."
    sure = answer_json([GuidelineResult(THB, CHECKED)], document, least=0.5)
    assert (len(sure["findings"]), sure["left_out"]) == (3, 1)


def test_a_text_of_which_all_is_left_out_was_checked_all_the_same():
    document = Document(TEXT, "", language="es")
    none = answer_json([GuidelineResult(THB, Checked((), (), 6), "Half is missed.")], document)
    assert (none["coverage"]["checked"], none["coverage"]["missed"]) == ("none", None)
    doubted = answer_json([GuidelineResult(THB, Checked((DOUBTED,), (), 6))], document, least=0.5)
    assert (doubted["findings"], doubted["left_out"]) == ([], 1)
    assert doubted["coverage"]["checked"] == "part"


@pytest.mark.parametrize("share", [-0.1, 1.01, float("nan"), float("inf")])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(UsageError, match="from 0 to 1"):
        CheckOptions(min_confidence=share)


def test_how_much_is_missed_is_what_was_measured():
    """The sentence stands beside every empty result: it must not be older than its floor."""
    measured = load_measured(THB.path)
    floors = json.loads((ROOT / "models" / "floors.json").read_text(encoding="utf-8"))
    floor = floors["thb-en/held-out-sentences"]["at_least"]["found"]
    assert measured.sentences.found == floor
    assert f"({floor} of {measured.sentences.breaches}, measured on " in missed_words(measured)
    told = {"data": "x.yaml", "date": "2026-01-02", "breaches": 10, "found": 7}
    assert missed_words(measured.model_copy(update={"sentences": None})) is None
    assert missed_words(None) is None
    again = Measured.model_validate({**measured.model_dump(by_alias=True), "sentences": told})
    assert "finds about 7 in 10 (7 of 10, measured on 2026-01-02)" in missed_words(again)
