"""`monitor check` as it is typed: what it prints, how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desk import Desk, make_desk

BAD = "Police said the two child prostitutes were found."
GOOD = "The charity says there is no such thing as a child prostitute."


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path / "desk")


def documents(desk: Desk, *words: str, stdin: str = "", code: int) -> list[dict[str, Any]]:
    said = desk.type("check", *words, "--format", "json", stdin=stdin.encode())
    assert said.code == code, said.err
    result = json.loads(said.out)
    assert result["schema"] == 1
    assert result["guideline"].startswith("thb-en@")
    found: list[dict[str, Any]] = result["documents"]
    return found


def test_a_flag_has_its_place_reason_and_source(desk: Desk) -> None:
    before = sorted(p.name for p in desk.folder.rglob("*"))
    [document] = documents(desk, "-", stdin=BAD + "\n", code=1)
    assert sorted(p.name for p in desk.folder.rglob("*")) == before, "a draft left something behind"
    [finding] = document["findings"]
    start = BAD.index("child")
    assert finding["rule"] == "child-prostitute"
    assert finding["severity"] == "error"
    assert (finding["start"], finding["end"]) == (start, start + len("child prostitutes"))
    assert finding["match"] == BAD[finding["start"] : finding["end"]]
    assert (finding["line"], finding["column"]) == (1, start + 1)
    assert finding["why"]
    assert finding["suggestions"]
    assert all(source["url"].startswith("http") for source in finding["sources"])


def test_a_mention_is_silent(desk: Desk) -> None:
    [document] = documents(desk, "-", stdin=GOOD, code=0)
    assert document["findings"] == []


def test_a_draft_may_be_said_to_be_on_topic(desk: Desk) -> None:
    draft = "The bridge is closed until spring, the council said. " * 15
    draft += "The girls had been kept as slaves."
    [plain] = documents(desk, "-", stdin=draft, code=0)
    assert (plain["coverage"]["topic"], plain["findings"]) == ("off", [])
    [said] = documents(desk, "-", "--on-topic", stdin=draft, code=0)
    assert said["coverage"]["topic"] == "said"
    assert "slave-noun" in [finding["rule"] for finding in said["findings"]]
    hint = "--on-topic says so"
    assert hint in desk.type("check", "-", stdin=draft.encode()).out
    assert hint not in desk.type("check", "-", "--on-topic", stdin=draft.encode()).out


def test_folders_are_sorted_and_order_is_kept(desk: Desk) -> None:
    folder = desk.folder / "drafts"
    folder.mkdir()
    (folder / "b.txt").write_text(GOOD)
    (folder / "a.md").write_text(f"# Two found\n\n{BAD}\n")
    (folder / "notes.log").write_text(BAD)
    (desk.folder / "last.txt").write_text(GOOD)
    found = documents(desk, "last.txt", "drafts", code=1)
    assert [Path(d["path"]).name for d in found] == ["last.txt", "a.md", "b.txt"]
    [finding] = found[1]["findings"]
    assert (finding["line"], finding["column"]) == (3, 21)


def test_what_cannot_be_read_is_said_beside_what_can(desk: Desk) -> None:
    (desk.folder / "empty.txt").write_bytes(b"")
    (desk.folder / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (desk.folder / "photo.docx").write_bytes(b"PK no archive")
    (desk.folder / "fine.txt").write_text(BAD)
    names = ["empty.txt", "binary.txt", "photo.docx", "absent.txt", "fine.txt"]
    found = documents(desk, *names, code=2)
    assert [d["path"] for d in found] == names
    assert ["error" in d for d in found] == [True, True, True, True, False]
    assert len(found[4]["findings"]) == 1


def test_over_the_limit_is_an_error(desk: Desk) -> None:
    settings = desk.folder / "monitor.toml"
    settings.write_text("[check]\nmax_chars = 100\n")
    [document] = documents(desk, "-", stdin="word " * 21, code=2)
    assert "100" in document["error"]
    assert "word" not in document["error"]


def test_any_script_is_simply_checked(desk: Desk) -> None:
    text = f"😀🏳️‍🌈 مرحبا بالعالم \u200f{BAD} 👩‍👩‍👧 שלום\n"
    (desk.folder / "emoji.txt").write_text("😀" * 5000, encoding="utf-8")
    document, emoji = documents(desk, "-", "emoji.txt", stdin=text, code=1)
    [finding] = document["findings"]
    assert text[finding["start"] : finding["end"]] == "child prostitutes"
    utf16 = text.encode("utf-16-le")[finding["utf16_start"] * 2 : finding["utf16_end"] * 2]
    assert utf16.decode("utf-16-le") == "child prostitutes"
    assert emoji["findings"] == []


def test_fail_on_settles_the_exit_code(desk: Desk) -> None:
    text = b"The women, trafficking victims, were rescued on Friday.\n"
    assert desk.type("check", "-", stdin=text).code == 0
    assert desk.type("check", "-", "--fail-on", "suggestion", stdin=text).code == 1
    said = desk.type("check", "-", "--fail-on", "fatal", stdin=text)
    assert said.code == 2
    assert "fatal" in said.err


def test_text_output_reads_like_advice(desk: Desk) -> None:
    said = desk.type("check", "-", "absent\x1b[31m.txt", stdin=f"{BAD} \u202e.".encode())
    assert said.code == 2
    assert "absent [31m.txt: could not be checked" in said.out
    assert "1:21  error  child-prostitute" in said.out
    assert "Why:" in said.out
    assert "Better:" in said.out
    assert "Source:" in said.out
    assert not {"\x1b", "\u202e"} & {*said.out}, "text from outside drives the terminal"


def test_rules_can_be_switched_off_and_softened(desk: Desk) -> None:
    settings = desk.folder / "monitor.toml"
    settings.write_text(
        '[check]\ndisable = ["rescue-language"]\nseverity = {child-prostitute = "warning"}\n'
    )
    [document] = documents(desk, "-", stdin=f"{BAD} They were rescued.", code=0)
    [finding] = document["findings"]
    assert (finding["rule"], finding["severity"]) == ("child-prostitute", "warning")
    settings.write_text('[check]\ndisable = ["child-prostitut"]\n')
    said = desk.type("check", "-", stdin=BAD.encode())
    assert said.code == 2
    assert "child-prostitut" in said.err


def test_usage_errors_end_with_2(desk: Desk) -> None:
    assert desk.type("check").code == 2
    assert desk.type("check", "-", "--format", "pdf").code == 2
    assert desk.type("chekc").code == 2
    (desk.folder / "monitor.toml").write_text("unknown = 1\n")
    said = desk.type("check", "-", stdin=b"x")
    assert said.code == 2
    assert "unknown" in said.err


@pytest.mark.parametrize(
    ("text", "first", "note"),
    [
        (
            "La fiscalía dijo que las dos mujeres fueron halladas en un piso.",
            "not checked",
            "Spani",
        ),
        ("The bridge is closed until spring. " * 30, "0 findings", "does not read as a text about"),
        ("Two girls.", "0 findings", "Too short to judge as a whole (2 words)"),
    ],
)
def test_no_findings_are_not_praise_where_little_was_checked(
    desk: Desk, text: str, first: str, note: str
) -> None:
    said = desk.type("check", "-", stdin=text.encode())
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == f"-: {first}"
    assert lines[1].startswith("  Note: ")
    assert note in lines[1]
