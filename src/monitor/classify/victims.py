"""Victims: who an article speaks of, by words for people, never by names.

Gender is ruled: "woman" is a victim where something is done to her or nothing is said, a suspect
where she is arrested; a man of whom nothing is said does not count. The profile is numbers: n-grams
cannot tell a victim's age from a suspect's ("Smith, 34, was charged"). Words are counted, unlike in
`monitor.people`: the models of victim and flow learned on these counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Literal

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.features import LEAD_WORDS, Reading
from monitor.classify.place_disambiguation import PlaceMention
from monitor.classify.place_roles import count_roles
from monitor.classify.tag_evidence import Place, first_apart, in_order
from monitor.classify.word_tokens import WordTokens
from monitor.records.finding import FieldName, Span
from monitor.records.tag import Tag
from monitor.text.regular_expressions import word_set

ToldGender = tuple[str, bool, Place]
"""A gender that words tell, whether it is surely a victim's, and where the words stand."""
GROUPS = (
    *("women", "women_of_others", "her", "men", "men_of_others", "him", "women_and_men"),
    *("suffering", "accusation"),
)
"""The cue groups this rests on; without them nothing is said."""
_GENDERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("women", "women_of_others", "her"), ("female",)),
    **dict.fromkeys(("men", "men_of_others", "him"), ("male",)),
    "women_and_men": ("female", "male"),
}
_DOER_BEFORE = word_set("by with")
"""Between a verb and people they make them those who do it: "abused by men", "sex with men"."""
_CHARGE = word_set("of for with after over")
"""Between an accusation and people they begin what the charge is: "charged with selling girls"."""
_OBJECT = word_set(
    "a an the her him them his their two three four five six seven eight nine ten several dozens "
    "women woman girl girls boys men minor minors child children teen teens teenage teenagers "
    "victim victims people young underage others"
)
"""After a verb they are its object: who stands before it is no victim but does it."""
_SPANS = 3
Part = Literal["suffers", "does", "neither"]
KINDS = (
    *("child's age", "victim's adult age", "children", "women", "adults", "both", "suspect"),
    *("children harmed or freed", "adults harmed or freed"),
)
_FLOW = (
    "countries named; countries named besides the first; whence; on the way; freed or fled "
    "from; the US named; another country named; people by nationality"
)
PROFILE_NAMES = (
    *(f"{kind}, {where}" for kind in KINDS for where in ("headline", "lead", "whole")),
    "children only",
    "adults only",
    "children and adults",
    *_FLOW.split("; "),
)
ADULT = 18
_CHILDREN = word_set(
    "child children minor minors girl girls boy boys teen teens teenager teenagers juvenile "
    "juveniles underage infant infants baby babies toddler toddlers schoolgirl schoolgirls "
    "schoolchildren teenage kids newborn newborns schoolboys preteen adolescents"
)
_WOMEN = word_set("woman women females jane")
_ADULTS = word_set(
    "adult adults workers worker migrants labourers laborers maid maids housemaids fishermen "
    "nurses soldiers veterans nationals graduates seafarers crew mothers wives men employees "
    "jobseekers applicants pickers deckhands sailors troops mercenaries expatriates ofws fishers "
    "seamen farmworkers farmhands caregivers carers nannies housekeepers recruits professionals "
    "husbands fathers breadwinners trainees miners masons hostesses returnees"
)
KIND_OF: Mapping[str, str] = {
    **dict.fromkeys(_ADULTS, "adults"),
    **dict.fromkeys(_WOMEN, "women"),
    **dict.fromkeys(_CHILDREN, "children"),
}
_VICTIM_AFTER_AGE = word_set(
    "woman female victim girl jane doe mother maid worker migrant domestic helper survivor wife "
    "bride student"
)
_OTHER_CHILD = word_set("pastor minister porn pornography molester predator protective")
"""After a child word they make it another thing: "youth pastor", "child protective services"."""
_SUSPECTED = word_set(
    "arrested charged accused sentenced convicted indicted pleaded pleads jailed arraigned faces "
    "guilty detained suspected wanted gets allegedly"
)
_TAKEN = word_set("arrest arrests arrested charged sentenced convicted indicted jailed nabbed nabs")
"""Before people they make them suspects, unless the charge (`_CHARGE`) stands between."""
_DONE_TO = word_set(
    "trafficking trafficked traffic rescue rescued rescues rescuing recruiting recruited pimping "
    "pimped pandering exploiting exploited exploit forced forcing force held holding luring lured "
    "lures selling sold sells trapped freed frees saved saves repatriated repatriate enslaved "
    "kidnapped abducted smuggled duped deceived tricked coerced prostituted beaten raped abused "
    "recover recovered prostitute compelled stranded intercepted enticing transporting victims "
    "trading bought buying keeping kept imprisoned victimized abusing"
)
"""Verbs whose object, or passive subject, is a victim."""
_PARTED = frozenset(';:()[]"“”|/')
"""Signs that separate two parts of a text."""
_MONTHS = word_set(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july "
    "august september october november december"
)
_EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "child": ("child's age", "children harmed or freed", "children"),
    "adult": ("adults harmed or freed", "victim's adult age", "women", "adults"),
    "both": (
        *("both", "children harmed or freed", "adults harmed or freed"),
        *("child's age", "victim's adult age", "children", "women", "adults"),
    ),
}
"""Which words show whose victimhood, the best first."""


