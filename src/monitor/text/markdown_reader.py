"""The visible text of a Markdown file, with the place of each character in the file.

markdown-it-py does the parsing; it keeps the lines of a block but not the offsets inside it, so
its inline state is made to note where each piece of text began.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from monitor.text.html_reader import append_html
from monitor.text.positions import Stretch
from monitor.text.visible_text import VisibleText

if TYPE_CHECKING:
    from markdown_it.utils import EnvType

_FRONT_MATTER = re.compile(
    r"""\ufeff?(?P<fence>---|\+\+\+)[ \t]*(?:\r\n|\r|\n)
    (?:.*?(?:\r\n|\r|\n))??
    (?P=fence)[ \t]*(?:\r\n|\r|\n|\Z)""",
    re.DOTALL | re.VERBOSE,
)
_BREAK = re.compile(r"\r\n|\r|\n")
_HEADING = re.compile(r"[^#]*#{1,6}")


class _State(StateInline):
    """Notes in each text token's `meta` where in the inline source it began."""

    begun = 0

    def append_pending(self, text: str) -> None:
        if not self.pending:
            self.begun = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 - the library's name
        content, begun = self.pending, self.begun
        token = super().pushPending()
        token.meta["at"] = self._find(content, begun)
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        # Each star of a run of emphasis marks is pushed from the run's start.
        previous = self.tokens[-2] if len(self.tokens) > 1 else None
        repeated = (
            ttype == "text" and previous is not None and previous.meta.get("from") == self.pos
        )
        count = previous.meta["count"] + 1 if previous is not None and repeated else 0
        token.meta |= {"at": self.pos + count, "from": self.pos, "count": count}
        return token

    def _find(self, content: str, begun: int) -> int:
        """Check the noted place; rules that add text unnoticed are behind it."""
        if self.src.startswith(content, begun):
            return begun
        found = self.src.find(content, begun)
        return found if found >= 0 else begun


