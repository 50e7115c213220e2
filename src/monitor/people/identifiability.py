"""Identifiability: the harmless details that together tell readers who a person is.

Counted per person over the whole text and by kind: five dates are one detail, an age, a school
and a father's trade are three, wherever they stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from monitor.people.coreference import same_person
from monitor.people.persons import NOMINATIVE, Cast, DetailSets, Person, in_any
from monitor.records.finding import FieldName, Span
from monitor.records.people import (
    DetailKind,
    Identifiable,
    PeopleTable,
    PersonQuestion,
    PersonRole,
    TextPerson,
)
from monitor.text.analysis import Place, Scene
from monitor.text.positions import Stretch

_CAPITAL = "[A-Z\u00c0-\u00de]"
_NAME_BEHIND = re.compile(
    rf"(?:[ ,]+(?:the|of|at|in|on|de|di|da))*(?:[ ,]+(?:{_CAPITAL}[\w'-]*|\d+))+"
)
_NAME_BEFORE = re.compile(rf"(?:{_CAPITAL}[\w'-]+ |\d+[A-Za-z]? )+$")
_PLACE = re.compile(
    rf" (?:(?:the|a|old|nearby) ){{0,2}}"
    rf"(?P<name>{_CAPITAL}[\w'-]*(?: {_CAPITAL}[\w'-]*)*)"
)
_BEHIND = re.compile(r"(?:,|\)|\b(?:two|three|four|five|six|seven)) $")
_ON_HER = re.compile(r" (?:on|above|over|across|under|behind|below|near|down) (?P<whose>her|his)\b")
_POINTS = re.compile(r"\b(?:an?|the|her|his|their|of|in|at|for|to|behind|by|from)$", re.IGNORECASE)
_REST = re.compile(r"(?: (?:an?|the|her|his|their))? [\w'-]+")
_AGE, _KIN = "age", "family"


def details_by_kind(cast: Cast, person: Person) -> dict[str, list[Place]]:
    """Return the details of a person by kind, those of her other mentions among them."""
    if cast.details is None:
        cast.details = defaultdict(lambda: defaultdict(list))
        told = ((kind.name, *one) for kind in cast.sets.details for one in _told(cast, kind))
        for name, owner, fact in (*told, *((_KIN, *one) for one in cast.kin_told)):
            cast.details[id(owner)][name].append(fact)
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for same in same_person(cast, person):
        for name, places in cast.details.get(id(same), {}).items():
            found[name] += places
        if same.age:
            found[_AGE].append((same.age[1], same.age[0].hit))

    def sentence(place: Place) -> tuple[int, int | None]:
        return id(place[0]), place[0].sentence_of(*place[1])

    for kind in cast.sets.details:
        if not kind.alone and kind.name in found:
            # one that counts ("on 3 May") in whose sentence another kind stands
            apart = (found[name] for name in found if name not in (kind.name, _AGE))
            others = {sentence(place) for places in apart for place in places}
            found[kind.name] = [place for place in found[kind.name] if sentence(place) in others]
    return {name: places for name, places in found.items() if places}


def _told(cast: Cast, kind: DetailSets) -> Iterator[tuple[Person, Place]]:
    sets = cast.sets
    for field in cast.mentions:
        scene = cast.scenes[field]
        text = scene.view.shadow
        words, named, ahead = (
            [hit for wordset in wordsets for hit in scene.hits.of(wordset)]
            for wordsets in (kind.words, kind.named, kind.ahead)
        )
        hits = set(filter(None, (_named(text, hit) for hit in named)))
        for start, end in words:  # "works in a" tells readers nothing yet
            rest = _REST.match(text, end) if _POINTS.search(text, start, end) else None
            hits.add((start, rest.end() if rest else end))
        for hit in ahead:
            if name := _ahead(cast, scene, hit):
                # a name may tell little of who comes from there, or be none
                last = text.rfind(" ", *name) + 1
                broad = in_any(scene, (*sets.broad, *sets.no_name), *name)
                large = last > name[0] and in_any(scene, sets.regions, last, name[1])
                if not broad and not large:
                    hits.add((hit[0], name[1]))
        for hit in sorted(hits):
            if person := _whose(cast, scene, hit):
                yield person, (scene, hit)


def _ahead(cast: Cast, scene: Scene, hit: Stretch) -> Stretch | None:
    """Return the name right behind a word ("from Uromi", "opposite the Co-op"), if any."""
    text, (start, end) = scene.view.shadow, hit
    if text[start:end].lower() in ("from", "of") and not _BEHIND.search(text, start - 24, start):
        before = cast.mentions[scene.field].before(start)
        if (
            before is None
            or before.end != start - 1
            or before.kind == "pronoun"
            # "the husband of Wasana"
            or in_any(scene, cast.sets.kin, before.end - len(before.word), before.end)
        ):
            return None
    found = _PLACE.match(text, end, end + 48)
    return found.span("name") if found else None


def _named(text: str, hit: Stretch) -> Stretch | None:
    """Return a general word with the name beside it ("Hotel Miramar", "12 Mill Lane"), if any."""
    start, end = hit
    is_capital = text[start].isupper()
    # a headline in capitals tells no names; nor is "a hotel on the road" one
    if text[start : start + 2].isupper() or not (is_capital or " " in text[start:end]):
        return None
    # "Haven, Refuge, Unbound" are three
    listed = text.endswith(", ", 0, start) and text.startswith(", ", end)
    behind = None if listed else _NAME_BEHIND.match(text, end, end + 40)
    if behind:
        return start, behind.end()
    before = _NAME_BEFORE.search(text, max(0, start - 40), start) if is_capital else None
    return (before.start(), end) if before else None


def _whose(cast: Cast, scene: Scene, hit: Stretch) -> Person | None:
    """Return of whom a detail tells: who is named last before it in its sentence, else after it."""
    low, high = scene.sentence_span(scene.view.sentence_at(hit[0]))
    mentions = cast.mentions[scene.field]
    before = mentions.between(low, hit[0])[-6:][::-1]
    inside = [m for m in mentions.over(*hit) if m.kind == "pronoun"]
    after = mentions.between(hit[1], high)[:8]
    acting = [m for m in before if not m.oblique]
    fronted = [m for m in after if m.word in NOMINATIVE or not (m.oblique or m.kind == "pronoun")]
    bodily = _ON_HER.match(scene.view.shadow, hit[1])
    worn = mentions.over(*bodily.span("whose")) if bodily else []
    for mention in (*inside, *worn, *acting, *before, *fronted, *after):
        person = cast.of(mention)
        if person is None:
            continue
        # relatives or bodies stand in a detail and are not its owner
        is_setting = mention.kind == "noun" and not person.roles & cast.sets.owners
        nobodys = mention.lead in ("a", "the") and id(person) not in cast.kin
        if mention in acting[:1] and nobodys and is_setting:
            return None  # "a teacher at the Riverside School hid them" tells of the teacher
        owner = cast.kin.get(id(person), person)  # a relative's details lead to the exploited
        if owner is not person or not is_setting:
            return owner
    return None


FLAG, ASK = 0.5, 0.2
"""Probability of being protected from which a person counts so, and from which it is asked."""
NAMED, UNNAMED, DETAILED = 0.7, 0.9, 0.8
"""How likely somebody must be protected to be flagged: named; unnamed; told in much detail."""
MAX_QUESTIONS = 10
"""Questions of a text, on those who are likeliest protected and of whom most is told."""
ENOUGH = 2
"""Kinds of detail beside an age, a name among them, by which acquaintances know a person."""
SHORT, OF_SHORT = 300, 0.45
"""Characters of a text that tells of one thing, and the probability that a flag takes there."""
_NOT_BARRED: frozenset[PersonRole] = frozenset({"official", "expert", "public_figure"})
"""Beside whom the order is told that somebody may not be identified."""
_ALONE: frozenset[DetailKind] = frozenset({"address"})
_TITLE = re.compile(
    r"(?:(?:mrs?|ms|miss|sir|dame|lady|lord|dr|prof|rev|sgt|capt|aunt|auntie|uncle|little|young)"
    r"\b\.?\s+)+",
    re.IGNORECASE,
)
_DOCK = re.compile(r"\W{1,2}\d{2},? (?:formerly )?of (?:no fixed|[A-Z0-9])")
"""What follows the name of who is in the dock, in court reports: "44, of Corporation Street"."""
_NOBODY = re.compile(r"\b(?:Jane|John|Baby) Doe\b")
_NAME_WORD = re.compile(r"[^\W\d_][\w'\u2019-]+")
_ELDER = re.compile(
    r"\b(?:(?:grand|step|god)?-?(?:mother|father|parents?)|mum|mom|dad|aunt|auntie|uncle)\b",
    re.IGNORECASE,
)
_YOUNGER = re.compile(
    r"\b(?:(?:grand|step|god|foster|adopted|adoptive)?[- ]?(?:daughter|son|child|children|kids?)"
    r"|niece|nephew|ward)s?\b",
    re.IGNORECASE,
)
Fields = Mapping[FieldName, str]
"""Title and text of a document."""
Subject = Literal["trafficking", "near", "other"]
"""What a text is about: `near` is other abuse of people, as of children, or of migrants."""
KnownBy = Literal["name", "kinship", "details"]
"""By what readers know a person: her name, that a relative of hers is accused by name, the rest."""


def identified(
    table: PeopleTable, fields: Fields, subject: Subject = "trafficking", *, asks: bool = True
) -> PeopleTable:
    """Return the table with who can be identified, and what is asked of whom.

    `asks`: whether anything is asked; nothing is where a text is about something else.
    """
    kin = kin_of(table)
    is_short = sum(map(len, fields.values())) < SHORT
    people = []
    for person in table.people:
        known = _known(person, kin[person.number], fields)
        level = _verdict(person, known, kin[person.number], fields, is_short=is_short)
        if level == "yes" and not (is_short or _is_meant(person, subject)):
            level = "maybe"
        people.append(replace(person, identifiable=level, questions=()))
    open_now = [p for p in people if asks and p.identifiable != "no"]
    open_now.sort(key=lambda p: (-p.protected * (1 + len(_kinds(p))), p.number))
    asked: dict[int, tuple[PersonQuestion, ...]] = {}
    for person in open_now:
        left = MAX_QUESTIONS - sum(map(len, asked.values()))
        open_still = [one for one in _questions(person) if one not in person.said]
        asked[person.number] = tuple(open_still[:left])
    told = (replace(person, questions=asked.get(person.number, ())) for person in people)
    return replace(table, people=tuple(told))


def known_by(person: TextPerson, table: PeopleTable, fields: Fields) -> KnownBy:
    """Return by what readers know an identifiable person first of all."""
    if named_at(person, fields):
        return "name"
    kin = kin_of(table)[person.number]
    accused = any(one.accused >= FLAG and full_name(one, fields) for one in kin)
    return "kinship" if accused else "details"


def named_at(person: TextPerson, fields: Fields) -> Span | None:
    """Return where a person is first named, in full if she is; `None` for a changed name."""
    names = _real_names(person, fields)
    return full_name(person, fields) or next(iter(names), None)


def full_name(person: TextPerson, fields: Fields) -> Span | None:
    """Return the first of a person's real names that has two words beside titles, if any."""
    names = _real_names(person, fields)
    return next((span for span in names if _is_full(fields[span.field], span)), None)


