"""How far probabilities can be believed: calibration error, its chance level, and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
ABOVE, BINS = 0.02, 10
"""Scores that count, and the bins of equal mass they are put in."""
DRAWS = 200


def calibration_error(
    truth: Bools, scores: Floats, *, above: float = ABOVE, bins: int = BINS
) -> float:
    """Return the mean gap of score and truth over bins of equal mass of scores above `above`."""
    parts = _parts(scores, above, bins)
    gaps = [abs(scores[part].mean() - truth[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / max(1, sum(map(len, parts))))


def chance_error(scores: Floats) -> float:
    """Return the calibration error that perfect probabilities of these sizes have on average.

    With few rows in a bin, chance alone makes a gap: an error below this is luck or a fit to
    the very rows.
    """
    draw = np.random.default_rng(0)
    errors = [calibration_error(draw.random(len(scores)) < scores, scores) for _ in range(DRAWS)]
    return float(np.mean(errors)) if len(scores) else 0.0


def reliability(truth: Bools, scores: Floats) -> list[dict[str, Any]]:
    """Return for each bin the rows in it, their mean score and the share that is true."""
    return [
        {
            "rows": len(part),
            "said": float(scores[part].mean()),
            "true": float(truth[part].mean()),
        }
        for part in _parts(scores, ABOVE, BINS)
    ]


def _parts(scores: Floats, above: float, bins: int) -> list[NDArray[np.intp]]:
    chosen = np.flatnonzero(scores > above)
    order = chosen[np.argsort(scores[chosen], kind="stable")]
    return [part for part in np.array_split(order, bins) if len(part)]


def reliability_plot(curve: Sequence[Mapping[str, Any]], *, size: int = 10) -> str:
    """Return the curve as a plot in text: `o` a bin, `.` the diagonal of perfect probabilities."""
    grid = [[" "] * (2 * size + 1) for _ in range(size + 1)]
    for step in range(size + 1):
        grid[size - step][2 * step] = "."
    for point in curve:
        grid[size - round(point["true"] * size)][round(point["said"] * 2 * size)] = "o"
    lines = [f"{(size - at) / size:.1f} |{''.join(line).rstrip()}" for at, line in enumerate(grid)]
    axis = "    +" + "-" * (2 * size + 1)
    return "\n".join(["true", *lines, axis, "    0.0       0.5       1.0 said"])
