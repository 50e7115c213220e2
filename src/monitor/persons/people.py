"""Who of a text is a victim, a minor or a relative of one, and where each is named.

What the rules on identification rest on, for everybody else: whoever shows a text may mask the
names of those it must not make known. English only, and by words alone: no model is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from monitor.persons.cast import Cast, Person
from monitor.persons.linking import find_cast
from monitor.persons.sets import PersonSets
from monitor.text.scan import Scanner
from monitor.text.scene import Place, Region, read_scenes
from monitor.types import Span

Part = Literal["victim", "minor", "relative"]
PARTS: tuple[Part, ...] = ("victim", "minor", "relative")


@dataclass(frozen=True, slots=True)
class PersonLists:
    """The words by which persons are told, and what finds them in a text."""

    scanner: Scanner
    sets: PersonSets


@dataclass(frozen=True, slots=True)
class Told:
    """A person of a text who may need protection.

    `named`: where the text has a name that is hers or may be hers, `called`: all other words that
    mean her; title first, in order, none over another. `roles`: all that the text gives her, such
    as `consenting`.
    """

    parts: frozenset[Part]
    roles: frozenset[str]
    named: tuple[Span, ...]
    called: tuple[Span, ...]


def people_in(text: str, lists: PersonLists, *, title: str = "") -> tuple[Told, ...]:
    """Return the victims, minors and relatives of victims that an English text tells of."""
    return people_of(find_cast(lists.sets, read_scenes(lists.scanner, text, title)))


def people_of(cast: Cast) -> tuple[Told, ...]:
    """Return the victims, minors and relatives of a cast, in order of first mention."""
    told = ((person, parts_of(cast, person)) for person in cast.persons)
    return tuple(
        Told(
            parts,
            person.roles,
            _spans(_names_of(cast, person)),
            _spans(m.place for m in person.mentions if m.kind != "name"),
        )
        for person, parts in told
        if parts
    )


def parts_of(cast: Cast, person: Person) -> frozenset[Part]:
    """Return which of `PARTS` a person is; a suspect is no victim, but may be a minor."""
    young, _ = cast.sets.by_age
    holds: dict[Part, bool] = {
        "victim": cast.is_protected(person),
        "minor": young in person.roles,
        "relative": cast.sets.relative in person.facts,
    }
    return frozenset(part for part in PARTS if holds[part])


def named_in_full(person: Person) -> list[Place]:
    """Return where a text has the longest form of a person's name, in order."""
    names = [m for m in person.mentions if m.kind == "name"]
    fullest = max((len(m.word.split()) for m in names), default=0)
    return [m.place for m in names if len(m.word.split()) == fullest]


def _names_of(cast: Cast, person: Person) -> Iterator[Place]:
    """Yield where a person is named, or may be: two may share a surname.

    A full name counts however it is written ("ROSA MENSAH") and whatever stands beside it.
    """
    if not person.names:
        return
    full = {m.word for m in person.mentions if m.kind == "name" and " " in m.word}
    wanted = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, full))})(?!\w)", re.IGNORECASE)
    for field, mentions in cast.mentions.items():
        scene = cast.scenes[field]
        for mention in mentions.all:
            if mention.kind == "name" and person.names.issuperset(mention.word.split()):
                yield mention.place
        if full:
            yield from ((scene, m.span()) for m in wanted.finditer(scene.view.shadow))


def _spans(places: Iterable[Place]) -> tuple[Span, ...]:
    """Return places as spans of their fields: those that overlap as one."""
    joined: list[Region] = []
    for scene, (start, end) in sorted(places, key=lambda p: (p[0].field == "text", p[1])):
        if joined and joined[-1][0] is scene and start < joined[-1][2]:
            joined[-1] = scene, joined[-1][1], max(joined[-1][2], end)
        else:
            joined.append((scene, start, end))
    return tuple(Span(s.field, *s.view.original(start, end)) for s, start, end in joined)
