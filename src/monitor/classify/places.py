"""Which countries an article names, and in which of them the exploitation is.

A small logistic regression over how and where a country is named, what the words beside its names
say (`place_roles`), and where the outlet is at home, trained on labelled articles, says whether the
exploitation happened there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log1p

from monitor.classify.features import LEAD_WORDS, Reading
from monitor.classify.outlet_homes import NOWHERE, Home
from monitor.classify.place_disambiguation import PlaceMention
from monitor.classify.place_roles import AUTHORITIES, ROLES, Roles, count_roles
from monitor.classify.word_tokens import Words
from monitor.records.article import FieldName, Span
from monitor.text.regular_expressions import word_set

_DIPLOMATS = word_set("embassy embassies ambassador consulate consul envoy minister")
_TELLING = ("held", "scene", "sent")
"""Roles that say that a country is the place, if any do."""
_NAMED = (
    "in headline",
    "in lead",
    "in all",
    "share of mentions",
    "most named",
    "first named",
    "named in first words",
    "share named as people",
    "share named as city",
    *(f"said to be {role}" for role in ROLES),
    "share said to be party",
    "named as a party alone",
    "share listed",
    "only in the outlet's name or a dateline",
    "in the dateline",
    "in the outlet's name",
)
FEATURES = (
    *_NAMED,
    *(f"another said to be {role}, not this" for role in _TELLING),
    "share of what is said to be the place",
    "said to be the place most often",
    "people from here, and another said to be the place",
    "said to be the place, and people from elsewhere",
    "beside a core cue",
    "countries named",
    "only country",
    "the outlet's home",
    "home of an outlet for the world",
    "the outlet's home, not named, nor any other",
    "the outlet's home, not named, others are",
    "the outlet is at home elsewhere",
    "the section's country",
    "the section is of another",
    "is the US",
    "US by the wording, named",
    "US by the wording, not named",
    "another by the wording",
    "not named",
)
UNNAMED_CUT = 0.6
"""A country that is not named needs more than a slight lean of the wording or of the outlet."""
HEADLINE = 12
"""Words of a headline or text that stand for a story as evidence, at most."""
WORDING = 4.0
"""Log odds of the wording are cut here."""


def place_features(
    reading: Reading,
    mentions: Sequence[PlaceMention],
    core: frozenset[int],
    wording: float,
    home: Home = NOWHERE,
) -> dict[str, list[float]]:
    """Return for each country named, for the US and the outlet's the numbers called `FEATURES`.

    `wording`: log odds that an article worded like this is about the US. Local news seldom names
    its country.
    """
    cued = _cued_sentences(reading, core)
    us = max(-WORDING, min(wording, WORDING))
    by_country: dict[str, list[PlaceMention]] = {"US": []}
    for code in (home.country, home.section):
        if code:
            by_country[code] = []
    for mention in mentions:
        by_country.setdefault(mention.country, []).append(mention)
    roles = {code: count_roles(reading, own) for code, own in by_country.items()}
    named = sum(bool(own) for own in by_country.values())
    return {
        country: [
            *_naming(own, mentions, roles[country]),
            *_beside(roles, country),
            float(sum((m.field, _words(reading, m).sentences[m.first]) in cued for m in own) > 0),
            log1p(named),
            float(named == 1 and bool(own)),
            *_at_home(country, home, bool(own), named),
            float(country == "US"),
            us if country == "US" and own else 0.0,
            us if country == "US" and not own else 0.0,
            us if country != "US" else 0.0,
            float(not own),
        ]
        for country, own in by_country.items()
    }


@dataclass(frozen=True, slots=True)
class PlaceCuts:
    """Probabilities: what the likeliest country needs, and what any further one needs.

    Nearly every article about trafficking has one place, and few have two.
    """

    first: float
    more: float


def story_places(
    reading: Reading, mentions: Sequence[PlaceMention], home: Home = NOWHERE
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the countries that the story names, and those of them that only host a meeting."""
    by_country: dict[str, list[PlaceMention]] = {}
    for mention in mentions:
        if not mention.frame or mention.dateline:
            by_country.setdefault(mention.country, []).append(mention)
    hosts = (code for code, own in by_country.items() if count_roles(reading, own).host == len(own))
    return frozenset(by_country), frozenset(hosts) - {home.country}


