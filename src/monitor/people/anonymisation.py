"""Anonymisation: texts with the names of victims, minors and relatives masked.

Who is who is told by the whole article, so a headline is masked with its text beside it. Where the
two could be meant the name goes: one too many hidden costs a word, one too few may cost a person
her safety. English only: of other languages nothing is known, so their headlines are better not
shown. Where following persons has missed names, the shapes that reporters use
for people they report on tell them: an initial for a surname, a name with an age, who "recalls".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from monitor.labels.countries import country_codes, country_name
from monitor.people.coreference import find_cast
from monitor.people.person_names import names_of
from monitor.people.protected_persons import (
    PARTS,
    Part,
    PersonLists,
    join_spans,
    parts_of,
    people_of,
)
from monitor.records.finding import FieldName, Span
from monitor.records.hidden_names import MIN_PART, hide
from monitor.text.analysis import read_scenes
from monitor.text.regular_expressions import word_set
from monitor.text.search_terms import words_at

PART = re.compile(r"\w[\w'’-]*\w")
_LETTERS = re.compile(rf"[^\W\d_]{{{MIN_PART},}}")
_NAME = r"([A-Z][\w'’-]+(?: (?:(?:de|da|dos|bin|al|van|von|la|el) )?[A-Z][\w'’-]+){0,3})"
_END = r"(?=[,.;:)]|\W+[a-z]|$)"
_KIN = (
    r"(?:(?:grand|step|foster )?(?:mother|father|parents|son|daughter)|mum|dad|sister|brother|aunt|"
    r"uncle|cousin|wife|husband|widow|niece|nephew|guardian)"
)
_KIN_BEFORE = re.compile(
    rf"\b(?:[Hh]er|[Hh]is|[Tt]heir|[Ww]hose|\w+['’]s?) (?:\w+ )?{_KIN}s?,? {_NAME}{_END}"
)
_KIN_BEHIND = re.compile(rf"{_NAME}, (?:the |an? )?(?:\w+ )?{_KIN} of\b")
_AND_NAME = re.compile(rf" (?:and|&) {_NAME}{_END}")
_NAME_AND = re.compile(rf"{_NAME} (?:and|&) \Z")
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
    `sure` are the words of those who are told to be victims, minors or relatives, `apart` the
    places of names of people who are told to be somebody else.
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


def mask_names(
    text: str,
    lists: PersonLists,
    *,
    title: str = "",
    parts: Sequence[Part] = PARTS,
    unsure: bool = False,
) -> Masked:
    """Return an English text and its headline with the names of those who are `parts` masked.

    With `unsure` also the names of those of whom the text does not tell that they are somebody
    else, such as a suspect or an official.
    """
    wanted = set(parts)
    cast = find_cast(lists.sets, read_scenes(lists.scanner, text, title))
    spans = [span for p in people_of(cast) if p.parts & wanted for span in p.named]
    if title.strip():  # once more as a sentence: a name that the text does not repeat
        # where no name could stand in it nobody need be followed through the text
        (whole,) = scenes = read_scenes(lists.scanner, f"{title}\n\n{text}")
        names = names_of(scenes)
        lower, original = whole.view.shadow[: len(title)].lower(), whole.view.original
        shadow = whole.view.shadow
        if any(
            original(*name)[0] < len(title) or shadow[slice(*name)].lower() in lower
            for name in names["text"]
        ):
            people = people_of(find_cast(lists.sets, scenes, names))
            opening = (span for p in people if p.parts & wanted for span in p.named)
            spans += [
                Span("title", span.start, min(span.end, len(title)))
                for span in opening
                if span.start < len(title)
            ]
    fields: dict[FieldName, str] = {"title": title, "text": text}
    roles = [(person, parts_of(cast, person)) for person in cast.persons]
    others = [
        (cast.stands_apart(person), Span(m.scene.field, *m.scene.view.original(m.start, m.end)))
        for person, own in roles
        if not own & wanted
        for m in person.mentions
        if m.kind == "name"
    ]
    apart = [span for stands_apart, span in others if stands_apart]
    if spans or any(own for _, own in roles):
        spans += [s for s in _beside(fields, spans) if not _inside(s, apart)]
    sure = frozenset(_parts_at(fields, spans))
    hidden = sure
    if unsure:  # headlines have capitals everywhere: only the text is looked through for shapes
        doubtful = [span for stands_apart, span in others if not stands_apart]
        in_shape = (Span("text", *place) for place in shaped(text))
        doubtful += [s for s in in_shape if not _inside(s, apart)]
        common = COMMON.union(*(_SMALL.findall(value) for value in fields.values()))
        told = (p for p in _parts_at(fields, doubtful) if not is_of_country(p))
        hidden = sure | {p for p in told if p.lower() not in common}
        spans += [s for s in doubtful if not hidden.isdisjoint(_parts_at(fields, [s]))]
        spans = [
            s if s.field == "title" else Span("text", *whole_name(text, s.start, s.end))
            for s in spans
        ]
    kept = [  # who shares a first name only: a shared surname tells who her kin is
        span
        for _, span in others
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
    joined = join_spans([*spans, *(s for s in swept if not _inside(s, kept))])
    title, text = hide("title", title, joined), hide("text", text, joined)
    return Masked(title, text, joined, hidden, sure, join_spans(apart))


def _beside(fields: Mapping[FieldName, str], spans: Sequence[Span]) -> Iterator[Span]:
    """Yield names that stand beside a word of kinship, or beside a hidden name and "and"."""
    for field, text in fields.items():
        for pattern in (_KIN_BEFORE, _KIN_BEHIND):
            yield from (Span(field, *found.span(1)) for found in pattern.finditer(text))
    for span in spans:
        text, near = fields[span.field], max(0, span.start - 60)
        if found := _AND_NAME.match(text, span.end):
            yield Span(span.field, *found.span(1))
        if found := _NAME_AND.search(text[near : span.start]):
            yield Span(span.field, near + found.start(1), near + found.end(1))


def _parts_at(fields: Mapping[FieldName, str], spans: Iterable[Span]) -> Iterator[str]:
    for span in spans:
        for word in PART.findall(fields[span.field][span.start : span.end]):
            if len(word) >= MIN_PART and word[0].isupper():
                yield word


def _inside(span: Span, kept: Iterable[Span]) -> bool:
    return any(k.field == span.field and k.start <= span.start and span.end <= k.end for k in kept)


_UP = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u024f\u1e00-\u1eff]"
_WORD = rf"{_UP}(?:[\w-]|['’](?!s\b)){{1,30}}(?<=\w)"
_TO = "(?:de|da|das|do|dos|del|della|di|bin|bint|binti|mint|ould|ben|abu|al|el|van|von|der|la|le)"
_ONE = rf"(?:{_TO} |(?:al|el|ul|as|ar)-)?{_WORD}"
_NICK = rf"[\"“‘']{_UP}\w+[\"”’']"
_NAMED = rf"(?P<name>{_WORD}(?: {_NICK})?(?: {_ONE}| {_UP}\.(?= {_UP})){{0,4}})"
_RELATIVE = (
    r"(?:(?:grand|step|foster |god)?(?:mother|father|parents|son|daughter)|mum|dad|sister|brother|"
    r"aunt|uncle|cousin|wife|husband|widow|niece|nephew|family|siblings|relatives)"
)
_PEOPLE = (
    r"(?:women|girls|boys|men|children|victims|survivors|workers|labourers|laborers|returnees|"
    r"youths|teenagers|students|pupils|maids|migrants|complainants|witnesses|plaintiffs|accusers|"
    r"fishermen|deckhands|crew|sisters|brothers|friends|recruits|passengers)"
)
_PERSON = (
    r"(?:woman|girl|boy|man|child|victim|survivor|worker|labourer|laborer|returnee|youth|teenager|"
    r"teen|student|pupil|maid|housemaid|migrant|complainant|witness|plaintiff|accuser|fisherman|"
    r"deckhand|crewman|recruit|combatant|soldier|bride|apprentice|mother|father|widow)"
)
_HARMED = (
    r"(?:abused|raped|assaulted|trafficked|exploited|enslaved|groomed|sold|kidnapped|abducted|"
    r"beat|beaten|rescued|freed|lured|recruited|married off)"
)
_SAY = (
    r"(?:asks|recalls|explains|remembers|laughs|sighs|whispers|insists|says|said|recalled|sobbed)"
)
_DOES = (
    r"(?:[a-z]+(?:s|ed)|had|did|thought|said|told|left|went|came|sold|met|sat|saw|paid|stood|knew)"
)
_BEGINS = r"(?:\A|\n\s*|(?<![A-Z])[A-Z]{3,20}[^.\n]{0,30} ?[-–—:] ?)"

_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"(?<![\w-])(?P<name>{_WORD} {_UP})\.(?! {_WORD}(?:,| (?:who|was|said)))",
        (
            rf"(?<![\w-]){_NAMED}(?:, (?:aged )?|,? aged |,? \((?:aged )?)"
            r"(?:[5-9]|1\d|2\d|3\d)(?:[,.;)]| who\b)"
        ),
        (
            rf"\b[Oo]ne of (?:them|these|those|(?:the|her|his|its) (?:[\w-]+ ){{0,3}}?{_PEOPLE}),? "
            rf"(?:who gave (?:his|her) name as )?{_NAMED}"
        ),
        rf"\b{_NAMED}, one of (?:[\w’'-]+ ){{1,4}}?{_PEOPLE}\b",
        rf"(?<![\w-]){_NAMED}['’]s? (?:[\w-]+ )?{_RELATIVE}\b",
        rf"\b{_RELATIVE} of {_NAMED}",
        (
            rf"\b(?:gave (?:his|her) name as|asked to be called|{_PERSON}s? (?:was |were )?"
            rf"(?:named|called|identified (?:only )?as|known as|introduced (?:only )?as)) {_NAMED}"
        ),
        rf"\b{_PERSON} {_NAMED}",
        rf"\b{_HARMED} {_NAMED}(?= (?:when|at|in|to|for|from|and|after|with)\b|[,.])",
        rf"[\"”’'] {_SAY} {_NAMED}(?=,| who\b)",
        rf"[\"”’'] {_SAY} {_NAMED}\.",
        (
            rf"{_BEGINS}{_NAMED}(?=(?:['’]s [\w-]+ [\w-]+| {_DOES})\b[^.\n]{{0,160}}"
            rf"\b(?:he|she|him|his|her)\b)"
        ),
    )
)
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


def shaped(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a name stands in such a shape; with a title before it it is an official's."""
    for found in chain.from_iterable(shape.finditer(text) for shape in _SHAPES):
        start, end = found.span("name")
        while (first := NOBODY.match(text, start)) and first.end() < end:
            start = first.end() + 1  # "Then Rosa": a sentence begins
        words = re.findall(r"\w+", text[start:end])
        if not (first or TITLED.match(text, start) or all(map(is_of_country, words))):
            yield start, end


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
    rf"(?<![\w'’-]){_WORD}(?: {_NICK})?(?: {_UP}\.)? (?:{_TO} |(?:al|el|ul|as|ar)-)?\Z"
)
_RIGHT = re.compile(rf" (?:{_NICK} )?(?:{_TO} |(?:al|el|ul|as|ar)-)?{_WORD}")


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
