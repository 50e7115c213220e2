"""Matches in a draft: the document opened for checking, candidates, overlapping findings settled.

One finding per place: the longest of one rule, the best fitting of sibling rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from functools import cached_property
from typing import Literal

from monitor.people.coreference import find_cast
from monitor.people.identifiability import Fields, Subject, identified
from monitor.people.people_table import answered, table_of
from monitor.people.person_links import find_people
from monitor.people.person_names import Entity, Names, entities_of, names_of
from monitor.people.persons import Cast
from monitor.people.speakers import Speaker, speakers
from monitor.records.finding import SEVERITIES, FieldName, Finding
from monitor.records.people import PeopleTable, PersonAnswer, TextPerson
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Guideline
from monitor.rules.spacy_patterns import Node
from monitor.text.analysis import Place, Scene, View, read_scenes
from monitor.text.document import Document
from monitor.text.positions import Stretch
from monitor.text.spacy_pipeline import analysis

CAPTION = 400
"""Characters of the longest caption whose label may stand at its end."""
Topic = Literal["thb", "assumed", "touched", "other", "unknown"]
"""`assumed`: too short to tell, and nothing speaks against it. `touched`: one mention that is no
passing one, enough for a question about the whole text and too little for a flag."""
ON_TOPIC = frozenset({"thb", "assumed"})
"""Topics of texts on which rules whose subject is trafficking may be tried."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A match that its gate, its clauses and the quotation it stands in may still silence."""

    scene: Scene
    rule: CompiledRule
    matcher: CompiledMatcher
    start: int
    end: int
    sentence: int
    nodes: Mapping[str, Node] = default(default_factory=dict)
    person: TextPerson | None = None
    """The person that the match is, where people are what was looked for."""


@dataclass(eq=False)
class OpenDraft:
    """A document opened for checking: its text, and its title where that is a field.

    `scenes` are both, title first; `headline` is where the headline stands, if there is one.
    `is_short`: it is a headline, a sentence, a paragraph, too short to tell its topic. Rules on
    trafficking may speak in the `passages` of its text.
    """

    guideline: Guideline
    document: Document
    scenes: tuple[Scene, ...]
    text: Scene
    headline: Place | None
    words: int
    is_short: bool
    topic: Topic = "unknown"
    passages: Sequence[Stretch] = ()
    is_near: bool = False
    """Whether it is about other abuse of people, or keeps the name of somebody back."""
    abuse: Sequence[Stretch] = ()
    """Where rules on who is identified may speak: texts on other abuse of people count too."""
    names: Mapping[FieldName, Sequence[Stretch]] | None = None
    """Names of organisations, laws and charges by field, once somebody has asked for them."""
    answers: Sequence[PersonAnswer] = ()
    """What the reporter says of people."""
    people_known: PeopleTable | None = None
    """The people as they were read before any answer, where this text was read already."""
    entities: Callable[[View], Sequence[Entity]] | None = None
    """Finds spaCy's entities with a pipeline that is lent already."""
    _speakers: dict[FieldName, Sequence[Speaker]] = default(default_factory=dict)

    @cached_property
    def cast(self) -> Cast:
        """The persons of the text, worked out when somebody first asks for them.

        Off topic, names are told by their shapes alone: spaCy's cost more than all the rest.
        """
        is_worth = self.topic in ON_TOPIC or self.passages or self.abuse
        return find_cast(self.guideline.persons, self.scenes, self._names if is_worth else None)

    @cached_property
    def people(self) -> PeopleTable:
        """The people table of the text, worked out when somebody first asks for it."""
        if self.people_known is None:
            cast = find_people(self.guideline.persons, self.scenes, self._names)
            self.people_known = table_of(cast, self.guideline.roles)
        table = answered(self.people_known, self.answers)
        is_about = self.topic in ON_TOPIC or bool(self.passages)
        subject: Subject = "trafficking" if is_about else "near" if self.is_near else "other"
        return identified(table, self.fields, subject, asks=bool(self.abuse))

    @property
    def fields(self) -> Fields:
        """The text of each field."""
        return {"title": self.document.title, "text": self.document.text}

    @cached_property
    def _names(self) -> Names:
        if self.entities is not None:
            return names_of(self.scenes, self.entities)
        with analysis() as nlp:
            return names_of(self.scenes, lambda seen: entities_of(seen, nlp))

    def speakers(self, scene: Scene) -> Sequence[Speaker]:
        """Return who speaks in a scene, and in which role."""
        if scene.field not in self._speakers:
            words = self.guideline.voices
            self._speakers[scene.field] = speakers(self.cast, self.people, words, scene)
        return self._speakers[scene.field]


def open_draft(guideline: Guideline, document: Document) -> OpenDraft:
    """Scan a document for every word of the guideline; no linguistic analysis yet."""
    scenes = read_scenes(guideline.scanner, document.text, document.title)
    first, text = scenes[0], scenes[-1]
    captions = {text.view.to_shadow(*caption) for caption in document.captions}
    # plain text has paragraphs that begin with a label ("Photo:") or, if short, hold "(Archive)"
    shadow = text.view.shadow
    labels = {start for wordset in guideline.captions for start, _ in text.hits.of(wordset)}
    for low, high in text.view.paragraphs if labels else ():
        inside = (at for at in labels if low < at < high and high - low <= CAPTION)
        before = (shadow[low:at].rstrip() for at in inside)
        if low in labels or any(each.endswith(("(", "[", ".", "|")) for each in before):
            captions.add((low, high))
    text.captions = tuple(sorted(captions))
    if document.headline:
        text.headline = text.view.to_shadow(*document.headline)
    if first is not text:
        first.headline = 0, len(first.view.shadow)
    headline = (first, first.headline) if first.headline else None
    words = len(shadow.split())
    short = words < guideline.about.topic.short_words
    return OpenDraft(guideline, document, scenes, text, headline, words, short)


def fitting(matcher: CompiledMatcher, scene: Scene, sentence: int, start: int) -> CompiledMatcher:
    """Return the matcher that judges a place alike with the least analysis."""
    if matcher.plain is None:
        return matcher
    piece = scene.piece_text(sentence, start)
    patterns = (c.patterns for c in (*matcher.needs, *matcher.unless) if c.patterns)
    return matcher if any(p.needed.may_match(*piece) for p in patterns) else matcher.plain


def settle(
    findings: Sequence[Finding], siblings: Sequence[Sequence[str]], first: Sequence[Finding] = ()
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

    def rank(finding: Finding) -> tuple[bool, int, int, int, str, int]:
        among = min(groups.get(finding.rule, {0: 0}).values())
        severity, length = SEVERITIES.index(finding.severity), finding.end - finding.start
        return finding not in favoured, -length, severity, among, finding.rule, finding.start

    standing: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=rank):
        own = groups.get(finding.rule, {}).keys()
        family = {r for r in standing if not own.isdisjoint(groups.get(r, {}))} | {finding.rule}
        rivals = (other for rule in family for other in standing.get(rule, ()))
        if not any(overlap(finding, other) for other in rivals):
            standing.setdefault(finding.rule, []).append(finding)
    return sorted((f for places in standing.values() for f in places), key=in_order)


def overlap(one: Finding, other: Finding) -> bool:
    """Whether two findings share words."""
    return one.field == other.field and one.start < other.end and other.start < one.end


def in_order(finding: Finding) -> tuple[bool, int, int, str]:
    """Return the key by which findings are sorted: by place, the title's first."""
    return finding.field == "text", finding.start, finding.end, finding.rule
