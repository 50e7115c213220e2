"""Anonymisation: texts with the names of victims, minors and relatives masked.

Who is who is told by the people table of the whole article, so a headline is masked with its text
beside it. English only: of other languages nothing is known, so their headlines are better not
shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from monitor.labels.countries import country_codes, country_name
from monitor.records.finding import FieldName, Span
from monitor.records.hidden_names import MIN_PART, hide
from monitor.records.people import ACCUSED, PeopleTable, PersonRole, TextPerson
from monitor.text.regular_expressions import word_set
from monitor.text.search_terms import words_at

MASKED_FROM = 0.15
"""The probability of being protected from which names are masked: one too many hidden costs a word,
one too few may cost a person her safety."""
ACCUSED_FROM = 0.6
"""The probability of being accused from which an adult is not masked,"""
UNHARMED_BELOW = 0.3
"""where that of being protected is below what words of harm around her give."""
SURE_FROM = 0.5
"""The probability from which a part of a name is masked wherever the story's articles have it."""
APART_BELOW = 0.05
"""The probability below which a name may be told to be somebody else's."""
_APART: frozenset[PersonRole] = ACCUSED | {"official", "public_figure", "expert"}
"""Who is somebody else: a witness of one article may be the victim of the next."""
PART = re.compile(r"\w[\w'’-]*\w")
_LETTERS = re.compile(rf"[^\W\d_]{{{MIN_PART},}}")
_PARTICLE = re.compile(r"\A(?:[a-z]{2}-)+")
_SMALL = re.compile(r"(?<!\w)[a-z][\w'’-]*\w")
"""A word in small letters: where a text has it so too, it is no name that stands alone."""
COMMON = word_set(
    """new little trial justice attorney deputy superintendent inspector col pol supt sgt capt
    freedom summit north south east west central national royal one two three four five six seven
    eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"""
)
"""Capitals that are taken for a part of a name, and that headlines have for other reasons."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text and its headline without the names, `hidden` the words that were taken out.

    `spans` are where those stand in what was given, title first, in order, none over another;
    `sure` are the words of those who are surely victims, minors or relatives, `apart` the places
    of names of people who are surely somebody else.
    """

    title: str
    text: str
    spans: tuple[Span, ...]
    hidden: frozenset[str]
    sure: frozenset[str]
    apart: tuple[Span, ...] = ()

    def names_in(self, words: str) -> bool:
        """Whether some other text, such as an address, holds a hidden name.

        Be it in small letters or without accents. A word of a sure one is enough; of others it
        takes two.
        """
        parts, sure, hidden = (
            {part for word, _ in words_at(" ".join(known)) for part in _LETTERS.findall(word)}
            for known in ([words], self.sure, self.hidden)
        )
        return bool(parts & sure) or len(parts & hidden) > 1


def mask_names(text: str, table: PeopleTable, *, title: str = "") -> Masked:
    """Return an English text and its headline with the names of those to be protected masked.

    `table` holds the people of both.
    """
    fields: dict[FieldName, str] = {"title": title, "text": text}
    masked = masked_people(table)
    others = [one for one in table.people if one not in masked]
    spans = [span for one in masked for span in one.names]
    common = COMMON.union(*(_SMALL.findall(value) for value in fields.values()))
    hidden = frozenset(
        part
        for part in _parts_at(fields, spans)
        if part.lower() not in common and not is_of_country(part)
    )
    told = (span for one in masked if one.protected >= SURE_FROM for span in one.names)
    sure = hidden.intersection(_parts_at(fields, told))
    kept = [  # who shares a first name only: a shared surname tells who her kin is
        span
        for one in others
        for span in one.names
        if len(words := PART.findall(fields[span.field][span.start : span.end])) > 1
        and words[-1] not in hidden
    ]
    # every other place of a hidden part, as written or in capitals
    forms = {form for part in hidden for form in (part, part.title(), part.upper())}
    any_of = "|".join(map(re.escape, sorted(sorted(forms), key=len, reverse=True))) or "(?!)"
    swept = (
        Span(field, *found.span())
        for field, words in fields.items()
        for found in re.finditer(rf"(?<!\w)(?:{any_of})(?!\w)", words)
    )
    named = [span for one in table.people for span in one.names]
    told_whole = (_whole(text, s, named) for s in (*spans, *swept) if not _inside(s, kept))
    joined = join_spans(told_whole)
    apart = (
        span
        for one in others
        if one.protected < APART_BELOW and one.role in _APART
        for span in one.names
    )
    title, text = hide("title", title, joined), hide("text", text, joined)
    return Masked(title, text, joined, hidden, sure, join_spans(apart))


def masked_people(table: PeopleTable) -> tuple[TextPerson, ...]:
    """Return the named people who are masked: who may be a victim, a minor or a relative.

    An adult who speaks under her own name is not, nor one who is accused.
    """
    return tuple(one for one in table.people if one.names and _is_masked(one))


