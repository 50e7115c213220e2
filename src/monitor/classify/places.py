"""Which countries an article names, and what part each plays.

A gazetteer finds names, demonyms, cities and national bodies; names that mean something else as
well (Georgia, Jordan, Chad, Turkey…) count only where the words around them say so. A small
logistic regression over how and where a country is named, trained on labelled articles, says
whether the exploitation happened there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log1p
from typing import Any, Literal

from monitor.classify.reading import LEAD_WORDS, Reading
from monitor.classify.words import Words, word_set
from monitor.types import FieldName, Span

Kind = Literal["name", "demonym", "city", "town"]
_BEFORE = word_set("in from to of at across near through inside for by via and towards into")
_PEOPLE = word_set(
    "nationals national women woman girls girl men man workers worker victims citizens "
    "citizen migrants migrant maids maid housemaids youths nurses boys children child "
    "fishermen families graduates labourers soldiers job"
)
"""Behind a demonym they are people from there: whence, more often than where."""
_TRANSIT = frozenset({"via", "through", "transit", "transiting"})
_WHERE = frozenset({"in", "inside", "across", "throughout"})
_AUTHORITIES = word_set(
    "police authorities court courts prosecutors prosecutor government officials parliament "
    "judge investigators army sheriff legislature senate lawmakers attorney agents"
)
_FREED = word_set(
    "rescued freed repatriated returned return returning escaped escape fled released "
    "evacuated rescue rescuing repatriation repatriating repatriate saved stranded trapped "
    "retrieved flown brought back arrived deported recovered"
)
"""Before "from" they say that people were there, not that they come from there."""
_OUTLET = re.compile(r"(?:.*\s)?[|–—-]\s", re.DOTALL)
OUTLET_WORDS = 6
_DIPLOMATS = word_set("embassy embassies ambassador consulate consul envoy minister")
_MONTHS = word_set("jan feb mar apr may jun jul aug sep oct nov dec")
_LOCAL = word_set(
    "police man woman men women teen teens couple mother father resident residents councillor "
    "mayor court area hotel motel airport brothel business businesses group groups news city "
    "county detective detectives officer officers native youth magistrate magistrates"
)
"""What stands behind a town's name, and seldom behind a person's."""
_END = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name: words `first` to `last` (exclusive) of a field mean `country`.

    `frame`: it says where the news was written, not where anything happened: in the name of the
    outlet that a feed puts behind the headline, or before a date ("COLOMBO, Feb 20").
    """

    country: str
    kind: Kind
    field: FieldName
    first: int
    last: int
    frame: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """How a name of several meanings is settled."""

    country: str
    other: str | None
    default: str | None
    with_: frozenset[str]
    against: frozenset[str]


class Gazetteer:
    """Place names, ready to search."""

    def __init__(self, names: Mapping[str, Sequence[str]], ambiguous: Mapping[str, Any]) -> None:
        self._trie: dict[str, Any] = {}
        for name, (country, kind) in names.items():
            node = self._trie
            for word in name.split():
                node = node.setdefault(word, {})
            node[_END] = (country, kind)
        self._ambiguous = {
            name: Ambiguous(
                rule["country"],
                rule.get("other"),
                rule.get("default"),
                frozenset(rule.get("with", ())),
                frozenset(rule.get("against", ())),
            )
            for name, rule in ambiguous.items()
        }

    def find(self, title: str, text: str, reading: Reading) -> list[Mention]:
        """Return the place mentions of headline and text, in order, longest name first."""
        vocabulary = {*reading.title.words, *reading.text.words}
        outlet = outlet_start(title, reading.title)
        headline = self._find("title", title, reading.title, vocabulary)
        return [
            *(replace(m, frame=m.first >= outlet) for m in headline),
            *(
                replace(m, frame=_is_month(reading.text.words, m.last))
                for m in self._find("text", text, reading.text, vocabulary)
            ),
        ]

    def _find(
        self, field: FieldName, text: str, words: Words, vocabulary: set[str]
    ) -> list[Mention]:
        found: list[Mention] = []
        at = 0
        while at < len(words):
            last, country, kind = self._longest(words.words, at)
            if last and text[words.starts[at]].isupper():
                name = " ".join(words.words[at:last])
                if name in self._ambiguous:
                    rule = self._ambiguous[name]
                    country = settle(rule, text, words, at, last, vocabulary) or ""
                if kind == "town" and not is_located(text, words, at, last):
                    country = ""
                if (
                    country
                    and not _shouted(text, words, at, last)
                    and not _money(text, words, last)
                ):
                    found.append(Mention(country, kind, field, at, last))
                at = last
            else:
                at += 1
        return found

    def _longest(self, words: Sequence[str], at: int) -> tuple[int, str, Kind]:
        node, best = self._trie, (0, "", "name")
        for last in range(at, len(words)):
            node = node.get(words[last], {})
            if not node:
                break
            if _END in node:
                best = (last + 1, *node[_END])
        return best  # type: ignore[return-value]


