"""What one quotation mark is, told from itself and its neighbours: opening, closing or neither.

Pairs quotation marks: which mark opens, which closes, which is an apostrophe or an inch.

Double marks are paired first, for they are the surer ones; single marks then only among those
that stand in the same double quotation. Two double quotations and one single in each are open at
a time at most: news prose nests no deeper, and no input can make the pairing slow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitor.text.normalised_text import DOUBLE_QUOTES, SINGLE_QUOTES
from monitor.text.positions import Stretch

Weight = Literal["single", "double"]
Role = Literal["open", "close", "either", "none"]

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
_TURNED = {"\u201c", "\u00ab"}
"""Opening marks that close in other countries, or where somebody typed the wrong one."""
# Two single marks in a row are a double one that somebody typed, or a tokenizer's. Three after a
# word are a single mark, then a double one: they end a quotation that ends in another.
_TYPED_TWICE = r"(?<=\S)(?<!')'(?=''(?!'))|''|``|\u2019\u2019|\u2018\u2018|\u00b4\u00b4"
_ENTITY = "&(?:quot|[lr]dquo|#34|#x22);"
_MARK = re.compile(
    f"{_TYPED_TWICE}|{_ENTITY}|[{re.escape(SINGLE_QUOTES)}]|[{re.escape(DOUBLE_QUOTES)}]"
)
_LEFT = ("``", "&ldquo;", "\u2018\u2018")
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
    return [_read_mark(marks, m.start(), m.end(), span) for m in _MARK.finditer(marks, *span)]


def _read_mark(marks: str, start: int, end: int, span: Stretch) -> QuoteMark:
    """Tell what one mark is from itself and its neighbours."""
    single = marks[start] in SINGLE_QUOTES and end - start == 1
    weight: Weight = "single" if single else "double"
    before = marks[start - 1] if start > span[0] else " "
    after = marks[end] if end < span[1] else " "
    if weight == "single":
        return _read_single(marks, start, end, before, after)
    return _read_double(marks, start, end, before, after, span)


def _read_double(
    marks: str, start: int, end: int, before: str, after: str, span: Stretch
) -> QuoteMark:
    character, written = marks[start], marks[start:end]
    role: Role
    if written in _LEFT or character in _OPENING:
        if character in _TURNED and _closes(before, after):
            return QuoteMark(start, end, "double", "close", firm=False)
        ends = character in _TURNED and before.isspace() and (end == span[1] or after in ".,;:!?)")
        return QuoteMark(start, end, "double", "either" if ends else "open", firm=not ends)
    if character in _CLOSING or written == "&rdquo;":
        turned = before.isspace() and after.isalnum()
        return QuoteMark(start, end, "double", "either" if turned else "close", firm=not turned)
    if before.isdigit() and (after.isalnum() or character == "\u2033"):
        role = "none" if character == "\u2033" else "close"
    elif _closes(before, after):
        role = "close"
    elif _opens(before, after):
        return QuoteMark(start, end, "double", "open", firm=_starts_speech(marks, start, end, span))
    else:
        role = "either"
    return QuoteMark(start, end, "double", role, firm=False)


def _starts_speech(marks: str, start: int, end: int, span: Stretch) -> bool:
    """Tell whether a mark stands where only speech can begin: before a capital, after a stop."""
    lead = marks[max(span[0], start - 3) : start].rstrip()
    return start == span[0] or (lead[-1:] in tuple(".?!,:") and marks[end].isupper())


def _read_single(marks: str, start: int, end: int, before: str, after: str) -> QuoteMark:
    role: Role
    prime = marks[start] == "\u2032" and before.isdigit()
    if (before.isalnum() and after.isalnum()) or prime:
        return QuoteMark(start, end, "single", "none", firm=True)
    directed = marks[start] in _OPENING
    if _opens(before, after) or (directed and not _closes(before, after)):
        elided = _ELISION.match(marks, end) is not None
        closed = elided and marks[start] not in _OPENING
        role = "none" if closed or (elided and not directed) else "open"
        return QuoteMark(start, end, "single", role, firm=marks[start] != "\u2019")
    role = "close" if not before.isspace() else "none"
    return QuoteMark(start, end, "single", role, firm=False)


def _opens(before: str, after: str) -> bool:
    outside = before.isspace() or before in "([{<-/\u2013\u2014:" or before in DOUBLE_QUOTES
    outside = outside or before in SINGLE_QUOTES
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
_DEEPEST = 2
_PARAGRAPHS_AHEAD = 5
"""Paragraphs without a mark that a quotation may run through to its closing one."""
_LONGEST_UNOPENED = 400
_ENDS_SPEECH = (",", ".", "?", "!", "\u2026")
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


@dataclass(slots=True)
class _Open:
    mark: QuoteMark
    group: int
    index: int = -1


@dataclass(frozen=True, slots=True)
class _Carried:
    """A quotation that the last paragraph left open; `reopens`: this one repeats its mark."""

    weight: Weight
    group: int
    reopens: bool


@dataclass(slots=True)
class _QuotedText:
    span: Stretch
    found: list[QuoteMark]
    doubles: list[QuoteMark] = field(default_factory=list)


def find_pairs(marks: str, paragraphs: Sequence[Stretch]) -> tuple[Pair, ...]:
    """Return the quotations of a text, in order of their start.

    `marks` is the shadow with quotation marks as written. A quotation that is open at the end of
    a paragraph goes on in the next if that starts with an opening mark too, or if the next mark
    is a closing one; one that never closes ends with its paragraph if its mark can be nothing but
    an opening one, else there is none.
    """
    read = [_read_paragraph(marks, span) for span in paragraphs]
    pairing = _Pairing(marks)
    for index, paragraph in enumerate(read):
        pairing.take(paragraph, read[index + 1 : index + 2 + _PARAGRAPHS_AHEAD])
    return tuple(sorted(pairing.pairs, key=lambda pair: (pair.start, -pair.end)))


def _read_paragraph(marks: str, span: Stretch) -> _QuotedText:
    found = find_marks(marks, span)
    return _QuotedText(span, found, [mark for mark in found if mark.weight == "double"])


class _Pairing:
    """The state of one pass over a text."""

    def __init__(self, marks: str) -> None:
        self.marks = marks
        self.pairs: list[Pair] = []
        self.carried: _Carried | None = None
        self.groups = 0

    def take(self, paragraph: _QuotedText, ahead: Sequence[_QuotedText]) -> None:
        """Pair the marks of one paragraph; `ahead` are the ones behind it."""
        carried, self.carried = self.carried, None
        reopens = opens_paragraph(self.marks, ahead[0].span[0]) if ahead else None
        doubles = _Doubles(self, paragraph, carried).take()
        self._go_on(doubles, reopens, ahead)
        doubles.found.sort(key=lambda pair: (pair.before, -pair.after))
        self.pairs += doubles.found
        self._singles(paragraph, doubles, carried, reopens)

    def group(self, mark: QuoteMark, span: Stretch, carried: _Carried | None) -> int:
        """Return the group of a quotation that opens: the last one's if it reopens that."""
        if mark.start == span[0] and carried and carried.reopens and carried.weight == mark.weight:
            return carried.group
        self.groups += 1
        return self.groups

    def _go_on(
        self, doubles: _Doubles, reopens: Weight | None, ahead: Sequence[_QuotedText]
    ) -> None:
        """End what a paragraph leaves open, or carry it into the next one."""
        if not doubles.open:
            return
        last = doubles.open[0]
        end = doubles.paragraph.span[1]
        runs_on = reopens != "double" and _runs_on(self.marks, last, ahead)
        if reopens == "double" or runs_on:
            self.carried = _Carried("double", last.group, reopens=not runs_on)
            doubles.add(last, end, end)
        else:
            doubles.keep(last, end)

    def _singles(
        self,
        paragraph: _QuotedText,
        doubles: _Doubles,
        carried: _Carried | None,
        reopens: Weight | None,
    ) -> None:
        """Pair single marks with those of the same double quotation, or of none."""
        pairs = doubles.found
        strong = _next_strong(paragraph.found, self.marks)
        around: list[Pair] = []
        slots: list[_Open | None] = [None]
        following = 0
        for mark, strong_follows in zip(paragraph.found, strong, strict=True):
            while around and mark.start >= around[-1].after:
                around.pop()
                slots.pop()
            while following < len(pairs) and pairs[following].before <= mark.start:
                if mark.start < pairs[following].after:
                    around.append(pairs[following])
                    slots.append(None)
                following += 1
            if mark.role == "none" or (
                mark.weight == "double" and mark.start not in doubles.unused
            ):
                continue
            current = slots[-1]
            if mark.role == "open":
                slots[-1] = _Open(mark, self.group(mark, paragraph.span, carried))
            elif current and not _is_possessive(mark, current, strong_follows, self.marks):
                slots[-1] = None
                self._close_single(current, mark)
        if reopens == "single" and slots[0] and self.carried is None:
            self.carried = _Carried("single", slots[0].group, reopens=True)
            self._add(slots[0], paragraph.span[1], paragraph.span[1])

    def _close_single(self, current: _Open, mark: QuoteMark) -> None:
        too_long = mark.start - current.mark.end > _LONGEST_DOUBTFUL
        if current.mark.firm or not too_long:
            self._add(current, mark.start, mark.end)

    def _add(self, current: _Open, end: int, after: int) -> None:
        mark = current.mark
        if end > mark.end:
            self.pairs.append(Pair(mark.end, end, mark.start, after, current.group))