def _is_masked(one: TextPerson) -> bool:
    if one.restricted:
        return True
    is_accused = one.accused >= ACCUSED_FROM and one.protected < UNHARMED_BELOW
    is_shown = one.consent or is_accused
    return one.protected >= MASKED_FROM and not (is_shown and not one.minor)


def join_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, title first, those that overlap as one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.field == "text", s.start, s.end)):
        last = joined[-1] if joined else None
        if last and span.field == last.field and span.start < last.end:
            joined[-1] = Span(last.field, last.start, max(last.end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def _parts_at(fields: Mapping[FieldName, str], spans: Iterable[Span]) -> Iterator[str]:
    for span in spans:
        for whole in PART.findall(fields[span.field][span.start : span.end]):
            word = _PARTICLE.sub("", whole)
            if len(word) >= MIN_PART and word[0].isupper():
                yield word


def _whole(text: str, span: Span, named: Iterable[Span]) -> Span:
    """Return a place of a name in a text with the capitals that touch it and are nobody else's."""
    if span.field == "title":  # has capitals everywhere
        return span
    start, end = whole_name(text, span.start, span.end)
    more = (Span("text", start, span.start), Span("text", span.end, end))
    met = any(_meet(one, side) for one in named for side in more)
    return span if met else Span("text", start, end)


def _meet(one: Span, other: Span) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def _inside(span: Span, kept: Iterable[Span]) -> bool:
    return any(k.field == span.field and k.start <= span.start and span.end <= k.end for k in kept)


_UP = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u024f\u1e00-\u1eff]"
_WORD = rf"{_UP}(?:[\w-]|['’](?!s\b)){{1,30}}(?<=\w)"
_TO = "(?:de|da|das|do|dos|del|della|di|bin|bint|binti|mint|ould|ben|abu|al|el|van|von|der|la|le)"
_NICK = rf"[\"“‘']{_UP}\w+[\"”’']"
TITLED = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Lady|Lord|Judge|Justice|Sgt|Sergeant|Inspector|Officer|"
    r"Minister|Senator|President|Captain|Superintendent|Detective|Constable|Commissioner|Pastor|"
    r"Father|Sister|Colonel|General|Lieutenant|Attorney|Prosecutor|Governor|Mayor|Director|Prince|Prime)\b"
)
NOBODY = re.compile(
    r"(?:The|This|That|These|Those|There|Then|They|She|He|His|Her|It|Its|We|Our|You|In|On|At|By|For|"
    r"From|To|With|After|Before|During|Following|When|While|Since|If|As|But|And|Or|So|Not|No|Nobody|None|One|Two|"
    r"Three|Four|Five|Six|Seven|Eight|Nine|Ten|Some|Many|Most|Both|Each|Every|All|Another|Other|"
    r"Police|Officers|Detectives|Prosecutors|Officials|Investigators|Lawyers|Parliament|Government|"
    r"Court|Authorities|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|"
    r"March|April|May|June|July|August|September|October|November|December|Asked|According|Born|"
    r"People|Women|Girls|Men|Boys|Children|Mother|Mum|Witnesses|Neighbours|Photo|Image|Picture)\b"
)


_ALSO_GIVEN = word_set("jordan chad georgia israel kenya india sierra marino salvador")
"""Countries after which people are named: as names they are hidden."""
_IN_SPEECH = word_set("russia laos burma britain england scotland turkey swaziland america")
"""What people call countries that the standard calls otherwise."""


def is_of_country(word: str) -> bool:
    """Whether a word is of a country's name, or that of its people: "Sri", "Lankans"."""
    lower = word.lower().removesuffix("s")
    endings = ("n", "an", "ian", "ese", "i")
    stems = (lower.removesuffix(ending) for ending in endings if lower.endswith(ending))
    return word.lower() in _country_words() or any(s in _country_words() for s in (lower, *stems))


@cache
def _country_words() -> frozenset[str]:
    """Return the words of countries' names, without those that are also given to people."""
    names = (country_name(code).lower() for code in country_codes())
    words = {w for name in names if "saint" not in name for w in re.findall(r"\w{3,}", name)}
    return frozenset(words) - _ALSO_GIVEN | _IN_SPEECH


_LEFT = re.compile(
    rf"(?<![\w'’-]){_WORD}(?: {_NICK})?(?: {_UP}\.)? (?:{_TO} ){{0,2}}(?:(?:al|el|ul|as|ar)-)?\Z"
)
_RIGHT = re.compile(rf" (?:{_NICK} )?(?:{_TO} ){{0,2}}(?:(?:al|el|ul|as|ar)-)?{_WORD}")


def whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a part of a name with the capitals that touch it: "Neves" of "Francisca das Neves"."""
    for _ in range(4):  # words that a name may have on either side of a part of it
        found = _LEFT.search(text, max(0, start - 40), start)
        if not found or NOBODY.match(text, found.start()) or TITLED.match(text, found.start()):
            break
        start = found.start()
    for _ in range(4):
        found = _RIGHT.match(text, end)
        end = found.end() if found else end
    return start, end