def find_gender(reading: Reading, cues: CueTable, aside: Collection[Place] = ()) -> Tag | None:
    """Return whether the victims are told as female, male or both; `None` where neither.

    By words at large: `aside` are places of words that are known to mean no victim.
    """
    if not cues.index.keys() >= set(GROUPS):
        return None
    told = [one for field in reading.fields() for one in _told(*field, cues, aside)]
    return gender_tag(reading, told)


def gender_tag(reading: Reading, told: Sequence[ToldGender]) -> Tag | None:
    """Return the tag of the genders told, the sure ones shown first; `None` where there is none."""
    if not told:
        return None
    told = sorted(told, key=lambda each: (not each[1], each[2][0] == "text", each[2][1]))
    female, male = ([e for e in told if e[0] == gender] for gender in ("female", "male"))
    both = bool(female and male)
    label = "both" if both else "female" if female else "male"
    number = min(len(female), len(male)) if both else len(told)
    # of both, one of each before the second of one
    best = sorted([*female[:_SPANS], *male[:_SPANS]], key=lambda each: not each[1])
    spans = in_order(reading, first_apart(reading, (place for _, _, place in best), _SPANS))
    return Tag("gender", label, round(1 - 0.5 ** (number + 1), 4), spans)


def _told(
    field: FieldName,
    words: WordTokens,
    cues: Sequence[Cue],
    table: CueTable,
    aside: Collection[Place],
) -> Iterator[ToldGender]:
    """Yield each gender told of in a field."""
    number = table.index
    verbs = [c for c in cues if c.group in (number["suffering"], number["accusation"])]
    for cue in cues:
        name = table.groups[cue.group].name
        if name not in _GENDERS or any(
            of == field and first < cue.last and cue.first < last for of, first, last in aside
        ):
            continue
        part, verb = (
            ("suffers", cue) if name in ("her", "him") else _part(words, cue, verbs, number)
        )
        # women count where nothing is said of what is done to whom
        if part == "suffers" or (part == "neither" and name in ("women", "women_and_men")):
            first, last = min(cue.first, verb.first), max(cue.last, verb.last)
            for gender in _GENDERS[name]:
                yield gender, part == "suffers", (field, first, last)


def _part(
    words: WordTokens, person: Cue, verbs: Sequence[Cue], number: Mapping[str, int]
) -> tuple[Part, Cue]:
    """Return the part of a person by the nearest verb of the sentence, and that verb."""
    # how many words stand between, under 0 where they overlap
    gaps = ((max(person.first - v.last, v.first - person.last), v) for v in verbs)
    for gap, verb in sorted(gaps, key=lambda each: (each[0], each[1].first)):
        if gap > 5:
            break
        if gap < 0 or words.sentences[verb.first] != words.sentences[person.first]:
            continue
        between = words.words[verb.last : person.first]
        if verb.group == number["accusation"]:
            if _CHARGE.isdisjoint(between):
                return "does", verb
            continue
        if verb.first < person.first:
            return ("suffers" if _DOER_BEFORE.isdisjoint(between) else "does"), verb
        behind = words.words[verb.last : verb.last + 1]
        active = words.words[verb.last - 1].endswith("ing") or not _OBJECT.isdisjoint(behind)
        return ("does" if active else "suffers"), verb
    return "neither", person


@dataclass(frozen=True, slots=True)
class PeopleMention:
    """Words `first` to `last` (exclusive) of a field that speak of people of a kind."""

    kind: str
    field: FieldName
    first: int
    last: int


def find_people(reading: Reading) -> list[PeopleMention]:
    """Return every word or age that tells who the people of an article are, in order."""
    return [*_people("title", reading.title), *_people("text", reading.text)]


def _people(field: FieldName, words: WordTokens) -> Iterator[PeopleMention]:
    names = words.words
    for at, word in enumerate(names):
        if word.isdecimal() and len(word) <= 2:
            kind, last = _age(words, at)
            if kind is not None:
                yield PeopleMention(kind, field, at, last)
            continue
        kind = KIND_OF.get(word)
        if kind is None:
            continue
        young, after = kind == "children", names[at + 1 : at + 2]
        before = names[max(0, at - 3) : at]
        # a suspect, no victim: "woman arrested", "two men were charged", "arrest a man"
        accused = not _SUSPECTED.isdisjoint(names[at + 1 : at + 4]) or (
            not _TAKEN.isdisjoint(before) and _CHARGE.isdisjoint(before)
        )
        if not young and accused:
            yield PeopleMention("suspect", field, at, at + 1)
        elif not young or _OTHER_CHILD.isdisjoint(after):
            yield PeopleMention(kind, field, at, at + 1)
            if done_to := _done_to(words, at):
                harmed = "children harmed or freed" if young else "adults harmed or freed"
                yield PeopleMention(harmed, field, *done_to)
        second = KIND_OF.get("".join(names[at + 2 : at + 3]))
        if after in (["and"], ["or"]) and second and (second == "children") != young:
            yield PeopleMention("both", field, at, at + 3)


