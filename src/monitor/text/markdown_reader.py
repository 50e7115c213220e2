"""Text extraction from Markdown, with the place of each character in the file.

markdown-it-py does the parsing; it keeps the lines of a block but not the offsets inside it, so
its inline state is made to note where each piece of text began.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from monitor.text.html_reader import append_html
from monitor.text.normalised_text import OffsetMap
from monitor.text.positions import Stretch
from monitor.text.visible_text import Piece, VisibleText

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
        # Rules that add text unnoticed are behind the noted place.
        found = self.src.find(content, begun)
        token.meta["at"] = found if found >= 0 else begun
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        # Each star of a run of emphasis marks is pushed from the run's start.
        previous = self.tokens[-2].meta if ttype == "text" and len(self.tokens) > 1 else {}
        count = previous["count"] + 1 if previous.get("from") == self.pos else 0
        token.meta |= {"at": self.pos + count, "from": self.pos, "count": count}
        return token


class _Inline(ParserInline):
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
    reader.read(_parser().parse(source[begin:]))
    return reader.visible, reader.headline


class _MarkdownReader:
    def __init__(self, source: str, begin: int) -> None:
        self.source = source
        self.visible = VisibleText(source)
        self.headline: Stretch | None = None
        self._lines = array("q", [begin])
        self._lines.extend(m.end() for m in _BREAK.finditer(source, begin))
        self._row = 0
        self._cell = 0

    def read(self, tokens: Sequence[Token]) -> None:
        """Read all tokens; the headline must have text after it."""
        candidate: Stretch | None = None
        block = ""
        for token in tokens:
            if token.type == "tr_open" and token.map:
                self._row, self._cell = token.map[0], 0
            elif token.type == "inline":
                is_first = self.visible.length == 0
                self._inline(token, block)
                is_first = is_first and self.visible.length > 0
                is_headline = block == "heading_open"
                if is_first and block == "paragraph_open" and token.level == 1 and token.map:
                    start, end = token.map
                    following = self.source[slice(*self._line(end))]
                    is_headline = end - start == 1 and not following.strip()
                if is_first and is_headline:
                    candidate = (0, self.visible.length)
                self.visible.end_block()
            elif token.type == "html_block" and token.map:
                append_html(self.visible, *(self._line(number)[0] for number in token.map))
            block = token.type
        if candidate and self.visible.length > candidate[1]:
            self.headline = candidate

    def _line(self, number: int) -> Stretch:
        start, end, *_ = (*self._lines[number : number + 2], *[len(self.source)] * 2)
        return start, end

    def _inline(self, token: Token, block: str) -> None:
        place = self._place(token, block)
        skipping = False
        for child in token.children or []:
            kind, content = child.type, child.content
            if kind in {"link_open", "link_close"}:
                skipping = kind == "link_open" and child.markup == "autolink"
            elif kind == "image":
                self._alt(child, place)
            elif kind in {"softbreak", "hardbreak"} or (
                kind == "html_inline" and content.lower().startswith("<br")
            ):
                text = " " if kind == "softbreak" else "\n"
                self.visible.space(text, place.position(child.meta["at"]), 1)
            elif kind in {"text", "text_special"} and not skipping:
                self._text(child, place)
            elif kind == "html_inline" and content.startswith("<!--"):
                at, end = child.meta["at"], child.meta["at"] + len(content)
                self.visible.comment(place.position(at), place.position(end - 1) + 1)

    def _text(self, token: Token, place: OffsetMap) -> None:
        content, at = token.content, int(token.meta["at"])
        if token.type == "text_special":
            self.visible.put(content, place.position(at), len(token.markup))
            return
        body = content.strip(" \t")
        lead = len(content) - len(content.lstrip(" \t"))
        trail = len(content) - lead - len(body)
        if lead:
            self.visible.space(" ", place.position(at), lead)
        for source, length in place.pieces(at + lead, len(body)):
            self.visible.put(self.source[source : source + length], source, length)
        if trail:
            self.visible.space(" ", place.position(at + lead + len(body)), trail)

    def _alt(self, image: Token, place: OffsetMap) -> None:
        """Add an image's alternative text; it begins behind `![`."""
        base = int(image.meta["at"]) + 2
        pieces: list[Piece] = []
        for child in image.children or []:
            if child.type in {"text", "text_special", "softbreak"}:
                raw = child.markup if child.type == "text_special" else child.content
                text = child.content if child.type != "softbreak" else " "
                pieces.append((text, place.position(base + child.meta["at"]), len(raw) or 1))
        self.visible.caption_later(pieces)

    def _place(self, token: Token, block: str) -> OffsetMap:
        """Find each line of an inline token's content in the source."""
        place = OffsetMap()
        if block in {"th_open", "td_open"}:
            # a table cell in its row; a bar in it is written with a backslash
            begin, end = self._line(self._row)
            written = token.content.replace("|", "\\|")
            at = max(begin, self.source.find(written, begin + self._cell, end))
            self._cell = at - begin + len(written)
            place.add(0, at)
            for count, bar in enumerate(re.finditer(r"\|", token.content), 1):
                place.add(bar.start(), at + bar.start() + count)
            return place
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
