"""From a model's log odds to a probability.

Isotonic regression calibrates better than Platt's curve here (see the model card) but is flat in
places, and flat places are ties that would cost ranking; a twentieth of Platt's strictly rising
curve is mixed in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.classify.linear import probability

PLATT_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Calibration:
    """`knots` and `values` of the isotonic curve, `slope` and `intercept` of Platt's.

    `share` is what Platt's curve counts: the more, the fewer examples there were.
    """

    knots: Sequence[float]
    values: Sequence[float]
    slope: float
    intercept: float
    share: float = PLATT_SHARE

    def probability(self, log_odds: float) -> float:
        """Return the calibrated probability."""
        platt = probability(self.slope * log_odds + self.intercept)
        return self.share * platt + (1 - self.share) * self._isotonic(log_odds)

    def _isotonic(self, log_odds: float) -> float:
        knots, values = self.knots, self.values
        right = bisect_right(knots, log_odds)
        if right == 0:
            return values[0]
        if right == len(knots):
            return values[-1]
        share = (log_odds - knots[right - 1]) / (knots[right] - knots[right - 1])
        return values[right - 1] + share * (values[right] - values[right - 1])


def parse_calibration(raw: Mapping[str, Any]) -> Calibration:
    """Build a calibration from `meta.json`; raises `ValueError`, `KeyError` or `TypeError`."""
    knots, values = [list(map(float, raw[key])) for key in ("knots", "values")]
    if not knots or len(knots) != len(values) or knots != sorted(set(knots)):
        raise ValueError("knots must rise strictly and be as many as values")
    if values != sorted(values) or values[0] < 0 or values[-1] > 1:
        raise ValueError("values must rise within 0 and 1")
    share = float(raw.get("share", PLATT_SHARE))
    if not 0 < share <= 1:
        raise ValueError("share must be above 0 and at most 1")
    return Calibration(knots, values, float(raw["slope"]), float(raw["intercept"]), share)