def _is_month(words: Sequence[str], at: int) -> bool:
    return at + 1 < len(words) and words[at][:3] in _MONTHS and words[at + 1].isdigit()


def outlet_start(title: str, words: Words) -> int:
    """Return the number of the first word of "- The Daily Post" behind a headline, if any."""
    match = _OUTLET.match(title)
    start = match.end() if match else len(title)
    first = next((i for i, at in enumerate(words.starts) if at >= start), len(words))
    return first if first > 0 and len(words) - first <= OUTLET_WORDS else len(words)


def _money(text: str, words: Words, last: int) -> bool:
    """Tell "US" and "US$5,400"."""
    return text[words.ends[last - 1] : words.ends[last - 1] + 1] == "$"


def _shouted(text: str, words: Words, first: int, last: int) -> bool:
    """Tell "us" and "US", "it" and "IT": short abbreviations count in capitals only."""
    written = text[words.starts[first] : words.ends[last - 1]]
    return len(written) <= 3 and "." not in written and not written.isupper()


def settle(
    rule: Ambiguous, text: str, words: Words, first: int, last: int, vocabulary: set[str]
) -> str | None:
    """Return the country an ambiguous name means here, or `None` for no place at all."""
    after = " ".join(words.words[last : last + 2])
    if any(after == word or after.startswith(word + " ") for word in rule.against):
        return rule.other
    supported = any(set(phrase.split()) <= vocabulary for phrase in rule.with_)
    if rule.default == "country" or supported:
        return rule.country
    if _is_person(text, words, first, last):
        return None
    located = first > 0 and words.words[first - 1] in _BEFORE
    return rule.other or (rule.country if located else None)


def is_located(text: str, words: Words, first: int, last: int) -> bool:
    """Tell whether the words beside a name say that a place is meant: "in Guelph", "Waco man"."""
    if last < len(words) and words.words[last] in _LOCAL:
        return True
    before = first > 0 and words.words[first - 1] in _BEFORE
    return before and not _is_person(text, words, first, last)


def _is_person(text: str, words: Words, first: int, last: int) -> bool:
    """Tell whether a capitalised word touches the name: "Chad Kelly", "Michael Jordan"."""
    touches_next = last < len(words) and words.starts[last] - words.ends[last - 1] == 1
    if touches_next and text[words.starts[last]].isupper():
        return True
    return (
        first > 0
        and words.starts[first] - words.ends[first - 1] == 1
        and text[words.starts[first - 1]].isupper()
        and (first == 1 or words.sentences[first - 2] == words.sentences[first - 1])
    )


FEATURES = (
    "in headline",
    "in lead",
    "in all",
    "share of mentions",
    "most named",
    "first named",
    "named in dateline",
    "share named as people",
    "share named as city",
    "said to be where",
    "said to be from where",
    "said to be on the way",
    "freed or fled from there",
    "its authorities named",
    "in the outlet's name or a dateline",
    "beside a core cue",
    "countries named",
    "only country",
    "is the US",
    "US by the wording, named",
    "US by the wording, not named",
    "another by the wording",
    "not named",
)
WORDING = 4.0
"""Log odds of the wording are cut here."""


def place_features(
    reading: Reading, mentions: Sequence[Mention], core: frozenset[int], wording: float
) -> dict[str, list[float]]:
    """Return for each country named, and for the US, the numbers called `FEATURES`.

    `wording`: log odds that an article worded like this is about the US. American local news
    seldom names its country.
    """
    cued = _cued_sentences(reading, core)
    us = max(-WORDING, min(wording, WORDING))
    by_country: dict[str, list[Mention]] = {"US": []}
    for mention in mentions:
        by_country.setdefault(mention.country, []).append(mention)
    return {
        country: [
            *_naming(reading, own, mentions),
            float(sum((m.field, _words(reading, m).sentences[m.first]) in cued for m in own) > 0),
            log1p(len(by_country)),
            float(len(by_country) == 1 + ("US" not in {m.country for m in mentions})),
            float(country == "US"),
            us if country == "US" and own else 0.0,
            us if country == "US" and not own else 0.0,
            us if country != "US" else 0.0,
            float(not own),
        ]
        for country, own in by_country.items()
    }


