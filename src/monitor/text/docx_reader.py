"""Text extraction from Word files (.docx): paragraphs, tables, notes, headings, captions, alt text.

Each stretch of the text knows the element that it stands in, so that comments find their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from monitor.records.errors import DocumentError, DocumentTooLarge
from monitor.text.docx_package import RELATIONSHIP, W, WordPackage
from monitor.text.positions import Stretch

Place = Literal["body", "text box", "footnote", "endnote", "picture"]

ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_MARKS = {
    W + "tab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    W + "softHyphen": "\u00ad",
}
# Deleted text of tracked changes, and field codes, are not what the reader sees; how a word is
# pronounced stands above it, and is no part of the sentence.
_UNSEEN = {*(W + name for name in ("del", "moveFrom", "instrText", "rt", "rPr", "pPr")), _FALLBACK}
_NOTES: dict[str, Literal["footnote", "endnote"]] = {
    W + "footnoteReference": "footnote",
    W + "endnoteReference": "endnote",
}
_HEADLINES = ("title", "heading 1")


@dataclass(frozen=True, slots=True)
class TextNode:
    """A stretch of the text and the element it stands in.

    Its characters are those of the element from `offset` on. In a note, `reference` is the mark in
    the body that leads to it.
    """

    start: int
    end: int
    node: Any
    offset: int
    place: Place
    reference: Any = None


@dataclass(frozen=True, slots=True)
class WordText:
    """The visible text of a Word file, its headline and captions, and where it all stands."""

    text: str
    headline: Stretch | None
    captions: tuple[Stretch, ...]
    pieces: tuple[TextNode, ...]


@dataclass(slots=True)
class _WordBlock:
    style: str
    place: Place
    reference: Any
    pieces: list[tuple[str, Any]] = field(default_factory=list)


def read_word(package: WordPackage, *, max_chars: int | None = None) -> WordText:
    """Return the visible text of a Word file.

    Paragraphs, also those of tables, text boxes and content controls, are separated by blank
    lines. A footnote stands behind the paragraph that refers to it, endnotes stand at the end;
    what is deleted or moved away by a tracked change is not there, what is inserted is. The
    headline is the first paragraph of the style Title, else Heading 1.

    Raises `DocumentError` if the package has no document in it, `DocumentTooLarge` as soon as the
    text has more than `max_chars` characters.
    """
    body = package.tree(package.main).find(W + "body")
    if body is None:
        raise DocumentError("not a Word file: there is no document in it")
    texts: list[str] = []
    captions: list[Stretch] = []
    headlines: dict[str, Stretch] = {}
    pieces: list[TextNode] = []
    length = 0
    for paragraph in _Walk(package).all(body):
        whole = "".join(text for text, _ in paragraph.pieces)
        stripped = whole.strip()
        if not stripped:
            continue
        first = length + (2 if texts else 0)
        length = first + len(stripped)
        at = first - (len(whole) - len(whole.lstrip()))
        for text, node in paragraph.pieces:
            start, end = max(at, first), min(at + len(text), length)
            if start < end:
                place = paragraph.place, paragraph.reference
                pieces.append(TextNode(start, end, node, start - at, *place))
            at += len(text)
        texts.append(stripped)
        if max_chars is not None and length > max_chars:
            raise DocumentTooLarge(f"the document has more than {max_chars:,} characters")
        if paragraph.place == "picture" or paragraph.style == "caption":
            captions.append((first, length))
        elif paragraph.style in _HEADLINES and paragraph.reference is None:
            headlines.setdefault(paragraph.style, (first, length))
    headline = next((headlines[style] for style in _HEADLINES if style in headlines), None)
    return WordText("\n\n".join(texts), headline, tuple(captions), tuple(pieces))


def style_names(package: WordPackage) -> dict[str, str]:
    """Return the names of the styles by id, in lower case."""
    root = package.part(f"{RELATIONSHIP}/styles")
    if root is None:
        return {}
    return {
        style.get(W + "styleId", ""): name.get(W + "val", "").lower()
        for style in root.iter(W + "style")
        if (name := style.find(W + "name")) is not None
    }


class _Walk:
    """Goes through a document once; each note is read where it is first referred to."""

    def __init__(self, package: WordPackage) -> None:
        self._styles = style_names(package)
        self._notes: dict[str, dict[str, Any]] = {}
        for tag, kind in _NOTES.items():
            root = package.part(f"{RELATIONSHIP}/{kind}s")
            notes = () if root is None else root.iter(W + kind)
            self._notes[tag] = {note.get(W + "id", ""): note for note in notes}
        self._endnotes: list[tuple[Any, Any]] = []

    def all(self, body: Any) -> Iterator[_WordBlock]:
        """Yield the paragraphs of the body, and then the endnotes."""
        yield from self._below(body, "body", None)
        for note, reference in self._endnotes:
            yield from self._below(note, "endnote", reference)

    def _below(self, element: Any, place: Place, reference: Any) -> Iterator[_WordBlock]:
        for child in element.iterchildren():
            if child.tag in _UNSEEN:
                continue
            if child.tag != W + "p":
                yield from self._below(child, place, reference)
                continue
            mark = child.find(f"{W}pPr/{W}pStyle")
            name = mark.get(W + "val", "") if mark is not None else ""
            paragraph = _WordBlock(self._styles.get(name, name).lower(), place, reference)
            aside: list[tuple[Any, Place, Any]] = []
            self._gather(child, paragraph, aside)
            yield paragraph
            # what belongs to a paragraph without being its text: alt texts, then boxes and notes
            for beside, kind, _ in aside:
                if kind == "picture":
                    yield _WordBlock("", kind, reference, [(beside.get("descr"), beside)])
            for beside, kind, mark in aside:
                if kind != "picture":
                    yield from self._below(beside, kind, mark if reference is None else reference)

    def _gather(
        self, element: Any, paragraph: _WordBlock, aside: list[tuple[Any, Place, Any]]
    ) -> None:
        """Collect a paragraph's text, and put aside what is not part of it."""
        for child in element.iterchildren():
            if child.tag in _UNSEEN:
                continue
            if child.tag == W + "t":
                paragraph.pieces.append((child.text or "", child))
            elif child.tag in _MARKS:
                paragraph.pieces.append((_MARKS[child.tag], child))
            elif child.tag == W + "txbxContent":
                place = paragraph.place
                aside.append((child, "text box" if place == "body" else place, None))
            elif child.tag in _NOTES:
                note = self._notes[child.tag].pop(child.get(W + "id", ""), None)
                if note is not None and _NOTES[child.tag] == "endnote":
                    self._endnotes.append((note, child))
                elif note is not None:
                    aside.append((note, "footnote", child))
            else:
                if child.tag == _PICTURE and child.get("descr"):
                    aside.append((child, "picture", None))
                self._gather(child, paragraph, aside)
