"""Whose the words of a question are: who is meant by them, or who speaks.

"Asked not to be named" protects the woman who was sold, and tells nothing of her if it was a
neighbour of the suspect who asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.people.mentions import Mention
from monitor.people.persons import Cast, Person
from monitor.people.verbs_of_saying import voices
from monitor.rules.compiler import Evidence
from monitor.rules.evidence import Found
from monitor.rules.matching import Draft
from monitor.rules.referents import Spot, meant_at
from monitor.text.analysis import Region, Scene


def owned(clause: Evidence, draft: Draft, places: Iterable[Region]) -> list[Found]:
    """Return the words of a clause that are told of, or said by, somebody in a wanted role."""
    look = _spoken if clause.whose == "voice" else _told
    found = (piece for place in places for piece in look(clause, draft.cast, *place))
    return list(dict.fromkeys(found))


def _told(clause: Evidence, cast: Cast, scene: Scene, low: int, high: int) -> Iterator[Found]:
    for wordset in clause.wordsets:
        for start, end in scene.hits.between(wordset, low, high):
            spot = Spot(scene, start, end, scene.view.sentence_at(start))
            meant = meant_at(clause.whose or "", cast, spot)
            if _fits(clause, meant.person if meant else None):
                yield Found(scene, start, end)


def _spoken(clause: Evidence, cast: Cast, scene: Scene, low: int, high: int) -> Iterator[Found]:
    """Yield who speaks; what hangs on the words counts too ("a lawyer for the men")."""
    for voice in voices(scene, papers=bool(clause.wordsets)):
        if voice.start < low or voice.end > high:
            continue
        mentions = cast.mentions[scene.field]
        heads = mentions.over(voice.start, voice.end)
        hits = [
            hit
            for wordset in clause.wordsets
            for hit in scene.hits.overlapping(wordset, voice.start, voice.end)
        ]
        if clause.roles and not any(
            _is_one_of(person, clause.roles) for person in _known(cast, heads)[:1]
        ):
            continue
        apart = [m for m in heads if not any(m.start < end and at < m.end for at, end in hits)]
        behind = mentions.between(voice.end, voice.reach)[:1]
        if any(_is_one_of(p, clause.never) for p in _known(cast, (*apart, *behind))):
            continue
        if clause.wordsets:
            yield from (Found(scene, *hit) for hit in hits)
        else:
            yield Found(scene, voice.start, voice.end)


def _known(cast: Cast, mentions: Iterable[Mention]) -> list[Person]:
    return [person for mention in mentions if (person := cast.of(mention)) is not None]


def _fits(clause: Evidence, person: Person | None) -> bool:
    if person is None:
        return not clause.roles
    wanted = not clause.roles or _is_one_of(person, clause.roles)
    return wanted and not _is_one_of(person, clause.never)


def _is_one_of(person: Person, roles: tuple[frozenset[str], ...]) -> bool:
    known = person.roles if roles else frozenset()
    return any(names <= known for names in roles)
