"""`monitor guidelines` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import own_guide
from desk import Desk
from own_guide import RULE


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return own_guide.make(tmp_path)


def test_rules_are_listed_and_shown(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    listed = desk.type("guidelines", "list")
    assert (listed.code, listed.err) == (0, "")
    rules = dict(line.split("\t", 1) for line in listed.out.splitlines())
    assert len(rules) >= 35
    assert rules["child-prostitute"].startswith("error\t")
    shown = desk.type("guidelines", "show", "child-prostitute")
    assert shown.code == 0
    assert shown.out.startswith("child-prostitute: ")
    for part in ("\nWhy: ", "\nBetter: ", "\nFlagged:\n", "\nNot flagged:\n", "\nSources:\n"):
        assert part in shown.out
    assert "no rule 'child-prostitut'" in desk.refuses("guidelines", "show", "child-prostitut")


def test_a_rule_is_shown_whole(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    figures = desk.type("guidelines", "show", "modern-slavery-figure-mislabelled").out
    for part in ("\nKnown figures:\n", "49.6 million", "\nLimits:\n", "\nHow often it is right:\n"):
        assert part in figures
    named = desk.type("guidelines", "show", "adult-victim-named").out
    assert "\nBy country (as far as known):\n" in named
    assert "Sexual Offences (Amendment) Act 1992" in named
    offered = desk.type("guidelines", "show", "no-helpline").out
    assert "1-888-373-7888" in offered


def test_a_rule_is_shown_as_data(tmp_path: Path) -> None:
    said = Desk(tmp_path).type("guidelines", "show", "adult-victim-named", "--format", "json")
    assert (said.code, said.err) == (0, "")
    rule = json.loads(said.out)
    assert rule["id"] == "adult-victim-named"
    assert {"GB", "LK", "US"} <= {country["code"] for country in rule["countries"]}
    assert rule["limits"]
    assert rule["examples"]["bad"]
    assert "measured" in rule


def test_wrong_country_data_fails_the_test_of_a_guideline(folder: Path) -> None:
    (folder / "countries").mkdir()
    (folder / "countries" / "gh.yaml").write_text("country: GH\nnam: Ghana\n")
    said = Desk(folder.parent).refuses("guidelines", "test", "own-guide")
    assert "gh.yaml, line 2: unknown field 'nam'" in said


def test_examples_that_hold(folder: Path) -> None:
    said = Desk(folder.parent).type("guidelines", "test", "own-guide")
    assert said.code == 0, said
    assert said.out == ""
    assert said.err.startswith("own-guide@")
    assert said.err.endswith(": 1 rules, 5 examples, 0 failed\n")


def test_examples_that_do_not_hold(folder: Path) -> None:
    swapped = RULE.replace("The victim was asked", "One unfortunate victim was asked")
    (folder / "pity.yaml").write_text(swapped)
    said = Desk(folder.parent).type("guidelines", "test", "own-guide")
    assert said.code == 1
    assert said.out.startswith("unfortunate-victim: good example 1: ")
    assert said.err.endswith("1 failed\n")


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("    title:", "    titel: x\n    title:", ["'unfortunate-victim'", "titel", "line 4"]),
        ("    title: Pity in place of facts\n", "", ["unfortunate-victim", "title", "line 3"]),
        ("severity: warning", "severity: fatal", ["unfortunate-victim", "severity", "line 7"]),
        ("kind: phrase", "kind: [phrase", ["line "]),
    ],
)
def test_a_wrong_rule_file_names_file_rule_and_line(
    folder: Path, before: str, after: str, named: list[str]
) -> None:
    (folder / "pity.yaml").write_text(RULE.replace(before, after))
    said = Desk(folder.parent).refuses("guidelines", "test", "own-guide")
    assert "pity.yaml" in said
    assert [part for part in named if part not in said] == [], said


def test_examples_hold_whatever_the_judge_makes_of_them(tmp_path: Path) -> None:
    said = Desk(tmp_path).type("guidelines", "test")
    assert (said.code, said.out) == (0, ""), said.out
    assert said.err.endswith(" 0 failed\n")


def test_a_guideline_that_is_not_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert "absent" in desk.refuses("guidelines", "test", "absent")
    assert "absent" in desk.refuses("guidelines", "list", MONITOR_CHECK_GUIDELINE="absent")


def test_measurements_are_written_and_shown(folder: Path) -> None:
    """Two articles: a breach that editors marked, and general news with the same words."""
    desk, own = Desk(folder.parent), {"MONITOR_CHECK_GUIDELINE": "own-guide"}
    stamp = desk.type("guidelines", "test", **own).err.partition(":")[0]
    spans, news = folder.parent / "spans", folder.parent / "relevance"
    spans.mkdir()
    news.mkdir()
    mark = {"field": "text", "quote": "unfortunate victim", "quoted": "no", "sure": True}
    row = {"id": "a", "read": 99, "doc": [], "doc_ok": []}
    row["findings"] = [{"rule": "unfortunate-victim", **mark}]
    (spans / "dev.jsonl").write_text(json.dumps(row))
    text = "The unfortunate victim was asked."
    rows = [{"id": "a", "title": "", "text": text, "rel": 2}, {"id": "b", "text": text, "rel": 0}]
    (news / "dev.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ("--write-measured", "own-guide/measured.json", "--general", "relevance/dev.jsonl")
    said = desk.type("evaluate", "guideline", "spans/dev.jsonl", *words, "--unseen", **own)
    assert said.code == 0, said
    assert said.err == "own-guide/measured.json: 1 rules\n"
    shown = desk.type("guidelines", "show", "unfortunate-victim", **own).out
    assert "Editors had marked 1 of the 1 places that it flags in 1 annotated articles." in shown
    assert "It found 1 of the 1 breaches" in shown
    assert "In general news it warns 20000 times in 100,000 words." in shown
    assert "on spans/dev.jsonl.\n" in shown
    assert "No independent hits" not in shown
    again = desk.type("guidelines", "test", **own).err
    assert again.startswith(stamp), "a measurement is no part of the guideline's stamp"
    desk.type("evaluate", "guideline", "spans/dev.jsonl", *words, **own)
    shown = desk.type("guidelines", "show", "unfortunate-victim", **own).out
    assert "No independent hits yet: those who wrote the rules worked with these" in shown
