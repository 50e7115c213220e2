"""How likely two articles tell the same event, and which story an article belongs to.

The weights were fitted by logistic regression to pairs of train, to 159 pairs of full articles of
train, regional and pool that were read for it, and to texts dealt from train; none may count
against its sense (a shared word never speaks against a pair). Those of snippets, of one outlet and
of days, and the bar, were then set by hand: models/measurements.md, "Stories".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.stories.near_duplicates import Fingerprint

BIAS = -4.36
WORDS, NAMES, OTHERS = 5.57, 2.24, 2.32
"""Of the cosine of all words, of names and figures alone, of all others."""
SHARED_NAMES = 0.31
NAMES_APART = -1.01
SNIPPET, SNIPPET_WORDS = -6.4, 12.13
SAME_EVENT = -1.2
"""Log odds from which on an article joins a story, as a mean over the story's articles."""

COPY = 2.0
COPY_SHARE = 0.3
COPY_SHINGLES = 10
"""The overlap coefficient, not Jaccard, of the sampled shingles: a reprint cut to a third is a copy
all the same."""
FOREIGN_SHARE = 0.5
"""In a language without a table of words only copies are told together."""
SAME_OUTLET, SAME_OUTLET_SNIPPET = -2.5, -1.0
"""An outlet seldom tells its own story twice but often uses its own phrases again."""
FREE_DAYS, A_DAY, A_DAY_SNIPPET = 3.0, -0.15, -0.5
WINDOW = timedelta(days=30)
"""Nothing further apart is compared."""
FEW_TERMS = 4
"""Fewer words ("Morning briefing") name no event."""
_APART_MOST = 20.0
_NEVER = -9.0


def same_event(a: Fingerprint, b: Fingerprint) -> float:
    """Return the log odds that two articles tell the same event; symmetric."""
    days = abs(a.at - b.at) / timedelta(days=1)
    if days > WINDOW / timedelta(days=1):
        return _NEVER
    same_outlet = a.outlet == b.outlet != ""
    copied = _copied(a, b)
    late = max(0.0, days - FREE_DAYS) * (A_DAY_SNIPPET if a.short or b.short else A_DAY)
    if not (a.english and b.english):
        return (COPY if copied >= FOREIGN_SHARE and not same_outlet else _NEVER) + late
    odds = _odds(a, b)
    if same_outlet:
        odds += SAME_OUTLET_SNIPPET if a.short and b.short else SAME_OUTLET
    if copied >= COPY_SHARE and not same_outlet and odds > _NEVER:
        odds = max(odds, COPY)
    return odds + late


def _odds(a: Fingerprint, b: Fingerprint) -> float:
    cosine = _dot(a.terms, b.terms)
    named, other = _cosines(a, b)
    shared = math.fsum(a.names[name] for name in a.names.keys() & b.names.keys())
    least = min(math.fsum(a.names.values()), math.fsum(b.names.values()))
    odds = BIAS + WORDS * cosine + NAMES * named + OTHERS * other
    odds += SHARED_NAMES * shared / least if least else 0.0
    apart = min(_apart(a, b), _apart(b, a), _APART_MOST)
    odds += NAMES_APART * apart / 10
    if _is_template(a, b, shared, apart):
        return _NEVER
    return odds + (SNIPPET + SNIPPET_WORDS * cosine if a.short or b.short else 0.0)


def _is_template(a: Fingerprint, b: Fingerprint, shared: float, apart: float) -> bool:
    """Tell one template filled twice: "man charged in Hall County", "… in Cobb County".

    Figures of the headlines contradict each other, names tell more apart than are shared, or
    nothing that is shared is a name or a figure.
    """
    figures = a.title_figures & b.title_figures
    if a.title_figures and b.title_figures and not figures:
        return True
    if a.short and b.short and apart > shared:
        return True
    return not shared and not a.figures & b.figures


def _cosines(a: Fingerprint, b: Fingerprint) -> tuple[float, float]:
    """Return the cosines of names and figures alone, and of all other words."""
    split = [_split(one) for one in (a, b)]
    return _cosine(split[0][0], split[1][0]), _cosine(split[0][1], split[1][1])


def _split(one: Fingerprint) -> tuple[dict[int, float], dict[int, float]]:
    named: dict[int, float] = {}
    other: dict[int, float] = {}
    for word, value in one.terms.items():
        (named if word in one.names or word in one.figures else other)[word] = value
    return named, other


def _cosine(a: Mapping[int, float], b: Mapping[int, float]) -> float:
    length = math.sqrt(math.fsum(v * v for v in a.values()) * math.fsum(v * v for v in b.values()))
    return _dot(a, b) / length if length else 0.0


def _dot(a: Mapping[int, float], b: Mapping[int, float]) -> float:
    """Return the inner product; summed exactly, so that it is the same both ways."""
    return math.fsum(a[word] * b[word] for word in a.keys() & b.keys())


def _apart(a: Fingerprint, b: Fingerprint) -> float:
    """Return the weight of the names in the headline of `a` that `b` has nowhere."""
    return math.fsum(a.names[name] for name in a.title_names if name not in b.names)


def _copied(a: Fingerprint, b: Fingerprint) -> float:
    shorter = min(len(a.shingles), len(b.shingles))
    return len(a.shingles & b.shingles) / shorter if shorter >= COPY_SHINGLES else 0.0


def choose_story(one: Fingerprint, stories: Mapping[str, Sequence[Fingerprint]]) -> str | None:
    """Return which of `stories` an article belongs to, `None` for one of its own.

    Each story stands for itself by some of its articles. It is joined by their mean, not by its
    nearest article: a chain of neighbours would end at another event. Of equals the first id.
    """
    if len(one.terms) < FEW_TERMS:
        return None
    best: tuple[float, str] | None = None
    for story in sorted(stories):
        odds = [same_event(one, other) for other in stories[story]]
        mean = math.fsum(odds) / len(odds)
        if mean >= SAME_EVENT and (best is None or mean > best[0]):
            best = mean, story
    return best[1] if best else None


def window(one: Fingerprint) -> tuple[datetime, datetime]:
    """Return the first and the last moment of an article that could tell the same event."""
    return one.at - WINDOW, one.at + WINDOW
