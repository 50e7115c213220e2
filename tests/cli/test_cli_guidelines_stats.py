"""`monitor guidelines stats` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import own_guide
from desk import Desk

RULES = own_guide.RULE.replace(
    "      - phrases: [unfortunate victim]\n",
    """\
      - phrases: [unfortunate victim, poor victim]
        needs: &seen [{lexicons: [victim, minor], phrases: [police]}]
      - sequence: [[sad, ""], victim]
        needs: *seen
      - replace: {wretch: [person]}
    unless:
      - sequences: [[[a, the], [film]]]
""",
)
"""By hand: 2 phrases, 3 in slots, 1 replaced, 3 words in each of two needs, 3 in the exception."""
LEXICONS = """\
lexicons:
  short:
    about: A test.
    words: [one, two]
    stems: [thr]
    sequences: [[[four, five], short-too]]
    except: [one two]
    include: [short-too]
  short-too: {about: A test., words: [six]}
"""


def test_entries_are_counted_by_rule(tmp_path: Path) -> None:
    folder = own_guide.make(tmp_path, RULES)
    (folder / "lexicon.yaml").write_text(LEXICONS, encoding="utf-8")
    said = Desk(tmp_path).type("guidelines", "stats", "own-guide")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        "unfortunate-victim\t15\n\n1 rules: 15 entries, median 15, largest 15"
    )
    assert "\n2 lexicons: 9 entries; known figures: 0\nin all: 24 entries\n" in said.out
    assert "\nin token patterns and triggers, besides: 1 words\n" in said.out


def test_long_lines_are_counted(tmp_path: Path) -> None:
    folder = own_guide.make(tmp_path)
    head = (folder / "guideline.yaml").read_text(encoding="utf-8")
    (folder / "guideline.yaml").write_text(f"# {'x' * 998}\n# {'y' * 119}\n{head}")
    said = Desk(tmp_path).type("guidelines", "stats", "own-guide", "--format", "json")
    size = json.loads(said.out)
    assert size["longest_line"]["characters"] >= 1000
    assert size["long_lines"]["guideline.yaml"] >= 2
    assert size["rules"] == [{"rule": "unfortunate-victim", "entries": 1, "patterns": 1}]
    assert size["total"] == 1 + sum(size["lexicons"].values())


def test_the_guideline_in_force_is_measured(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    said = desk.type("guidelines", "stats", "--format", "json")
    size = json.loads(said.out)
    assert {"child-prostitute", "no-helpline"} <= {rule["rule"] for rule in size["rules"]}
    assert size["figures"] > 0
    assert size["long_lines"] == {}
    assert size["entries"] == sum(rule["entries"] for rule in size["rules"])
    assert "absent: no guideline here" in desk.refuses("guidelines", "stats", "absent")