def _real_names(person: TextPerson, fields: Fields) -> list[Span]:
    names = () if person.name_changed else person.names
    return [s for s in names if not _NOBODY.search(fields[s.field][s.start : s.end])]


def _is_full(text: str, span: Span) -> bool:
    return len(_NAME_WORD.findall(_TITLE.sub("", text[span.start : span.end], count=1))) > 1


def kin_of(table: PeopleTable) -> defaultdict[int, list[TextPerson]]:
    """Return by number of a person her relatives, whoever of the two is told to be the other's."""
    people = {person.number: person for person in table.people}
    kin: defaultdict[int, list[TextPerson]] = defaultdict(list)
    for person in table.people:
        for number in people.keys() & set(person.kin_of) - {person.number}:
            kin[person.number].append(people[number])
            kin[number].append(person)
    return kin


def _kinds(person: TextPerson) -> set[DetailKind]:
    """Return the kinds of a person's details: no age, no "her son" that mentions him."""
    own = {mention.span for mention in person.mentions}
    told = {d.span: d.kind for d in person.details if not (d.kind == "family" and d.span in own)}
    return set(told.values()) - {"age"}


def _known(person: TextPerson, kin: Sequence[TextPerson], fields: Fields) -> Identifiable:
    """Return whether acquaintances would know a person by her details or her relatives."""
    kinds, is_named = _kinds(person), named_at(person, fields) is not None
    told, is_group = len(kinds) + is_named, person.several and not is_named
    least = ENOUGH + is_group  # of "two girls from Brod" readers know neither
    enough = told >= least or (is_named and person.details) or (person.restricted and told)
    led_to = {_leads(one, person) for one in kin if full_name(one, fields)}
    if _is(_ELDER, person, fields) and kin and all(one.accused >= FLAG for one in kin):
        # the mother of the accused may be named
        return "maybe" if person.protected >= UNNAMED else "no"
    if full_name(person, fields) or "yes" in led_to or kinds & _ALONE or enough:
        return "yes"
    near = led_to or any(one.names or _kinds(one) for one in kin)
    one_of_many = is_group and not near
    return "maybe" if (told or near or person.details) and not one_of_many else "no"


