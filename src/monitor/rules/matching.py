"""A document opened for checking, and candidates for findings in it.

One finding per place: the longest of one rule, the best fitting of sibling rules.

Kind `phrase`: what the scan found of listed phrases; no grammar, no analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default

from monitor.people.coreference import find_cast
from monitor.people.persons import Cast, Person
from monitor.records.finding import SEVERITIES, FieldName, Finding
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Guideline
from monitor.rules.spacy_patterns import Node
from monitor.text.analysis import Place, Scene, View, read_scenes
from monitor.text.document import Document
from monitor.text.positions import Stretch

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


def settle(
    findings: Sequence[Finding],
    siblings: Sequence[Sequence[str]],
    first: Sequence[Finding] = (),
) -> list[Finding]:
    """Return the findings that stand, in order of place.

    Where findings of one rule or of sibling rules overlap, one of those in `first` stands, then the
    longest, then the most severe, then the one whose rule comes first among its siblings.
    """
    favoured = set(first)
    groups: dict[str, dict[int, int]] = {}
    for number, group in enumerate(siblings):
        for order, rule in enumerate(group):
            groups.setdefault(rule, {})[number] = order
    ranked = sorted(
        findings,
        key=lambda f: (
            f not in favoured,
            -(f.end - f.start),
            SEVERITIES.index(f.severity),
            min(groups.get(f.rule, {0: 0}).values()),
            f.rule,
            f.start,
        ),
    )
    standing: dict[str, list[Finding]] = {}
    for finding in ranked:
        places = standing.setdefault(finding.rule, [])
        rivals = [r for r in standing if r == finding.rule or _related(groups, r, finding.rule)]
        if not any(_overlap(finding, other) for rule in rivals for other in standing[rule]):
            places.append(finding)
    kept = [finding for places in standing.values() for finding in places]
    return sorted(kept, key=lambda f: (f.field == "text", f.start, f.end, f.rule))


def _related(groups: dict[str, dict[int, int]], one: str, other: str) -> bool:
    return not groups.get(one, {}).keys().isdisjoint(groups.get(other, {}).keys())


def _overlap(one: Finding, other: Finding) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def find_phrases(rule: CompiledRule, matcher: CompiledMatcher, scene: Scene) -> Iterator[Candidate]:
    """Yield the matcher's phrases; one that runs over the end of a sentence does not count."""
    for start, end in scene.hits.of(matcher.wordset):
        sentence = scene.sentence_of(start, end)
        if sentence is not None:
            fitting = matcher.fitting(scene, sentence, start)
            yield Candidate(scene, rule, fitting, start, end, sentence)
