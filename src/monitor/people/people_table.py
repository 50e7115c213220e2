"""The people table: each person a text tells of, with mentions, role, age, kin and details."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from monitor.people.identifiability import details_by_kind
from monitor.people.identity_notes import IdentityNotes, find_identity_notes
from monitor.people.person_details import details_told
from monitor.people.person_links import find_people
from monitor.people.person_names import entities_of, names_of
from monitor.people.person_nouns import KIN, SURELY_YOUNG
from monitor.people.persons import Cast, Mention, Person, PersonSets
from monitor.records.finding import FieldName, Span
from monitor.records.people import (
    PROTECTED,
    DetailKind,
    PeopleMemory,
    PeopleTable,
    PersonAnswer,
    PersonDetail,
    PersonMention,
    PersonQuestion,
    PersonRole,
    TextPerson,
)
from monitor.text.analysis import Place, View, read_scenes
from monitor.text.phrase_search import Scanner
from monitor.text.spacy_pipeline import analysis

_KINDS: dict[str, DetailKind] = {
    "place": "home",
    "address": "address",
    "school": "school",
    "work": "work",
    "family": "family",
    "body": "looks",
    "clothes": "looks",
    "care": "health",
    "age": "age",
}


FieldPlace = tuple[FieldName, int, int]
"""Field, start and end; offsets of the field's shadow."""
FieldViews = Sequence[tuple[FieldName, View]]


@dataclass(frozen=True, slots=True)
class RolePerson:
    """A person whose role is read: where the text mentions her, in order."""

    mentions: tuple[FieldPlace, ...]
    named: bool


@dataclass(frozen=True, slots=True)
class RoleScores:
    """A person's role, the probabilities of its groups, and the words that tell it."""

    role: PersonRole
    protected: float
    accused: float
    rests_on: tuple[FieldPlace, ...]


RoleReader = Callable[[FieldViews, Sequence[RolePerson]], Sequence[RoleScores]]
"""Reads the roles of a text's people, in their order."""


BY_WORDS, AT_MOST = 0.3, 0.45
"""Probability of being protected that words alone give, where a reader of roles holds it lower, and
that they leave where they show somebody as accused."""


@dataclass(frozen=True, slots=True)
class PersonLists:
    """The words by which persons are told, what finds them in a text, and who reads roles."""

    scanner: Scanner
    sets: PersonSets
    roles: RoleReader | None = None


def read_people(
    lists: PersonLists, text: str, *, title: str = "", memory: PeopleMemory | None = None
) -> PeopleTable:
    """Return the people of an English text and its headline; `memory` is of the same lists."""
    if memory and (known := memory.find(title, text)):
        return known
    scenes = read_scenes(lists.scanner, text, title)
    with analysis() as nlp:
        names = names_of(scenes, partial(entities_of, nlp=nlp))
    table = table_of(find_people(lists.sets, scenes, names), lists.roles)
    if memory:
        memory.keep(title, text, table)
    return table


def table_of(cast: Cast, roles: RoleReader | None = None) -> PeopleTable:
    """Return the people of a cast, roles by what the words around them tell."""
    told = [person for person in cast.persons if _is_told(cast, person)]
    told.sort(key=lambda person: min(_order(m.place) for m in person.mentions))
    numbers = {id(person): number for number, person in enumerate(told, 1)}
    notes = find_identity_notes(cast)
    facts = _Told(numbers, _speech(cast), details_told(cast), notes)
    rows = [_row(cast, person, facts) for person in told]
    if roles:
        scenes = sorted(cast.scenes.values(), key=lambda scene: scene.field == "text")
        fields = [(scene.field, scene.view) for scene in scenes]
        read = roles(fields, [_asked(person) for person in told])
        rows = [_with_role(*row, cast) for row in zip(rows, read, strict=True)]
    return PeopleTable(tuple(rows), tuple(map(_span, notes.orders)))