def _leads(one: TextPerson, person: TextPerson) -> Identifiable:
    """Return whether a relative who is named leads readers to a person.

    To a relative of hers without a name only perhaps: of such flags one in three was right.
    """
    if one.accused >= FLAG:
        return "yes"
    is_kin = person.role == "relative" or one.consent
    return "yes" if one.protected >= FLAG and not is_kin else "maybe"


def _is(kinship: re.Pattern[str], person: TextPerson, fields: Fields) -> bool:
    """Whether a mention of her holds a word of kinship."""
    spans = (mention.span for mention in person.mentions if mention.kind == "noun")
    return any(kinship.search(fields[s.field][s.start : s.end]) for s in spans)


def _verdict(
    person: TextPerson,
    known: Identifiable,
    kin: Sequence[TextPerson],
    fields: Fields,
    *,
    is_short: bool,
) -> Identifiable:
    if person.restricted and person.role not in _NOT_BARRED:
        return known
    if person.answered:
        return "yes" if person.protected >= FLAG and known != "no" else "no"
    if known == "yes" and is_short and person.protected >= OF_SHORT:
        return "yes"
    if person.protected >= FLAG:
        return "maybe" if known == "yes" and not _is_sure(person, kin, fields) else known
    is_shown = known == "yes" or (known == "maybe" and person.names)
    return "maybe" if person.protected >= ASK and is_shown else "no"


