"""Pairs quotation marks: which mark opens, which closes, which is an apostrophe.

At most one double and one single quotation are open at a time: news prose nests no deeper, and
with two slots instead of a stack no input can make the pairing slow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.text.shadow import DOUBLE_QUOTES, SINGLE_QUOTES

Span = tuple[int, int]
Weight = Literal["single", "double"]
Role = Literal["open", "close", "none"]

_OPENING = {
    "\u201c",
    "\u201e",
    "\u201f",
    "\u00ab",
    "\u301d",
    "\u2018",
    "\u201a",
    "\u201b",
    "\u2039",
}
_CLOSING = {"\u201d", "\u00bb", "\u301e", "\u203a"}
# Two single marks in a row are a double one that somebody typed.
_TYPED_TWICE = "''|``|\u2019\u2019|\u2018\u2018|\u00b4\u00b4"
_MARK = re.compile(f"{_TYPED_TWICE}|[{re.escape(SINGLE_QUOTES)}]|[{re.escape(DOUBLE_QUOTES)}]")
_ELISION = re.compile(
    r"(?:\d\ds?\b|(?:em|til|till|tis|twas|cause|cos|n|round|bout|cept|fraid|nuff|neath|gainst)\b)",
    re.IGNORECASE,
)
_LONGEST_DOUBTFUL = 80
"""A quotation opened by a mark that is usually an apostrophe may be this long."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One quotation: `start` to `end` lie inside the marks, `before` and `after` outside them.

    Pairs of one `group` are the paragraphs of one quotation. Pairs nest or stand apart.
    """

    start: int
    end: int
    before: int
    after: int
    group: int


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    weight: Weight
    role: Role
    firm: bool
    """Whether it could be nothing else."""


@dataclass(slots=True)
class _Open:
    mark: _Mark
    group: int
    inner: bool


def find_pairs(marks: str, paragraphs: Sequence[Span]) -> tuple[Pair, ...]:
    """Return the quotations of a text, in order of their start.

    `marks` is the shadow with quotation marks as written. A quotation that is open at the end of
    a paragraph goes on in the next if that starts with an opening mark too; one that never closes
    ends with its paragraph if its mark can be nothing but an opening one, else there is none.
    """
    pairing = _Pairing()
    following = [start for start, _ in paragraphs[1:]]
    for index, (start, end) in enumerate(paragraphs):
        found = [
            _read_mark(marks, m.start(), m.end(), (start, end))
            for m in _MARK.finditer(marks, start, end)
        ]
        pairing.paragraph(found, marks, (start, end))
        after = following[index] if index < len(following) else None
        pairing.finish(end, continues=None if after is None else _opens_paragraph(marks, after))
    return tuple(sorted(pairing.pairs, key=lambda pair: (pair.start, -pair.end)))


class _Pairing:
    """The state of one pass over a text."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self.open: dict[Weight, _Open] = {}
        self.carried: tuple[Weight, int] | None = None
        self.groups = 0

    def paragraph(self, found: list[_Mark], marks: str, span: Span) -> None:
        """Take the marks of one paragraph, in order."""
        strong = _next_strong(found, marks)
        for index, mark in enumerate(found):
            role = mark.role
            current = self.open.get(mark.weight)
            if role == "close" and current and _is_possessive(mark, current, strong[index], marks):
                continue
            if role == "none" or (role == "close" and not current and not mark.firm):
                continue
            if role == "open" or not current:
                self._start(mark, marks, span)
            else:
                self._close(mark, current)

    def _start(self, mark: _Mark, marks: str, span: Span) -> None:
        if mark.role == "close" and not _can_open(marks, mark, span):
            return
        if mark.weight in self.open:
            self._end(mark.weight, mark.start)
        at_start = mark.start == span[0]
        if at_start and self.carried and self.carried[0] == mark.weight:
            group = self.carried[1]
        else:
            self.groups += 1
            group = self.groups
        self.open[mark.weight] = _Open(mark, group, inner=bool(self.open))

    def _close(self, mark: _Mark, current: _Open) -> None:
        del self.open[mark.weight]
        # A mark of the other weight that opened inside and never closed was none.
        other: Weight = "single" if mark.weight == "double" else "double"
        inside = self.open.get(other)
        if inside and inside.mark.start > current.mark.start:
            del self.open[other]
        too_long = mark.start - current.mark.end > _LONGEST_DOUBTFUL
        if mark.start > current.mark.end and (current.mark.firm or not too_long):
            self._add(current, mark.start, mark.end)

    def _end(self, weight: Weight, end: int) -> None:
        """End what was never closed, where that much is sure."""
        current = self.open.pop(weight)
        if current.mark.firm and current.mark.role == "open" and weight == "double":
            self._add(current, end, end)

    def finish(self, end: int, *, continues: Weight | None) -> None:
        """End a paragraph; `continues` is the weight of the mark the next one opens with."""
        self.carried = None
        for weight in list(self.open):
            current = self.open[weight]
            if continues == weight and not current.inner:
                del self.open[weight]
                self._add(current, end, end)
                self.carried = (weight, current.group)
            else:
                self._end(weight, end)

    def _add(self, current: _Open, end: int, after: int) -> None:
        mark = current.mark
        if end > mark.end:
            self.pairs.append(Pair(mark.end, end, mark.start, after, current.group))


