"""Mentions of persons: role nouns, names, pronouns and ages; word lists and shapes only.

A name is told by what stands beside it (a title, an age, a verb, a role), never by capitals alone:
places and firms have capitals too, and a place taken for a victim's name is worse than a name not
followed. Ages count in figures and words, before or behind a noun.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from monitor.people.mentions import MAX_LEAD, Age, Mention, Mentions, covers, in_any, lead_of
from monitor.people.persons import PersonSets
from monitor.text.analysis import Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import late, word_set

_CAPITAL = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0106\u010c\u0110\u0141\u015a\u0160\u017d]"
_NAME = late(
    rf"(?<![\w'-]){_CAPITAL}[\w'-]+"
    rf"(?: (?:(?:de|da|dos|bin|al|van|von|la|el|ben|abu|di) )?"
    rf"(?:{_CAPITAL}\.|{_CAPITAL}[\w'-]+)){{0,3}}"
)
_HONORIFIC = late(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Judge|Justice|Sgt|Det|Insp|Inspector|Sergeant|Officer|"
    r"Minister|Senator|President|Captain|Superintendent|Detective|Constable|Commissioner)\.? )$"
)
_ACTS = late(
    r"(?:'s? (?:mother|father|family|parents|lawyer|name|case|story)\b|,? (?:who|was|is|has|had|"
    r"said|says|told|tells|admits|denies|pleaded|recalls|knew|became|came|went|did|does|will|would|"
    r"could|can|spoke|wept|fled|met|saw|found|sold|lost|made|gave|took|got|kept|heard|stood|sat|"
    r"wrote|grew|fell|came|brought|bought|slept|knows|says|wants|left|ran|paid|felt|thought|began|lives|works|[a-z]+ed)\b)"
)
_CALLED = late(r"\b(?:named|called|identified as|known as) $")
_ARTICLE = late(r",? (?:\(?\d{1,2}\)?,? )?(?:an?|the|one of the) ")
_PLACING = word_set("in at from near the a an to into of on across around outside")
_SAID_BY = late(r"\b(?:said|says|named|called|identified as|asked|told|like|added) $")
_WORD = late(r"[\w-]+")
_NO_FIRST = word_set(
    """i i'm i've i'd i'll we they he she it you his her their our your my both none nobody
    everybody everyone everything somebody someone something anyone anybody nothing neither either
    some many most few several others another instead meanwhile however yet then still also here
    there now today yesterday later once even only just such whoever people those asked"""
)
"""Words that begin a sentence and nobody's name."""
_COMMON = late(r"(?:s|tion|ment|ness|ing|ly)$")
""""Housekeepers said", "Restoration was": a lone first word that may well be a common noun."""
_NAMESAKES = word_set(
    "street road avenue lane square hotel school college university foundation act law"
)
MIN_NAME = 3
"""Letters of a name that stands alone."""

