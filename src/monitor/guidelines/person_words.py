"""Where a text speaks of persons: role nouns, names, ages and pronouns; word lists and shapes only.

Names are told by what stands beside them (a title, an age, a verb, a role), never by capitals
alone: places and firms have capitals too, and a place taken for a victim's name is worse than a
name not followed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitor.guidelines.compiled import Guideline
from monitor.guidelines.scan import Hit
from monitor.guidelines.scene import Scene
from monitor.text.patterns import words

Kind = Literal["noun", "name", "pronoun"]
Lead = Literal["a", "the", "whose", ""]

_COUNT = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty"""
_NUMBERS = {word: number for number, word in enumerate(_COUNT.split(), 1)}
_NUMBER = rf"(?P<age>\d{{1,2}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_YEAR_OLD = re.compile(rf"\b{_NUMBER}[ -]years?[ -](?:olds?\b|of age\b)", re.IGNORECASE)
_AGED = re.compile(
    rf"\b(?:aged|age|ages)\s+(?:only |just )?{_NUMBER}\b"
    r"(?!\s*(?:to|-|or over|and over|plus)\b|-\d)",
    re.IGNORECASE,
)
_IN_COMMAS = re.compile(rf"\s?[,(]\s?(?:then |now |just |only )?{_NUMBER}(?=[,.;:)]|$)")
_WAS = re.compile(
    r"\b(?:was|is|were|are|turned|'s)\s+(?:only |just |then |still |barely |about |around )?"
    rf"{_NUMBER}(?=[.,;)!?]|$|\s+(?:when|years old|at the time|and (?:the|her|his|a)|now)\b)",
    re.IGNORECASE,
)
_AT_AGE = re.compile(
    rf"\b(?:at|from|since) (?:(?:the|an) age of {_NUMBER}|(?:just |only )?(?P<bare>1\d))(?=[,.]? )"
)
_CAPITAL = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0106\u010c\u0110\u0141\u015a\u0160\u017d]"
_NAME = re.compile(
    rf"(?<![\w'-]){_CAPITAL}[\w'-]+"
    rf"(?: (?:(?:de|da|dos|bin|al|van|von|la|el|ben|abu|di) )?{_CAPITAL}[\w'-]*\.?){{0,3}}"
)
_HONORIFIC = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Judge|Justice|Sgt|Det|Insp|Inspector|Sergeant|Officer|"
    r"Minister|Senator|President|Captain|Superintendent|Detective|Constable|Commissioner)\.? )$"
)
_ACTS = re.compile(
    r"(?:'s? (?:mother|father|family|parents|lawyer|name|case|story)\b|,? (?:who|was|is|has|had|"
    r"said|says|told|tells|admits|denies|pleaded|recalls|knew|became|came|went|did|does|will|would|"
    r"could|can|left|ran|paid|felt|thought|began|lives|works|[a-z]+ed)\b)"
)
_CALLED = re.compile(r"\b(?:named|called|identified as|known as) $")
_ARTICLE = re.compile(r",? (?:\(?\d{1,2}\)?,? )?(?:an?|the|one of the) ")
_PLACING = words("in at from near the a an to into of on across around outside")
_SAID_BY = re.compile(r"\b(?:said|says|named|called|identified as|asked|told|like|added) $")
_PRONOUN = re.compile(
    r"\b(?:he|she|they|him|her|them|his|hers|their|who|whom|whose|i|we|me|my|us|our)\b",
    re.IGNORECASE,
)
_FIRST = words("i we me my us our")
NOMINATIVE = words("he she they who i we")
_OWNED = words("his her their my our your its")
_DEFINITE = words("the this that these those both")
_INDEFINITE = words("a an one another two three four five six seven eight nine ten")
_PREPOSITIONS = words(
    """of by to with from for at on against about between among as near into than like including
    without over under behind beside toward towards through"""
)
_STOPS = words("and or but that when while who which was were is are had has have")
_MARKS = re.compile(r"[.,;:!?()\"\u2014\n]")
MIN_NAME = 3
"""Letters of a name that stands alone."""
MAX_LEAD = 3
"""Words between an article and its noun ("the frightened young Ghanaian girl")."""


