"""How likely two articles tell the same event, and which story an article belongs to.

The weights of full texts were fitted by logistic regression, in `benchmarks/fit_stories.py`, to
pairs of train and dev, of reports by several outlets that were read for it, and of texts dealt from
train; none may count against its sense (a shared word never speaks against a pair). Those of
snippets were fitted to pairs of train before, and in part set by hand. The bar was taken from a
table of three folds; what a story's growth adds to it, from one of earlier weights, not kept:
docs/measurements.md, "Stories".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.stories.fingerprint import Fingerprint

TEXTS = {
    "bias": -5.384,
    "words": 9.035,
    "names": 3.525,
    "others": 3.109,
    "keys": 0.15,
    "names_apart": -0.288,
    "figures_apart": -2.915,
    "same_outlet": -3.761,
    "late": -0.049,
}
"""Weights of two full texts, by the names of `features`."""
SNIPPETS = {
    "bias": -9.45,
    "words": 17.7,
    "names": 2.24,
    "others": 2.32,
    "names_apart": -0.1,
    "same_outlet": -1.0,
    "late": -0.5,
}
"""Where one is a snippet: a line of common words is soon alike, and days say more."""
SAME_EVENT = 0.0
"""Log odds from which on an article joins a story, as a mean over the story's articles."""
GROWTH, GROWN = 0.7, 4
"""What the logarithm of a story's size adds to the bar of a full text, up to so many articles: else
a story that took in a neighbouring event by mistake takes in the next one the more easily."""

FREE_DAYS = 3.0
WINDOW = timedelta(days=30)
"""Nothing further apart is compared."""
COPY = 5.0
COPY_SHARE = 0.5
COPY_SHINGLES = 10
"""In a language without a table of words only copies are told together, by the overlap coefficient
(not Jaccard: a reprint may be cut to a third) of the sampled shingles."""
FEW_TERMS = 4
"""Fewer words ("Morning briefing") name no event."""
_APART_MOST = 20.0
_NEVER = -9.0


def same_event(a: Fingerprint, b: Fingerprint) -> float:
    """Return the log odds that two articles tell the same event; symmetric."""
    if abs(a.at - b.at) > WINDOW:
        return _NEVER
    found = features(a, b)
    if not (a.english and b.english):
        copied = _copied(a, b) >= COPY_SHARE and not found["same_outlet"]
        return COPY if copied else _NEVER
    if is_template(a, b, found):
        return _NEVER
    weights = SNIPPETS if a.short or b.short else TEXTS
    return math.fsum(weight * found[key] for key, weight in weights.items())


def features(a: Fingerprint, b: Fingerprint) -> dict[str, float]:
    """Return what is weighed of two articles: what they share, and what tells them apart.

    `words`, `names` (figures too) and `others` are cosines, `keys` a count, `names_apart` a summed
    weight, `late` days beyond the first few (0 where dates are missing, as all are alike then).
    """
    named, other = _cosines(a, b)
    return {
        "bias": 1.0,
        "words": _dot(a.terms, b.terms),
        "names": named,
        "others": other,
        "keys": float(len(set(a.keys) & set(b.keys))),
        "names_apart": min(_apart(a, b), _apart(b, a), _APART_MOST),
        "figures_apart": float(bool(a.title_figures - b.figures and b.title_figures - a.figures)),
        # An outlet seldom tells its own story twice but often uses its own phrases again.
        "same_outlet": float(a.outlet == b.outlet != ""),
        "late": max(0.0, abs(a.at - b.at) / timedelta(days=1) - FREE_DAYS),
    }


def is_template(a: Fingerprint, b: Fingerprint, found: Mapping[str, float]) -> bool:
    """Tell one template filled twice: "man charged in Hall County", "... in Cobb County".

    Of snippets figures of the headlines contradict each other, or names tell more apart than are
    shared; of all texts nothing that is shared is a name or a figure.
    """
    shared = _shared_names(a, b)
    if a.short or b.short:
        if a.title_figures and b.title_figures and not a.title_figures & b.title_figures:
            return True
        if a.short and b.short and found["names_apart"] > shared:
            return True
    return not shared and not a.figures & b.figures


def _shared_names(a: Fingerprint, b: Fingerprint) -> float:
    return math.fsum(a.names[name] for name in a.names.keys() & b.names.keys())


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
        growth = 0.0 if one.short else GROWTH * math.log(min(len(odds), GROWN))
        if mean >= SAME_EVENT + growth and (best is None or mean > best[0]):
            best = mean, story
    return best[1] if best else None


def window(one: Fingerprint) -> tuple[datetime, datetime]:
    """Return the first and the last moment of an article that could tell the same event."""
    return one.at - WINDOW, one.at + WINDOW