_COUNT = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TO_TWENTY = {word: number for number, word in enumerate(_COUNT.split(), 1)}
_NUMBERS = _TO_TWENTY | {
    f"{ten}-{one}" if one else ten: 10 * tens + _TO_TWENTY.get(one, 0)
    for tens, ten in enumerate(_TENS.split(), 2)
    for one in ("", *_COUNT.split()[:9])
}
_NUMBER = rf"(?P<age>\d{{1,2}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_YEAR_OLD = re.compile(rf"\b{_NUMBER}[ -]years?[ -](?:olds?\b|of age\b)", re.IGNORECASE)
_AGED = re.compile(
    rf"\b(?:aged|age|ages)\s+(?:only |just )?{_NUMBER}\b"
    r"(?!\s*(?:to|-|or over|and over|plus)\b|-\d)",
    re.IGNORECASE,
)
_AGE_ONLY = re.compile(rf"(?:\d|\b(?:{'|'.join(_NUMBERS)})),?\Z")
_IN_COMMAS = re.compile(rf"\s?[,(]\s?(?:then |now |just |only )?{_NUMBER}(?=[,.;:)]|$)")
_WAS = re.compile(
    r"\b(?:was|is|were|are|turned|'s) (?:only |just |then |still |barely )?"
    rf"{_NUMBER}(?=[.,;)!?](?!\d)|$| (?:when|years old|at the time|and (?:the|her|his|a)|now)\b)",
    re.IGNORECASE,
)
_THEN_BEFORE = re.compile(r"\b(?:when|since|before|until|while|then) \w+ $")
_THEN_BEHIND = re.compile(r" (?:when|at the time)\b|,? then\b")
_WAS_BEFORE = re.compile(r"\b(?:was|is|were|are) $")
_AT_AGE = re.compile(
    rf"\b(?i:at|from|since) (?:(?:the|an) age of {_NUMBER}|(?:just |only )?(?P<bare>1\d))"
    r"(?=[,.;]|$| (?:she|he|they|when|and)\b)"
)
_PRONOUN = re.compile(
    r"\b(?:he|she|they|him|her|them|his|hers|their|who|whom|whose|i|we|me|my|us|our)\b",
    re.IGNORECASE,
)
_BARE_PLURAL = re.compile(r"[^su']s$")
""""Experts", "kids": without an article, several."""


def find_mentions(sets: PersonSets, scene: Scene, known: frozenset[str]) -> Mentions:
    """Return where a scene speaks of persons.

    `known`: parts of names that count wherever they stand; a headline has capitals everywhere and
    only names of the text count in it. In a text a surname counts once the full name was told.
    """
    nouns = list(_nouns(sets, scene))
    text = scene.view.shadow
    spans = _known(text, known) if scene.field == "title" else _told(sets, scene, nouns)
    names = [
        Mention(scene, start, end, "name", text[start:end], oblique=lead_of(text, start)[1])
        for start, end in spans
    ]
    taken = sorted((name.start, name.end) for name in names)
    pronouns = (
        Mention(scene, *found.span(), "pronoun", found[0].lower())
        for found in _PRONOUN.finditer(text)
    )
    apart: list[Mention] = []
    for one in (*nouns, *pronouns):
        index = bisect_right(taken, (one.start, one.end))
        around = taken[max(0, index - 1) : index + 1]
        if not any(start < one.end and one.start < end for start, end in around):
            apart.append(one)
    mentions = Mentions([*names, *apart])
    _give_ages(scene, mentions)
    return mentions


def _known(text: str, known: frozenset[str]) -> Iterator[Stretch]:
    run: list[Stretch] = []
    for word in _WORD.finditer(text):
        if run and (word[0] not in known or text[run[-1][1] : word.start()] != " "):
            yield run[0][0], run[-1][1]
            run = []
        run += [word.span()] if word[0] in known else []
    if run:
        yield run[0][0], run[-1][1]


def _told(sets: PersonSets, scene: Scene, nouns: Sequence[Mention]) -> list[Stretch]:
    text = scene.view.shadow
    starts = {start for start, _ in scene.view.sentences}
    covered = sorted((noun.start, noun.end) for noun in nouns)
    beside = {noun.end for noun in nouns if "official" not in noun.roles}
    begins = {noun.start for noun in nouns}
    accepted: set[str] = set()
    doubtful: list[Stretch] = []
    sure: list[Stretch] = []
    end = -1
    for found in _NAME.finditer(text):
        end, goes_on = found.end(), found.start() == end + 1 and text[end] == " "
        if goes_on:
            continue  # "the National Human Trafficking Referral Hotline" is no person
        span = _trim(sets, scene, found.span(), starts, covered, begins)
        if span is None:
            continue
        name, before = text[slice(*span)], text[max(0, found.start() - 5) : found.start()]
        if span[0] > found.start() and " " not in name and before.endswith((" the ", "The ")):
            continue  # the lone last word of "the National Trafficking Hotline"
        if _is_person(text, span, beside, begins, starts):
            sure.append(span)
            accepted.update(name.split())
        else:
            doubtful.append(span)
    for span in doubtful:  # of a person told of: "Ana Ruci's day", and "Ruci said"
        parts = text[slice(*span)].split()
        shared = accepted & {parts[0], parts[-1]} and parts[-1].lower() not in _NAMESAKES
        if shared or accepted.issuperset(parts):
            sure.append(span)
    return sure


