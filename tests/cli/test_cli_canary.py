"""No word of a draft is left by `monitor check`, nor told where output ends in logs."""

import json
from pathlib import Path

import pytest

from holding import CANARY, DRAFT, Place, holds_canary, leaks

FORMATS = ("sarif", "github", "json", "text", "html")


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Place:
    (tmp_path / "place").mkdir()
    return Place(tmp_path / "place")


@pytest.fixture(name="drafts")
def _drafts(tmp_path: Path) -> Path:
    """Drafts that are read, and one that cannot be: apart from what the command may write."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    (folder / "story.txt").write_text(DRAFT, encoding="utf-8")
    ignored = f"<!-- monitor-ignore unfortunate-victim: {CANARY} -->"
    (folder / "ignored.md").write_text(f"{ignored}\n\n{DRAFT}", encoding="utf-8")
    (folder / "page.html").write_text(f"<title>{CANARY}</title><p>{DRAFT}", encoding="utf-8")
    (folder / "broken.docx").write_bytes(f"PK\3\4{CANARY}".encode())
    return folder


def test_reports_for_logs_and_baselines_have_no_word(place: Place, drafts: Path) -> None:
    out = place.root / "out"
    out.mkdir()
    words = ["check", str(drafts), "--redact", "--format", "github"]
    for kind in ("sarif", "json", "txt", "html"):
        words += ["--report", str(out / f"all.{kind}")]
    first = place.do(*words, "--write-baseline", str(out / "known.json"))
    assert first.code == 2, first
    assert "unfortunate-victim" in first.out
    assert not holds_canary((first.out + first.err).encode())
    again = place.do("check", str(drafts), "--baseline", str(out / "known.json"))
    assert again.code == 2, again
    assert not holds_canary(again.err.encode())
    results = json.loads((out / "all.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert {result["ruleId"] for result in results} >= {"unfortunate-victim"}
    assert place.leaks() == []
    assert len(leaks([drafts])) == 4


def test_without_redact_only_what_was_asked_for_has_words(place: Place, drafts: Path) -> None:
    said = place.do("check", str(drafts), "--format", "json", "--include-text")
    assert holds_canary(said.out.encode())
    assert not holds_canary(said.err.encode())
    assert place.leaks() == []
