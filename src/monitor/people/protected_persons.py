"""Victims, minors and relatives of victims in a text, and where each is named.

What the rules on identification rest on, for everybody else: whoever shows a text may mask the
names of those it must not make known. English only, and by words alone: no model is loaded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from monitor.people.coreference import find_cast
from monitor.people.persons import Cast, Person, PersonSets
from monitor.records.finding import Span
from monitor.text.analysis import Place, read_scenes
from monitor.text.phrase_search import Scanner

Part = Literal["victim", "minor", "relative"]
PARTS: tuple[Part, ...] = ("victim", "minor", "relative")
_WORD = re.compile(r"\w[\w'-]*")


@dataclass(frozen=True, slots=True)
class PersonLists:
    """The words by which persons are told, and what finds them in a text."""

    scanner: Scanner
    sets: PersonSets


@dataclass(frozen=True, slots=True)
class ProtectedPerson:
    """A person of a text who may need protection.

    `named`: where the text has a name that is hers or may be hers, `called`: all other words that
    mean her; title first, in order, none over another. `roles`: all that the text gives her, such
    as `consenting`, or `somebody` where it is sure that the names are no body's.
    """

    parts: frozenset[Part]
    roles: frozenset[str]
    named: tuple[Span, ...]
    called: tuple[Span, ...]


def people_in(text: str, lists: PersonLists, *, title: str = "") -> tuple[ProtectedPerson, ...]:
    """Return the victims, minors and relatives of victims that an English text tells of."""
    return people_of(find_cast(lists.sets, read_scenes(lists.scanner, text, title)))


def people_of(cast: Cast) -> tuple[ProtectedPerson, ...]:
    """Return the victims, minors and relatives of a cast."""
    all_parts = [(person, parts_of(cast, person)) for person in cast.persons]
    people = [(person, parts) for person, parts in all_parts if parts]
    bearers: defaultdict[str, list[Person]] = defaultdict(list)
    named: defaultdict[int, list[Place]] = defaultdict(list)
    for person, _ in people:
        for part in person.names:
            bearers[part].append(person)
        named[id(person)] += [m.place for m in person.mentions if m.kind == "name"]
    for mentions in cast.mentions.values():  # who share a surname, eight at most, may be named
        for mention in (m for m in mentions.all if m.kind == "name"):
            parts = mention.word.split()
            some = (p for p in bearers.get(parts[0], ()) if p.names.issuperset(parts))
            for person in islice(some, 8):
                named[id(person)].append(mention.place)
    for person, place in _written(cast, [person for person, _ in people]):
        named[id(person)].append(place)
    return tuple(
        ProtectedPerson(
            parts,
            person.roles,
            _spans(named[id(person)]),
            _spans(m.place for m in person.mentions if m.kind != "name"),
        )
        for person, parts in people
    )


def parts_of(cast: Cast, person: Person) -> frozenset[Part]:
    """Return which of `PARTS` a person is; a suspect is no victim, but may be a minor."""
    holds = (
        cast.is_protected(person),
        cast.sets.by_age[0] in person.roles,
        cast.sets.relative in person.facts,
    )
    return frozenset(part for part, is_held in zip(PARTS, holds, strict=True) if is_held)


def named_in_full(person: Person) -> list[Place]:
    """Return where a text has the longest form of a person's name, in order."""
    names = [m for m in person.mentions if m.kind == "name"]
    fullest = max((len(m.word.split()) for m in names), default=0)
    return [m.place for m in names if len(m.word.split()) == fullest]


def _written(cast: Cast, people: Sequence[Person]) -> Iterator[tuple[Person, Place]]:
    """Yield where full names stand, in any letters ("ROSA MENSAH") and whatever is beside them."""
    full: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for number, person in enumerate(people):
        for name in (m.word.lower() for m in person.mentions if m.kind == "name"):
            if " " in name:
                full[name.partition(" ")[0]].add((name, number))
    for scene in cast.scenes.values() if full else ():
        text = scene.view.shadow
        for word in _WORD.finditer(text):
            for name, number in full.get(word[0].lower(), ()):
                start, end = word.start(), word.start() + len(name)
                if text[start:end].lower() == name and not text[end : end + 1].isalnum():
                    yield people[number], (scene, (start, end))


def _spans(places: Iterable[Place]) -> tuple[Span, ...]:
    return join_spans(Span(s.field, *s.view.original(*hit)) for s, hit in places)


def join_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, title first, those that overlap as one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.field == "text", s.start, s.end)):
        last = joined[-1] if joined else None
        if last and span.field == last.field and span.start < last.end:
            joined[-1] = Span(last.field, last.start, max(last.end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
