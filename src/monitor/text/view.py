"""The document view: everything about a text that is cheap to know, with exact offsets."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from monitor.text.normalised_text import OffsetMap, Shadow, make_shadow
from monitor.text.quotations import Quotation, find_quotations
from monitor.text.sentences import find_paragraphs, find_sentences
from monitor.text.spans import Stretch


@dataclass(frozen=True)
class View:
    """A text with its shadow. All spans but those of `original` are offsets of `shadow`.

    `sentences` and `paragraphs` are in order and do not overlap; a sentence lies in one
    paragraph.
    """

    text: str
    shadow: str
    sentences: tuple[Stretch, ...]
    paragraphs: tuple[Stretch, ...]
    offsets: OffsetMap = field(repr=False)
    _starts: array[int] = field(repr=False)
    _made: Shadow = field(repr=False)

    @cached_property
    def quotations(self) -> tuple[Quotation, ...]:
        """Who says what, ordered by start, found when first asked for.

        A mention may contain quotations, and quotations may nest.
        """
        return find_quotations(self._made, self.sentences, self.paragraphs)

    def original(self, start: int, end: int) -> Stretch:
        """Return the span of `text` that the span of `shadow` was made from."""
        return self.offsets.original(start, end)

    def to_shadow(self, start: int, end: int) -> Stretch:
        """Return the span of `shadow` that was made from the span of `text`."""
        return self.offsets.to_shadow(start), self.offsets.to_shadow(end)

    def sentence_at(self, pos: int) -> int:
        """Return the index of the sentence at or last before `pos`; 0 before the first."""
        return max(0, bisect_right(self._starts, pos) - 1)


def view(text: str) -> View:
    """Return the view of `text`, in linear time for any input."""
    shadow = make_shadow(text)
    paragraphs = find_paragraphs(shadow.text)
    sentences = find_sentences(shadow.text, paragraphs)
    starts = array("q", (start for start, _ in sentences))
    return View(text, shadow.text, sentences, paragraphs, shadow.offsets, starts, shadow)
