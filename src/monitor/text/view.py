"""The document view (minimal)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from bisect import bisect_right

from monitor.text.quotations import Quotation


@dataclass(frozen=True, slots=True)
class View:
    text: str
    shadow: str
    sentences: tuple[tuple[int, int], ...]
    paragraphs: tuple[tuple[int, int], ...]
    quotations: tuple[Quotation, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        return start, end

    def sentence_at(self, pos: int) -> int:
        return max(0, bisect_right([s for s, _ in self.sentences], pos) - 1)


_T = str.maketrans("\u2018\u2019\u201c\u201d\u00a0", "''\"\" ")


def view(text: str) -> View:
    """Return the view of a text."""
    shadow = text.translate(_T)
    paragraphs = tuple(m.span() for m in re.finditer(r"\S[^\n]*", shadow))
    sentences = tuple(
        (a + m.start(), a + m.end())
        for a, b in paragraphs
        for m in re.finditer(r"\S.*?(?:[.!?]['\")]*(?=\s)|$)", shadow[a:b])
    )
    return View(text, shadow, sentences, paragraphs, ())
