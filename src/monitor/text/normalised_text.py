"""Text normalisation with an exact way back: one form of quote, dash and space (the shadow text).

Rules are written with straight quotes and plain spaces; writers are not. Almost every change is
one character for one character, so offsets move only where something invisible is left out or a
ligature is spelt out: the map keeps those places alone and an ASCII text has none.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b\u2032\u02bc\u02b9`\u00b4\uff07\u2039\u203a"
DOUBLE_QUOTES = '"\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02\u301d\u301e\u301f'
HYPHENS = "\u2010\u2011\u2012\u2212\ufe63\uff0d"
LONG_DASHES = "\u2014\u2015\ufe58\u2e3a\u2e3b"
_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_SPACES += "\u202f\u205f\u3000"
_LINES = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
_INVISIBLE += "\ufe00-\ufe0f\ufeff"
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
_LIGATURES |= {"\ufb05": "st", "\ufb06": "st"}
_ONE_TO_ONE = str.maketrans(
    dict.fromkeys(SINGLE_QUOTES, "'")
    | dict.fromkeys(DOUBLE_QUOTES, '"')
    | dict.fromkeys(HYPHENS, "-")
    | dict.fromkeys(LONG_DASHES, "\u2014")
    | dict.fromkeys(_SPACES, " ")
    | dict.fromkeys(_LINES, "\n")
)
_MOVING = re.compile(f"[{_INVISIBLE}]+|[{''.join(_LIGATURES)}]")
# An en dash joins words and numbers ("15\u201317"); with a space beside it, it is a dash.
_JOINING = re.compile(r"(?<=\w)\u2013(?=\w)")


class OffsetMap:
    """From offsets of the shadow to offsets of the text.

    Breakpoint `i` says: from shadow offset `_shadow[i]` on, characters stand at `_text[i]` and
    following, one for one; a ligature's letters all stand at the ligature.
    """

    __slots__ = ("_shadow", "_stuck", "_text")

    def __init__(self) -> None:
        self._shadow = array("q", [0])
        self._text = array("q", [0])
        self._stuck = bytearray(1)

    def add(self, shadow: int, text: int, *, stuck: bool = False) -> None:
        """Add a breakpoint; in ascending order."""
        self._shadow.append(shadow)
        self._text.append(text)
        self._stuck.append(stuck)

    @property
    def is_identity(self) -> bool:
        """Whether every offset is its own image."""
        return len(self._shadow) == 1

    def position(self, offset: int) -> int:
        """Return where in the text the shadow's character `offset` stands."""
        if self.is_identity:
            return offset
        index = bisect_right(self._shadow, offset) - 1
        return self._text[index] + (0 if self._stuck[index] else offset - self._shadow[index])

    def pieces(self, offset: int, length: int) -> Iterator[tuple[int, int]]:
        """Yield where the shadow's characters stand, and how many stand together there."""
        end = offset + length
        while offset < end:
            index = bisect_right(self._shadow, offset)
            stop = min(end, self._shadow[index]) if index < len(self._shadow) else end
            yield self.position(offset), stop - offset
            offset = stop

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the text's span that covers the shadow's characters `start` to `end`, no more."""
        begin = self.position(start)
        return begin, begin if end <= start else self.position(end - 1) + 1

    def to_shadow(self, offset: int) -> int:
        """Return the first shadow offset whose character stands at or behind text `offset`."""
        if self.is_identity:
            return offset
        index = bisect_right(self._text, offset) - 1
        if self._stuck[index]:
            return self._shadow[index]
        found = self._shadow[index] + offset - self._text[index]
        # Inside a removed run the next breakpoint is the first character that remains.
        return found if index + 1 == len(self._shadow) else min(found, self._shadow[index + 1])


@dataclass(frozen=True, slots=True)
class Shadow:
    """The shadow `text`; `marks` is the same with quotes and dashes as written, same offsets."""

    text: str
    marks: str
    offsets: OffsetMap


def make_shadow(text: str) -> Shadow:
    r"""Return the shadow of `text`; linear in its length.

    Quotation marks become `'` and `"`, dashes `-` or an em dash, spaces a plain one, line ends a
    line feed (`\r\n` a space and a line feed); zero-width characters, direction marks and soft
    hyphens go, Latin ligatures are spelt out. Letters, case and accents stay.
    """
    offsets = OffsetMap()
    text = text.replace("\r\n", " \n")
    if text.isascii():
        return Shadow(text.translate(_ONE_TO_ONE), text, offsets)
    pieces: list[str] = []
    last, length = 0, 0
    for found in _MOVING.finditer(text):
        start, end = found.span()
        pieces.append(text[last:start])
        length += start - last
        if letters := _LIGATURES.get(text[start]):
            offsets.add(length, start, stuck=True)
            pieces.append(letters)
            length += len(letters)
        offsets.add(length, end)
        last = end
    pieces.append(text[last:])
    marks = "".join(pieces)
    shadow = _JOINING.sub("-", marks).replace("\u2013", "\u2014").translate(_ONE_TO_ONE)
    return Shadow(shadow, marks, offsets)
