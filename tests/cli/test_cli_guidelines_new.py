"""`monitor guidelines new`, and guidelines/README.md from an idea to a rule that works."""

from __future__ import annotations

import re
from pathlib import Path

import documents
from desk import Desk

README = (documents.ROOT / "guidelines" / "README.md").read_text(encoding="utf-8")
FIRST = README.partition("## Your first rule")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", FIRST, re.DOTALL)


def test_the_first_rule_as_it_is_told(tmp_path: Path) -> None:
    """Every command and every file of the section, in its order, in an empty folder."""
    desk = Desk(tmp_path)
    for command in ("guidelines new harrowing-tale", "guidelines test our-rules"):
        assert f"    monitor {command}\n" in FIRST
    made = desk.type("guidelines", "new", "harrowing-tale")
    assert (made.code, made.out) == (0, "")
    assert {path.name for path in (tmp_path / "our-rules").iterdir()} == {
        "guideline.yaml",
        "harrowing-tale.yaml",
    }
    file = tmp_path / "our-rules" / "harrowing-tale.yaml"
    skeleton = re.sub(r" +#.*", "", file.read_text(encoding="utf-8"))
    rule, unless = blocks("yaml")
    assert [line.partition(":")[0] for line in skeleton.splitlines() if ":" in line] == [
        line.partition(":")[0] for line in rule.splitlines() if re.match(r"[ -]*\w+:", line)
    ]
    file.write_text(rule, encoding="utf-8")
    tried = desk.type("guidelines", "test", "our-rules")
    assert tried.code == 1
    assert "".join(f"    {line}\n" for line in tried.out.splitlines()) in FIRST
    file.write_text(rule.replace("    examples:\n", f"{unless}    examples:\n"), encoding="utf-8")
    held = desk.type("guidelines", "test", "our-rules")
    assert (held.code, held.out) == (0, "")
    assert re.sub(r"\+\w+", "+…", held.err) in FIRST
    (tmp_path / "monitor.toml").write_text(blocks("toml")[0], encoding="utf-8")
    (echo,) = re.findall(r'    echo "(.*)" > draft.txt\n    monitor check draft.txt\n', FIRST)
    (tmp_path / "draft.txt").write_text(f"{echo}\n", encoding="utf-8")
    checked = desk.type("check", "draft.txt")
    assert "'harrowing tale' makes a story for us" in checked.out
    (tmp_path / "draft.txt").write_text("Police found a sex slave.\n", encoding="utf-8")
    assert "sex-slave" in desk.type("check", "draft.txt").out
    shown = desk.type("guidelines", "show", "harrowing-tale")
    assert "<https://newsroom.example/style>" in shown.out


def test_a_skeleton_says_what_is_missing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.type("guidelines", "new", "harrowing-tale", "house")
    said = desk.refuses("guidelines", "test", "house")
    assert (
        "house/harrowing-tale.yaml, rule 'harrowing-tale': still to fill in: title (line 4),"
        in said
    )
    for place in ("why (line ", "sources 1.url (line ", "examples.bad 2 (line "):
        assert place in said


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.type("guidelines", "new", "harrowing-tale")
    file = tmp_path / "our-rules" / "harrowing-tale.yaml"
    file.write_text("mine", encoding="utf-8")
    again = desk.refuses("guidelines", "new", "harrowing-tale")
    assert "harrowing-tale.yaml is already there; nothing was written" in again
    assert file.read_text(encoding="utf-8") == "mine"
    assert "there is a rule 'sex-slave' in " in desk.refuses("guidelines", "new", "sex-slave")
    assert "'Tale_1' is no id" in desk.refuses("guidelines", "new", "Tale_1")
    assert "'../tale' is no id" in desk.refuses("guidelines", "new", "../tale")
    assert [path.name for path in (tmp_path / "our-rules").glob("*.yaml") if path != file] == [
        "guideline.yaml"
    ]


def test_what_is_extended_must_be_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.type("guidelines", "new", "harrowing-tale")
    head = tmp_path / "our-rules" / "guideline.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("extends: thb-en", "extends: thb-xx"))
    said = desk.refuses("guidelines", "test", "our-rules")
    assert "guideline.yaml, line 5: there is no guideline 'thb-xx'" in said
    (tmp_path / "our-rules" / "countries").mkdir()
    said = desk.refuses("guidelines", "test", "our-rules")
    assert "our-rules/countries: a guideline that extends another has none" in said
