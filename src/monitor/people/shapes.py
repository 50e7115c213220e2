"""Places in a text where a victim, a minor or a relative is named, told by their shape alone.

For masking only, where following persons through a text has missed them: a name too many hidden
costs a reader a word. Each shape is one that reporters use for people they report on: a first name
with an initial in the place of a surname, a name with an age or after "one of the girls", somebody
whose mother speaks, somebody who "recalls". Capitals alone tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from monitor.labels.countries import country_codes, country_name

_UP = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u024f\u1e00-\u1eff]"
_WORD = rf"{_UP}(?:[\w-]|['’](?!s\b)){{1,30}}(?<=\w)"
_TO = "(?:de|da|das|do|dos|del|della|di|bin|bint|binti|mint|ould|ben|abu|al|el|van|von|der|la|le)"
_ONE = rf"(?:{_TO} |(?:al|el|ul|as|ar)-)?{_WORD}"
_NICK = rf"[\"“‘']{_UP}\w+[\"”’']"
_NAME = rf"(?P<name>{_WORD}(?: {_NICK})?(?: {_ONE}| {_UP}\.(?= {_UP})){{0,4}})"
_KIN = (
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
            rf"(?<![\w-]){_NAME}(?:, (?:aged )?|,? aged |,? \((?:aged )?)"
            r"(?:[5-9]|1\d|2\d|3\d)(?:[,.;)]| who\b)"
        ),
        (
            rf"\b[Oo]ne of (?:them|these|those|(?:the|her|his|its) (?:[\w-]+ ){{0,3}}?{_PEOPLE}),? "
            rf"(?:who gave (?:his|her) name as )?{_NAME}"
        ),
        rf"\b{_NAME}, one of (?:[\w’'-]+ ){{1,4}}?{_PEOPLE}\b",
        rf"(?<![\w-]){_NAME}['’]s? (?:[\w-]+ )?{_KIN}\b",
        rf"\b{_KIN} of {_NAME}",
        (
            rf"\b(?:gave (?:his|her) name as|asked to be called|{_PERSON}s? (?:was |were )?"
            rf"(?:named|called|identified (?:only )?as|known as|introduced (?:only )?as)) {_NAME}"
        ),
        rf"\b{_PERSON} {_NAME}",
        rf"\b{_HARMED} {_NAME}(?= (?:when|at|in|to|for|from|and|after|with)\b|[,.])",
        rf"[\"”’'] {_SAY} {_NAME}(?=,| who\b)",
        rf"[\"”’'] {_SAY} {_NAME}\.",
        (
            rf"{_BEGINS}{_NAME}(?=(?:['’]s [\w-]+ [\w-]+| {_DOES})\b[^.\n]{{0,160}}"
            rf"\b(?:he|she|him|his|her)\b)"
        ),
    )
)
_TITLED = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Lady|Lord|Judge|Justice|Sgt|Sergeant|Inspector|Officer|"
    r"Minister|Senator|President|Captain|Superintendent|Detective|Constable|Commissioner|Pastor|"
    r"Father|Sister|Colonel|General|Lieutenant|Attorney|Prosecutor|Governor|Mayor|Director|Prince|Prime)\b"
)
_NOBODY = re.compile(
    r"(?:The|This|That|These|Those|There|Then|They|She|He|His|Her|It|Its|We|Our|You|In|On|At|By|For|"
    r"From|To|With|After|Before|During|Following|When|While|Since|If|As|But|And|Or|So|Not|No|Nobody|None|One|Two|"
    r"Three|Four|Five|Six|Seven|Eight|Nine|Ten|Some|Many|Most|Both|Each|Every|All|Another|Other|"
    r"Police|Officers|Detectives|Prosecutors|Officials|Investigators|Lawyers|Parliament|Government|"
    r"Court|Authorities|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|"
    r"March|April|May|June|July|August|September|October|November|December|Asked|According|Born|"
    r"People|Women|Girls|Men|Boys|Children|Mother|Mum|Witnesses|Neighbours|Photo|Image|Picture)\b"
)


_ALSO_GIVEN = frozenset(
    ("jordan", "chad", "georgia", "israel", "kenya", "india", "sierra", "marino", "salvador")
)
"""Countries after which people are named: as names they are hidden."""
_IN_SPEECH = frozenset(
    ("russia", "laos", "burma", "britain", "england", "scotland", "turkey", "swaziland", "america")
)
"""What people call countries that the standard calls otherwise."""


def shaped(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a name stands in such a shape; with a title before it it is an official's."""
    for shape in _SHAPES:
        for found in shape.finditer(text):
            start, end = found.span("name")
            while (first := _NOBODY.match(text, start)) and first.end() < end:
                start = first.end() + 1  # "Then Rosa": a sentence begins
            if first or _TITLED.match(text, start):
                continue
            if not all(is_of_country(word) for word in re.findall(r"\w+", text[start:end])):
                yield start, end


def is_title(word: str) -> bool:
    """Whether a word stands before the names of officials and the like: "Judge"."""
    return _TITLED.fullmatch(word) is not None


def opens_sentence(word: str) -> bool:
    """Whether a word has its capital because a sentence begins with it: "Then"."""
    return _NOBODY.fullmatch(word) is not None


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


_MOST = 4
"""Words that a name may have on either side of a part of it."""
_LEFT = re.compile(
    rf"(?<![\w'’-]){_WORD}(?: {_NICK})?(?: {_UP}\.)? (?:{_TO} |(?:al|el|ul|as|ar)-)?\Z"
)
_RIGHT = re.compile(rf" (?:{_NICK} )?(?:{_TO} |(?:al|el|ul|as|ar)-)?{_WORD}")


def whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a part of a name with the capitals that touch it: "Neves" of "Francisca das Neves"."""
    for _ in range(_MOST):
        found = _LEFT.search(text, max(0, start - 40), start)
        if not found or _NOBODY.match(text, found.start()) or _TITLED.match(text, found.start()):
            break
        start = found.start()
    for _ in range(_MOST):
        if not (found := _RIGHT.match(text, end)):
            break
        end = found.end()
    return start, end
