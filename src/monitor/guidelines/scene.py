"""One field of a document with all that was found in it, and candidates for findings.

Everything here counts in offsets of the shadow text; only a `Finding` counts in the text itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import TYPE_CHECKING

from monitor.guidelines.compiled import CompiledMatcher, CompiledRule, Guideline
from monitor.guidelines.dependency import Node
from monitor.guidelines.scan import Hit, Hits
from monitor.text.document import Document
from monitor.text.view import View, view
from monitor.types import FieldName, Scope

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from monitor.guidelines.persons import Cast, Person

MAX_PIECE = 600
"""A longer stretch without a full stop is analysed in pieces: the matches of a pattern with two
`OP: "*"` grow with the cube of it (1,500 characters took a gigabyte), and one sentence of news in
some hundreds is longer."""


CAPTION = 400
"""Characters of the longest caption whose label may stand at its end."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match that its gate, its clauses and the quotation it stands in may still silence."""

    rule: CompiledRule
    matcher: CompiledMatcher
    start: int
    end: int
    sentence: int
    nodes: Mapping[str, Node] = default(default_factory=dict)
    person: Person | None = None
    """The person that the match is, where persons are what was looked for."""


@dataclass(slots=True, eq=False)
class Scene:
    """The title or the text of a document."""

    field: FieldName
    view: View
    hits: Hits
    headline: Hit | None
    captions: tuple[Hit, ...]
    docs: dict[int, Doc] = default(default_factory=dict)
    """Analysed pieces by where they start; valid inside `analysis()` only."""
    _cuts: dict[int, list[int]] = default(default_factory=dict)

    def sentence_span(self, number: int) -> Hit:
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

    def piece_at(self, number: int, position: int) -> Hit:
        """Return the stretch analysed around a position: the sentence, as a rule."""
        start, end = self.sentence_span(number)
        if end - start <= MAX_PIECE:
            return start, end
        cuts = self._cuts.get(number)
        if cuts is None:
            cuts = self._cuts[number] = self._cut(start, end)
        index = bisect_right(cuts, position) - 1
        return cuts[index], cuts[index + 1]

    def _cut(self, start: int, end: int) -> list[int]:
        """Return the borders of the pieces of a long sentence, at spaces where there are any."""
        cuts = [start]
        while end - cuts[-1] > MAX_PIECE:
            cut = self.view.shadow.rfind(" ", cuts[-1] + 1, cuts[-1] + MAX_PIECE)
            cuts.append(cut if cut > cuts[-1] else cuts[-1] + MAX_PIECE)
        return [*cuts, end]

    def scope_of(self, start: int, end: int) -> Scope:
        """Return whether a span stands in the headline, a caption or the body."""
        if self.headline and self.headline[0] <= start and end <= self.headline[1]:
            return "headline"
        inside = any(low <= start and end <= high for low, high in self.captions)
        return "caption" if inside else "body"


@dataclass(slots=True)
class Draft:
    """A document opened for checking: its text, and its title where that is a field."""

    document: Document
    text: Scene
    title: Scene | None
    words: int
    cast: Cast | None = None
    """The persons of the text, once somebody has asked for them."""

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Title first."""
        return (self.title, self.text) if self.title else (self.text,)

    @property
    def headline(self) -> tuple[Scene, Hit] | None:
        """Where the headline stands, if there is one."""
        if self.title:
            return self.title, (0, len(self.title.view.shadow))
        return (self.text, self.text.headline) if self.text.headline else None


def open_draft(guideline: Guideline, document: Document) -> Draft:
    """Scan a document for every word of the guideline; no linguistic analysis yet."""
    seen = view(document.text)
    hits = guideline.scanner.scan(seen.shadow)
    captions = {seen.to_shadow(*caption) for caption in document.captions}
    captions |= set(_labelled_captions(guideline, seen, hits))
    headline = seen.to_shadow(*document.headline) if document.headline else None
    text = Scene("text", seen, hits, headline, tuple(sorted(captions)))
    title = None
    if document.title.strip():
        head = view(document.title)
        whole = (0, len(head.shadow))
        title = Scene("title", head, guideline.scanner.scan(head.shadow), whole, ())
    return Draft(document, text, title, len(seen.shadow.split()))


def _labelled_captions(guideline: Guideline, seen: View, hits: Hits) -> Iterator[Hit]:
    """Yield what plain text has as captions: paragraphs that begin with a label ("Photo:").

    In a short one the label may also stand in brackets or begin a later sentence: "(Stock image)".
    """
    labels = {start for wordset in guideline.captions for start, _ in hits.of(wordset)}
    for low, high in seen.paragraphs if labels else ():
        short = high - low <= CAPTION
        if low in labels or (short and any(_set_off(seen, low, at, high) for at in labels)):
            yield low, high


def _set_off(seen: View, low: int, at: int, high: int) -> bool:
    """Whether a place inside a paragraph follows a bracket or the end of a sentence."""
    return low < at < high and seen.shadow[low:at].rstrip().endswith(("(", "[", ".", "|"))
