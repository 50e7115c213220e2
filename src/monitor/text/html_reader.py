"""Text extraction from HTML, with the place of each character in the file.

lxml knows lines, not characters, and repairs the text before it is asked; a tokenizer of the
HTML standard's main states is 100 lines, linear, and every offset is the file's own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5

from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set
from monitor.text.visible_text import Piece, VisibleText

_COMMENT = "!--"
_SPECIAL = re.compile(r"<(?=[A-Za-z/!?])")
_EMPTY_COMMENT = re.compile(r"<!---?>")
_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(
    r"[\s/]*+(?P<name>[^\s/>][^\s/>=]*+)"
    r"(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s>\"'][^\s>]*+)))?"
)
_TAG_END = re.compile(r"[\s/]*+>")
_CHUNK = re.compile(
    r"(?P<space>[ \t\r\n\f]++)"
    r"|(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?)"
    r"|(?P<text>[^ \t\r\n\f&]++|&)"
)
_RAW = ("script", "style", "xmp", "iframe", "noembed", "noframes", "title", "textarea")
_UNSEEN = word_set(
    "script style template noscript iframe object svg math nav button select textarea audio video "
    "canvas datalist xmp noembed noframes"
)
_BLOCKS = word_set(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol "
    "p pre section summary table tbody td tfoot th thead tr ul caption title"
)
_VOID = word_set("area base br col embed hr img input link meta source track wbr")
_HIDING_STYLE = re.compile(r"(?:^|;)\s*display\s*:\s*none", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Token:
    """Text (no name), a comment or a tag from `start` to `end`; attributes map to value spans."""

    start: int
    end: int
    name: str = ""
    closing: bool = False
    attributes: dict[str, Stretch] = field(default_factory=dict)


def read_html(source: str) -> tuple[VisibleText, Stretch | None]:
    """Return the visible text and the span of its headline: the first `h1`, else the title."""
    reader = _HtmlReader(VisibleText(source))
    reader.feed(0, len(source), title=not re.search(r"<h1[\s>]", source, re.IGNORECASE))
    return reader.visible, reader.headline


def append_html(visible: VisibleText, start: int, end: int) -> None:
    """Add the visible text of the HTML fragment `start` to `end` of the source."""
    _HtmlReader(visible).feed(start, end, title=False)


class _HtmlReader:
    """Walks over the tokens and keeps what a reader of the page would see."""

    def __init__(self, visible: VisibleText) -> None:
        self.source = visible.source
        self.visible = visible
        self.headline: Stretch | None = None
        self._hidden: list[str] = []
        self._marked: tuple[str, int] | None = None
        self._pre = 0

    def feed(self, start: int, end: int, *, title: bool) -> None:
        """Read the source from `start` to `end`; a title counts only if `title`."""
        for token in _tokens(self.source, start, end):
            if token.name == _COMMENT:
                self.visible.comment(token.start, token.end)
            elif token.name:
                self._tag(token, title=title)
            elif not self._hidden:
                for text, at, width in _pieces(self.source, token.start, token.end):
                    if text != " " and not (self._pre and text.isspace()):
                        self.visible.put(text, at, width)
                    else:
                        kept = self._pre and "\n" in self.source[at : at + width]
                        self.visible.space("\n" if kept else " ", at, width)
        self._end_mark()
        self.visible.end_block()

    def _tag(self, token: _Token, *, title: bool) -> None:
        name, attributes = token.name, token.attributes
        if self._hidden:
            self._tag_hidden(token)
        elif not token.closing and (
            name in _UNSEEN
            or "hidden" in attributes
            or _HIDING_STYLE.search(self.source[slice(*attributes.get("style", (0, 0)))])
            or (name == "title" and not title)
        ):
            self._hidden += [name] if name not in _VOID else []
        elif name == "br":
            self.visible.space("\n", token.start, token.end - token.start)
        elif name == "img" and not token.closing and "alt" in attributes:
            self.visible.caption_later(list(_pieces(self.source, *attributes["alt"])))
        elif name in _BLOCKS:
            self._end_mark()
            self.visible.end_block()
            if name == "pre":
                self._pre = max(0, self._pre + (-1 if token.closing else 1))
            if not token.closing and name in {"h1", "title", "figcaption", "caption"}:
                self._marked = (name, self.visible.length)

    def _tag_hidden(self, token: _Token) -> None:
        """Keep count of what is inside a hidden element; a `p` ends by itself at a block."""
        if token.closing and token.name in self._hidden:
            while self._hidden.pop() != token.name:
                pass
        elif not token.closing and self._hidden[-1] == "p" and token.name in _BLOCKS:
            self._hidden.pop()
            self._tag(token, title=False)
        elif not token.closing and token.name == self._hidden[-1]:
            self._hidden.append(token.name)

    def _end_mark(self) -> None:
        if self._marked is None or self.visible.is_fresh:
            return
        name, before = self._marked
        self._marked = None
        span = (before + (2 if before else 0), self.visible.length)
        if name in {"figcaption", "caption"}:
            self.visible.captions.append(span)
        elif self.headline is None:
            self.headline = span


def _pieces(source: str, start: int, end: int) -> Iterator[Piece]:
    """Yield (text, offset, width): words as they are, white space as one space, entities read."""
    while start < end and (found := _CHUNK.match(source, start, end)):
        text, width = found[0], found.end() - start
        if found.lastgroup == "entity" and (text[-1] == ";" or text[1] == "#"):
            text = html.unescape(text)
        elif found.lastgroup == "entity":  # so much of it as is one: `&ltx` is `<`, 3
            known = (size for size in range(width, 2, -1) if text[1:size] in html5)
            width = next(known, width)
            text = html5.get(text[1:width], text)
        yield " " if not text.strip(" \t\r\n\f") else text, start, width
        start += width


def _tokens(source: str, start: int, end: int) -> Iterator[_Token]:
    """Yield text, comments and tags; doctypes and the content of raw elements are skipped."""
    position = start
    while position < end:
        found = _SPECIAL.search(source, position, end)
        begin = found.start() if found else end
        if begin > position:
            yield _Token(position, begin)
        if found is None:
            return
        position = begin
        if source[position + 1] in "!?":
            # a comment, doctype or processing instruction; unclosed, it goes on to the end
            is_comment = source.startswith("<!--", position)
            mark = "-->" if is_comment and not _EMPTY_COMMENT.match(source, position, end) else ">"
            stop = source.find(mark, position + (4 if mark == "-->" else 2), end)
            stop = end if stop < 0 else stop + len(mark)
            if is_comment:
                yield _Token(position, stop, _COMMENT)
            position = stop
            continue
        token = _read_tag(source, position, end)
        if token is None:
            return
        position = token.end
        if token.name:
            yield token
        if token.name in _RAW and not token.closing:
            close = re.compile(rf"</{token.name}(?=[\s/>])", re.IGNORECASE)
            stop_at = close.search(source, position, end)
            position = stop_at.start() if stop_at else end
            if token.name == "title":
                yield _Token(token.end, position)


def _read_tag(source: str, position: int, end: int) -> _Token | None:
    """Read one tag; `None` where the file ends inside it; without a name if it is no tag."""
    closing = source[position + 1] == "/"
    found = _NAME.match(source, position + 1 + closing, end)
    if found is None:
        stop = source.find(">", position + 1 + closing, end)
        return None if stop < 0 else _Token(position, stop + 1)
    at = found.end()
    attributes: dict[str, Stretch] = {}
    while not (tag_end := _TAG_END.match(source, at, end)):
        attribute = _ATTRIBUTE.match(source, at, end)
        if attribute is None:
            return None
        at = attribute.end()
        value = next((g for g in ("double", "single", "bare") if attribute[g] is not None), None)
        attributes.setdefault(
            attribute["name"].lower(), attribute.span(value) if value else (at, at)
        )
    return _Token(position, tag_end.end(), found[0].lower(), closing, attributes)
