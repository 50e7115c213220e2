"""Beta calibration: from a model's log odds to a probability, smooth and strictly rising.

Two slopes and an offset: a model may be too sure of what it denies and not of what it finds. A
curve of steps (isotonic regression) would put most articles on a few values.
Kull, Silva Filho and Flach, "Beta calibration", AISTATS 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, isfinite, log1p
from typing import Any

from monitor.classify.linear_model import probability


@dataclass(frozen=True, slots=True)
class Calibration:
    """`below` and `above` are slopes for log odds far under and far over 0, both positive."""

    below: float
    above: float
    offset: float

    def probability(self, log_odds: float) -> float:
        """Return the calibrated probability."""
        return probability(self.log_odds(log_odds))

    def log_odds(self, log_odds: float) -> float:
        """Return the calibrated log odds."""
        bent = log1p(exp(-abs(log_odds)))
        over, under = bent + max(0.0, log_odds), bent + max(0.0, -log_odds)
        return self.offset + self.above * over - self.below * under


def parse_calibration(raw: Mapping[str, Any]) -> Calibration:
    """Build a calibration from `meta.json`; raises `ValueError`, `KeyError` or `TypeError`."""
    if raw.keys() != {"below", "above", "offset"}:
        raise ValueError("a calibration has above, below, offset and nothing else")
    curve = Calibration(**{key: float(value) for key, value in raw.items()})
    if not all(map(isfinite, (curve.below, curve.above, curve.offset))):
        raise ValueError("a calibration has finite numbers")
    if min(curve.below, curve.above) <= 0:
        raise ValueError("both slopes of a calibration must be above 0")
    return curve