@dataclass(slots=True)
class Mention:
    """One place that speaks of a person; offsets into the shadow of its scene."""

    start: int
    end: int
    kind: Kind
    word: str
    """Head word in small letters; of a name, all of it as written."""
    roles: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()
    """Roles that the word has unless the text says otherwise ("worker" for a victim)."""
    traits: frozenset[int] = frozenset()
    """Word lists it is in of those that pronouns cannot mean."""
    lead: Lead = ""
    oblique: bool = False
    """Whether it hangs on a preposition, so that it does not act."""
    ages: list[tuple[int, Hit]] = field(default_factory=list)

    @property
    def first(self) -> bool:
        """Whether it is the speaker of a quotation."""
        return self.kind == "pronoun" and self.word in _FIRST


class Mentions:
    """The mentions of one scene in order, with look-ups by place."""

    __slots__ = ("_starts", "all")

    def __init__(self, found: Sequence[Mention]) -> None:
        self.all = sorted(found, key=lambda m: (m.start, -m.end))
        self._starts = [mention.start for mention in self.all]

    def between(self, low: int, high: int) -> list[Mention]:
        """Return the mentions that lie wholly between two offsets."""
        part = self.all[bisect_left(self._starts, low) : bisect_left(self._starts, high)]
        return [mention for mention in part if mention.end <= high]

    def over(self, low: int, high: int) -> list[Mention]:
        """Return the mentions that share a character with the span."""
        index = bisect_left(self._starts, high)
        return [m for m in self.all[max(0, index - 12) : index] if m.end > low]

    def before(self, position: int) -> Mention | None:
        """Return the last mention that starts before `position`."""
        index = bisect_left(self._starts, position)
        return self.all[index - 1] if index else None

    def after(self, position: int) -> Mention | None:
        """Return the first mention that starts at or after `position`."""
        index = bisect_left(self._starts, position)
        return self.all[index] if index < len(self.all) else None


def find_mentions(guideline: Guideline, scene: Scene, known: frozenset[str]) -> Mentions:
    """Return where a scene speaks of persons.

    `known`: parts of names that count wherever they stand; a headline has capitals everywhere and
    only names of the text count in it.
    """
    nouns = list(_nouns(guideline, scene))
    names = list(_names(guideline, scene, nouns, known))
    taken = sorted((name.start, name.end) for name in names)
    nouns = [noun for noun in nouns if not _touches(taken, noun)]
    pronouns = [_pronoun(found) for found in _PRONOUN.finditer(scene.view.shadow)]
    pronouns = [pronoun for pronoun in pronouns if not _touches(taken, pronoun)]
    mentions = Mentions([*nouns, *names, *pronouns])
    _give_ages(scene, mentions)
    return mentions


def _covers(taken: Sequence[Hit], start: int, end: int) -> bool:
    index = bisect_right(taken, (start, len(taken) and taken[-1][1])) - 1
    return index >= 0 and taken[index][0] <= start and end <= taken[index][1]


def _touches(taken: Sequence[Hit], mention: Mention) -> bool:
    index = bisect_right(taken, (mention.start, mention.end))
    around = taken[max(0, index - 1) : index + 1]
    return any(start < mention.end and mention.start < end for start, end in around)


def _pronoun(found: re.Match[str]) -> Mention:
    return Mention(found.start(), found.end(), "pronoun", found[0].lower())


# --- Nouns ---------------------------------------------------------------------------------------


