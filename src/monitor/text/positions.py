"""Positions in a text: lines, columns, UTF-16 offsets, and source maps of extracted text.

An index of line starts and of characters outside the Basic Multilingual Plane is built once; each
question is then a bisection. A source map is a list of runs instead of an offset per character: a
page of 100,000 characters is a few hundred runs, inside which source and text are identical.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

_BREAK = re.compile(r"\r\n|\r|\n")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
BOM = "\ufeff"
Stretch = tuple[int, int]
"""A place in one text: from which character to before which, in code points. With the name of its
field it is a `records.finding.Span`."""


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
        is_behind_mark = line == 1 and self._bom and offset > 0
        return line, offset - self._starts[line - 1] + (not is_behind_mark)

    def utf16(self, offset: int) -> int:
        """Return `offset` counted in UTF-16 code units; `IndexError` outside the text."""
        self._check(offset)
        return offset + bisect_left(self._astral, offset)

    def from_utf16(self, units: int) -> int:
        """Return the code point offset of a UTF-16 offset; the middle of a pair is its start."""
        found = bisect_right(range(self._length + 1), units, key=self.utf16) - 1
        return max(0, found)

    def _check(self, offset: int) -> None:
        if not 0 <= offset <= self._length:
            raise IndexError(f"offset {offset} is outside a text of {self._length} characters")


class Run(NamedTuple):
    """`length` visible characters from `visible` on, made from `width` characters at `source`.

    `length == width` where the source has the very characters; else (an entity, a separator
    that the reader put in, `width` 0) the run is one indivisible piece.
    """

    visible: int
    source: int
    length: int
    width: int


class SourceMap:
    """Maps spans of a visible text to spans of its source; built once, read often."""

    __slots__ = ("_runs", "positions")

    def __init__(self, source: str, runs: Iterable[Run]) -> None:
        """Take the runs in order; together they cover the visible text without gaps."""
        self.positions = Positions(source)
        """Lines and columns of the source."""
        self._runs = tuple(runs)

    def original(self, start: int, end: int) -> Stretch:
        """Return the source span, in code points, of the visible span `start` to `end`."""
        if not self._runs:
            return 0, 0
        begin = self._edge(start, is_end=False)
        return (begin, begin) if end <= start else (begin, max(begin, self._edge(end, is_end=True)))

    def visible(self, start: int, end: int) -> Stretch:
        """Return the visible span of what is seen of a source span, empty if nothing is."""
        seen = [run for run in self._runs if run.source < end and start < run.source + run.width]
        if not seen:
            return 0, 0
        first, last = seen[0], seen[-1]
        whole = last.length != last.width or end >= last.source + last.width
        begin = first.visible + (start - first.source if first.length == first.width else 0)
        stop = last.visible + (last.length if whole else end - last.source)
        return max(begin, first.visible), stop

    def _edge(self, offset: int, *, is_end: bool) -> int:
        """Map one edge; an end belongs to the run of the character before it."""
        at = offset - 1 if is_end else offset
        run = self._runs[max(0, bisect_right(self._runs, at, key=attrgetter("visible")) - 1)]
        if run.length == run.width:
            return run.source + min(offset - run.visible, run.length)
        return run.source + (run.width if is_end else 0)
