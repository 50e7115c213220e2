"""The word lists of `guideline.yaml` by which persons are followed, numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from monitor.people.sets import DetailSets, PersonEvents, PersonSets
from monitor.rules.about import GuidelineFile
from monitor.rules.lexicons import LexiconError

Named = Callable[[Iterable[str]], tuple[int, ...]]
"""Gives the numbers of named lexicons."""


def person_sets(about: GuidelineFile, named: Named) -> PersonSets:
    """Return the word lists by which persons are followed; raises `LexiconError`."""
    words = about.persons
    misfits = {word: frozenset(named(names)) for word, names in about.pronouns.items() if names}
    known = frozenset().union(*misfits.values())
    check_roles(
        about,
        (name for event in words.events for name in (event.subject, event.object, event.agent)),
    )
    return PersonSets(
        roles={role: named(names) for role, names in about.roles.items()},
        assumed=frozenset(named(words.assumed)),
        ignored=named(words.no_person),
        no_name=named(words.no_name),
        done_to=named(words.participles),
        several=frozenset(named(words.several)),
        traits=known,
        implied={word: known - unfit for word, unfit in misfits.items()},
        misfits=misfits,
        adult_age=words.adult_age,
        by_age=words.by_age,
        instead={role: frozenset(others) for role, others in words.instead.items()},
        never={role: frozenset(others) for role, others in words.never.items()},
        events=tuple(
            PersonEvents(e.voice, named(e.verbs), e.subject, e.object, e.agent)
            for e in words.events
        ),
        details=tuple(
            DetailSets(name, named(kind.words), named(kind.named), named(kind.ahead), kind.alone)
            for name, kind in words.details.items()
        ),
        owners=frozenset(words.owners),
        broad=named(words.broad),
        regions=named(words.regions),
        kin=named(words.kin),
        relative=words.relative,
        protected=words.protected,
    )


def check_roles(about: GuidelineFile, names: Iterable[str | None]) -> None:
    """Raise `LexiconError` for a name that is no role."""
    by_age = about.persons.by_age
    known = {*about.roles, "named", "unnamed", "one", "general", "somebody", *by_age}
    known |= {f"{by_age[0]}-then", about.persons.relative}
    for name in names:
        if name is not None and name.removeprefix("known-") not in known:
            raise LexiconError(f"'{name}' is no role of guideline.yaml", name)
