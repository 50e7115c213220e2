"""`monitor classify` as it is typed: JSON lines in, as many JSON lines out, in order."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from desk import Desk

RELEVANT = {
    "id": "farm",
    "title": "Farm owner charged with human trafficking",
    "text": "Prosecutors charged a farm owner with human trafficking on Monday. He kept eleven"
    " workers from Thailand in a locked barn, took their passports and paid them nothing for five"
    " months. Two women told the court they had been forced into prostitution to pay off a debt.",
}
OTHER = {"id": "pool", "title": "New pool", "text": "The mayor cut the ribbon at the new pool."}
POLICE = (
    "La polizia ha fermato due uomini alla periferia della città dopo una lunga indagine. "
    "Il giudice deciderà lunedì se restano in carcere, ha detto il procuratore ai giornalisti."
)
ITALIAN = {"id": "it", "text": POLICE, "language": "it"}
GUESS = {"id": "guess", "title": "", "text": POLICE}
BROKEN = {
    b"": "no JSON",
    b"not json": "no JSON",
    b"[1, 2]": "not an object",
    b'{"title": "x", "text": "x"}': "'id' is missing",
    b'{"id": 7, "text": "x"}': "'id' is not a string",
    b'{"id": "no-text", "title": "x"}': "'text' is missing",
    b'{"id": "list", "text": ["x"]}': "'text' is not a string",
    b'{"id": "surrogate", "text": "caf\\ud83d secret"}': "'text' has a lone surrogate at 3",
    b'{"id": "latin-1", "text": "caf\xe9 secret"}': "'text' has a lone surrogate at 3",
    b"[" * 100_000: "JSON nested too deeply",
}


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def lines(*articles: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(article).encode() + b"\n" for article in articles)


def test_one_line_out_for_each_line_in(desk: Desk) -> None:
    many = [{**OTHER, "id": f"pool-{number}"} for number in range(40)]
    (desk.folder / "in.jsonl").write_bytes(lines(RELEVANT, *many, ITALIAN, GUESS, OTHER))
    said = desk.type("classify", "in.jsonl")
    assert (said.code, said.err) == (0, "")
    first, *middle, italian, guessed, last = map(json.loads, said.out.splitlines())
    assert first["id"] == "farm"
    assert first["relevant"] is True
    assert 0.5 < first["relevance"] <= 1
    assert {"borderline", "tags", "stamps"} <= first.keys()
    for tag in first["tags"]:
        assert 0 <= tag["score"] <= 1
        for span in tag["evidence"]:
            assert RELEVANT[span["field"]][span["start"] : span["end"]].strip()
    assert {tag["label"] for tag in first["tags"] if tag["scheme"] == "place"} == {"TH"}
    assert [row["id"] for row in middle] == [article["id"] for article in many]
    assert len({row["relevance"] for row in middle}) == 1, "a score depends on its neighbours"
    for row, identity in ((italian, "it"), (guessed, "guess")):
        assert row["id"] == identity
        assert row["relevance"] is row["relevant"] is None
        assert (row["not_judged"], row["language"]) == ("language", "it")
    assert last["relevant"] is False
    assert not (desk.folder / "monitor.sqlite").exists()


def test_a_broken_line_is_an_entry_and_the_run_goes_on(desk: Desk) -> None:
    (desk.folder / "in.jsonl").write_bytes(b"\n".join([*BROKEN, lines(RELEVANT)]))
    said = desk.type("classify", "in.jsonl", "-o", "out.jsonl")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{len(BROKEN)} lines could not be classified\n"
    written = (desk.folder / "out.jsonl").read_bytes()
    assert written.endswith(b"}\n")
    assert b"secret" not in written
    *errors, good = map(json.loads, written.splitlines())
    assert [row["error"] for row in errors] == list(BROKEN.values())
    named = ("no-text", "list", "surrogate", "latin-1")
    assert [row["id"] for row in errors if row["id"]] == list(named)
    assert good["relevant"] is True


def test_windows_lines_and_stdin(desk: Desk) -> None:
    """A byte order mark, CRLF, a lone CR between two tokens, no line break at the end."""
    given = (
        lines(OTHER).replace(b"\n", b"\r\n") + lines(RELEVANT).replace(b'", "', b'",\r"').rstrip()
    )
    said = desk.type("classify", "-", stdin=b"\xef\xbb\xbf" + given)
    assert said.code == 0, said.err
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == ["pool", "farm"]
    nothing = desk.type("classify", "-")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "")


def test_the_input_is_never_overwritten(desk: Desk) -> None:
    source = desk.folder / "in.jsonl"
    source.write_bytes(lines(OTHER))
    (desk.folder / "soft.jsonl").symlink_to(source)
    os.link(source, desk.folder / "hard.jsonl")
    for name in ("in.jsonl", "soft.jsonl", "hard.jsonl"):
        said = desk.refuses("classify", "in.jsonl", "-o", name)
        assert f"{name}: input and output are the same file" in said
    assert source.read_bytes() == lines(OTHER)


def test_what_cannot_be_read_or_written_is_named(desk: Desk) -> None:
    (desk.folder / "in.jsonl").write_bytes(lines(OTHER))
    assert "absent.jsonl: No such file" in desk.refuses("classify", "absent.jsonl")
    assert "in.jsonl/out: Not a directory" in desk.refuses(
        "classify", "in.jsonl", "-o", "in.jsonl/out"
    )
