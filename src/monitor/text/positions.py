"""Lines, columns and UTF-16 offsets of a text.

An index of line starts and of characters outside the Basic Multilingual Plane is built once;
each question is then a bisection, however many findings a text has.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right

_BREAK = re.compile(r"\r\n|\r|\n")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
BOM = "\ufeff"


class Positions:
    r"""Line, column and UTF-16 questions about one text.

    Lines and columns count from 1, columns in code points. `\r\n`, `\n` and a lone `\r` are one
    break each, and a byte order mark at the start of the text is no column.
    """

    __slots__ = ("_astral", "_bom", "_length", "_starts")

    def __init__(self, text: str) -> None:
        """Index `text`; linear in its length."""
        self._length = len(text)
        self._starts = array("q", [0])
        self._starts.extend(m.end() for m in _BREAK.finditer(text))
        self._astral = array("q")
        if not text.isascii():
            self._astral.extend(m.start() for m in _ASTRAL.finditer(text))
        self._bom = text.startswith(BOM)

    def line_column(self, offset: int) -> tuple[int, int]:
        """Return line and column of the character at `offset`; `IndexError` outside the text."""
        self._check(offset)
        line = bisect_right(self._starts, offset)
        column = offset - self._starts[line - 1] + 1
        if line == 1 and self._bom and offset > 0:
            column -= 1
        return line, column

    def utf16(self, offset: int) -> int:
        """Return `offset` counted in UTF-16 code units; `IndexError` outside the text."""
        self._check(offset)
        return offset + bisect_left(self._astral, offset)

    def from_utf16(self, units: int) -> int:
        """Return the code point offset of a UTF-16 offset; the middle of a pair is its start."""
        low, high = 0, self._length
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.utf16(middle) <= units else (low, middle - 1)
        return low

    def _check(self, offset: int) -> None:
        if not 0 <= offset <= self._length:
            raise IndexError(f"offset {offset} is outside a text of {self._length} characters")


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of `offset` in `text`; for many offsets use `Positions`."""
    return Positions(text).line_column(offset)


def utf16_offset(text: str, offset: int) -> int:
    """Return `offset` counted in UTF-16 code units; for many offsets use `Positions`."""
    return Positions(text).utf16(offset)
