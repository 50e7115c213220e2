"""Whom a word or a match refers to, and the words of the text that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.people.identifiability import details_of, stretches_of
from monitor.people.mentions import Mention
from monitor.people.persons import Cast, Person
from monitor.people.protected_persons import named_in_full
from monitor.people.roles import subject_of
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Evidence
from monitor.rules.matching import Candidate, Draft
from monitor.rules.spacy_patterns import Node
from monitor.text.analysis import Place, Scene


@dataclass(frozen=True, slots=True)
class Spot:
    """Words that a question about a whole text looks at."""

    scene: Scene
    start: int
    end: int
    sentence: int
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """The person meant, and the words at this place that mean her."""

    person: Person
    words: Place


def node_evidence(clause: Evidence, draft: Draft, scene: Scene, node: Node) -> list[Place]:
    """Return what shows that a grammatical node means somebody in a wanted role, else nothing."""
    cast = draft.cast
    mentions = cast.mentions[scene.field]
    for low, high in ((node.start, node.end), (node.subtree_start, node.subtree_end)):
        for mention in mentions.over(low, high):
            person = cast.of(mention)
            if person is not None:
                return _shown(clause, cast, Meant(person, mention.place))
            if mention.kind == "pronoun":
                return []
    return []


def find_persons(
    rule: CompiledRule, matcher: CompiledMatcher, draft: Draft, scene: Scene
) -> Iterator[Candidate]:
    """Yield the persons with the roles that a matcher wants, each once.

    The place is where the text first names her (where the roles have `named`, in full), or each
    stretch that tells what she can be known by.
    """
    cast = draft.cast
    for person in cast.persons:
        roles = person.roles
        wanted = next((names for names in matcher.persons if names <= roles), None)
        if wanted is None:
            continue
        for told, (start, end) in _places_of(cast, person, matcher, wanted):
            number = scene.sentence_of(start, end) if told is scene else None
            if number is not None:
                fitting = matcher.fitting(scene, number, start)
                yield Candidate(scene, rule, fitting, start, end, number, person=person)


def _places_of(
    cast: Cast, person: Person, matcher: CompiledMatcher, wanted: frozenset[str]
) -> list[Place]:
    if matcher.source.mark == "details":
        return stretches_of(cast, person)
    if "named" in wanted:
        return named_in_full(person)[:1]
    places = [m.place for m in person.mentions if m.kind != "pronoun"]
    return places[:1]


def referent_evidence(clause: Evidence, draft: Draft, at: Candidate) -> list[Place]:
    """Return what shows that the match refers to somebody in a wanted role, else nothing."""
    cast = draft.cast
    if clause.referent == "anyone":
        found = (_shown(clause, cast, meant) for meant in _everyone(cast, at))
        return next(filter(None, found), [])
    meant = meant_at(clause.referent or "", cast, at)
    return _shown(clause, cast, meant) if meant else []


def anyone_evidence(clause: Evidence, draft: Draft) -> list[Place]:
    """Return what shows that somebody in the text has a wanted role, else nothing."""
    cast = draft.cast
    for person in cast.persons:
        mention = person.mentions[0]
        meant = Meant(person, mention.place)
        if shown := _shown(clause, cast, meant):
            return shown
    return []


def _everyone(cast: Cast, at: Candidate) -> Iterator[Meant]:
    """Yield the persons of the match's sentence."""
    scene = at.scene
    low, high = scene.sentence_span(at.sentence)
    yield from _known(cast, cast.mentions[scene.field].between(low, high))


def meant_at(where: str, cast: Cast, at: Candidate | Spot) -> Meant | None:
    """Return whom a referent means at a place, if the text says."""
    scene = at.scene
    if at.person is not None and where == "match":
        return Meant(at.person, (scene, (at.start, at.end)))
    mentions = cast.mentions[scene.field]
    low, high = scene.sentence_span(at.sentence)
    before = mentions.between(low, at.start)[::-1]
    inside = mentions.over(at.start, at.end)
    after = mentions.between(at.end, high)
    if where == "subject":
        subject = subject_of(cast, scene, at.start)
        words = next((m for m in before if cast.of(m) is subject), None)
        return Meant(subject, words.place) if subject and words else None
    if where == "near":
        earlier = mentions.between(*scene.sentence_span(at.sentence - 1))[::-1]
        close = sorted((*before[:4], *after[:4]), key=lambda m: _distance(m, at))
        order = [*inside, *close, *earlier]
    else:
        order = {"before": before, "after": after, "match": inside}[where]
    return next(_known(cast, order), None)


def _distance(mention: Mention, at: Candidate | Spot) -> int:
    return at.start - mention.end if mention.end <= at.start else mention.start - at.end + 1


def _known(cast: Cast, mentions: Iterable[Mention]) -> Iterator[Meant]:
    for mention in mentions:
        person = cast.of(mention)
        if person is not None:
            yield Meant(person, mention.place)


def _shown(clause: Evidence, cast: Cast, meant: Meant) -> list[Place]:
    """Return the words for the person and the facts that give her a role that is wanted.

    A pronoun says little to a reader: then the person's own words stand for it.
    """
    roles = meant.person.roles
    wanted = next((names for names in clause.roles if names <= roles), None)
    if wanted is None:
        return []
    young, grown = cast.sets.by_age
    facts: list[Place] = []
    for role in sorted(wanted):
        fact = meant.person.why(role)
        if role in (young, grown) and meant.person.age:
            age, scene = meant.person.age
            fact = scene, age.hit
        facts += [fact] if fact else []
    if clause.details:
        told = details_of(cast, meant.person)
        if len(told) < clause.details:
            return []
        facts = told
    own = next(
        (mention.place for mention in meant.person.mentions if mention.kind != "pronoun"),
        meant.words,
    )
    return [own, *dict.fromkeys(fact for fact in facts if not _inside(fact, own))]


def _inside(fact: Place, own: Place) -> bool:
    return fact[0] is own[0] and own[1][0] <= fact[1][0] and fact[1][1] <= own[1][1]