def _trim(
    sets: PersonSets,
    scene: Scene,
    span: Stretch,
    starts: set[int],
    covered: Sequence[Stretch],
    begins: set[int],
) -> Stretch | None:
    """Cut off what is no part of a person's name; None if nothing is left."""
    text, (start, end) = scene.view.shadow, span
    while text[end - 1] in ".'-" or text[start:end].endswith("'s"):
        end -= 2 if text[start:end].endswith("'s") else 1
    parts = [(m.start() + start, m.end() + start) for m in re.finditer(r"\S+", text[start:end])]
    while parts:
        part, opens = text[slice(*parts[0])], parts[0][0] in starts
        titled = opens or _HONORIFIC.search(part + " ")  # a capital of a sentence or a title
        if not (
            covers(covered, *parts[0])
            or (opens and part.lower() in _NO_FIRST)
            or (titled and in_any(scene, sets.no_name, *parts[0]))
        ):
            break
        parts.pop(0)
    if not parts or any(in_any(scene, sets.no_name, *p) or covers(covered, *p) for p in parts):
        return None
    (start, stop), end = parts[0], parts[-1][1]
    doubtful = len(parts) == 1 and (start in starts or stop - start < MIN_NAME)
    if text[start:end].isupper() or (
        doubtful
        and not _IN_COMMAS.match(text, stop)
        and not _ACTS.match(text, stop)
        and not _in_apposition(text, stop, begins)
    ):
        return None
    return start, end


def _is_person(
    text: str, span: Stretch, beside: set[int], begins: set[int], starts: set[int]
) -> bool:
    """Whether what stands beside a capitalised name shows that it is a person's."""
    start, end = span
    before = text[max(0, start - 24) : start]
    if before.endswith((" the ", "The ")):
        return False
    shown = (
        _HONORIFIC.search(before)
        or _CALLED.search(before)
        or _IN_COMMAS.match(text, end)
        or _AGED.match(text, end + 2)
        or start - 1 in beside
        or (start - 2 in beside and text[start - 2] == ",")
    )
    if shown:
        return True
    if (before.split() or [""])[-1].lower() in _PLACING:
        return False
    several = " " in text[start:end]
    spoken = several and _SAID_BY.search(before)
    common = not several and start in starts and _COMMON.search(text, start, end)
    acts = not common and _ACTS.match(text, end)
    return bool(acts or spoken) or _in_apposition(text, end, begins)


def _in_apposition(text: str, end: int, begins: set[int]) -> bool:
    """Whether a role follows a name ("Rosa Mensah, a former cook")."""
    found = _ARTICLE.match(text, end)
    place = found.end() if found else -1
    for _ in range(MAX_LEAD):
        if place in begins:
            return True
        space = text.find(" ", place, place + 20) if place >= 0 else -1
        if space < 0:
            return False
        place = space + 1
    return False


