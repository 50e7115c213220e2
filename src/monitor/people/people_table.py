"""The people table: each person a text tells of, with mentions, role, age, kin and details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.people.identifiability import details_by_kind
from monitor.people.persons import Cast, Person
from monitor.people.protected_persons import parts_of
from monitor.records.finding import Span
from monitor.records.people import (
    PROTECTED,
    DetailKind,
    PeopleTable,
    PersonAnswer,
    PersonDetail,
    PersonMention,
    PersonQuestion,
    PersonRole,
    TextPerson,
)
from monitor.text.analysis import Place

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


def table_of(cast: Cast) -> PeopleTable:
    """Return the people of a cast, roles by what the words around them tell."""
    told = [person for person in cast.persons if person.mentions]
    told.sort(key=lambda person: min(_order(m.place) for m in person.mentions))
    numbers = {id(person): number for number, person in enumerate(told, 1)}
    rows = (_row(cast, person, numbers) for person in told)
    return PeopleTable(tuple(rows))


def _row(cast: Cast, person: Person, numbers: dict[int, int]) -> TextPerson:
    parts, roles = parts_of(cast, person), person.roles
    protected, accused = 0.02, 0.02
    role: PersonRole = "other"
    if parts:
        role = next(part for part in ("victim", "minor", "relative") if part in parts)
        protected = 0.8 if role == "victim" else 0.5
    elif "known-suspect" in roles:
        role, accused = "suspect", 0.8
    elif "official" in roles:
        role = "official"
    owner = cast.kin.get(id(person))
    details = (
        PersonDetail(kind, _span(place))
        for name, places in details_by_kind(cast, person).items()
        if (kind := _KINDS.get(name))
        for place in places
    )
    minor = True if "minor" in roles or "minor-then" in roles else None
    return TextPerson(
        numbers[id(person)],
        tuple(
            PersonMention(_span(m.place), m.kind)
            for m in sorted(person.mentions, key=lambda m: _order(m.place))
        ),
        role,
        protected,
        accused,
        tuple(_span(place) for place in person.facts.values()),
        minor,
        person.age[0].years if person.age else None,
        bool(person.traits & cast.sets.several),
        tuple(dict.fromkeys(details)),
        consent="consenting" in roles,
        kin_of=(numbers[id(owner)],) if owner and id(owner) in numbers else (),
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
