"""Which countries an article names, and what part each plays.

A gazetteer finds names, demonyms, cities and national bodies; names that mean something else as
well (Georgia, Jordan, Chad, Turkey…) count only where the words around them say so. A small
logistic regression over how and where a country is named, trained on labelled articles, says
whether the exploitation happened there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Any, Literal

from monitor.classify.reading import LEAD_WORDS, Reading
from monitor.classify.words import Words
from monitor.types import FieldName

Kind = Literal["name", "demonym", "city"]
_BEFORE = frozenset(
    "in from to of at across near through inside for by via and towards into".split()  # noqa: SIM905 a list of words reads better so
)
_ORIGIN = frozenset(
    "from nationals national women girls men workers victims citizens migrants maids housemaids "  # noqa: SIM905 the same
    "youths nurses boys children fishermen families girl".split()
)
_TRANSIT = frozenset({"via", "through", "transit", "transiting"})
_WHERE = frozenset({"in", "inside", "across", "throughout"})
_END = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name: words `first` to `last` (exclusive) of a field mean `country`."""

    country: str
    kind: Kind
    field: FieldName
    first: int
    last: int


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
        found: list[Mention] = []
        for field, given, words in (("title", title, reading.title), ("text", text, reading.text)):
            found += self._find(field, given, words, vocabulary)  # type: ignore[arg-type]
        return found

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
                if country and not _shouted(text, words, at, last):
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
    "beside a core cue",
    "countries named",
    "only country",
    "is the US",
)


def place_features(
    reading: Reading, mentions: Sequence[Mention], core: frozenset[int]
) -> dict[str, list[float]]:
    """Return for each country named the numbers called `FEATURES`."""
    cued = _cued_sentences(reading, core)
    by_country: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_country.setdefault(mention.country, []).append(mention)
    most = max(map(len, by_country.values()), default=0)
    table: dict[str, list[float]] = {}
    for country, own in by_country.items():
        number = len(own)
        lead = [m for m in own if m.field == "text" and m.first < LEAD_WORDS]
        title = [m for m in own if m.field == "title"]
        where, origin, _ = _roles(reading, own)
        beside = sum((m.field, _words(reading, m).sentences[m.first]) in cued for m in own)
        table[country] = [
            log1p(len(title)),
            log1p(len(lead)),
            log1p(number),
            number / len(mentions),
            float(number == most),
            float(own[0] == mentions[0]),
            float(any(m.field == "text" and m.first < 6 and m.kind != "demonym" for m in own)),
            sum(m.kind == "demonym" for m in own) / number,
            sum(m.kind == "city" for m in own) / number,
            log1p(where),
            log1p(origin),
            log1p(beside),
            log1p(len(by_country)),
            float(len(by_country) == 1),
            float(country == "US"),
        ]
    return table


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


def place_role(reading: Reading, mentions: Sequence[Mention]) -> str:
    """Return the role of a country where the exploitation is not: origin, transit or mentioned."""
    _, origin, transit = _roles(reading, mentions)
    if transit > origin:
        return "transit"
    return "origin" if origin else "mentioned"


def _roles(reading: Reading, mentions: Sequence[Mention]) -> tuple[int, int, int]:
    """Count how often a country is said to be where, whence, and on the way."""
    where = origin = transit = 0
    for mention in mentions:
        words = _words(reading, mention).words
        before = words[mention.first - 1] if mention.first else ""
        after = words[mention.last] if mention.last < len(words) else ""
        where += before in _WHERE and mention.kind != "demonym"
        transit += before in _TRANSIT
        origin += before == "from" or (mention.kind == "demonym" and after in _ORIGIN)
    return where, origin, transit


def _words(reading: Reading, mention: Mention) -> Words:
    return reading.title if mention.field == "title" else reading.text