def _asked(person: Person) -> RolePerson:
    """Return where a person is mentioned; by pronouns only where nothing else mentions her."""
    ordered = sorted(person.mentions, key=lambda mention: _order(mention.place))
    told = [mention for mention in ordered if mention.kind != "pronoun"] or ordered
    wholes = (_whole(mention) for mention in told)
    places = tuple((scene.field, *hit) for scene, hit in wholes)
    return RolePerson(places, any(mention.kind == "name" for mention in told))


def _with_role(row: TextPerson, read: RoleScores, cast: Cast) -> TextPerson:
    rests = [Span(name, *cast.scenes[name].view.original(*hit)) for name, *hit in read.rests_on]
    # whom the words around her show as harmed, or a child, is asked about at least
    protected = max(read.protected, min(row.protected, BY_WORDS))
    if row.accused > row.protected:  # "was charged with selling her niece": asked about at most
        protected = min(protected, AT_MOST)
    return replace(
        row,
        role=read.role,
        protected=protected,
        accused=min(read.accused, 1 - protected),
        rests_on=tuple(dict.fromkeys([*row.rests_on, *rests])),
    )


def _is_told(cast: Cast, person: Person) -> bool:
    """Whether a text tells of somebody, and not of people in general or of a body."""
    nouns = [mention for mention in person.mentions if mention.kind == "noun"]
    if person.names:
        return True
    if not nouns:
        return any(mention.word in _SINGULAR for mention in person.mentions)
    return any(mention.phrase is not None or mention.lead for mention in nouns) and not all(
        mention.traits & cast.sets.bodies for mention in nouns
    )


_SINGULAR = frozenset(("he", "she", "him", "her", "his", "i", "me", "my"))


def _speech(cast: Cast) -> dict[int, tuple[Span, ...]]:
    """Return the quotations that each person speaks."""
    spoken: dict[int, tuple[Span, ...]] = {}
    for scene in cast.scenes.values():
        mentions = cast.mentions[scene.field]
        for quotation in scene.view.quotations:
            source = quotation.source_span or quotation.speaker_span
            if quotation.kind != "attributed" or source is None:
                continue
            near = (cast.of(mention) for mention in mentions.over(*source))
            if speaker := next(filter(None, near), None):
                here = _span((scene, (quotation.start, quotation.end)))
                spoken[id(speaker)] = (*spoken.get(id(speaker), ()), here)
    return spoken


@dataclass(frozen=True, slots=True)
class _Told:
    """Numbers, speech and details of people, each by the person's `id`."""

    numbers: dict[int, int]
    speech: dict[int, tuple[Span, ...]]
    details: dict[int, list[tuple[DetailKind, Place]]]
    notes: IdentityNotes


def _row(cast: Cast, person: Person, told: _Told) -> TextPerson:
    numbers = told.numbers
    parts, roles = _parts_of(cast, person), person.roles
    protected, accused = 0.02, 0.02
    role: PersonRole = "other"
    if parts:
        role = next(part for part in ("victim", "minor", "relative") if part in parts)
        protected = 0.8 if role == "victim" else 0.5
    elif "known-suspect" in roles:
        role, accused = "suspect", 0.8
    elif "official" in roles:
        role = "official"
    is_kin = any(mention.phrase and mention.phrase.word in KIN for mention in person.mentions)
    owners = cast.kin_of.get(id(person), []) if is_kin else []
    if not owners and (owner := cast.kin.get(id(person))):
        owners = [owner]
    listed = (
        PersonDetail(kind, _span(place))
        for name, places in details_by_kind(cast, person).items()
        if (kind := _KINDS.get(name))
        for place in places
    )
    shaped = (PersonDetail(kind, _span(place)) for kind, place in told.details.get(id(person), ()))
    details = sorted(
        {*listed, *shaped},
        key=lambda one: (one.span.field == "text", one.span.start, one.span.end, one.kind),
    )
    minor = _is_minor(cast, person)
    return TextPerson(
        numbers[id(person)],
        _mentions(person),
        role,
        protected,
        accused,
        tuple(_span(place) for place in person.facts.values()),
        minor,
        person.age[0].years if person.age else None,
        bool(person.traits & cast.sets.several),
        tuple(details),
        consent="consenting" in roles or id(person) in told.notes.consenting,
        name_changed=id(person) in told.notes.changed,
        restricted=id(person) in told.notes.restricted,
        kin_of=tuple(numbers[id(owner)] for owner in owners if id(owner) in numbers),
        speech=told.speech.get(id(person), ()),
    )