def _nouns(sets: PersonSets, scene: Scene) -> Iterator[Mention]:
    """Yield role nouns; neighbours that make one phrase ("trafficked teenage girl") are one."""
    text = scene.view.shadow
    told = (
        (hit, role, wordset in sets.assumed)
        for role, wordsets in sets.roles.items()
        for wordset in wordsets
        for hit in scene.hits.of(wordset)
        if not _AGE_ONLY.search(text, *hit)
    )
    years_old = (found.span() for found in _YEAR_OLD.finditer(text))
    hits: dict[Stretch, tuple[set[str], set[str]]] = {hit: (set(), set()) for hit in years_old}
    for hit, role, is_assumed in told:
        hits.setdefault(hit, (set(), set()))[is_assumed].add(role)
    groups: list[list[Stretch]] = [[]]
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        last = groups[-1][-1] if groups[-1] else None
        if last and hit[1] <= last[1]:
            for roles, more in zip(hits[last], hits[hit], strict=True):
                roles.update(more)
            continue
        if last and not _one_phrase(text, hits, last, hit):
            groups.append([])
        groups[-1].append(hit)
    for group in groups:
        while group and in_any(scene, sets.done_to, *group[-1]):
            group.pop()  # "Girls trafficked from …": girls
        if group and not in_any(scene, sets.ignored, group[0][0], group[-1][1]):
            yield _noun(sets, scene, hits, group)


def _one_phrase(
    text: str, hits: dict[Stretch, tuple[set[str], set[str]]], one: Stretch, other: Stretch
) -> bool:
    gap = text[one[1] : other[0]]
    origin = gap[:1] == " " and len(gap.split()) == 1 and gap.strip().istitle()
    if gap not in (" ", "-") and not (origin and text[one[1] - 3 : one[1]] == "old"):
        return False
    return "official" not in hits[other][0] or "official" in hits[one][0]


def _noun(
    sets: PersonSets,
    scene: Scene,
    hits: dict[Stretch, tuple[set[str], set[str]]],
    group: Sequence[Stretch],
) -> Mention:
    text, start, (head, end) = scene.view.shadow, group[0][0], group[-1]
    lead, oblique = lead_of(text, start)
    one = text.find(" of ", head, end)  # "the youngest of the girls" is one
    shown = (head, one if one > 0 else end)
    traits = frozenset(t for t in sets.traits if scene.hits.overlapping(t, *shown))
    if not lead and one < 0 and _BARE_PLURAL.search(text, head, end):
        traits |= sets.several
    sure, assumed = (
        frozenset().union(*roles) for roles in zip(*(hits[hit] for hit in group), strict=True)
    )
    word = text[head:end].lower()
    return Mention(scene, start, end, "noun", word, sure, assumed, traits, lead, oblique)


def _give_ages(scene: Scene, mentions: Mentions) -> None:
    """Tell each mention the ages that stand in it, beside it, or are said of it."""
    text = scene.view.shadow

    def before(position: int) -> Mention | None:
        """Return the mention of the same sentence that stands nearest before, if any."""
        near = mentions.before(position)
        low, _ = scene.sentence_span(scene.view.sentence_at(position))
        return near if near and near.start >= low else None

    for found in _YEAR_OLD.finditer(text):
        own = next(iter(mentions.over(*found.span())), None)
        said = _WAS_BEFORE.search(text, max(0, found.start() - 6), found.start())
        _give(before(found.start()) if said else own, found, text)
    for mention in mentions.all:
        if mention.kind != "pronoun" and (beside := _IN_COMMAS.match(text, mention.end)):
            _give(mention, beside, text)
    for found in _AGED.finditer(text):
        _give(before(found.start()), found, text)
    for found in _WAS.finditer(text):
        near = before(found.start())
        if near and near.end >= found.start() - 1 and not near.oblique:
            _give(near, found, text)
    for found in _AT_AGE.finditer(text):
        behind = mentions.after(found.end())
        close = behind and behind.start - found.end() < 6
        _give(behind if close else before(found.start()), found, text)


def _give(mention: Mention | None, found: re.Match[str], text: str) -> None:
    if mention is None:
        return
    word = (found["age"] or found["bare"]) if found.re is _AT_AGE else found["age"]
    years = int(word) if word.isdigit() else _NUMBERS[word.lower()]
    then = found.re is _AT_AGE or bool(
        _THEN_BEHIND.match(text, found.end())
        or _THEN_BEFORE.search(text, max(0, found.start() - 24), found.start())
    )
    hit = found.span("age") if found.re is _IN_COMMAS else found.span()
    mention.ages.append(Age(years, hit, then))