class _Doubles:
    """The double marks of one paragraph.

    `found` are its pairs, `open` what is still open, `unused` where two single marks in a row
    close no double quotation, and so may close single ones.
    """

    def __init__(self, pairing: _Pairing, paragraph: _QuotedText, carried: _Carried | None) -> None:
        self.pairing = pairing
        self.marks = pairing.marks
        self.paragraph = paragraph
        self.carried = carried
        self.found: list[Pair] = []
        self.open: list[_Open] = []
        self.unused: set[int] = set()
        self.closers = _closers(paragraph.doubles, self.marks)

    def take(self) -> _Doubles:
        """Pair the marks in order."""
        if self.carried and self.carried.weight == "double" and not self.carried.reopens:
            start = self.paragraph.span[0]
            mark = QuoteMark(start, start, "double", "open", firm=True)
            self.open.append(_Open(mark, self.carried.group))
        for index, mark in enumerate(self.paragraph.doubles):
            role = mark.role
            if role == "either":
                role = "close" if self.open else "open"
            if role == "open":
                self._start(index, mark)
            elif role == "close" and self.open:
                if not self._is_measure(index, mark):
                    self.add(self.open.pop(), mark.start, mark.end)
            elif role == "close" and _is_typed_twice(mark, self.marks):
                self.unused.add(mark.start)
            elif role == "close" and index == 0:
                self._unopened(mark)
        del self.open[1:]
        return self

    def _start(self, index: int, mark: QuoteMark) -> None:
        while self.open and not self._nests(index, mark):
            self.keep(self.open.pop(), mark.start)
        group = self.pairing.group(mark, self.paragraph.span, self.carried)
        self.open.append(_Open(mark, group, index))

    def _nests(self, index: int, mark: QuoteMark) -> bool:
        """Tell whether a mark opens inside the open quotation, not after its missing end."""
        if len(self.open) >= _DEEPEST:
            return False
        outer = self.open[-1]
        closer = self.closers[outer.index] if outer.index >= 0 else None
        if closer is not None and closer > index:
            return True
        lead = self.marks[max(outer.mark.end, mark.start - 3) : mark.start].rstrip()
        within = bool(lead) and (lead[-1].isalnum() or lead[-1] in "([")
        return within and outer.mark.firm and self.closers[index] is not None

    def _is_measure(self, index: int, mark: QuoteMark) -> bool:
        """Tell whether a mark that could close is an inch: another that closes comes next."""
        doubles = self.paragraph.doubles
        return (
            not mark.firm
            and self.marks[mark.start - 1].isdigit()
            and index + 1 < len(doubles)
            and doubles[index + 1].role == "close"
        )

    def _unopened(self, mark: QuoteMark) -> None:
        """Take what stands before the first mark of a paragraph as speech whose mark is missing."""
        start = self.paragraph.span[0]
        start += self.marks[start] in SINGLE_QUOTES
        speech = self.marks[mark.start - 1] in _ENDS_SPEECH
        if speech and 0 < mark.start - start <= _LONGEST_UNOPENED:
            opening = QuoteMark(start, start, "double", "open", firm=False)
            self.add(_Open(opening, self.pairing.group(mark, (-1, -1), None)), mark.start, mark.end)

    def keep(self, current: _Open, end: int) -> None:
        """End at `end` what was never closed, or where its speaker is named, if it is sure."""
        if current.mark.firm and current.mark.role == "open":
            said = _SAID.search(self.marks, current.mark.end, end)
            end = said.end() if said else end
            self.add(current, end, end)

    def add(self, current: _Open, end: int, after: int) -> None:
        """Add a pair if there is something in it."""
        mark = current.mark
        if end > mark.end:
            self.found.append(Pair(mark.end, end, mark.start, after, current.group))