def _is_meant(person: TextPerson, subject: Subject) -> bool:
    """Whether a text is on what a person suffered: most who were killed were not trafficked."""
    if subject == "trafficking" or person.restricted or person.answered:
        return True
    return subject == "near" and (person.minor is True or person.protected >= UNNAMED)


def _is_sure(person: TextPerson, kin: Sequence[TextPerson], fields: Fields) -> bool:
    """Whether so much shows that a person was harmed, and is the one meant, that she is flagged.

    Who is named in full without an age or words of her own is seldom whom the text is about.
    """
    if kin and all(one.accused >= FLAG for one in kin):
        return person.protected >= UNNAMED and _is(_YOUNGER, person, fields)
    is_aged = person.age is not None or any(one.kind == "age" for one in person.details)
    if named_at(person, fields):
        if is_aged and person.minor is True:
            return True
        is_met = is_aged or person.speech or not full_name(person, fields)
        least = UNNAMED if any(_DOCK.match(fields[s.field], s.end) for s in person.names) else NAMED
        return person.protected >= least and bool(is_met)
    kinds, hers = _kinds(person), any(one.protected >= FLAG for one in kin)
    is_many = len(kinds) > ENOUGH
    is_near = bool(kinds) and (is_many or is_aged or hers or bool(kinds & _ALONE))
    return person.protected >= (DETAILED if is_many else UNNAMED) and is_near and not person.several


def _questions(person: TextPerson) -> tuple[PersonQuestion, ...]:
    """Return what a reporter should say of a person, the most important first."""
    if person.restricted:
        return ()
    if person.identifiable == "maybe":
        return ("exploited",)
    if person.minor:
        return ()
    is_open = person.minor is None and person.age is None
    return ("minor", "consent") if is_open else ("consent",)
