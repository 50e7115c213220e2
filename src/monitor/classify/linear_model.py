"""Linear models over n-grams and story counts, or a few named numbers, served with NumPy alone.

scikit-learn fits them and is not needed to run them: nothing is unpickled. Every article is scored
by itself, so its score cannot depend on the batch it came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

from monitor.classify.features import Reading, field_ngrams, ngrams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLIP = (-5.0, 8.0)
"""Standardised story counts are cut here, so that a 20,000-word page is no outlier."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """Weights of one or more outputs (rows), over TF-IDF of n-grams and standardised counts.

    `vocabulary` gives each field's n-grams their column: `(1 + log tf) * idf`, length 1.
    """

    vocabulary: Mapping[str, Mapping[str, int]]
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    story_mean: NDArray[np.float64]
    story_scale: NDArray[np.float64]
    story_weights: NDArray[np.float64]
    intercept: NDArray[np.float64]

    def decide(self, reading: Reading, story: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of every output."""
        grams = field_ngrams(reading)
        counts = standardise(story, self.story_mean, self.story_scale)
        total = self.intercept + self.story_weights @ counts
        for field, columns in self.vocabulary.items():
            ids, values = field_vector(grams[field], columns, self.idf)
            if len(ids):
                total = total + self.weights[:, ids] @ values
        return total

    def word_weights(
        self, reading: Reading, output: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each word of headline and text adds to an output, by its n-grams."""
        import numpy as np

        added = np.zeros(len(reading.title)), np.zeros(len(reading.text))
        grams = field_ngrams(reading)
        for field, columns in self.vocabulary.items():
            ids, values = field_vector(grams[field], columns, self.idf)
            shares = (self.weights[output, ids] * values).tolist()
            share = dict(zip(ids.tolist(), shares, strict=True))
            for words, into in zip((reading.title.words, reading.text.words), added, strict=True):
                for place, gram in enumerate(ngrams(words)):
                    weight = share.get(columns.get(gram, -1), 0.0)
                    if place < len(words):
                        into[place] += weight
                    else:
                        into[place - len(words) : place - len(words) + 2] += weight / 2
        return added


def field_vector(
    grams: Sequence[str], columns: Mapping[str, int], idf: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return columns and values of one field's TF-IDF vector of length 1 (both empty if none)."""
    import numpy as np

    get = columns.get
    known = [column for gram in grams if (column := get(gram)) is not None]
    ids, counts = np.unique(np.array(known, dtype=np.intp), return_counts=True)
    values = (1.0 + np.log(counts)) * idf[ids]
    return ids, values / np.sqrt(values @ values) if len(ids) else values


def standardise(
    story: NDArray[np.float64], mean: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return story counts in standard deviations, cut at `CLIP`."""
    import numpy as np

    return np.clip((story - mean) / scale, *CLIP)


def probability(log_odds: float) -> float:
    """Return the probability of log odds, safe for any size."""
    return 1 / (1 + exp(-log_odds)) if log_odds > -500 else 0.0


@dataclass(frozen=True, slots=True)
class SmallModel:
    """Weights over standardised numbers, in the order of their names."""

    mean: Sequence[float]
    scale: Sequence[float]
    weights: Sequence[float]
    intercept: float

    def log_odds(self, features: Sequence[float]) -> float:
        """Return the log odds for an article with these numbers."""
        terms = zip(features, self.mean, self.scale, self.weights, strict=True)
        return self.intercept + sum((f - m) / s * w for f, m, s, w in terms)


def parse_small(raw: Mapping[str, Any], size: int) -> SmallModel:
    """Build a model over `size` numbers; raises `KeyError`, `TypeError` or `ValueError`."""
    mean, scale, weights = (list(map(float, raw[name])) for name in ("mean", "scale", "weights"))
    if {len(mean), len(scale), len(weights)} != {size}:
        raise ValueError(f"{size} features expected")
    return SmallModel(mean, scale, weights, float(raw["intercept"]))
