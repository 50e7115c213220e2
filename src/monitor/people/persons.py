"""The persons of a text: where it speaks of them, in what roles, and the lists that tell it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal, NamedTuple

from monitor.people.person_nouns import PersonNoun
from monitor.text.analysis import Place, Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

Lead = Literal["a", "the", "whose", ""]

_FIRST = word_set("i we me my us our")
NOMINATIVE = word_set("he she they who i we")
_OWNED = word_set("his her their my our your its")
_DEFINITE = word_set("the this that these those both")
_INDEFINITE = word_set("a an one another two three four five six seven eight nine ten")
_PREPOSITIONS = word_set(
    """of by to with from for at on against about between among as near into than like including
    without over under behind beside toward towards through"""
)
_STOPS = word_set("and or but that when while who which was were is are had has have")
_MARKS = re.compile(r"[.,;:!?()\"\u2014\n]")
_NO_NOUN = re.compile(
    r"[.,;:)]|$| (?:to|in|into|from|at|on|for|and|or|by|with|as|when|if|after|before|up|out|off|"
    r"away|home|while|until|because|against|through|was|were|had|has|is|said|told|that|who|"
    r"admitted|denied|pleaded|claimed|confessed)\b"
)
MAX_LEAD = 3
"""Words between an article and its noun ("the frightened young Ghanaian girl")."""


class Age(NamedTuple):
    """An age as told; `then`: of some time in the past ("when she was 15")."""

    years: int
    hit: Stretch
    then: bool


@dataclass(slots=True)
class Mention:
    """One place that speaks of a person; offsets into the shadow of its scene."""

    scene: Scene = field(repr=False)
    start: int
    end: int
    kind: Literal["noun", "name", "pronoun"]
    word: str
    """Head word in small letters; of a name, all of it as written."""
    roles: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()
    """Roles that the word has unless the text says otherwise ("worker" for a victim)."""
    traits: frozenset[int] = frozenset()
    """Word lists it is in of those that pronouns cannot mean."""
    lead: Lead = ""
    oblique: bool = False
    """Whether it hangs on a preposition, so that it does not act."""
    ages: list[Age] = field(default_factory=list)
    phrase: PersonNoun | None = None
    """All of the noun phrase, where one was looked for."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.scene, (self.start, self.end)

    @property
    def first(self) -> bool:
        """Whether it is the speaker of a quotation."""
        return self.kind == "pronoun" and self.word in _FIRST

    def is_object(self, text: str) -> bool:
        """Whether a pronoun is what a verb is about: "sold her", and not "sold her bag"."""
        is_her = self.word == "her" and _NO_NOUN.match(text, self.end) is not None
        return is_her or self.word in ("him", "them", "me", "us")


class Mentions:
    """The mentions of one scene in order, with look-ups by place."""

    __slots__ = ("_starts", "all")

    def __init__(self, found: Iterable[Mention]) -> None:
        self.all = sorted(found, key=lambda m: (m.start, -m.end))
        self._starts = [mention.start for mention in self.all]

    def between(self, low: int, high: int) -> list[Mention]:
        """Return the mentions that lie wholly between two offsets."""
        part = self.all[bisect_left(self._starts, low) : bisect_left(self._starts, high)]
        return [mention for mention in part if mention.end <= high]

    def over(self, low: int, high: int) -> list[Mention]:
        """Return the mentions that share a character with the span."""
        index = bisect_left(self._starts, high)
        return [m for m in self.all[max(0, index - 12) : index] if m.end > low]

    def before(self, position: int) -> Mention | None:
        """Return the last mention that starts before `position`."""
        index = bisect_left(self._starts, position)
        return self.all[index - 1] if index else None

    def after(self, position: int) -> Mention | None:
        """Return the first mention that starts at or after `position`."""
        index = bisect_left(self._starts, position)
        return self.all[index] if index < len(self.all) else None


