"""Quotation mark pairing: which mark opens, which closes, which is an apostrophe or an inch.

Double marks are paired first, for they are the surer ones; single marks then only among those in
the same double quotation. Two double quotations and one single in each are open at a time at most:
news prose nests no deeper, and no input can make the pairing slow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.text.normalised_text import DOUBLE_QUOTES, SINGLE_QUOTES
from monitor.text.positions import Stretch

Weight = Literal["single", "double"]
Role = Literal["open", "close", "either", "none"]

_OPENING = frozenset("\u201c\u201e\u201f\u00ab\u301d\u2018\u201a\u201b\u2039")
_CLOSING = frozenset("\u201d\u00bb\u301e\u203a")
_TURNED = frozenset("\u201c\u00ab")
"""Opening marks that close in other countries, or where somebody typed the wrong one."""
# Two single marks in a row are a double one that somebody typed, or a tokenizer's. Three after a
# word are a single mark, then a double one: they end a quotation that ends in another.
_TYPED_TWICE = r"(?<=\S)(?<!')'(?=''(?!'))|''|``|\u2019\u2019|\u2018\u2018|\u00b4\u00b4"
_ENTITY = "&(?:quot|[lr]dquo|#34|#x22);"
_MARK = re.compile(
    f"{_TYPED_TWICE}|{_ENTITY}|[{re.escape(SINGLE_QUOTES)}]|[{re.escape(DOUBLE_QUOTES)}]"
)
_LEFT = ("``", "&ldquo;", "\u2018\u2018")
_OUTSIDE = "([{<-/\u2013\u2014:" + DOUBLE_QUOTES + SINGLE_QUOTES
"""Before a mark that opens, if no space is there."""
_ELISION = re.compile(
    r"(?:\d\ds?\b|(?:em|til|till|tis|twas|cause|cos|n|round|bout|cept|fraid|nuff|neath|gainst)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class QuoteMark:
    """One mark in the text, or two that are typed as one; `role` is what it seems to be."""

    start: int
    end: int
    weight: Weight
    role: Role
    firm: bool
    """Whether it could be nothing else."""


def find_marks(marks: str, span: Stretch) -> list[QuoteMark]:
    """Return the marks of a paragraph, each for itself."""
    found: list[QuoteMark] = []
    for start, end in (match.span() for match in _MARK.finditer(marks, *span)):
        before = marks[start - 1] if start > span[0] else " "
        after = marks[end] if end < span[1] else " "
        if is_single := marks[start] in SINGLE_QUOTES and end - start == 1:
            read = _read_single(marks, start, before, after)
        else:
            read = _read_double(marks, (start, end), before, after, span)
        found.append(QuoteMark(start, end, "single" if is_single else "double", *read))
    return found


def _read_double(
    marks: str, mark: Stretch, before: str, after: str, span: Stretch
) -> tuple[Role, bool]:
    (start, end), character, written = mark, marks[mark[0]], marks[slice(*mark)]
    if written in _LEFT or character in _OPENING:
        if character in _TURNED and _closes(before, after):
            return "close", False
        ends = character in _TURNED and before.isspace() and (end == span[1] or after in ".,;:!?)")
        return ("either", False) if ends else ("open", True)
    if character in _CLOSING or written == "&rdquo;":
        return ("either", False) if before.isspace() and after.isalnum() else ("close", True)
    inches = before.isdigit() and character == "\u2033"
    if inches or _closes(before, after) or (before.isdigit() and after.isalnum()):
        return "none" if inches else "close", False
    if not _opens(before, after):
        return "either", False
    # only speech can begin at the start of a paragraph, or before a capital behind a stop
    lead = marks[max(span[0], start - 3) : start].rstrip()
    return "open", start == span[0] or (lead[-1:] in tuple(".?!,:") and marks[end].isupper())


def _read_single(marks: str, start: int, before: str, after: str) -> tuple[Role, bool]:
    prime = marks[start] == "\u2032" and before.isdigit()
    if (before.isalnum() and after.isalnum()) or prime:
        return "none", True
    directed = marks[start] in _OPENING
    if _opens(before, after) or (directed and not _closes(before, after)):
        elided = not directed and _ELISION.match(marks, start + 1)
        return "none" if elided else "open", marks[start] != "\u2019"
    return "none" if before.isspace() else "close", False


def _opens(before: str, after: str) -> bool:
    outside = before.isspace() or before in _OUTSIDE
    return outside and not after.isspace() and after not in ",;:!?)]}"


def _closes(before: str, after: str) -> bool:
    return not before.isspace() and before not in "([{" and not after.isalnum()


def opens_paragraph(marks: str, start: int) -> Weight | None:
    """Return the weight of the mark a paragraph opens with, if it does."""
    found = _MARK.match(marks, start)
    if found is None or _ELISION.match(marks, found.end()):
        return None
    if marks[start] in _CLOSING and not marks[found.end() : found.end() + 1].isalnum():
        return None
    return "single" if len(found[0]) == 1 and found[0] in SINGLE_QUOTES else "double"


_LONGEST_DOUBTFUL = 80
"""A quotation opened by a mark that is usually an apostrophe may be this long."""
_PARAGRAPHS_AHEAD = 5
"""Paragraphs without a mark that a quotation may run through to its closing one."""
_LONGEST_UNOPENED = 400
# Where the closing mark was forgotten: "It is gone, said the treasurer."
_SAID = re.compile(
    r"[,?!](?=['\u2019]?\s+(?:"
    r"(?:said|says|stated|added|told|asked)\s|"
    r"(?:s?he|they|(?:[A-Z][\w.'\u2019-]*\s){1,4}?)\s?(?:said|says|stated|added|told)\b))"
)


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
class _Open:
    """A quotation that is open; `reopens`: the next paragraph repeats its mark."""

    mark: QuoteMark
    group: int
    index: int = -1
    reopens: bool = False


_Paragraph = tuple[Stretch, list[QuoteMark]]


def find_pairs(marks: str, paragraphs: Sequence[Stretch]) -> tuple[Pair, ...]:
    """Return the quotations of a text, in order of their start.

    `marks` is the shadow with quotation marks as written. A quotation that is open at the end of
    a paragraph goes on in the next if that starts with an opening mark too, or if the next mark
    is a closing one; one that never closes ends with its paragraph if its mark can be nothing but
    an opening one, else there is none.
    """
    read = [(span, find_marks(marks, span)) for span in paragraphs]
    pairing = _Pairing(marks)
    for index, (span, found) in enumerate(read):
        pairing.take(span, found, read[index + 1 : index + 2 + _PARAGRAPHS_AHEAD])
    return tuple(sorted(pairing.pairs, key=lambda pair: (pair.start, -pair.end)))


class _Pairing:
    """Pairs the marks of a text, paragraph by paragraph; `carried` is what the last left open."""

    def __init__(self, marks: str) -> None:
        self.marks, self.span, self.groups = marks, (0, 0), 0
        self.pairs: list[Pair] = []
        self.carried: _Open | None = None
        self.found: list[Pair] = []
        self.open: list[_Open] = []

    def take(self, span: Stretch, marks: Sequence[QuoteMark], ahead: Sequence[_Paragraph]) -> None:
        """Pair the marks of one paragraph; `ahead` are the ones behind it."""
        self.span, self.found, self.open = span, [], []
        unused = self._pair_doubles(_doubles(marks))
        reopens = opens_paragraph(self.marks, ahead[0][0][0]) if ahead else None
        carried: _Open | None = None
        for last in self.open:
            runs_on = reopens != "double" and _runs_on(self.marks, last, ahead)
            if reopens == "double" or runs_on:
                carried = replace(last, reopens=not runs_on)
                self.found += _pair(last, span[1], span[1])
            else:
                self._keep(last, span[1])
        self.found.sort(key=lambda pair: (pair.before, -pair.after))
        self.pairs += self.found
        single = self._pair_singles(marks, unused)
        if reopens == "single" and single and carried is None:
            carried = replace(single, reopens=True)
            self.pairs += _pair(single, span[1], span[1])
        self.carried = carried

    def _group(self, mark: QuoteMark) -> int:
        """Return the group of a quotation that opens: the last one's if it reopens that."""
        last = self.carried
        if last and last.reopens and last.mark.weight == mark.weight and mark.start == self.span[0]:
            return last.group
        self.groups += 1
        return self.groups

    def _pair_doubles(self, doubles: Sequence[QuoteMark]) -> set[int]:
        """Pair double marks in order; return where two typed single ones may close a single one."""
        unused: set[int] = set()
        if self.carried and self.carried.mark.weight == "double" and not self.carried.reopens:
            start = self.span[0]
            mark = QuoteMark(start, start, "double", "open", firm=True)
            self.open.append(_Open(mark, self.carried.group))
        closers = _closers(doubles, self.marks)
        for index, mark in enumerate(doubles):
            role = mark.role
            if role == "either":
                role = "close" if self.open else "open"
            if role == "open":
                while self.open and not self._nests(mark, index, closers):
                    self._keep(self.open.pop(), mark.start)
                self.open.append(_Open(mark, self._group(mark), index))
            elif role == "close" and self.open:
                following = doubles[index + 1 : index + 2]
                inches = not mark.firm and self.marks[mark.start - 1].isdigit()
                if not (inches and following and following[0].role == "close"):
                    self.found += _pair(self.open.pop(), mark.start, mark.end)
            elif role == "close" and mark.end - mark.start == 2:  # typed twice
                unused.add(mark.start)
            elif role == "close" and index == 0:
                self._unopened(mark)
        del self.open[1:]
        return unused

    def _nests(self, mark: QuoteMark, index: int, closers: Sequence[int | None]) -> bool:
        """Tell whether a mark opens inside the open quotation, not after its missing end."""
        if len(self.open) >= 2:
            return False
        outer = self.open[-1]
        closer = closers[outer.index] if outer.index >= 0 else None
        if closer is not None and closer > index:
            return True
        lead = self.marks[max(outer.mark.end, mark.start - 3) : mark.start].rstrip()
        within = bool(lead) and (lead[-1].isalnum() or lead[-1] in "([")
        return within and outer.mark.firm and closers[index] is not None

    def _unopened(self, mark: QuoteMark) -> None:
        """Take what stands before the first mark of a paragraph as speech whose mark is missing."""
        start = self.span[0]
        start += self.marks[start] in SINGLE_QUOTES
        speech = self.marks[mark.start - 1] in ",.?!\u2026"
        if speech and 0 < mark.start - start <= _LONGEST_UNOPENED:
            self.groups += 1
            self.found.append(Pair(start, mark.start, start, mark.end, self.groups))

    def _keep(self, current: _Open, end: int) -> None:
        """End at `end` what was never closed, or where its speaker is named, if it is sure."""
        if current.mark.firm and current.mark.role == "open":
            said = _SAID.search(self.marks, current.mark.end, end)
            end = said.end() if said else end
            self.found += _pair(current, end, end)

    def _pair_singles(self, marks: Sequence[QuoteMark], unused: set[int]) -> _Open | None:
        """Pair single marks in one double quotation, or in none; return what is open in none."""
        around: list[Pair] = []
        slots: list[_Open | None] = [None]
        following = 0
        for mark, strong_follows in zip(marks, _next_strong(marks, self.marks), strict=True):
            while around and mark.start >= around[-1].after:
                around.pop()
                slots.pop()
            while following < len(self.found) and self.found[following].before <= mark.start:
                if mark.start < self.found[following].after:
                    around.append(self.found[following])
                    slots.append(None)
                following += 1
            if mark.role == "none" or (mark.weight == "double" and mark.start not in unused):
                continue
            current = slots[-1]
            if mark.role == "open":
                slots[-1] = _Open(mark, self._group(mark))
            elif current and not (
                mark.weight == "single"
                and not mark.firm
                and strong_follows
                and mark.start > current.mark.end
                and _follows_s(mark, self.marks)
            ):
                slots[-1] = None
                if current.mark.firm or mark.start - current.mark.end <= _LONGEST_DOUBTFUL:
                    self.pairs += _pair(current, mark.start, mark.end)
        return slots[0]


