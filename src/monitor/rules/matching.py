"""A document opened for checking, and candidates for findings in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default

from monitor.people.coreference import find_cast
from monitor.people.persons import Cast, Person
from monitor.records.article import FieldName
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Guideline
from monitor.rules.spacy_patterns import Node
from monitor.text.analysis import Place, Scene, read_scenes
from monitor.text.document import Document
from monitor.text.spans import Stretch
from monitor.text.view import View

CAPTION = 400
"""Characters of the longest caption whose label may stand at its end."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match that its gate, its clauses and the quotation it stands in may still silence."""

    scene: Scene
    rule: CompiledRule
    matcher: CompiledMatcher
    start: int
    end: int
    sentence: int
    nodes: Mapping[str, Node] = default(default_factory=dict)
    person: Person | None = None
    """The person that the match is, where persons are what was looked for."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Words that a rule may have something to say of, found by no matcher."""

    scene: Scene
    rule: CompiledRule
    start: int
    end: int
    sentence: int


@dataclass(slots=True)
class Draft:
    """A document opened for checking: its text, and its title where that is a field."""

    guideline: Guideline
    document: Document
    text: Scene
    title: Scene | None
    words: int
    names: Mapping[FieldName, Sequence[Stretch]] | None = None
    """Names of organisations, laws and charges by field, once somebody has asked for them."""
    _cast: Cast | None = None

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Title first."""
        return (self.title, self.text) if self.title else (self.text,)

    @property
    def is_short(self) -> bool:
        """Whether it is a headline, a sentence, a paragraph: too short to tell its topic."""
        return self.words < self.guideline.about.topic.short_words

    @property
    def cast(self) -> Cast:
        """The persons of the text, worked out when somebody first asks for them."""
        if self._cast is None:
            self._cast = find_cast(self.guideline.persons, self.scenes)
        return self._cast

    @property
    def headline(self) -> Place | None:
        """Where the headline stands, if there is one."""
        if self.title:
            return self.title, (0, len(self.title.view.shadow))
        return (self.text, self.text.headline) if self.text.headline else None


def open_draft(guideline: Guideline, document: Document) -> Draft:
    """Scan a document for every word of the guideline; no linguistic analysis yet."""
    *titles, text = read_scenes(guideline.scanner, document.text, document.title)
    captions = {text.view.to_shadow(*caption) for caption in document.captions}
    text.captions = tuple(sorted(captions.union(_labelled_captions(guideline, text))))
    if document.headline:
        text.headline = text.view.to_shadow(*document.headline)
    for title in titles:
        title.headline = 0, len(title.view.shadow)
    words = len(text.view.shadow.split())
    return Draft(guideline, document, text, next(iter(titles), None), words)


def _labelled_captions(guideline: Guideline, scene: Scene) -> Iterator[Stretch]:
    """Yield what plain text has as captions: paragraphs that begin with a label ("Photo:").

    In a short one the label may also stand in brackets or begin a later sentence: "(Stock image)".
    """
    seen = scene.view
    labels = {start for wordset in guideline.captions for start, _ in scene.hits.of(wordset)}
    for low, high in seen.paragraphs if labels else ():
        short = high - low <= CAPTION
        if low in labels or (short and any(_set_off(seen, low, at, high) for at in labels)):
            yield low, high


def _set_off(seen: View, low: int, at: int, high: int) -> bool:
    """Whether a place inside a paragraph follows a bracket or the end of a sentence."""
    return low < at < high and seen.shadow[low:at].rstrip().endswith(("(", "[", ".", "|"))