def _naming(reading: Reading, own: Sequence[Mention], mentions: Sequence[Mention]) -> list[float]:
    """Return how and where a country is named, beside all `mentions`."""
    if not own:
        return [0.0] * FEATURES.index("beside a core cue")
    number = len(own)
    most = max(Counter(m.country for m in mentions).values())
    roles = count_roles(reading, own)
    story = [m for m in own if not m.frame]
    return [
        log1p(sum(m.field == "title" for m in story)),
        log1p(sum(m.field == "text" and m.first < LEAD_WORDS for m in story)),
        log1p(len(story)),
        number / len(mentions),
        float(number == most),
        float(own[0] == mentions[0]),
        float(any(m.field == "text" and m.first < 6 and m.kind != "demonym" for m in own)),
        sum(m.kind == "demonym" for m in own) / number,
        sum(m.kind in ("city", "town") for m in own) / number,
        *map(log1p, (roles.where, roles.origin, roles.transit, roles.freed, roles.authorities)),
        float(len(story) < number),
    ]


def _cued_sentences(reading: Reading, core: frozenset[int]) -> set[tuple[FieldName, int]]:
    """Return the sentences (field and number) with a core cue in them."""
    found: set[tuple[FieldName, int]] = set()
    for cue in reading.title_cues:
        if cue.group in core:
            found.add(("title", reading.title.sentences[cue.first]))
    for cue in reading.text_cues:
        if cue.group in core:
            found.add(("text", reading.text.sentences[cue.first]))
    return found


@dataclass(frozen=True, slots=True)
class Roles:
    """How often the words beside a country's names say what part it plays."""

    where: int
    origin: int
    transit: int
    freed: int
    authorities: int


def place_role(reading: Reading, mentions: Sequence[Mention]) -> str:
    """Return the role of a country where the exploitation is not: origin, transit or mentioned."""
    roles = count_roles(reading, mentions)
    if roles.transit > roles.origin:
        return "transit"
    return "origin" if roles.origin else "mentioned"


def place_evidence(
    reading: Reading, mentions: Sequence[Mention], role: str, number: int = 3
) -> tuple[Span, ...]:
    """Return the names of a country that show its role best, in the order of the article.

    The same name is given once. Origin and transit are shown only by names that say so, if any
    do; a name in an outlet's name or a dateline comes last.
    """
    said = "where" if role == "exploitation" else role
    telling = [m for m in mentions if getattr(count_roles(reading, [m]), said, 0)]
    if role in ("origin", "transit") and telling:
        mentions = telling
    ranked = sorted(mentions, key=lambda m: (m.frame, _of_diplomats(reading, m), m not in telling))
    chosen: dict[str, Mention] = {}
    for mention in ranked:
        words = _words(reading, mention).words[mention.first : mention.last]
        chosen.setdefault(" ".join(words), mention)
    best = list(chosen.values())[:number]
    best.sort(key=lambda m: (m.field == "text", m.first))
    return tuple(reading.span(m.field, m.first, m.last) for m in best)


def _of_diplomats(reading: Reading, mention: Mention) -> bool:
    """Tell "the Russian embassy", which stands elsewhere, from Russia."""
    words = _words(reading, mention).words
    beside = words[max(0, mention.first - 2) : mention.last + 1]
    return not _DIPLOMATS.isdisjoint(beside)


def count_roles(reading: Reading, mentions: Sequence[Mention]) -> Roles:
    """Count what the words beside the names say."""
    where = origin = transit = freed = authorities = 0
    for mention in mentions:
        words = _words(reading, mention).words
        before = words[max(0, mention.first - 5) : mention.first]
        after = words[mention.last] if mention.last < len(words) else ""
        last = before[-1] if before else ""
        left = last == "from" and not _FREED.isdisjoint(before)
        people = mention.kind == "demonym" and (
            after in _PEOPLE
            or (words[mention.last - 1].endswith("s") and after not in _AUTHORITIES)
        )
        where += last in _WHERE and mention.kind != "demonym"
        transit += last in _TRANSIT
        freed += left
        origin += people or (last == "from" and not left)
        authorities += after in _AUTHORITIES
    return Roles(where, origin, transit, freed, authorities)


def _words(reading: Reading, mention: Mention) -> Words:
    return reading.title if mention.field == "title" else reading.text