def _read_mark(marks: str, start: int, end: int, span: Span) -> _Mark:
    """Tell what one mark is from itself and its neighbours."""
    character = marks[start]
    weight: Weight = "double" if character in DOUBLE_QUOTES or end - start == 2 else "single"
    before = marks[start - 1] if start > span[0] else " "
    after = marks[end] if end < span[1] else " "
    if weight == "single":
        return _read_single(marks, start, end, before, after)
    if character in _OPENING and not (character == "\u201c" and _closes(before, after)):
        return _Mark(start, end, weight, "open", firm=True)
    if character in _CLOSING:
        return _Mark(start, end, weight, "close", firm=True)
    if _closes(before, after):
        return _Mark(start, end, weight, "close", firm=False)
    if _opens(before, after):
        return _Mark(start, end, weight, "open", firm=_starts_speech(marks, start, end, span))
    is_measure = before.isdigit()
    return _Mark(
        start, end, weight, "close" if is_measure or not after.isalnum() else "open", firm=False
    )


def _starts_speech(marks: str, start: int, end: int, span: Span) -> bool:
    """Tell whether a mark stands where only speech can begin: before a capital, after a stop."""
    lead = marks[max(span[0], start - 3) : start].rstrip()
    return start == span[0] or (lead[-1:] in tuple(".?!,:") and marks[end].isupper())


def _read_single(marks: str, start: int, end: int, before: str, after: str) -> _Mark:
    role: Role
    if before.isalnum() and after.isalnum():
        return _Mark(start, end, "single", "none", firm=True)
    directed = marks[start] in _OPENING
    if _opens(before, after) or (directed and not _closes(before, after)):
        elided = _ELISION.match(marks, end) is not None
        closed = elided and marks[start] not in _OPENING
        role = "none" if closed or (elided and not directed) else "open"
        return _Mark(start, end, "single", role, firm=marks[start] != "\u2019")
    role = "close" if not before.isspace() else "none"
    return _Mark(start, end, "single", role, firm=False)


def _opens(before: str, after: str) -> bool:
    outside = before.isspace() or before in "([{<-/\u2013\u2014:" or before in DOUBLE_QUOTES
    outside = outside or before in SINGLE_QUOTES
    return outside and not after.isspace() and after not in ",;:!?)]}"


def _closes(before: str, after: str) -> bool:
    return not before.isspace() and before not in "([{" and not after.isalnum()


def _can_open(marks: str, mark: _Mark, span: Span) -> bool:
    before = marks[mark.start - 1] if mark.start > span[0] else " "
    after = marks[mark.end] if mark.end < span[1] else " "
    return before.isspace() and after.isalnum()


def _opens_paragraph(marks: str, start: int) -> Weight | None:
    """Return the weight of the mark a paragraph opens with, if it does."""
    found = _MARK.match(marks, start)
    if found is None or marks[start] in _CLOSING or _ELISION.match(marks, found.end()):
        return None
    return "double" if found[0] in DOUBLE_QUOTES or len(found[0]) == 2 else "single"


def _next_strong(found: list[_Mark], marks: str) -> list[bool]:
    """Tell for each mark whether the next single mark, apostrophes apart, surely closes."""
    result = [False] * len(found)
    strong = False
    for index in range(len(found) - 1, -1, -1):
        mark = found[index]
        result[index] = strong
        if mark.weight == "single" and mark.role != "none":
            strong = mark.role == "close" and not _follows_s(mark, marks)
    return result


def _follows_s(mark: _Mark, marks: str) -> bool:
    """Tell whether the mark could be a possessive plural: `the traffickers' van`."""
    after = marks[mark.end : mark.end + 2]
    return (
        marks[mark.start - 1] in "sS" and len(after) == 2 and after[0] == " " and after[1].isalpha()
    )


def _is_possessive(mark: _Mark, current: _Open, strong_follows: bool, marks: str) -> bool:
    return (
        mark.weight == "single"
        and not mark.firm
        and strong_follows
        and mark.start > current.mark.end
        and _follows_s(mark, marks)
    )
