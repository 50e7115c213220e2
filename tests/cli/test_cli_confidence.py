"""`monitor check --min-confidence`: what is printed of how sure findings are, how it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import shipped
from desk import Desk, make_desk
from monitor.check.drafts import GuidelineResult, answer_json
from monitor.cli.check import as_text, exit_code
from monitor.records.finding import Finding, Severity
from monitor.rules.findings import Checked
from monitor.rules.rule_schema import JudgeWords
from monitor.text.document import Document

BAD = "Police said the two child prostitutes were found."
FINE = "The council said that the bridge had been closed."
PLAIN = shipped.thb()
JUDGE = JudgeWords(model="rules-en", protecting=["child-name-identified"])
THB = replace(PLAIN, about=PLAIN.about.model_copy(update={"judge": JUDGE}))


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path / "desk")


def finding(rule: str, confidence: float | None, severity: Severity = "error") -> Finding:
    start = BAD.index("child")
    return Finding(
        rule, severity, "dignity", "body", "text", start, start + 5, "child", "no",
        "A message.", "A reason.", (), (), confidence,
    )  # fmt: skip


def answer(*findings: Finding, least: float | None = None) -> dict[str, Any]:
    document = Document(BAD, "", language="en")
    checked = Checked(findings, (), 8)
    missed = "Half is missed."
    return answer_json([GuidelineResult(THB, checked, missed)], document, path="a.txt", least=least)


def test_how_sure_a_finding_is_stands_beside_it_and_the_best_first() -> None:
    text = as_text(
        answer(
            finding("slave-noun", 0.68),
            finding("own-rule", None, "warning"),
            finding("child-name-identified", 0.04, "warning"),
        )
    )
    heads = [line for line in text.splitlines() if line.startswith("  1:21")]
    assert heads == [
        "  1:21  error  slave-noun  (editors mark about 7 in 10)",
        "  1:21  warning  own-rule",
        "  1:21  warning  child-name-identified  (editors mark under 1 in 10)",
    ]


def test_what_is_left_out_is_counted_and_does_not_fail() -> None:
    both = (finding("slave-noun", 0.9, "warning"), finding("sex-slave", 0.2))
    assert exit_code([answer(*both)], ["error"]) == 1
    sure = answer(*both, least=0.5)
    assert exit_code([sure], ["error"]) == 0
    assert as_text(sure).startswith("a.txt: 1 finding, 1 less sure left out\n")
    none = as_text(answer(finding("sex-slave", 0.2), least=0.5))
    assert none.startswith("a.txt: 0 findings, 1 less sure left out\n")
    assert "  Note: Half is missed.\n" in none
    assert exit_code([answer(finding("child-name-identified", 0.2), least=0.9)], ["error"]) == 1


@pytest.mark.parametrize("share", ["0", "1"])
def test_a_least_confidence_is_asked_for(desk: Desk, share: str) -> None:
    words = ("check", "-", "--min-confidence", share, "--format", "json")
    said = desk.type(*words, stdin=BAD.encode())
    [document] = json.loads(said.out)["documents"]
    shown, left_out = document["findings"], document["left_out"]
    assert len(shown) + left_out == 1
    assert said.code == (1 if shown else 0), said.err
    assert share == "1" or shown
    assert all(f["confidence"] is None or f["confidence"] >= float(share) for f in shown)


@pytest.mark.parametrize("share", ["1.5", "-1", "nan", "70"])
def test_what_is_no_share_is_refused(desk: Desk, share: str) -> None:
    said = desk.refuses("check", "-", f"--min-confidence={share}", stdin=BAD.encode())
    assert "--min-confidence" in said
    assert "from 0 to 1" in said


def test_an_empty_result_says_how_much_is_missed(desk: Desk) -> None:
    said = desk.type("check", "-", stdin=(FINE * 3).encode())
    assert said.code == 0, said.err
    assert "No flags does not mean that all is well" in said.out
    assert "No flags" not in desk.type("check", "-", stdin=BAD.encode()).out
