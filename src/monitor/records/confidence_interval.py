"""Confidence interval of a share (Wilson's)."""

from __future__ import annotations

from math import sqrt

_NORMAL_95 = 1.959964


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share that was seen in so many trials, at least one.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22
    (1927), without correction for continuity; the ends lie within 0 and 1.
    """
    square = _NORMAL_95**2 / trials
    middle = share + square / 2
    reach = sqrt(square * (share * (1 - share) + square / 4))
    return max(0.0, (middle - reach) / (1 + square)), min(1.0, (middle + reach) / (1 + square))
