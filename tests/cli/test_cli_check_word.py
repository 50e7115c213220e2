"""`monitor check --format docx -o FILE`, as it is typed."""

from pathlib import Path

import pytest

import word_corpus
from desk import Desk, make_desk
from word_corpus import para, run
from word_reading import around, ours, text_of

DRAFT = "Police said that the child prostitutes had worked in the bar near the old harbour."


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = make_desk(tmp_path / "desk")
    (desk.folder / "draft.docx").write_bytes(word_corpus.package(para(run(DRAFT))))
    return desk


def test_a_word_file_is_written_with_comments(desk: Desk) -> None:
    before = {path.name for path in desk.folder.iterdir()}
    said = desk.type("check", "draft.docx", "--format", "docx", "-o", "reviewed.docx")
    assert said.code == 1, said.err
    assert {path.name for path in desk.folder.iterdir()} - before == {"reviewed.docx"}
    assert said.out == ""
    out = (desk.folder / "reviewed.docx").read_bytes()
    assert text_of(out) == DRAFT
    assert "child prostitutes" in [around(out)[key] for key in ours(out)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["draft.docx"], "-o"),
        (["draft.docx", "-o", "x.docx", "--redact"], "exclude each other"),
        (["draft.docx", "-o", "./draft.docx"], "another name"),
        (["draft.docx", "other.docx", "-o", "x.docx"], "one .docx file"),
        (["-", "-o", "x.docx"], "one .docx file"),
    ],
)
def test_what_cannot_be_is_said(desk: Desk, words: list[str], told: str) -> None:
    before = (desk.folder / "draft.docx").read_bytes()
    said = desk.type("check", *words, "--format", "docx")
    assert said.code == 2
    assert told in said.err
    assert (desk.folder / "draft.docx").read_bytes() == before
    assert not (desk.folder / "x.docx").exists()


def test_a_file_that_cannot_be_read_writes_nothing(desk: Desk) -> None:
    (desk.folder / "draft.docx").write_bytes(b"no Word file")
    said = desk.type("check", "draft.docx", "--format", "docx", "-o", "x.docx")
    assert said.code == 2
    assert "not a Word file" in said.err
    assert not (desk.folder / "x.docx").exists()
