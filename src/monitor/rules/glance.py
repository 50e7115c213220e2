"""What a judge needs to speak alone: how sure it must be, and which sentences it reads at all.

A glance at its words costs a sentence a thousandth of reading it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGITS = 3
USUAL = 600
"""Words of a usual draft: of one that is longer, more sentences are read."""
_NUMBERS = ("slope", "high", "least", "edge")


@dataclass(frozen=True, slots=True)
class Alone:
    """From the judge's log odds at its surest word to a confidence, and what is told.

    `rules` are those that speak alone, each with its own offset; `least` is the confidence from
    which a suggestion is made. Words belong to it whose log odds are at most `edge` below, `words`
    at most. `others` sentences without a finding are read of a usual draft.
    """

    slope: float
    rules: Mapping[str, float]
    high: float
    least: float
    edge: float
    words: int
    others: int

    def confidence(self, rule: str, odds: float) -> float:
        """Return a share between 0 and 1."""
        said = self.rules[rule] + self.slope * min(self.high, odds)
        return round(1 / (1 + math.exp(-said)), DIGITS)


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """How much a sentence looks like one to read: a weight for each token and for pairs of them."""

    single: NDArray[np.float64]
    pairs: NDArray[np.float64]

    def score(self, ids: Sequence[int]) -> float:
        """Return a number that is higher for sentences that break rules; longer ones may more."""
        singles = {token for token in ids if token < len(self.single)}
        pairs = {pair_of(one, other, len(self.pairs)) for one, other in pairwise(ids)}
        total = sum(float(self.single[token]) for token in sorted(singles))
        return total + sum(float(self.pairs[pair]) for pair in sorted(pairs))


def pair_of(one: int, other: int, size: int) -> int:
    """Return the place of two neighbouring tokens among `size`."""
    return (one * 1_000_003 + other * 8_191) % size


def others_of(alone: Alone, words: int) -> int:
    """Return how many sentences without a finding are read of a draft of so many words."""
    return max(alone.others, math.ceil(alone.others * words / USUAL))


def alone_of(settings: Mapping[str, object], heads: Collection[str]) -> Alone:
    """Return it from `meta.json`; raises `KeyError`, `TypeError` or `ValueError`.

    A rule without one of the `heads` cannot speak.
    """
    slope, high, least, edge = (float(str(settings[name])) for name in _NUMBERS)
    words, others = int(str(settings["words"])), int(str(settings["others"]))
    rules = settings["rules"]
    if not isinstance(rules, Mapping):
        raise TypeError("'rules' must be an object")
    if strange := sorted(rules.keys() - set(heads)):
        raise ValueError(f"'rules': '{strange[0]}' has no head")
    if not 0 <= least <= 1:
        raise ValueError(f"'least' is a number from 0 to 1, not {least:g}")
    own = {str(rule): float(offset) for rule, offset in rules.items()}
    return Alone(slope, own, high, least, edge, words, others)
