"""Analysed text: one field of a document with its sentences, quotations and word-list hits.

Everything here counts in offsets of the shadow text; only a `Finding` counts in the text itself.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from dataclasses import field as default
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from monitor.records.finding import FieldName, Scope
from monitor.text.normalised_text import OffsetMap, Shadow, make_shadow
from monitor.text.phrase_search import Hits, Scanner, lower_case
from monitor.text.positions import Stretch
from monitor.text.quotations import Quotation, find_quotations
from monitor.text.sentences import find_paragraphs, find_sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc


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


MAX_PIECE = 600
"""A longer stretch without a full stop is analysed in pieces: the matches of a pattern with two
`OP: "*"` grow with the cube of it (1,500 characters took a gigabyte), and one sentence of news in
some hundreds is longer."""
NESTED = 12
"""Quotations looked back at for one that still holds a place: speech holds a few inner quotes."""


class SpeakerMention(NamedTuple):
    """The words for who speaks; to `reach`, what hangs on them ("a lawyer | for the men").

    `paper`: it is told what a paper or a body has found, and nobody is heard.
    """

    start: int
    end: int
    reach: int
    paper: bool = False


@dataclass(slots=True, eq=False)
class Scene:
    """The title or the text of a document."""

    field: FieldName
    view: View
    hits: Hits
    headline: Stretch | None
    captions: tuple[Stretch, ...]
    docs: dict[int, Doc] = default(default_factory=dict)
    """Analysed pieces by where they start; valid inside `analysis()` only."""
    _cuts: dict[int, list[int]] = default(default_factory=dict)
    _pieces: dict[int, tuple[str, str]] = default(default_factory=dict)

    def sentence_span(self, number: int) -> Stretch:
        """Return where a sentence stands; nowhere for a number outside."""
        sentences = self.view.sentences
        return sentences[number] if 0 <= number < len(sentences) else (0, 0)

    def sentence_of(self, start: int, end: int) -> int | None:
        """Return the sentence that holds the span, or None if it runs over a border."""
        if not self.view.sentences:
            return None
        number = self.view.sentence_at(start)
        low, high = self.view.sentences[number]
        return number if low <= start and end <= high else None

    def piece_at(self, number: int, position: int) -> Stretch:
        """Return the stretch analysed around a position: the sentence, as a rule."""
        start, end = self.sentence_span(number)
        if end - start <= MAX_PIECE:
            return start, end
        if number not in self._cuts:
            cuts = [start]
            while end - cuts[-1] > MAX_PIECE:  # at a space where there is one
                cut = self.view.shadow.rfind(" ", cuts[-1] + 1, cuts[-1] + MAX_PIECE)
                cuts.append(cut if cut > cuts[-1] else cuts[-1] + MAX_PIECE)
            self._cuts[number] = [*cuts, end]
        cuts = self._cuts[number]
        index = bisect_right(cuts, position) - 1
        return cuts[index], cuts[index + 1]

    def piece_text(self, number: int, position: int) -> tuple[str, str]:
        """Return the stretch analysed around a position, as it is and in lower case."""
        start, end = self.piece_at(number, position)
        if start not in self._pieces:
            text = self.view.shadow[start:end]
            self._pieces[start] = text, lower_case(text)
        return self._pieces[start]

    def quotation_around(self, start: int, end: int) -> Quotation | None:
        """Return the innermost quotation that holds the span; a mention overrules what it holds."""
        quotations = self.view.quotations
        index = bisect_right(quotations, start, key=lambda q: q.start)
        around = [q for q in reversed(quotations[max(0, index - NESTED) : index]) if end <= q.end]
        mention = next((q for q in around if q.kind == "mention"), None)
        return mention or next(iter(around), None)

    def scope_of(self, start: int, end: int) -> Scope:
        """Return whether a span stands in the headline, a caption or the body."""
        if self.headline and self.headline[0] <= start and end <= self.headline[1]:
            return "headline"
        inside = any(low <= start and end <= high for low, high in self.captions)
        return "caption" if inside else "body"


Place = tuple[Scene, Stretch]
"""Words that stand in a scene."""
Region = tuple[Scene, int, int]
"""A stretch of a scene that is looked at."""


def read_scenes(scanner: Scanner, text: str, title: str = "") -> tuple[Scene, ...]:
    """Return the scenes of a text, that of its title first where it has one.

    They have the hits of all word lists, but no headline and no captions yet.
    """
    fields: tuple[tuple[FieldName, str], ...] = (("title", title), ("text", text))
    seen = ((name, view(value)) for name, value in fields if name == "text" or value.strip())
    return tuple(Scene(name, one, scanner.scan(one.shadow), None, ()) for name, one in seen)