def _is_typed_twice(mark: QuoteMark, marks: str) -> bool:
    return mark.end - mark.start == 2 and marks[mark.start] in SINGLE_QUOTES


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


def _runs_on(marks: str, last: _Open, ahead: Sequence[_QuotedText]) -> bool:
    """Tell whether the next double mark behind a paragraph closes what it leaves open."""
    for distance, paragraph in enumerate(ahead):
        if paragraph.doubles:
            mark = paragraph.doubles[0]
            if mark.role != "close" or marks[mark.start - 1].isdigit():
                return False
            return mark.firm or distance == 0 or (last.mark.firm and distance <= 1)
        if not last.mark.firm:
            return False
    return False


def _next_strong(found: list[QuoteMark], marks: str) -> list[bool]:
    """Tell for each mark whether the next single mark, apostrophes apart, surely closes."""
    result = [False] * len(found)
    strong = False
    for index in range(len(found) - 1, -1, -1):
        mark = found[index]
        result[index] = strong
        if mark.weight == "single" and mark.role != "none":
            strong = mark.role == "close" and not _follows_s(mark, marks)
    return result


def _follows_s(mark: QuoteMark, marks: str) -> bool:
    """Tell whether the mark could be a possessive plural: `the traffickers' van`."""
    after = marks[mark.end : mark.end + 2]
    return (
        marks[mark.start - 1] in "sS" and len(after) == 2 and after[0] == " " and after[1].isalpha()
    )


def _is_possessive(mark: QuoteMark, current: _Open, strong_follows: bool, marks: str) -> bool:
    return (
        mark.weight == "single"
        and not mark.firm
        and strong_follows
        and mark.start > current.mark.end
        and _follows_s(mark, marks)
    )
