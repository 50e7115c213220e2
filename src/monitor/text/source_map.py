"""Where each character of a visible text stands in the source file it was read from.

A list of runs instead of a list of offsets per character: a page of 100,000 characters is a few
hundred runs, and inside a run the source characters are identical, so one addition is exact.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.text.positions import Positions


@dataclass(frozen=True, slots=True)
class Run:
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

    __slots__ = ("_lengths", "_sources", "_visibles", "_widths", "positions")

    def __init__(self, source: str, runs: Iterable[Run]) -> None:
        """Take the runs in order; together they cover the visible text without gaps."""
        self.positions = Positions(source)
        """Lines and columns of the source."""
        self._visibles, self._sources = array("q"), array("q")
        self._lengths, self._widths = array("q"), array("q")
        for run in runs:
            self._visibles.append(run.visible)
            self._sources.append(run.source)
            self._lengths.append(run.length)
            self._widths.append(run.width)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the source span, in code points, of the visible span `start` to `end`."""
        if not self._visibles:
            return 0, 0
        begin = self._edge(start, is_end=False)
        return (begin, begin) if end <= start else (begin, max(begin, self._edge(end, is_end=True)))

    def _edge(self, offset: int, *, is_end: bool) -> int:
        """Map one edge; an end belongs to the run of the character before it."""
        index = max(0, bisect_right(self._visibles, offset - 1 if is_end else offset) - 1)
        inside = offset - self._visibles[index]
        length, width = self._lengths[index], self._widths[index]
        if length == width:
            return self._sources[index] + min(inside, length)
        return self._sources[index] + (width if is_end else 0)