def lead_of(text: str, start: int) -> tuple[Lead, bool]:
    """Return the kind of article before a noun, and whether a preposition stands before that."""
    clause = _MARKS.split(text[max(0, start - 48) : start])[-1].lower().split()
    lead: Lead = ""
    for back, word in enumerate(reversed(clause[-MAX_LEAD - 2 :])):
        if word in _PREPOSITIONS:
            return lead, True
        if lead or word in _STOPS or back > MAX_LEAD:
            break
        if word in _DEFINITE:
            lead = "the"
        elif word in _INDEFINITE:
            lead = "a"
        elif word in _OWNED or word.endswith(("'s", "s'")):
            lead = "whose"
    return lead, False


def in_any(scene: Scene, wordsets: Sequence[int], start: int, end: int) -> bool:
    """Return whether a stretch lies in a hit of one of the lists."""
    return any(
        low <= start and end <= high
        for wordset in wordsets
        for low, high in scene.hits.overlapping(wordset, start, end)
    )


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

    def sex(self, pronoun: str) -> frozenset[int]:
        """Return what being called "she" or "he" shows."""
        return self.implied.get(pronoun, frozenset())

    @property
    def bodies(self) -> frozenset[int]:
        """The words for bodies that are nobody's "he" or "she"."""
        both = [self.misfits.get(word, frozenset()) for word in ("he", "she")]
        return (both[0] & both[1]) - self.several

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
            is_young = self.age[0].years < adult
            if is_young and self.age[0].then:
                told.add(f"{young}-then")
                is_young = not self.grown
            told.add(young if is_young else grown)
        elif young in told:
            told.discard(grown)
        told.add("named" if self.names else "unnamed")
        nouns = [mention for mention in self.mentions if mention.kind == "noun"]
        if not self.traits & several:
            told.add("one")
        elif nouns and all(not noun.lead and noun.traits & several for noun in nouns):
            told.add("general")  # only bare plurals are such ("victims may be ...")
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
        self.kin_of: dict[int, list[Person]] = {}
        """Of whom somebody is kin, by a table's linking."""
        self.groups: dict[int, Person] = {}
        """The group that somebody is one of."""
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
        protected = self.sets.protected
        told = protected in person.facts or {self.sets.by_age[0], protected} <= person.roles
        return told and not self.stands_apart(person)

    def stands_apart(self, person: Person) -> bool:
        """Whether a person is told of in a role that excludes that she is exploited."""
        return not person.facts.keys().isdisjoint(self.sets.instead.get(self.sets.protected, ()))

    def join(self, one: Person, other: Person) -> None:
        """Settle that two are one, whom `one` then is."""
        facts, assumed = dict(other.facts), dict(other.assumed)
        for mention in other.mentions:
            self.give(mention, one)
        one.facts = facts | one.facts
        one.assumed = assumed | one.assumed
        self.persons = [person for person in self.persons if person is not other]
        for number, owners in self.kin_of.items():
            self.kin_of[number] = [one if owner is other else owner for owner in owners]
        self.groups = {n: one if group is other else group for n, group in self.groups.items()}
        if id(other) in self.groups:
            self.groups.setdefault(id(one), self.groups[id(other)])

    def give(self, mention: Mention, person: Person) -> None:
        """Settle that a mention means a person, who gains what its words say."""
        self._meant[id(mention)] = person
        person.mentions.append(mention)
        person.called |= mention.word in _SHE
        for role in mention.roles:
            person.facts.setdefault(role, mention.place)
        for role in mention.assumed:
            person.assumed.setdefault(role, mention.place)
        person.traits |= mention.traits
        if mention.kind == "name":
            person.names.update(mention.word.split())
        elif mention.kind == "noun":
            person.words.add(mention.word)
        else:  # whoever is called "she" is not meant by a later "he"
            person.traits |= self.sets.implied.get(mention.word, frozenset())
        adult = self.sets.adult_age
        for age in mention.ages:
            person.grown |= age.years >= adult and not age.then
            known = person.age[0] if person.age else None
            counts = known is None or age.years < known.years
            if known and age.then is not known.then and max(age.years, known.years) < adult:
                counts = known.then  # of two ages of a child the present one
            if counts:
                person.age = age, mention.scene
