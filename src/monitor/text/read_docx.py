"""The text of a Word file: paragraphs and tables in order, headings, captions, alt text."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from monitor.errors import DocumentError, DocumentTooLarge
from monitor.text.spans import Stretch

MAX_UNPACKED = 100_000_000
"""Bytes of all parts together; a page of text is a few kilobytes, pictures are stored packed."""
MAX_PARTS = 5_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_MARKS = {
    _W + "tab": "\t",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "noBreakHyphen": "-",
    _W + "softHyphen": "\u00ad",
}
# Deleted text of tracked changes, and field codes, are not what the reader sees.
_UNSEEN = {_W + "del", _W + "moveFrom", _W + "instrText", _FALLBACK, _W + "rPr", _W + "pPr"}


def read_docx(data: bytes) -> tuple[str, Stretch | None, tuple[Stretch, ...]]:
    """Return the text, the span of the headline and those of the captions.

    Paragraphs, also those of tables, text boxes and content controls, are separated by blank
    lines. The headline is the first paragraph of the style Title, else Heading 1.

    Raises `DocumentError` if the bytes are no Word file, `DocumentTooLarge` if they unpack to
    more than `MAX_UNPACKED` bytes.
    """
    _check_package(data)
    body, styles = _open(data)
    pieces: list[str] = []
    captions: list[Stretch] = []
    headlines: dict[str, Stretch] = {}
    length = 0
    for style, text, is_alt in _paragraphs(body, styles):
        stripped = text.strip()
        if not stripped:
            continue
        length += 2 if pieces else 0
        span = (length, length + len(stripped))
        pieces.append(stripped)
        length = span[1]
        if is_alt or style == "caption":
            captions.append(span)
        elif style in {"title", "heading 1"}:
            headlines.setdefault(style, span)
    headline = headlines.get("title", headlines.get("heading 1"))
    return "\n\n".join(pieces), headline, tuple(captions)


def _check_package(data: bytes) -> None:
    """Refuse what would unpack to too much, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise DocumentError("not a Word file") from error
    # zipfile reads no more of a part than it declares, so the declared sizes bound the work.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise DocumentTooLarge(f"the file unpacks to more than {MAX_UNPACKED:,} bytes")


def _open(data: bytes) -> tuple[Any, dict[str, str]]:
    """Return the body element and the style names by id."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    # What python-docx, lxml and zipfile raise for files that are not what they say.
    damage = (OpcError, LxmlError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError)
    try:
        document = docx.Document(io.BytesIO(data))
        styles = {style.style_id: (style.name or "").lower() for style in document.styles}
        body = document.element.body
    except (*damage, NotImplementedError, RuntimeError, AttributeError) as error:
        raise DocumentError("not a Word file, or a damaged or encrypted one") from error
    return body, styles


def _paragraphs(element: Any, styles: dict[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Yield (style, text, is alt text) of each paragraph below `element`, in order."""
    for child in element.iterchildren():
        if child.tag in _UNSEEN:
            continue
        if child.tag != _W + "p":
            yield from _paragraphs(child, styles)
            continue
        boxes: list[Any] = []
        alts: list[str] = []
        text = "".join(_text(child, boxes, alts))
        mark = child.find(f"{_W}pPr/{_W}pStyle")
        name = mark.get(_W + "val", "") if mark is not None else ""
        yield styles.get(name, name).lower(), text, False
        for alt in alts:
            yield "", alt, True
        for box in boxes:
            yield from _paragraphs(box, styles)


def _text(element: Any, boxes: list[Any], alts: list[str]) -> Iterator[str]:
    """Yield the text of a paragraph; text boxes and alt texts are put aside."""
    for child in element.iterchildren():
        if child.tag in _UNSEEN:
            continue
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag == _W + "txbxContent":
            boxes.append(child)
        else:
            if child.tag == _PICTURE and child.get("descr"):
                alts.append(child.get("descr"))
            yield from _text(child, boxes, alts)