def chosen_places(
    scores: Mapping[str, float], named: Collection[str], hosts: Collection[str], cuts: PlaceCuts
) -> frozenset[str]:
    """Return the countries where the exploitation is; one that is not `named` stands alone."""
    scores = {code: score for code, score in scores.items() if code not in hosts}
    told = [code for code in scores if code in named]
    best = max(scores, key=scores.__getitem__, default=None)
    first = max(told, key=scores.__getitem__, default=None)
    least = max(cuts.first, 1 - UNNAMED_CUT)
    if (
        best is not None
        and best not in named
        and scores[best] >= UNNAMED_CUT
        and (first is None or scores[first] < least)
    ):
        return frozenset({best})
    if first is None or scores[first] < cuts.first:
        return frozenset()
    return frozenset({first, *(code for code in told if scores[code] >= cuts.more)})


def _naming(
    own: Sequence[PlaceMention], mentions: Sequence[PlaceMention], roles: Roles
) -> list[float]:
    """Return how and where a country is named, beside all `mentions`."""
    if not own:
        return [0.0] * len(_NAMED)
    number = len(own)
    most = max(Counter(m.country for m in mentions).values())
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
        *(log1p(getattr(roles, role)) for role in ROLES),
        roles.party / number,
        float(roles.party == number),
        roles.listed / number,
        float(not story),
        float(any(m.dateline for m in own)),
        float(any(m.frame and not m.dateline for m in own)),
    ]


def _beside(roles: Mapping[str, Roles], country: str) -> list[float]:
    """Return what the other countries' names say that this one's do not, and the other way."""
    own = roles[country]
    others = [each for code, each in roles.items() if code != country]
    told = [each.where + each.held + each.scene + each.sent for each in others]
    mine = own.where + own.held + own.scene + own.sent
    here = own.held + own.scene + own.sent > 0
    there = any(each.held + each.scene + each.sent > 0 for each in others)
    return [
        *(
            float(not getattr(own, role) and any(getattr(each, role) for each in others))
            for role in _TELLING
        ),
        mine / (mine + sum(told)) if mine else 0.0,
        float(mine > 0 and mine >= max(told, default=0)),
        float(own.origin > 0 and there),
        float(here and any(each.origin for each in others)),
    ]


def _at_home(country: str, home: Home, is_named: bool, named: int) -> list[float]:
    """Return what the outlet's home says of a country."""
    own = country == home.country and not home.world
    return [
        float(own),
        float(country == home.country and home.world),
        float(own and not is_named and not named),
        float(own and not is_named and named > 0),
        float(home.country not in (None, country) and not home.world),
        float(country == home.section),
        float(home.section not in (None, country)),
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


def place_evidence(
    reading: Reading, mentions: Sequence[PlaceMention], role: str, number: int = 3
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
    chosen: dict[str, PlaceMention] = {}
    for mention in ranked:
        words = _words(reading, mention).words[mention.first : mention.last]
        chosen.setdefault(" ".join(words), mention)
    best = list(chosen.values())[:number]
    best.sort(key=lambda m: (m.field == "text", m.first))
    return tuple(reading.span(m.field, m.first, m.last) for m in best)


def home_evidence(reading: Reading, outlet: int) -> tuple[Span, ...]:
    """Return what shows a country by its outlet: its name behind the headline from word `outlet`.

    Where it is not there: the first of the local authorities, or the start of headline or text.
    """
    title, text = reading.title.words, reading.text.words
    if outlet < len(title):
        return (reading.span("title", outlet, len(title)),)
    fields: tuple[tuple[FieldName, list[str]], ...] = (("title", title), ("text", text))
    for field, words in fields:
        for at, word in enumerate(words):
            if word in AUTHORITIES:
                return (reading.span(field, at, at + 1),)
    return tuple(
        reading.span(field, 0, min(len(words), HEADLINE)) for field, words in fields if words
    )[:1]


def _of_diplomats(reading: Reading, mention: PlaceMention) -> bool:
    """Tell "the Russian embassy", which stands elsewhere, from Russia."""
    words = _words(reading, mention).words
    beside = words[max(0, mention.first - 2) : mention.last + 1]
    return not _DIPLOMATS.isdisjoint(beside)


def _words(reading: Reading, mention: PlaceMention) -> Words:
    return reading.title if mention.field == "title" else reading.text
