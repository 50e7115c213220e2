"""Which persons of a cast are one: whoever is exploited is seldom called by one word only.

"A schoolgirl", "the girl" and a "she" of whom the text does not say who she is are one child, where
no other child is told of. Linking keeps them apart, since what is done to one must not be told of
another; what a reader can put together about her is counted over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.people.persons import Cast, Person


def same_person(cast: Cast, person: Person) -> list[Person]:
    """Return the persons that are one with an exploited person, herself first."""
    if not cast.is_protected(person) or _is_several(cast, person):
        return [person]
    young, _ = cast.sets.by_age
    is_young = young in person.roles
    one = [person]
    for other in _singles(cast):
        if other is person or is_young is not (young in other.roles):
            continue
        if not cast.is_protected(other):
            continue
        if _told_apart(cast, one, other):
            return [person]  # there are two of them
        one.append(other)
    weak = [other for other in _singles(cast) if other not in one and _is_vague(cast, other)]
    if is_young:
        weak = [other for other in weak if not other.age or young in other.roles]
    return one + [other for other in weak if not _told_apart(cast, one, other)]


def _singles(cast: Cast) -> Iterator[Person]:
    for person in cast.persons:
        if not _is_several(cast, person) and not cast.stands_apart(person):
            yield person


def _is_several(cast: Cast, person: Person) -> bool:
    return bool(person.traits & cast.sets.several)


def _is_vague(cast: Cast, person: Person) -> bool:
    """Whether nothing but "she" is said of somebody, or a word such as "the girl"."""
    if person.names or id(person) in cast.kin:
        return False
    if not person.words:
        singular = {m.word for m in person.mentions} <= _SINGULAR
        return singular and not person.facts
    protected = cast.sets.protected
    called = any(m.kind == "noun" and m.lead == "the" for m in person.mentions)
    return called and protected in person.roles


_SINGULAR = frozenset(("she", "her", "hers", "he", "him", "his"))


def _told_apart(cast: Cast, one: list[Person], other: Person) -> bool:
    """Whether name, age or sex tells somebody from those that are one already."""
    for known in one:
        if known.names and other.names and not known.names & other.names:
            return True
        if known.age and other.age and not _fits(known, other):
            return True
        if cast.sets.opposed(known.traits, other.traits):
            return True
    return False


def _fits(known: Person, other: Person) -> bool:
    if not known.age or not other.age:
        return True
    one, two = known.age[0], other.age[0]
    return one.years == two.years or one.then or two.then