def _nouns(guideline: Guideline, scene: Scene) -> Iterator[Mention]:
    """Yield role nouns; neighbours that make one phrase ("trafficked teenage girl") are one."""
    hits: dict[Hit, tuple[set[str], set[str]]] = {}
    for role, wordsets in guideline.roles.items():
        for wordset in wordsets:
            weak = wordset in guideline.persons.assumed
            for hit in scene.hits.of(wordset):
                sure, assumed = hits.setdefault(hit, (set(), set()))
                (assumed if weak else sure).add(role)
    for found in _YEAR_OLD.finditer(scene.view.shadow):
        hits.setdefault(found.span(), (set(), set()))
    group: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if group and hit[1] <= group[-1][1]:
            hits[group[-1]][0].update(hits[hit][0])
            hits[group[-1]][1].update(hits[hit][1])
            continue
        if group and not _one_phrase(scene.view.shadow, hits, group[-1], hit):
            yield from _noun(guideline, scene, hits, group)
            group = []
        group.append(hit)
    yield from _noun(guideline, scene, hits, group)


def _one_phrase(
    text: str, hits: dict[Hit, tuple[set[str], set[str]]], one: Hit, other: Hit
) -> bool:
    gap = text[one[1] : other[0]]
    if gap not in (" ", "-") and not (text[one[1] - 3 : one[1]] == "old" and _is_origin(gap)):
        return False
    official = "official" in hits[other][0]
    return not official or "official" in hits[one][0]


def _is_origin(gap: str) -> bool:
    return gap[:1] == " " and len(gap.split()) == 1 and gap.strip().istitle()


def _noun(
    guideline: Guideline,
    scene: Scene,
    hits: dict[Hit, tuple[set[str], set[str]]],
    group: Sequence[Hit],
) -> Iterator[Mention]:
    if not group:
        return
    start, end, head = group[0][0], group[-1][1], group[-1]
    text = scene.view.shadow
    persons = guideline.persons
    if _in_any(scene, persons.ignored, start, end) or _in_any(scene, persons.done_to, *head):
        return
    lead, oblique = _lead(text, start)
    yield Mention(
        start,
        end,
        "noun",
        text[head[0] : end].lower(),
        frozenset().union(*(hits[hit][0] for hit in group)),
        frozenset().union(*(hits[hit][1] for hit in group)),
        frozenset(t for t in persons.traits if scene.hits.overlapping(t, *head)),
        lead,
        oblique,
    )


def _in_any(scene: Scene, wordsets: Sequence[int], start: int, end: int) -> bool:
    return any(
        low <= start and end <= high
        for wordset in wordsets
        for low, high in scene.hits.overlapping(wordset, start, end)
    )


def _lead(text: str, start: int) -> tuple[Lead, bool]:
    """Return the kind of article before a noun, and whether a preposition stands before that."""
    clause = _MARKS.split(text[max(0, start - 48) : start])[-1].split()
    lead: Lead = ""
    for back, word in enumerate(reversed(clause[-MAX_LEAD - 2 :])):
        small = word.lower()
        if small in _PREPOSITIONS:
            return lead, True
        if lead or small in _STOPS or back > MAX_LEAD:
            break
        if small in _DEFINITE:
            lead = "the"
        elif small in _INDEFINITE:
            lead = "a"
        elif small in _OWNED or small.endswith(("'s", "s'")):
            lead = "whose"
    return lead, False


# --- Names ---------------------------------------------------------------------------------------


def _names(
    guideline: Guideline, scene: Scene, nouns: Sequence[Mention], known: frozenset[str]
) -> Iterator[Mention]:
    """Yield the names of persons; a surname counts once the full name has been told."""
    text = scene.view.shadow
    starts = {start for start, _ in scene.view.sentences}
    covered = sorted((noun.start, noun.end) for noun in nouns)
    beside = {noun.end for noun in nouns if "official" not in noun.roles}
    begins = {noun.start for noun in nouns}
    accepted = set(known)
    doubtful: list[Hit] = []
    sure: list[Hit] = []
    for found in _NAME.finditer(text):
        span = _trim(guideline, scene, found.span(), starts, covered)
        if span is None:
            continue
        if scene.field == "text" and _is_person(text, span, beside, begins):
            sure.append(span)
            accepted.update(text[span[0] : span[1]].split())
        else:
            doubtful.append(span)
    sure += [span for span in doubtful if set(text[span[0] : span[1]].split()) <= accepted]
    for start, end in sure:
        _, oblique = _lead(text, start)
        yield Mention(start, end, "name", text[start:end], oblique=oblique)