def _doubles(found: Sequence[QuoteMark]) -> list[QuoteMark]:
    return [mark for mark in found if mark.weight == "double"]


def _pair(opened: _Open, end: int, after: int) -> list[Pair]:
    mark = opened.mark
    return [Pair(mark.end, end, mark.start, after, opened.group)] if end > mark.end else []


def _closers(doubles: Sequence[QuoteMark], marks: str) -> list[int | None]:
    """Return for each mark that opens the index of its closing one, by their direction alone."""
    result: list[int | None] = [None] * len(doubles)
    stack: list[int] = []
    for index, mark in enumerate(doubles):
        if mark.role == "open":
            stack.append(index)
        elif mark.role == "close" and stack and not marks[mark.start - 1].isdigit():
            result[stack.pop()] = index
    return result


def _runs_on(marks: str, last: _Open, ahead: Sequence[_Paragraph]) -> bool:
    """Tell whether the next double mark behind a paragraph closes what it leaves open."""
    for distance, (_, found) in enumerate(ahead):
        if doubles := _doubles(found):
            mark = doubles[0]
            if mark.role != "close" or marks[mark.start - 1].isdigit():
                return False
            return mark.firm or distance == 0 or (last.mark.firm and distance <= 1)
        if not last.mark.firm:
            return False
    return False


def _next_strong(found: Sequence[QuoteMark], marks: str) -> list[bool]:
    """Tell for each mark whether the next single mark, apostrophes apart, surely closes."""
    result: list[bool] = []
    strong = False
    for mark in reversed(found):
        result.append(strong)
        if mark.weight == "single" and mark.role != "none":
            strong = mark.role == "close" and not _follows_s(mark, marks)
    return result[::-1]


def _follows_s(mark: QuoteMark, marks: str) -> bool:
    """Tell whether the mark could be a possessive plural: `the traffickers' van`."""
    after = marks[mark.end : mark.end + 2]
    return marks[mark.start - 1] in "sS" and after[:1] == " " and after[1:].isalpha()
