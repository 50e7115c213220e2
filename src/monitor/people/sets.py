"""Numbers of the word lists by which persons are followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True, slots=True)
class PersonEvents:
    """Verbs that give their subject, object or agent a role."""

    voice: str
    verbs: tuple[int, ...]
    subject: str | None
    object: str | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class DetailSets:
    """One kind of identifying detail.

    `named` words count beside a name or number only, `ahead` words right before a name. One that
    is not `alone` counts with another detail than an age in its sentence.
    """

    name: str
    words: tuple[int, ...]
    named: tuple[int, ...]
    ahead: tuple[int, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class PersonSets:
    """Word lists by which persons are followed; `implied`: what being called "she" shows."""

    roles: Mapping[str, tuple[int, ...]]
    assumed: frozenset[int]
    ignored: tuple[int, ...]
    no_name: tuple[int, ...]
    done_to: tuple[int, ...]
    several: frozenset[int]
    traits: frozenset[int]
    implied: Mapping[str, frozenset[int]]
    misfits: Mapping[str, frozenset[int]]
    adult_age: int
    by_age: tuple[str, str]
    instead: Mapping[str, frozenset[str]]
    never: Mapping[str, frozenset[str]]
    events: tuple[PersonEvents, ...]
    details: tuple[DetailSets, ...]
    owners: frozenset[str]
    """Roles of persons of whom details are told; others stand in the details of somebody."""
    broad: tuple[int, ...]
    """Names of places too large to tell who somebody is."""
    regions: tuple[int, ...]
    """Last words of such names ("San Bernardino County")."""
    kin: tuple[int, ...]
    relative: str
    """The role of relatives of those with the role `protected`."""
    protected: str

    @property
    def wordsets(self) -> frozenset[int]:
        """The numbers of all lists here."""
        kinds = (part for kind in self.details for part in (kind.words, kind.named, kind.ahead))
        events = (event.verbs for event in self.events)
        others = (self.ignored, self.no_name, self.done_to, self.broad, self.regions, self.kin)
        return frozenset(
            chain(
                *self.roles.values(),
                *others,
                *events,
                *kinds,
                self.assumed,
                self.several,
                self.traits,
            )
        )

    def opposed(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """Whether what is known of two persons tells them apart."""
        return any(
            one & shown and other & (self.misfits[word] - self.several)
            for word, shown in self.implied.items()
        )
