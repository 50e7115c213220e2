"""Small logistic regressions over a few named numbers: places, and who and where from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


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


def small_json(model: SmallModel) -> dict[str, Any]:
    """Return a model as JSON holds it."""
    return asdict(model)


def parse_small(raw: Mapping[str, Any], size: int) -> SmallModel:
    """Build a model over `size` numbers; raises `KeyError`, `TypeError` or `ValueError`."""
    mean, scale, weights = (
        [float(value) for value in raw[name]] for name in ("mean", "scale", "weights")
    )
    if {len(mean), len(scale), len(weights)} != {size}:
        raise ValueError(f"{size} features expected")
    return SmallModel(mean, scale, weights, float(raw["intercept"]))
