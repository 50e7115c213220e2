"""Mentions of persons: names, role nouns, other nouns for people, pronouns and ages.

Ages count in figures and words, before or behind a noun.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.people.person_nouns import find_person_nouns
from monitor.people.persons import Age, Lead, Mention, Mentions, PersonSets, in_any, lead_of
from monitor.text.analysis import Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

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
_SELF = re.compile(r"\b(?:him|her|them|my)sel(?:f|ves)\b", re.IGNORECASE)
_BARE_PLURAL = re.compile(r"[^su']s$")
""""Experts", "kids": without an article, several."""


def find_mentions(
    sets: PersonSets, scene: Scene, names: Sequence[Stretch], *, wide: bool = False
) -> Mentions:
    """Return where a scene speaks of persons, `names` where it names them.

    `wide`: by nouns that tell no role too, such as "her son" or "the eldest".
    """
    text = scene.view.shadow
    nouns = Mentions(_nouns(sets, scene))
    if wide:
        nouns = Mentions(_with_phrases(sets, scene, nouns))
    named = Mentions(
        Mention(scene, start, end, "name", text[start:end], oblique=lead_of(text, start)[1])
        for start, end in names
    )
    pronouns = (
        Mention(scene, *found.span(), "pronoun", found[0].lower())
        for pattern in ((_PRONOUN, _SELF) if wide else (_PRONOUN,))
        for found in pattern.finditer(text)
    )
    apart = (one for one in (*nouns.all, *pronouns) if not named.over(one.start, one.end))
    mentions = Mentions((*named.all, *apart))
    for mention, found in _ages(scene, mentions):
        if mention is None:
            continue
        is_at = found.re is _AT_AGE
        word = found["age"] or found["bare"] if is_at else found["age"]
        years = int(word) if word.isdigit() else _NUMBERS[word.lower()]
        then = is_at or bool(
            _THEN_BEHIND.match(text, found.end())
            or _THEN_BEFORE.search(text, max(0, found.start() - 24), found.start())
        )
        hit = found.span("age") if found.re is _IN_COMMAS else found.span()
        mention.ages.append(Age(years, hit, then))
    return mentions


def _with_phrases(sets: PersonSets, scene: Scene, nouns: Mentions) -> Iterator[Mention]:
    """Yield role nouns with the phrases that they head, and all other nouns for people."""
    text, phrased = scene.view.shadow, set[int]()
    for phrase in find_person_nouns(text):
        if in_any(scene, sets.ignored, phrase.head, phrase.end):
            continue
        own = [m for m in nouns.over(phrase.start, phrase.end) if id(m) not in phrased]
        head = next((m for m in own if m.end > phrase.head), None)
        if head is None:
            _, oblique = lead_of(text, phrase.head)
            det = phrase.det.partition(" ")[0]
            head = Mention(scene, phrase.head, phrase.end, "noun", phrase.word, oblique=oblique)
            head.lead = _LEADS.get(det, "whose" if det and det not in _COUNTING else "a")
            own.append(head)
            yield head
        head.phrase = phrase
        head.traits |= sets.sex(phrase.sex) | (sets.several if phrase.several else frozenset())
        phrased.update(map(id, own))
    yield from nouns.all


_LEADS: dict[str, Lead] = {
    **dict.fromkeys(("a", "an", "one", "another", "", "some"), "a"),
    **dict.fromkeys(("the", "this", "that", "these", "those", "both", "all", "each"), "the"),
}
_COUNTING = word_set(
    "two three four five six seven eight nine ten eleven twelve dozen several many"
)


def _nouns(sets: PersonSets, scene: Scene) -> Iterator[Mention]:
    """Yield role nouns; neighbours that make one phrase ("trafficked teenage girl") are one."""
    text = scene.view.shadow
    hits: dict[Stretch, tuple[set[str], set[str]]] = {}
    """The roles of each, and those that are assumed."""
    for found in _YEAR_OLD.finditer(text):
        hits[found.span()] = set(), set()
    for role, wordsets in sets.roles.items():
        for wordset in wordsets:
            for hit in scene.hits.of(wordset):
                if not _AGE_ONLY.search(text, *hit):
                    hits.setdefault(hit, (set(), set()))[wordset in sets.assumed].add(role)
    for group in _phrases(text, hits):
        while group and in_any(scene, sets.done_to, *group[-1]):
            group.pop()  # "Girls trafficked from …": girls
        if not group or in_any(scene, sets.ignored, group[0][0], group[-1][1]):
            continue
        start, (head, end) = group[0][0], group[-1]
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
        yield Mention(scene, start, end, "noun", word, sure, assumed, traits, lead, oblique)


def _phrases(text: str, hits: dict[Stretch, tuple[set[str], set[str]]]) -> Iterator[list[Stretch]]:
    """Yield hits side by side that are one phrase; those within another give it their roles."""
    group: list[Stretch] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if group and hit[1] <= group[-1][1]:
            for roles, more in zip(hits[group[-1]], hits[hit], strict=True):
                roles.update(more)
            continue
        if group:
            gap = text[group[-1][1] : hit[0]]
            origin = gap[:1] == " " and len(gap.split()) == 1 and gap.strip().istitle()
            joined = gap in (" ", "-") or (origin and text.endswith("old", 0, group[-1][1]))
            if not joined or "official" in hits[hit][0] - hits[group[-1]][0]:
                yield group
                group = []
        group.append(hit)
    if group:
        yield group


def _ages(scene: Scene, mentions: Mentions) -> Iterator[tuple[Mention | None, re.Match[str]]]:
    """Yield whose ages are told: they stand in a mention, beside it, or are said of it."""
    text = scene.view.shadow

    def before(position: int) -> Mention | None:
        """Return the mention of the same sentence that stands nearest before, if any."""
        near = mentions.before(position)
        low, _ = scene.sentence_span(scene.view.sentence_at(position))
        return near if near and near.start >= low else None

    for found in _YEAR_OLD.finditer(text):
        own = next(iter(mentions.over(*found.span())), None)
        said = _WAS_BEFORE.search(text, max(0, found.start() - 6), found.start())
        behind = mentions.after(found.end())
        if behind and behind.kind == "name" and behind.start == found.end() + 1 and not said:
            own = behind  # "15-year-old Maria Lopez"
        yield before(found.start()) if said else own, found
    for mention in mentions.all:
        if mention.kind != "pronoun" and (beside := _IN_COMMAS.match(text, mention.end)):
            yield mention, beside
    for found in _AGED.finditer(text):
        yield before(found.start()), found
    for found in _WAS.finditer(text):
        near = before(found.start())
        if near and near.end >= found.start() - 1 and not near.oblique:
            yield near, found
    for found in _AT_AGE.finditer(text):
        behind = mentions.after(found.end())
        close = behind and behind.start - found.end() < 6
        yield behind if close else before(found.start()), found