def _mentions(person: Person) -> tuple[PersonMention, ...]:
    """Return a person's mentions in order; names that overlap, in words run together, are one."""
    found: list[PersonMention] = []
    name = -1  # where the last name stands in `found`
    for mention in sorted(person.mentions, key=lambda m: (*_order(m.place), -m.end)):
        span = _span(_whole(mention))
        if mention.kind == "name":
            last = found[name].span if name >= 0 else None
            if last and last.field == span.field and span.start < last.end:
                span = replace(last, end=max(last.end, span.end))
                found[name] = PersonMention(span, "name")
                continue
            name = len(found)
        found.append(PersonMention(span, mention.kind))
    return tuple(found)


def _parts_of(cast: Cast, person: Person) -> frozenset[str]:
    """Return whether a person is victim, minor or relative; a suspect may be a minor alone."""
    holds = (
        cast.is_protected(person),
        cast.sets.by_age[0] in person.roles,
        cast.sets.relative in person.facts,
    )
    return frozenset(
        part
        for part, is_held in zip(("victim", "minor", "relative"), holds, strict=True)
        if is_held
    )


def answered(table: PeopleTable, answers: Sequence[PersonAnswer]) -> PeopleTable:
    """Return the table with what a reporter said of its people, which overrules what was read."""
    people = {person.number: person for person in table.people}
    for answer in answers:
        person = table.at(answer.span.field, answer.span.start, answer.span.end)
        if person is None:
            continue
        person = people[person.number]
        person = replace(person, answered=True, said=person.said | _answers(answer))
        if answer.role is not None:
            is_protected = float(answer.role in PROTECTED)
            is_accused = float(answer.role in ("suspect", "convicted"))
            person = replace(person, role=answer.role, protected=is_protected, accused=is_accused)
        if answer.minor is not None:
            person = replace(person, minor=answer.minor)
        if answer.consent is not None:
            person = replace(person, consent=answer.consent)
        people[person.number] = person
    return replace(table, people=tuple(people.values()))


def _is_minor(cast: Cast, person: Person) -> bool | None:
    """Whether somebody was under 18 then or is now, or the text tells an adult's age alone."""
    ages = [age for mention in person.mentions for age in mention.ages]
    if any(age.years < cast.sets.adult_age for age in ages) or "minor-then" in person.roles:
        return True
    if "minor" in person.roles or any(_is_child(cast, mention) for mention in person.mentions):
        return True
    return False if ages and not any(age.then for age in ages) else None


def _is_child(cast: Cast, mention: Mention) -> bool:
    """Whether a mention is a word for children and no "18-year-old girl"."""
    grown = any(age.years >= cast.sets.adult_age and not age.then for age in mention.ages)
    return not grown and mention.phrase is not None and mention.phrase.word in SURELY_YOUNG


def _whole(mention: Mention) -> Place:
    """Return where a mention stands, a noun with its article."""
    if mention.phrase is None:
        return mention.place
    start = min(mention.start, mention.phrase.start)
    return mention.scene, (start, max(mention.end, mention.phrase.end))


def _answers(answer: PersonAnswer) -> frozenset[PersonQuestion]:
    """Return the questions that an answer answers."""
    given: dict[PersonQuestion, object] = {
        "exploited": answer.role, "minor": answer.minor, "consent": answer.consent
    }  # fmt: skip
    return frozenset(question for question, value in given.items() if value is not None)


def _span(place: Place) -> Span:
    scene, hit = place
    return Span(scene.field, *scene.view.original(*hit))


def _order(place: Place) -> tuple[bool, int]:
    return place[0].field == "text", place[1][0]
