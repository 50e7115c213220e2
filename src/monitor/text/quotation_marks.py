"""What one quotation mark is, told from itself and its neighbours: opening, closing or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.text.normalised_text import DOUBLE_QUOTES, SINGLE_QUOTES
from monitor.text.spans import Stretch

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
class Mark:
    """One mark in the text, or two that are typed as one; `role` is what it seems to be."""

    start: int
    end: int
    weight: Weight
    role: Role
    firm: bool
    """Whether it could be nothing else."""


def find_marks(marks: str, span: Stretch) -> list[Mark]:
    """Return the marks of a paragraph, each for itself."""
    return [_read_mark(marks, m.start(), m.end(), span) for m in _MARK.finditer(marks, *span)]


def _read_mark(marks: str, start: int, end: int, span: Stretch) -> Mark:
    """Tell what one mark is from itself and its neighbours."""
    single = marks[start] in SINGLE_QUOTES and end - start == 1
    weight: Weight = "single" if single else "double"
    before = marks[start - 1] if start > span[0] else " "
    after = marks[end] if end < span[1] else " "
    if weight == "single":
        return _read_single(marks, start, end, before, after)
    return _read_double(marks, start, end, before, after, span)


def _read_double(marks: str, start: int, end: int, before: str, after: str, span: Stretch) -> Mark:
    character, written = marks[start], marks[start:end]
    role: Role
    if written in _LEFT or character in _OPENING:
        if character in _TURNED and _closes(before, after):
            return Mark(start, end, "double", "close", firm=False)
        ends = character in _TURNED and before.isspace() and (end == span[1] or after in ".,;:!?)")
        return Mark(start, end, "double", "either" if ends else "open", firm=not ends)
    if character in _CLOSING or written == "&rdquo;":
        turned = before.isspace() and after.isalnum()
        return Mark(start, end, "double", "either" if turned else "close", firm=not turned)
    if before.isdigit() and (after.isalnum() or character == "\u2033"):
        role = "none" if character == "\u2033" else "close"
    elif _closes(before, after):
        role = "close"
    elif _opens(before, after):
        return Mark(start, end, "double", "open", firm=_starts_speech(marks, start, end, span))
    else:
        role = "either"
    return Mark(start, end, "double", role, firm=False)


def _starts_speech(marks: str, start: int, end: int, span: Stretch) -> bool:
    """Tell whether a mark stands where only speech can begin: before a capital, after a stop."""
    lead = marks[max(span[0], start - 3) : start].rstrip()
    return start == span[0] or (lead[-1:] in tuple(".?!,:") and marks[end].isupper())


def _read_single(marks: str, start: int, end: int, before: str, after: str) -> Mark:
    role: Role
    prime = marks[start] == "\u2032" and before.isdigit()
    if (before.isalnum() and after.isalnum()) or prime:
        return Mark(start, end, "single", "none", firm=True)
    directed = marks[start] in _OPENING
    if _opens(before, after) or (directed and not _closes(before, after)):
        elided = _ELISION.match(marks, end) is not None
        closed = elided and marks[start] not in _OPENING
        role = "none" if closed or (elided and not directed) else "open"
        return Mark(start, end, "single", role, firm=marks[start] != "\u2019")
    role = "close" if not before.isspace() else "none"
    return Mark(start, end, "single", role, firm=False)


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