class _Inline(ParserInline):
    """The inline parser with our state."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True})
    parser.inline = _Inline()
    parser.enable(["table", "strikethrough"])
    # Joined texts would hide where an escape or an entity stands.
    parser.disable(["fragments_join", "text_join", "linkify"], ignoreInvalid=True)
    return parser


def read_markdown(source: str) -> tuple[VisibleText, Stretch | None]:
    """Return the visible text and the span of its headline.

    Marks, link targets, code, comments and front matter are no visible text. The headline is a
    heading the file begins with, or its first line if a blank line follows.
    """
    front = _FRONT_MATTER.match(source)
    begin = front.end() if front else source.startswith("\ufeff")
    reader = _MarkdownReader(source, begin)
    tokens = _parser().parse(source[begin:])
    reader.read(tokens)
    return reader.visible, reader.headline


class _MarkdownReader:
    """Walks over the block tokens."""

    def __init__(self, source: str, begin: int) -> None:
        self.source = source
        self.visible = VisibleText(source)
        self.headline: Stretch | None = None
        self._lines = array("q", [begin])
        self._lines.extend(m.end() for m in _BREAK.finditer(source, begin))
        self._row = 0
        self._cell = 0

    def read(self, tokens: Sequence[Token]) -> None:
        """Read all tokens; the last of the headline's candidates must have text after it."""
        candidate: Stretch | None = None
        block = ""
        for token in tokens:
            if token.type == "tr_open" and token.map:
                self._row, self._cell = token.map[0], 0
            elif token.type == "inline":
                first = self.visible.length == 0
                self._inline(token, block)
                if first and self.visible.length:
                    candidate = self._candidate(token, block)
                self.visible.end_block()
            elif token.type == "html_block" and token.map:
                append_html(self.visible, self._line(token.map[0])[0], self._line(token.map[1])[0])
            block = token.type
        if candidate and (self.visible.length > candidate[1]):
            self.headline = candidate

    def _candidate(self, token: Token, block: str) -> Stretch | None:
        span = (0, self.visible.length)
        if block == "heading_open":
            return span
        if block != "paragraph_open" or token.level != 1 or not token.map:
            return None
        start, end = token.map
        blank = not self.source[slice(*self._line(end))].strip()
        return span if end - start == 1 and blank else None

    def _line(self, number: int) -> Stretch:
        """Return the span of a source line, with its end."""
        lines = self._lines
        start = lines[number] if number < len(lines) else len(self.source)
        return start, lines[number + 1] if number + 1 < len(lines) else len(self.source)

    def _inline(self, token: Token, block: str) -> None:
        place = self._place(token, block)
        skipping = False
        for child in token.children or []:
            if child.type == "link_open":
                skipping = child.markup == "autolink"
            elif child.type == "link_close":
                skipping = False
            elif child.type == "image":
                self.visible.caption_later(_alt(child, place))
            elif child.type in {"softbreak", "hardbreak"} or _is_br(child):
                at = place.source(child.meta["at"])
                text = " " if child.type == "softbreak" else "\n"
                self.visible.space(text, at, 1)
            elif child.type in {"text", "text_special"} and not skipping:
                self._text(child, place)
            elif child.type == "html_inline" and child.content.startswith("<!--"):
                at, end = child.meta["at"], child.meta["at"] + len(child.content)
                self.visible.comment(place.source(at), place.source(end - 1) + 1)

    def _text(self, token: Token, place: _Place) -> None:
        content, at = token.content, int(token.meta["at"])
        if token.type == "text_special":
            self.visible.put(content, place.source(at), len(token.markup))
            return
        body = content.strip(" \t")
        lead = len(content) - len(content.lstrip(" \t"))
        trail = len(content) - lead - len(body)
        if lead:
            self.visible.space(" ", place.source(at), lead)
        for source, length in place.pieces(at + lead, len(body)):
            self.visible.copy(source, source + length)
        if trail:
            self.visible.space(" ", place.source(at + lead + len(body)), trail)

    def _place(self, token: Token, block: str) -> _Place:
        """Find each line of an inline token's content in the source."""
        if block in {"th_open", "td_open"}:
            return self._cell_place(token.content)
        place = _Place()
        position = 0
        for number, content in enumerate(token.content.split("\n"), (token.map or [0])[0]):
            begin, end = self._line(number)
            line = self.source[begin:end].rstrip()
            text = content.strip()
            if block == "heading_open" and (marks := _HEADING.match(line)):
                at = max(0, line.find(text, marks.end()))
            else:
                at = len(line) - len(text) if line.endswith(text) else max(0, line.find(text))
            place.add(position, begin + at - (len(content) - len(content.lstrip())))
            position += len(content) + 1
        return place

    def _cell_place(self, content: str) -> _Place:
        """Find a table cell in its row; a bar in it is written with a backslash."""
        begin, end = self._line(self._row)
        written = content.replace("|", "\\|")
        at = max(0, self.source.find(written, begin + self._cell, end) - begin)
        self._cell = at + len(written)
        place = _Place()
        place.add(0, begin + at)
        bars = [index for index, character in enumerate(content) if character == "|"]
        for count, bar in enumerate(bars, 1):
            place.add(bar, begin + at + bar + count)
        return place


class _Place:
    """From offsets of an inline content to offsets of the source."""

    __slots__ = ("_sources", "_starts")

    def __init__(self) -> None:
        self._starts, self._sources = array("q"), array("q")

    def add(self, start: int, source: int) -> None:
        """Say that from content offset `start` on, characters stand at `source` and following."""
        self._starts.append(start)
        self._sources.append(source)

    def source(self, offset: int) -> int:
        """Return where the content's character `offset` stands."""
        index = max(0, bisect_right(self._starts, offset) - 1)
        return self._sources[index] + offset - self._starts[index]

    def pieces(self, offset: int, length: int) -> Iterator[tuple[int, int]]:
        """Yield (source, length) of the pieces that stand together in the source."""
        end = offset + length
        while offset < end:
            index = bisect_right(self._starts, offset)
            stop = min(end, self._starts[index]) if index < len(self._starts) else end
            yield self.source(offset), stop - offset
            offset = stop


def _alt(token: Token, place: _Place) -> list[tuple[str, int, int]]:
    """Return the pieces of an image's alternative text; it begins behind `![`."""
    base = int(token.meta["at"]) + 2
    pieces: list[tuple[str, int, int]] = []
    for child in token.children or []:
        if child.type in {"text", "text_special", "softbreak"}:
            raw = child.markup if child.type == "text_special" else child.content
            text = child.content if child.type != "softbreak" else " "
            pieces.append((text, place.source(base + child.meta["at"]), len(raw) or 1))
    return [piece for piece in pieces if piece[0]]


def _is_br(token: Token) -> bool:
    return token.type == "html_inline" and token.content.lower().startswith("<br")
