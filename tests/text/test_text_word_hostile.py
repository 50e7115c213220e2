"""Word files made to do harm are refused in words; nothing is fetched, and no file is written."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import word_corpus
from monitor.records.errors import DocumentError, DocumentTooLarge
from monitor.text.docx_comments import comment_docx
from monitor.text.readers import read_document
from word_corpus import para, run
from word_reading import found, parts, text_of
from word_shapes import SHAPES

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def reviewed(data: bytes, document: dict[str, Any] | None = None) -> bytes:
    document = found(data) if document is None else document
    return comment_docx(data, document, author="monitor", now=NOW)


def hostile(change: Callable[[dict[str, Any]], Any]) -> bytes:
    files: dict[str, Any] = dict(parts(SHAPES["word_runs"]()))
    change(files)
    return word_corpus.zipped(files)


BOMB = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def doctype(which: str, at: str) -> bytes:
    def change(files: dict[str, Any]) -> None:
        text = files[at].decode()
        head, _, rest = text.partition("?>")
        files[at] = f"{head}?>{which}{rest}".encode()

    return hostile(change)


@pytest.mark.parametrize("which", [BOMB, OUTSIDE, '<!DOCTYPE w SYSTEM "http://192.0.2.1/x.dtd">'])
@pytest.mark.parametrize(
    "at", ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "_rels/.rels"]
)
def test_document_types_are_refused(which: str, at: str) -> None:
    with pytest.raises(DocumentError, match="document type"):
        text_of(doctype(which, at))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.update({"word/vbaProject.bin": b"x"}), "macros"),
        (
            lambda f: f.update({"[Content_Types].xml": f["[Content_Types].xml"].replace(
                b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                b"application/vnd.ms-word.document.macroEnabled.main")}),
            "macros",
        ),
        (lambda f: f.update({"../../etc/cron.d/x": b"x"}), "path"),
        (lambda f: f.update({"/etc/passwd": b"x"}), "path"),
        (lambda f: f.update({"C:/x": b"x"}), "path"),
        (lambda f: f.update({"word\\..\\x.xml": b"x"}), "path"),
        (lambda f: f.update({"WORD/document.xml": b"x"}), "twice"),
        (lambda f: f.pop("[Content_Types].xml"), "not a Word file"),
        (lambda f: f.pop("_rels/.rels"), "not a Word file"),
        (lambda f: f.pop("word/document.xml"), "not a Word file"),
        (
            lambda f: f.update({"_rels/.rels": f["_rels/.rels"].replace(
                b'Target="word/document.xml"',
                b'Target="http://192.0.2.1/document.xml" TargetMode="External"')}),
            "not a Word file",
        ),
        (lambda f: f.update({"word/document.xml": b"<w>"}), "not a Word file"),
        (lambda f: f.update({"word/document.xml": b"<w/>"}), "no document"),
        (
            lambda f: f.update({"word/document.xml": b"<w>" * 5_000 + b"</w>" * 5_000}),
            "not a Word file",
        ),
        (
            lambda f: f.update({"_rels/.rels": f["_rels/.rels"].replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/office",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships/office")}),
            "Strict",
        ),
    ],
)  # fmt: skip
def test_hostile_and_odd_packages_are_refused_in_words(change: Any, words: str) -> None:
    data = hostile(change)
    with pytest.raises(DocumentError, match=words):
        text_of(data)
    with pytest.raises(DocumentError, match=words):
        reviewed(data, {"findings": []})


def test_old_and_encrypted_files_are_refused_in_words() -> None:
    with pytest.raises(DocumentError, match="password"):
        text_of(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    whole = bytearray(SHAPES["word_runs"]())
    at = whole.index(b"PK\x01\x02")
    whole[at + 8] |= 1  # the central directory's flag
    with pytest.raises(DocumentError, match="encrypted"):
        text_of(bytes(whole))


def test_a_part_that_is_packed_to_nothing_is_refused() -> None:
    data = hostile(lambda f: f.update({"word/document.xml": b"<w>" + b" " * 40_000_000}))
    assert len(data) < 100_000
    with pytest.raises(DocumentError, match="more than"):
        text_of(data)


def test_a_text_over_the_limit_is_not_read_to_its_end() -> None:
    data = word_corpus.package(para(run("word")) * 2_000)
    with pytest.raises(DocumentTooLarge, match="more than 100 characters"):
        read_document(data, "a.docx", max_chars=100)


def test_nothing_outside_is_asked_and_no_file_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python tells an audit hook of every file it opens and every connection it makes."""
    data = word_corpus.package(
        para(
            run("A child prostitute.")
            + '<w:hyperlink r:id="rIdZ"><w:r><w:t>x</w:t></w:r></w:hyperlink>'
        ),
        links={"rIdZ": "http://192.0.2.1/"},
        more={"word/_rels/settings.xml.rels": b"<x/>"},
    )
    reviewed(data)  # what is imported late is imported now
    seen: list[tuple[str, Any]] = []
    watching = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("open", "socket.connect", "socket.getaddrinfo"):
            seen.append((event, arguments[0]))

    sys.addaudithook(hook)
    reviewed(data)
    watching = False
    assert seen == []
