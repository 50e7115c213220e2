"""`monitor guidelines test` says which part of a rule decided where an example does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

import own_guide
from desk import Desk

MATCH = """\
      - phrases: [unfortunate victim, poor victim]
        needs: [{lexicons: [minor], within: near}]
        unless: [{phrases: [film]}]
      - sequence: [[sad], [victim]]
    unless: [{lexicons: [official], within: before, reach: 3}]
"""
RULE = (
    own_guide.RULE.replace("      - phrases: [unfortunate victim]\n", MATCH)
    .replace("gate: none", "gate: topic")
    .replace("quotes: flag", "quotes: skip")
)
BAD = '"The [[unfortunate victim]] was asked.", "She is an [[unfortunate victim]]."'
GOOD = '"The victim was asked."'
MISSED = {
    "The [[poor victim]] was asked.": (
        "'needs' 1 of match 1 does not hold; it asks for a word of the list 'minor', in the "
        "sentence or the one before"
    ),
    "The girl is a [[poor victim]] in the film.": "'unless' 1 of match 1 holds and silences it: "
    "'film'",
    "The officer's [[sad victim]] came.": "'unless' 1 holds and silences it: 'officer'",
    "A girl, a [[poor victim]] of heroin.": (
        "'gate: topic' silences it: the text shows another topic ('heroin')"
    ),
    "'She was a [[sad victim]],' Anna said.": "'quotes: skip' silences it: the words stand in what",
    "The term 'a [[sad victim]]' is old.": "'mentions: skip' silences it: the words are only",
    "Two girls, [[poor victims]].": "no phrase of the rule is 'poor victims'; closest is 'poor vic",
    "A [[sad]] victim came.": "what the rule lists there is 'sad victim'",
    "The girl [[wept]].": "nothing that 'match' lists is 'wept'",
}
DOCUMENT = """\
topic: A test
rules:
  - id: way-out
    title: A way out
    principle: accuracy
    kind: document
    severity: suggestion
    scope: document
    gate: document
    quotes: flag
    message: Name a way out.
    why: It is a test.
    sources: [{title: A guide, section: "1", url: "https://guide.example/", role: states}]
    check:
      min_words: 3
      about: [{phrases: [police]}]
      met: [{phrases: [helpline]}]
      broken: [{phrases: [no way out]}]
      otherwise: broken
      reasons: {met: it has, broken: it has not}
    examples:
      bad: ["Police named the trafficking helpline.", "Trafficked, and no way out."]
      good: ["Police met trafficked men. No way out.", "Police met trafficked women."]
"""


@pytest.fixture(name="said", scope="module")
def _said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each example, by its text without marks."""
    folder = tmp_path_factory.mktemp("reasons")
    good = '"A sad victim wept.", "A girl is the poor victim."'
    bad = ", ".join(f'"{text}"' for text in MISSED)
    own = own_guide.make(folder, RULE.replace(BAD, bad).replace(GOOD, good))
    (own / "whole.yaml").write_text(DOCUMENT, encoding="utf-8")
    done = Desk(folder).type("guidelines", "test", "own-guide")
    assert done.code == 1, done
    told: dict[str, str] = {}
    text = ""
    for line in done.out.splitlines():
        if line.startswith("  because "):
            told[text] = told.get(text, "") + line + "\n"
        else:
            text = line.rpartition(": ")[2]
    return told


@pytest.mark.parametrize("example", MISSED)
def test_why_words_are_not_flagged(said: dict[str, str], example: str) -> None:
    assert MISSED[example] in said[example.replace("[[", "").replace("]]", "")]


def test_why_words_are_flagged(said: dict[str, str]) -> None:
    assert said["A sad victim wept."].startswith("  because found by sequence of match 2\n")
    held = said["A girl is the poor victim."]
    assert "because 'needs' 1 of match 1 holds: 'girl'\n" in held
    assert "because nothing under 'unless' holds\n" in held


def test_why_a_question_is_answered_so(said: dict[str, str]) -> None:
    answers = {
        "Police named the trafficking helpline.": "'met' 1 holds: 'helpline'",
        "Trafficked, and no way out.": "'about' 1 does not hold; it asks for 'police', in the",
        "Police met trafficked men. No way out.": "'broken' 1 holds: 'No way out'",
        "Police met trafficked women.": "so 'otherwise: broken' decides",
    }
    assert [text for text, why in answers.items() if why not in said[text]] == []


def test_what_is_wrong_with_a_suggestion(tmp_path: Path) -> None:
    rule = own_guide.RULE.replace("suggest: [person]", "suggest: [sad and unfortunate victim]")
    own_guide.make(tmp_path, rule)
    done = Desk(tmp_path).type("guidelines", "test", "own-guide")
    assert "suggestion 'sad and unfortunate victim' is itself flagged" in done.out
    assert "because of 'unfortunate victim': 'unfortunate victim' pities." in done.out