def _trim(
    guideline: Guideline, scene: Scene, span: Hit, starts: set[int], covered: Sequence[Hit]
) -> Hit | None:
    """Cut off what is no part of a person's name; None if nothing is left."""
    text, (start, end) = scene.view.shadow, span
    while text[end - 1] in ".'-" or text[start:end].endswith("'s"):
        end -= 2 if text[start:end].endswith("'s") else 1
    parts = [(m.start() + start, m.end() + start) for m in re.finditer(r"\S+", text[start:end])]
    no_name = guideline.persons.no_name
    common = [_in_any(scene, no_name, *part) or _covers(covered, *part) for part in parts]
    while common and common[0]:
        parts, common = parts[1:], common[1:]
    if not parts or any(common):
        return None
    first, last = parts[0], parts[-1]
    doubtful = first is last and (first[0] in starts or first[1] - first[0] < MIN_NAME)
    shown = _IN_COMMAS.match(text, first[1]) or _ACTS.match(text, first[1])
    if doubtful and not shown:
        return None
    return first[0], last[1]


def _is_person(text: str, span: Hit, beside: set[int], begins: set[int]) -> bool:
    """Whether what stands beside a capitalised name shows that it is a person's."""
    start, end = span
    before = text[max(0, start - 24) : start]
    if _HONORIFIC.search(before) or _IN_COMMAS.match(text, end) or _AGED.match(text, end + 2):
        return True
    if start - 1 in beside or (start - 2 in beside and text[start - 2] == ","):
        return True
    if _CALLED.search(before):
        return True
    word = before.split()[-1].lower() if before.split() else ""
    if word in _PLACING:
        return False
    if _ACTS.match(text, end) or (" " in text[start:end] and _SAID_BY.search(before)):
        return True
    return _in_apposition(text, end, begins)


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


# --- Ages ----------------------------------------------------------------------------------------


def age_of(found: re.Match[str]) -> int:
    """Return the age that one of the patterns found."""
    word = (found["age"] or found["bare"]) if "bare" in found.re.groupindex else found["age"]
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def _give_ages(scene: Scene, mentions: Mentions) -> None:
    """Tell each mention the ages that stand in it, beside it, or are said of it."""
    text = scene.view.shadow
    for found in _YEAR_OLD.finditer(text):
        own = mentions.over(*found.span())
        said = (
            text[max(0, found.start() - 6) : found.start()].rstrip().endswith(("was", "is", "were"))
        )
        target = _one_before(mentions, scene, found.start()) if said else None
        for mention in [target] if target else own[:1]:
            mention.ages.append((age_of(found), found.span()))
    for mention in mentions.all:
        if mention.kind != "pronoun" and (found_ := _IN_COMMAS.match(text, mention.end)):
            mention.ages.append((age_of(found_), found_.span("age")))
    for pattern in (_AGED, _WAS):
        for found in pattern.finditer(text):
            near = _one_before(mentions, scene, found.start())
            if near:
                near.ages.append((age_of(found), found.span()))
    for found in _AT_AGE.finditer(text):
        behind = mentions.after(found.end())
        close = behind and behind.start - found.end() < 6
        near = behind if close else _one_before(mentions, scene, found.start())
        if near:
            near.ages.append((age_of(found), found.span()))


def _one_before(mentions: Mentions, scene: Scene, position: int) -> Mention | None:
    """Return the mention of the same sentence that stands nearest before, if any."""
    near = mentions.before(position)
    low, _ = scene.sentence_span(scene.view.sentence_at(position))
    return near if near and near.start >= low else None
