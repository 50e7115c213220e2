"""Victims as the people table tells them: their gender, their age, and what is said of them.

Only who is protected counts: no suspect, client, official or helper. Of victims first; where the
table has none, of minors, whom the text may tell of without a word of exploitation. Gender is told
by pronouns, kin and nouns ("19 boys", "her son" is male), never by names.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.classify.features import Reading
from monitor.classify.tag_evidence import Place
from monitor.classify.victims import ADULT, KIND_OF, ToldGender
from monitor.records.finding import FieldName
from monitor.records.people import MentionKind, PeopleTable, TextPerson
from monitor.text.regular_expressions import word_set

LEAST = 0.5
"""The probability from which on a person counts as protected."""
_FEMALE = word_set(
    "woman women girl girls female females lady ladies maid maids housemaid housemaids housegirl "
    "housegirls schoolgirl schoolgirls mother mothers mum mom wife wives bride brides widow widows "
    "daughter daughters stepdaughter sister sisters aunt aunts niece nieces grandmother "
    "granddaughter girlfriend girlfriends waitress waitresses actress actresses she her hers"
)
_MALE = word_set(
    "man men boy boys male males schoolboy schoolboys fisherman fishermen father fathers dad "
    "husband husbands widower son sons stepson brother brothers uncle uncles nephew nephews "
    "grandfather grandson boyfriend boyfriends he him his"
)
_GENDER = dict.fromkeys(_FEMALE, "female") | dict.fromkeys(_MALE, "male")
_AGE = {word: "child" if kind == "children" else "adult" for word, kind in KIND_OF.items()}
_BOTH = frozenset(("and", "or"))


def victims_in(table: PeopleTable) -> list[TextPerson]:
    """Return the victims of a table, or else the minors."""
    for role in ("victim", "minor"):
        if found := [p for p in table.people if p.role == role and p.protected >= LEAST]:
            return found
    return []


def accused_in(table: PeopleTable) -> list[TextPerson]:
    """Return those of a table who are accused."""
    return [person for person in table.people if person.accused >= LEAST]


def places_of(reading: Reading, people: Iterable[TextPerson]) -> Iterator[Place]:
    """Yield where the text speaks of people, names included."""
    for person in people:
        for _, place in _mentions(reading, person):
            yield place


def sentences_of(
    reading: Reading, people: Iterable[TextPerson]
) -> frozenset[tuple[FieldName, int]]:
    """Return the sentences that speak of people, by field and number."""
    places = places_of(reading, people)
    return frozenset((of, reading.words(of).sentences[first]) for of, first, _ in places)


def told_genders(reading: Reading, people: Iterable[TextPerson]) -> Iterator[ToldGender]:
    """Yield the genders that the text tells of people, and by which words.

    A group may have both; of one person the one that most words tell counts. Nouns are shown first.
    """
    for person in people:
        told = [
            (gender, kind == "noun", place)
            for kind, place in _mentions(reading, person)
            if kind != "name"
            for gender in _kinds(reading, place, _GENDER)
        ]
        most = Counter(gender for gender, _, _ in told).most_common(1)
        yield from (one for one in told if person.several or one[0] == most[0][0])


def ages_of(reading: Reading, person: TextPerson) -> frozenset[str]:
    """Return whether a person is a `child`, an `adult`, of a group both, or nothing: untold.

    Who was a child when it happened counts as one, grown up or not. An age tells more than a noun:
    a girl of 18 is an adult. Girls and boys without an age are children.
    """
    if person.minor or (person.age is not None and person.age < ADULT):
        return frozenset(("child",))
    if person.minor is False or person.age is not None:
        return frozenset(("adult",))
    told = frozenset(
        kind
        for of, place in _mentions(reading, person)
        if of == "noun"
        for kind in _kinds(reading, place, _AGE)
    )
    return told if person.several else told - {"adult"} or told


def sure_age(reading: Reading, people: Sequence[TextPerson]) -> str | None:
    """Return what the ages of people tell for certain, in figures or words.

    `child`: one of them is under 18, whoever the others are. `adult`: one is not, and no other is
    told of as a child.
    """
    aged = [ages_of(reading, person) for person in people if person.age is not None]
    if any("child" in one for one in aged):
        return "child"
    young = any("child" in ages_of(reading, person) for person in people)
    return "adult" if aged and not young else None


def told_ages(reading: Reading, people: Iterable[TextPerson]) -> Iterator[tuple[str, Place]]:
    """Yield the ages of people, and the first words that speak of each, a noun before others."""
    for person in people:
        words = [(of != "noun", of, place) for of, place in _mentions(reading, person)]
        first = min(words, key=lambda each: each[0], default=None)
        if first and first[1] != "name":
            for age in sorted(ages_of(reading, person)):
                yield age, first[2]


def _mentions(reading: Reading, person: TextPerson) -> Iterator[tuple[MentionKind, Place]]:
    """Yield of which kind the mentions of a person are, and the words of each."""
    for mention in person.mentions:
        span, words = mention.span, reading.words(mention.span.field)
        first = bisect_right(words.ends, span.start)
        last = bisect_left(words.starts, span.end)
        if first < last:
            yield mention.kind, (span.field, first, last)


def _kinds(reading: Reading, place: Place, kind_of: Mapping[str, str]) -> list[str]:
    """Return the kind that words say: of the last word that says one, or of all that are joined."""
    field, first, last = place
    words = reading.words(field).words[first:last]
    kinds = [kind_of[word] for word in words if word in kind_of]
    return kinds[-1:] if _BOTH.isdisjoint(words) else list(dict.fromkeys(kinds))
