r"""Open documents, with places as the protocol counts them: lines, and code units inside a line.

A line ends with `\r\n`, `\n` or `\r` and nothing else, whatever else Unicode calls a break; a
position behind a line's end is its end. pygls' own documents divide lines as Python does, at a form
feed or U+2028 too: an edit below such a character would land on the wrong line.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.workspace import TextDocument, Workspace

Format = Literal["md", "html", "txt"]
_LANGUAGES: dict[str | None, Format] = {
    **dict.fromkeys(("markdown", "gfm"), "md"),
    **dict.fromkeys(("html", "xhtml", "mhtml"), "html"),
    **dict.fromkeys(("plaintext", "text"), "txt"),
}
"""The ids of VS Code and the protocol, and what Vim and Emacs call the same."""
_SUFFIXES: dict[str, Format] = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html"}
_BREAK = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
Encoding = Literal["utf-8", "utf-16", "utf-32"]
Place = tuple[int, int]
"""Line and character, both from 0, the character in code units of the encoding."""
_CODECS: dict[Encoding, tuple[str, int]] = {
    "utf-8": ("utf-8", 1),
    "utf-16": ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}


def encoding_of(kind: types.PositionEncodingKind | str | None) -> Encoding:
    """Return how characters are counted; the protocol's default is UTF-16."""
    if kind == types.PositionEncodingKind.Utf8:
        return "utf-8"
    return "utf-32" if kind == types.PositionEncodingKind.Utf32 else "utf-16"


class ExactDocument(TextDocument):
    """A document whose text after any edits is the client's."""

    def _apply_incremental_change(self, change: types.TextDocumentContentChangePartial) -> None:
        start, end = change.range.start, change.range.end
        lines = Lines(self.source, encoding_of(self.position_codec.encoding))
        places = (start.line, start.character), (end.line, end.character)
        self._source = lines.edited(*places, change.text)

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends, as the protocol divides them."""
        return Lines(self.source).divided()


class ExactWorkspace(Workspace):
    """A workspace of such documents."""

    def _create_text_document(self, *args: Any, **given: Any) -> TextDocument:
        given |= {"sync_kind": self._sync_kind, "position_codec": self._position_codec}
        return ExactDocument(*args, **given)


def format_of(uri: str, language: str | None, others: Collection[str] = ()) -> Format | None:
    """Return the format of a document by its language id, or else its suffix; `None`: not ours.

    Languages among `others` are plain text. What an editor knows for something else is no plain
    text because of a suffix: CMakeLists.txt, requirements.txt.
    """
    if language in _LANGUAGES:
        return _LANGUAGES[language]
    if language in others:
        return "txt"
    try:
        name = unquote(urlsplit(uri).path)
    except ValueError:
        return None
    suffix = PurePosixPath(name).suffix.lower()
    return "txt" if suffix in (".txt", ".text") and not language else _SUFFIXES.get(suffix)


class Lines:
    """The lines of one text; every question is a bisection and a look at one line."""

    __slots__ = ("_codec", "_ends", "_starts", "_width", "encoding", "text")

    def __init__(self, text: str, encoding: Encoding = "utf-16") -> None:
        """Index `text`; linear in its length."""
        self.text, self.encoding = text, encoding
        self._codec, self._width = _CODECS[encoding]
        self._starts, self._ends = array("q", [0]), array("q")
        for found in _BREAK.finditer(text):
            self._ends.append(found.start())
            self._starts.append(found.end())
        self._ends.append(len(text))

    def divided(self) -> list[str]:
        """Return the lines with their ends; behind a last break there is none more."""
        ends = [*self._starts[1:], len(self.text)]
        lines = (self.text[start:end] for start, end in zip(self._starts, ends, strict=True))
        return [line for line in lines if line]

    def place(self, offset: int) -> Place:
        """Return the place of a code point offset; inside a line break it is the line's end."""
        line = bisect_right(self._starts, offset) - 1
        text = self.text[self._starts[line] : min(offset, self._ends[line])]
        return line, len(text) if text.isascii() else len(self._encoded(text)) // self._width

    def offset(self, place: Place) -> int:
        """Return the code point offset of a place; the middle of a character is its start."""
        line, content, units = self._found(place)
        if content.isascii() or self._width == 4:
            return self._starts[line] + min(units, len(content))
        data = self._encoded(content)
        cut = _whole(data, min(units * self._width, len(data)), self._width)
        return self._starts[line] + len(data[:cut].decode(self._codec, "surrogatepass"))

    def line_end(self, offset: int) -> int:
        """Return where the line of `offset` ends, its break not included."""
        return self._ends[bisect_right(self._starts, offset) - 1]

    def edited(self, start: Place, end: Place, new: str) -> str:
        """Return the text with `new` in place of what stands from `start` to `end`.

        In UTF-16 a pair may be cut in half, as editors that count so can do.
        """
        (first, head, begin), (last, tail, stop) = map(self._found, sorted((start, end)))
        if head.isascii() and tail.isascii() and not _SURROGATE.search(new):
            middle = head[:begin] + new + tail[stop:]
        else:
            front, back = self._encoded(head), self._encoded(tail)
            at, to = min(begin * self._width, len(front)), min(stop * self._width, len(back))
            if self._width == 1:
                at, to = _whole(front, at, 1), _whole(back, to, 1)
            whole = front[:at] + self._encoded(new) + back[to:]
            middle = whole.decode(self._codec, "surrogatepass")
        return self.text[: self._starts[first]] + middle + self.text[self._ends[last] :]

    def _found(self, place: Place) -> tuple[int, str, int]:
        """Return the line, what it holds, and the units into it; behind the text is its end."""
        line, units = place
        if line >= len(self._starts):
            line, units = len(self._starts) - 1, len(self.text) * 4
        return line, self.text[self._starts[line] : self._ends[line]], max(units, 0)

    def _encoded(self, text: str) -> bytes:
        return text.encode(self._codec, "surrogatepass")


def _whole(data: bytes, cut: int, width: int) -> int:
    """Return `cut`, moved back to the beginning of the character that it would divide."""
    if width == 1:
        while 0 < cut < len(data) and data[cut] & 0xC0 == 0x80:
            cut -= 1
    elif width == 2 and 0 < cut < len(data):
        before, after = data[cut - 1] & 0xFC, data[cut + 1] & 0xFC
        if (before, after) == (0xD8, 0xDC):
            cut -= 2
    return cut