def _done_to(words: WordTokens, at: int) -> tuple[int, int] | None:
    """Return the words that say what is done to people: "trafficking two girls"."""
    near = range(max(0, at - 4), min(len(words), at + 4))
    for i in sorted(near, key=lambda i: abs(i - at)):
        if words.words[i] in _DONE_TO and words.sentences[i] == words.sentences[at]:
            first, last = min(i, at), max(i, at) + 1
            apart = _PARTED.isdisjoint(words.written(first, last))
            return (first, last) if apart else None
    return None


def _age(words: WordTokens, at: int) -> tuple[str | None, int]:
    """Return whose age a number is: "16 year old", "aged 16", "ages 13, 15 and 17"."""
    names, age = words.words, int(words.words[at])
    before = names[max(0, at - 4) : at]
    if names[at + 1 : at + 3] in (["year", "old"], ["years", "old"], ["year", "olds"]):
        last = at + 3
        if age < ADULT:
            return "child's age", last
        after = names[last : last + 2]
        return ("victim's adult age" if not _VICTIM_AFTER_AGE.isdisjoint(after) else None), last
    marks = [i for i, word in enumerate(before) if word in ("aged", "ages")]
    listed = marks and all(w.isdigit() or w in ("and", "or") for w in before[marks[-1] + 1 :])
    if listed or before[-1:] in (["aged"], ["ages"], ["age"]):
        named = not _VICTIM_AFTER_AGE.isdisjoint(before)
        grown = "victim's adult age" if named else None
        return ("child's age" if age < ADULT else grown), at + 1
    past = before[-2:] in (["she", "was"], ["he", "was"], ["they", "were"], ["age", "of"])
    under = before[-1:] == ["under"] and ADULT - 4 <= age <= ADULT
    if under or (past and age < ADULT):  # "when she was 14", "the age of 12", "under 18"
        return "child's age", at + 1
    # "Smith, 34," is how news gives a suspect's age; a named child is a child all the same
    if 12 <= age < ADULT and words.gap(at) == ", ":
        following = words.text[words.ends[at] : words.ends[at] + 1]
        if following in ",." and words.is_capital(at - 1) and not before[-1].isdigit():
            return (None if before[-1] in _MONTHS else "child's age"), at + 1
    return None, at + 1


def profile(
    reading: Reading, people: Sequence[PeopleMention], mentions: Sequence[PlaceMention]
) -> list[float]:
    """Return the numbers called `PROFILE_NAMES`."""
    numbers: list[float] = []
    for kind in KINDS:
        own = [person for person in people if person.kind == kind]
        lead = sum(p.field == "text" and p.first < LEAD_WORDS for p in own)
        numbers += [log1p(sum(p.field == "title" for p in own)), log1p(lead), log1p(len(own))]
    child = any(person.kind in ("child's age", "children") for person in people)
    adult = any(person.kind in ("victim's adult age", "women", "adults") for person in people)
    numbers += [float(child and not adult), float(adult and not child), float(child and adult)]
    story = [mention for mention in mentions if not mention.frame]
    countries = {mention.country for mention in story}
    roles = count_roles(reading, story)
    return [
        *numbers,
        log1p(len(countries)),
        float(len(countries) > 1),
        *(log1p(roles[role]) for role in ("origin", "transit", "freed")),
        float("US" in countries),
        float(bool(countries - {"US"})),
        log1p(sum(m.kind == "demonym" for m in story)),
    ]


def people_spans(reading: Reading, people: Sequence[PeopleMention], label: str) -> tuple[Span, ...]:
    """Return the words that say a victim label best, in the order of the article."""
    order = {kind: rank for rank, kind in enumerate(_EVIDENCE[label])}
    ranked = [person for person in people if person.kind in order]
    ranked.sort(key=lambda p: (order[p.kind], p.field == "text", p.first))
    chosen: list[PeopleMention] = []
    for person in ranked:
        same = (p for p in chosen if p.field == person.field)
        if all(p.last <= person.first or person.last <= p.first for p in same):
            chosen.append(person)
    if label == "both":
        # one of each kind, not three of the first
        kinds = [person.kind for person in chosen]
        firsts = [chosen[kinds.index(kind)] for kind in dict.fromkeys(kinds)]
        chosen = firsts + [p for p in chosen if p not in firsts]
    return in_order(reading, [(p.field, p.first, p.last) for p in chosen[:_SPANS]])
