"""People of a text as data: each person with mentions, role, age and identifying details."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal, get_args

from monitor.records.finding import Span
from monitor.records.json_shapes import span_json

PersonRole = Literal[
    "victim",
    "minor",
    "relative",
    "suspect",
    "convicted",
    "official",
    "helper",
    "expert",
    "witness",
    "public_figure",
    "other",
]
ROLES: tuple[PersonRole, ...] = get_args(PersonRole)
PROTECTED: frozenset[PersonRole] = frozenset({"victim", "minor", "relative"})
ACCUSED: frozenset[PersonRole] = frozenset({"suspect", "convicted"})
MentionKind = Literal["name", "noun", "pronoun"]
DetailKind = Literal[
    "home", "school", "work", "family", "looks", "health", "address", "picture", "age"
]
Identifiable = Literal["yes", "maybe", "no"]
PersonQuestion = Literal["exploited", "minor", "consent"]
"""What a reporter is asked of a person: may a reader take her for somebody harmed? was she under
18 then, or is she now? has she consented in writing to this piece?"""


@dataclass(frozen=True, slots=True)
class PersonMention:
    """Words that mean a person: a name, a noun phrase ("the eldest", "her son") or a pronoun."""

    span: Span
    kind: MentionKind


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """Words by which acquaintances could know a person."""

    kind: DetailKind
    span: Span


@dataclass(frozen=True, slots=True)
class TextPerson:
    """A person whom a text tells of, named or not; `number` counts from 1 by first mention.

    `protected` and `accused` are probabilities; the rest to 1 is everybody else. `rests_on` are
    the words that tell the role. `minor`: told to have been under 18 then or to be now, `None`
    where nothing tells. `consent`: the text says that she agreed to be named or speaks publicly
    under her own name; `name_changed` that hers is no real name; `restricted` that she may not
    be identified. `kin_of` are the numbers of persons of whom she is a relative, `speech` the
    quotations that she speaks. `answered`: a reporter said who she is, and `said` which questions
    that answers. `several`: a group.
    """

    number: int
    mentions: tuple[PersonMention, ...]
    role: PersonRole
    protected: float
    accused: float
    rests_on: tuple[Span, ...] = ()
    minor: bool | None = None
    age: int | None = None
    several: bool = False
    details: tuple[PersonDetail, ...] = ()
    consent: bool = False
    name_changed: bool = False
    restricted: bool = False
    kin_of: tuple[int, ...] = ()
    speech: tuple[Span, ...] = ()
    answered: bool = False
    said: frozenset[PersonQuestion] = frozenset()
    identifiable: Identifiable = "no"
    questions: tuple[PersonQuestion, ...] = ()

    @property
    def names(self) -> tuple[Span, ...]:
        """Where the text names her."""
        return tuple(mention.span for mention in self.mentions if mention.kind == "name")

    @property
    def role_probability(self) -> float:
        """The probability of the group that her role is of."""
        if self.role in PROTECTED:
            return self.protected
        return self.accused if self.role in ACCUSED else 1 - self.protected - self.accused


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """All persons of a text, in order of their first mention, title first.

    `restricted` are the words by which the text says that somebody may not be identified.
    """

    people: tuple[TextPerson, ...] = ()
    restricted: tuple[Span, ...] = ()

    def at(self, field: str, start: int, end: int) -> TextPerson | None:
        """Return whom words mean: whose mention they are, else whose shortest one they touch."""
        met = (
            (
                (mention.span.start, mention.span.end) != (start, end),  # "her" in "her father"
                mention.span.end - mention.span.start,
                person.number,
                person,
            )
            for person in self.people
            for mention in person.mentions
            if mention.span.field == field and mention.span.start < end and start < mention.span.end
        )
        return min(met, key=lambda one: one[:3], default=(0, 0, 0, None))[3]


@dataclass(frozen=True, slots=True)
class PeopleReader:
    """Reads the people of an English headline and text; `stamp` says by which words and models."""

    stamp: str
    read: Callable[[str, str], PeopleTable]


@dataclass(slots=True)
class PeopleMemory:
    """The latest people tables by the hash of their text, while a job wants them: a cache.

    Outside a job nothing is remembered: nothing of a draft outlives its request. Threads may share.
    """

    size: int = 4096  # more articles than lie between two assessors of a batch
    _jobs: int = 0
    _known: OrderedDict[bytes, PeopleTable] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Remember what is read from now on, until the last job ends."""
        with self._lock:
            self._jobs += 1
        try:
            yield
        finally:
            with self._lock:
                self._jobs -= 1
                if not self._jobs:
                    self._known.clear()

    def find(self, title: str, text: str) -> PeopleTable | None:
        """Return the table of a text that was read before, if it is remembered."""
        with self._lock:
            return self._known.get(_hash(title, text)) if self._known else None

    def keep(self, title: str, text: str, table: PeopleTable) -> None:
        """Remember a table while a job runs; the oldest is forgotten."""
        with self._lock:
            if self._jobs:
                self._known[_hash(title, text)] = table
                while len(self._known) > self.size:
                    self._known.popitem(last=False)


def _hash(title: str, text: str) -> bytes:
    return hashlib.sha256(f"{title}\0{text}".encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What a reporter says of the person who is meant at a place; `None` leaves what was read."""

    span: Span
    role: PersonRole | None = None
    minor: bool | None = None
    consent: bool | None = None


def person_json(
    person: TextPerson, *, locate: Callable[[Span], Mapping[str, Any]] = span_json
) -> dict[str, Any]:
    """Return a person by places, without a word of the text; `locate` writes each place."""
    return {
        "person": person.number,
        "role": person.role,
        "role_probability": round(person.role_probability, 3),
        "minor": person.minor,
        "mentions": [dict(locate(mention.span)) for mention in person.mentions],
        "details": [{"kind": one.kind, **locate(one.span)} for one in person.details],
        "identifiable": person.identifiable,
        "questions": list(person.questions),
    }
