"""Fit the weights of full texts in `monitor.stories.match`, and measure them on other events.

    python benchmarks/fit_stories.py DATA      weights, and pairs by bar in three folds of events

DATA is the folder of the labelled relevance data; regional has no part in it. The weights and the
bar are written into `match.py` by hand, with a new version: the stamp of the rule changes.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import story_sets as sets
from scipy.optimize import minimize

from monitor.stories import match
from monitor.stories.fingerprint import Fingerprint, make_fingerprint
from monitor.stories.group import Shelf

FOLDS = 3
SHARES = {"train": 1.0, "dev": 0.4, "reports": 1.0, "look-alikes": 0.5}
"""What a set counts; same and different events count alike in each."""
SENSE = {"bias": 0, "names_apart": -1, "figures_apart": -1, "same_outlet": -1, "late": -1}
"""A shared word never speaks against a pair, a day more never for it; 0 may be either."""
L2 = 1.0
BARS = (-0.5, -0.25, 0.0, 0.25, 0.5, 0.75)
Floats = npt.NDArray[np.float64]
Pairs = tuple[Floats, Floats, Floats, Floats, Floats]


def fold(event: str) -> int:
    """Return the fold of an event."""
    return zlib.crc32(event.encode()) % FOLDS


def pairs_of(rows: list[sets.Row]) -> Iterator[tuple[list[float], bool, int, int]]:
    """Yield the features of pairs that are compared, whether they are one event, and their folds.

    Each comes twice, dated and not, so that the words do not lean on the days.
    """
    prints = [make_fingerprint(sets.assessed_of(row, n).article) for n, row in enumerate(rows)]
    for a, b in combinations(range(len(rows)), 2):
        one, two = rows[a]["event"], rows[b]["event"]
        snippet = prints[a].short or prints[b].short
        if snippet or (one == two and one in sets.NO_EVENT):
            continue
        found = match.features(prints[a], prints[b])
        if found["keys"] < 2 or match.is_template(prints[a], prints[b], found):
            continue
        if abs(prints[a].at - prints[b].at) <= match.WINDOW:
            yield list(found.values()), one == two, fold(one), fold(two)
        undated = {**found, "late": 0.0}
        yield list(undated.values()), one == two, fold(one), fold(two)


def table_of(rows: list[sets.Row], share: float) -> Pairs:
    """Return features, +1 or -1, weight and the two folds, each by pair."""
    features, same, first, second = map(np.array, zip(*pairs_of(rows), strict=True))
    weights = np.where(same, share * 500 / same.sum(), share * 500 / (~same).sum())
    return features, np.where(same, 1.0, -1.0), weights, first, second


def fit(parts: list[Pairs], left_out: int) -> dict[str, float]:
    """Return weights by feature, from the pairs with no row in a fold (`FOLDS`: from all)."""
    chosen = [(p[3] != left_out) & (p[4] != left_out) for p in parts]
    x, y, weights = (
        np.concatenate([p[n][c] for p, c in zip(parts, chosen, strict=True)]) for n in range(3)
    )
    names = list(match.TEXTS)
    scale = x.std(0)
    scale[scale == 0] = 1.0
    free = np.array([name != "bias" for name in names])

    def loss(p: Floats) -> tuple[float, Floats]:
        margin = y * (x / scale @ p)
        slope = -y / (1 + np.exp(np.clip(margin, -50, 50))) * weights
        lost = float((weights * np.logaddexp(0, -margin)).sum() + L2 / 2 * (p[free] ** 2).sum())
        return lost, (x / scale).T @ slope + L2 * np.where(free, p, 0)

    sense = [SENSE.get(name, 1) for name in names]
    bounds = [(0 if s > 0 else None, 0 if s < 0 else None) for s in sense]
    found = minimize(loss, np.zeros(len(names)), jac=True, bounds=bounds, method="L-BFGS-B")
    return dict(zip(names, (found.x / scale).round(3).tolist(), strict=True))


def stories_of(prints: list[Fingerprint]) -> dict[str, str]:
    """Return the story of each article by id, folded in the order of first sight."""
    shelf = Shelf()
    return {one.id: shelf.add(one) for one in sorted(prints, key=lambda one: (one.at, one.id))}


def cross_validate(by_set: dict[str, list[sets.Row]], parts: list[Pairs]) -> None:
    """Print the pairs of each set by the bar, each by weights fitted without its first fold."""
    folds = [fit(parts, n) for n in range(FOLDS)]
    for name, rows in by_set.items():
        prints = [make_fingerprint(sets.assessed_of(r, n).article) for n, r in enumerate(rows)]
        for bar in BARS:
            match.SAME_EVENT = bar
            right = joined = same = 0
            for number, weights in enumerate(folds):
                match.TEXTS.update(weights)
                story = stories_of(prints)
                for (a, one), (b, two) in combinations(zip(rows, prints, strict=True), 2):
                    if min(fold(a["event"]), fold(b["event"])) == number:
                        told, found = a["event"] == b["event"], story[one.id] == story[two.id]
                        right, joined, same = right + (told & found), joined + found, same + told
            print(f"{name:24} bar {bar:4} P {right / joined:.3f} R {right / same:.3f}", flush=True)


def main(folder: Path) -> None:
    """Print weights, then how they do."""
    fitted = {
        "train": sets.told_rows(folder, "train"),
        "dev": sets.told_rows(folder, "dev"),
        "reports": sets.reports(folder),
        "look-alikes": sets.dealt_of_train(folder),
    }
    parts = [table_of(rows, SHARES[name]) for name, rows in fitted.items()]
    for name, weight in fit(parts, FOLDS).items():
        print(f"{name:16} {weight}")
    cross_validate(fitted, parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
