"""The persons of a text: roles, ages, names and traits, and the word lists that tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from monitor.people.mentions import Age, Mention, Mentions
from monitor.text.analysis import Place, Scene


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
        details = (part for kind in self.details for part in (kind.words, kind.named, kind.ahead))
        others = (self.ignored, self.no_name, self.done_to, self.broad, self.regions, self.kin)
        traits = (self.assumed, self.several, self.traits)
        verbs = (event.verbs for event in self.events)
        return frozenset(chain(*self.roles.values(), *others, *verbs, *details, *traits))

    def opposed(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """Whether what is known of two persons tells them apart."""
        return any(
            one & shown and other & (self.misfits[word] - self.several)
            for word, shown in self.implied.items()
        )


_SHE = frozenset(("she", "her", "he", "him", "his"))


@dataclass(slots=True)
class Person:
    """A person, or a group spoken of as one, with all that the text tells.

    `facts` are the words that gave a role, by role, where they first stand; `age` the youngest
    age told, of a child's the present one.
    """

    sets: PersonSets = field(compare=False, repr=False)
    facts: dict[str, Place] = field(default_factory=dict)
    assumed: dict[str, Place] = field(default_factory=dict)
    age: tuple[Age, Scene] | None = None
    names: set[str] = field(default_factory=set)
    traits: frozenset[int] = frozenset()
    words: set[str] = field(default_factory=set)
    mentions: list[Mention] = field(default_factory=list)
    grown: bool = False
    """Whether a present age of an adult is told too ("She is 34 … when she was 15")."""
    called: bool = False
    """Whether the text calls it "she" or "he"; looked up at every question about its roles."""

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles; what a word only assumes gives way to what the text tells.

        `minor-then`: the age told is that of some time in the past. `known-victim`: the text
        itself tells it, more than a neutral word such as "girl". `one`: no group;
        `general`: people in general; `somebody`: the text calls it "she" or
        "he", or tells its age, so that it is no body with a name.
        """
        adult, several, (young, grown) = self.sets.adult_age, self.sets.several, self.sets.by_age
        told = set(self.facts)
        for role in self.assumed:
            if told.isdisjoint(self.sets.instead.get(role, ())):
                told.add(role)
        if self.age:
            told -= {young, grown}
            told.add(young if self.age[0].years < adult else grown)
            if young in told and self.age[0].then:
                told |= {f"{young}-then"}
                told ^= {young, grown} if self.grown else set()
        elif young in told:
            told.discard(grown)
        told.add("named" if self.names else "unnamed")
        if not self.traits & several:
            told.add("one")
        else:  # only bare plurals speak of people in general ("victims may be ...")
            nouns = [mention for mention in self.mentions if mention.kind == "noun"]
            if nouns and all(not noun.lead and noun.traits & several for noun in nouns):
                told.add("general")
        if self.age or self.called:
            told.add("somebody")
        return frozenset(told | {f"known-{role}" for role in self.facts})

    def why(self, role: str) -> Place | None:
        """Return the words that show a role, if words do."""
        role = role.removeprefix("known-")
        return self.facts.get(role) or self.assumed.get(role)


class Cast:
    """The persons of a draft, and which of them each mention means."""

    def __init__(self, sets: PersonSets) -> None:
        self.sets = sets
        self.mentions: dict[str, Mentions] = {}
        self.scenes: dict[str, Scene] = {}
        self.details: dict[int, dict[str, list[Place]]] | None = None
        """Identifying details by person and kind, once somebody has asked for them."""
        self.kin: dict[int, Person] = {}
        """Of which exploited person somebody is a relative."""
        self.kin_told: list[tuple[Person, Place]] = []
        """Where a relative is named, or known by what is his ("her aunt's salon")."""
        self.persons: list[Person] = []
        self._meant: dict[int, Person] = {}

    def of(self, mention: Mention) -> Person | None:
        """Return whom a mention means, if the text says."""
        return self._meant.get(id(mention))

    def is_protected(self, person: Person) -> bool:
        """Whether the text tells that a person is exploited, and not that she is a suspect."""
        young, _ = self.sets.by_age
        protected = self.sets.protected
        told = protected in person.facts or {young, protected} <= person.roles
        return told and not self.stands_apart(person)

    def stands_apart(self, person: Person) -> bool:
        """Whether a person is told of in a role that excludes that she is exploited."""
        apart = self.sets.instead.get(self.sets.protected, frozenset())
        return bool(person.facts.keys() & apart)

    def give(self, mention: Mention, person: Person) -> None:
        """Settle that a mention means a person, who gains what its words say."""
        self._meant[id(mention)] = person
        person.mentions.append(mention)
        person.called |= mention.word in _SHE
        for role in mention.roles:
            person.facts.setdefault(role, mention.place)
        for role in mention.assumed:
            person.assumed.setdefault(role, mention.place)
        if mention.kind == "name":
            person.names.update(mention.word.split())
        elif mention.kind == "noun":
            person.words.add(mention.word)
        person.traits |= mention.traits
        if mention.kind == "pronoun":  # whoever is called "she" is not meant by a later "he"
            person.traits |= self.sets.implied.get(mention.word, frozenset())
        for age in mention.ages:
            person.grown |= age.years >= self.sets.adult_age and not age.then
            known = person.age and person.age[0]
            before = known is None or age.years < known.years
            if known and age.then is not known.then:
                # of two ages of a child the present one counts
                grown = max(age.years, known.years) >= self.sets.adult_age
                before = before if grown else known.then
            if before:
                person.age = age, mention.scene
