"""Fitting the cascade: weights of the sum, its calibration, and which articles are uncertain.

An encoder's scores of its own training rows are far too sure, so everything here is fitted on
rows it never saw: the held-out events of train (with cross-fitted linear scores) and dev. What is
reported of these rows comes from fits that left out their events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.classify.boilerplate import without_appended
from monitor.classify.calibration import Calibration
from monitor.classify.cascade import ANY, FEATURES, MAIN, Fusion, read_features
from monitor.classify.cues import CueTable
from monitor.classify.encoder import EncoderModel
from monitor.classify.reading import read_article
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.linear_fit import Floats, fit_calibration, make_folds

RIDGE = 3.0
"""Penalty on standardised weights. Between 0.5 and 3, and with `rel` 1 weighing 0.1 to 0.3,
average precision on dev moved by 0.004 at most."""
WEIGHT_BORDERLINE = 0.3
FIT_FROM = -4.0
"""Rows below these linear log odds of any subject never reach the encoder and teach nothing."""
KEPT = 0.995
"""Share of the main-subject articles found by the whole ensemble that the lower limit keeps."""
MARGIN = 1.0
"""Log odds by which the lower limit lies below that, for articles unlike these: of the main
subjects of feeds that the linear model had not read 91 % lie above -2.3, all above -3.3."""
CERTAIN = 0.98
"""Share of main subjects, `rel` 1 counted as none, from which the linear model decides alone."""
MAIN_WEIGHTS = {"linear main": 0.5, "linear any": 0.5, "first main": 0.5, "later main": 0.3}
"""The sum for a main subject, round numbers and not fitted. "linear any" is in it because in words
it does not know the linear model tells a main subject from a side one less well than either from
none: on feeds and papers that no model had read average precision is 0.92 without, 0.94 with it
(one vote an event 0.85 and 0.88). There the encoder might weigh twice as much (0.95, 0.90); dev
likes it less (0.986 instead of 0.988)."""
ALONE = {"first main": 1.0, "later main": 0.6}, {"first any": 1.0, "later any": 0.6}
"""The encoder's own answer, for articles whose words the linear model does not know. Of 3,776 real
negatives of which it sees nothing, the encoder's log odds of a main subject are above 0 for one."""
LATER_FROM = -1.0
"""The first window's log odds of a main subject from which the later one is read. Below, it changes
next to nothing (5 of 78 uncertain main subjects, 0.0004 of average precision on held-out events),
and there lie eight of ten uncertain negatives."""
_ANY = ("linear any", "first any", "later any")
"""What the sum for any subject weighs; how much is fitted."""
Bools = NDArray[np.bool_]
Say = Callable[[str], None]
Fit = Callable[["Sample", NDArray[np.intp]], tuple[Fusion, Fusion]]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows that neither the encoder nor their linear scores have seen, with their `FEATURES`.

    `weight` gives the held-out rows the mix of kinds that dev has.
    """

    rows: Sequence[Labelled]
    features: Floats
    weight: Floats
    is_dev: Bools
    is_regional: Bools

    @property
    def rel(self) -> NDArray[np.int_]:
        """The `rel` value of every row."""
        return np.array([row.rel for row in self.rows])

    @property
    def linear(self) -> Floats:
        """The linear log odds of both outputs."""
        return self.features[:, :2]


def make_sample(
    held: Sequence[Labelled],
    held_linear: Floats,
    dev: Sequence[Labelled],
    dev_linear: Floats,
    encoder: EncoderModel,
    cues: CueTable,
    regional: Collection[str],
) -> Sample:
    """Read every row with the encoder; `regional` are ids of rows from other regions."""
    rows = [*held, *dev]
    linear = np.vstack([held_linear, dev_linear])
    features = np.array(
        [
            features_of(row, odds, encoder, cues)
            for row, odds in zip(rows, linear.tolist(), strict=True)
        ]
    )
    is_dev = np.arange(len(rows)) >= len(held)
    weight = np.concatenate([_as_mixed(held, dev), np.ones(len(dev))])
    is_regional = np.array([row.id in regional for row in rows])
    return Sample(rows, features, weight, is_dev, is_regional)


def features_of(
    row: Labelled, linear: Sequence[float], encoder: EncoderModel, cues: CueTable
) -> tuple[float, ...]:
    """Return the `FEATURES` of one row."""
    told = without_appended(row.title, row.text, cues)
    reading = read_article(row.title, told, cues)
    return read_features(linear, encoder, LATER_FROM, row.title, told, reading, cues)


def _as_mixed(held: Sequence[Labelled], dev: Sequence[Labelled]) -> Floats:
    """Return weights by which `held` has as many rows of each kind to a main one as `dev`."""
    kinds = [(row.rel, row.basis == "annotated") for row in held]
    ours, theirs = Counter(kinds), Counter((row.rel, row.basis == "annotated") for row in dev)
    main = (2, True)
    if not ours[main] or not theirs[main]:
        return np.ones(len(held))
    share = ours[main] / theirs[main]
    return np.array([theirs[kind] * share / ours[kind] for kind in kinds])


def fit_fusions(
    sample: Sample, rows: NDArray[np.intp], asked: Bools | None = None
) -> tuple[Fusion, Fusion]:
    """Fit both outputs on the uncertain ones among `rows`, and calibrate them where `asked`.

    Default: on all of them.
    """
    rows = rows[sample.linear[rows, ANY] >= FIT_FROM]
    rel, features, weight = sample.rel[rows], sample.features[rows], sample.weight[rows]
    lesser = np.where(rel == 1, WEIGHT_BORDERLINE, 1.0)
    mix = weight if asked is None else weight * asked[rows]
    main = _fit_one(MAIN, features, rel == 2, weight * lesser, mix)
    return main, _fit_one(ANY, features, rel >= 1, weight, mix)


def _fit_one(output: int, features: Floats, truth: Bools, ranking: Floats, mix: Floats) -> Fusion:
    """Fit the sum with `ranking` weights, then calibrate it with the weights of the mix."""
    weights = np.zeros(len(FEATURES))
    if output == MAIN:
        for name, value in MAIN_WEIGHTS.items():
            weights[FEATURES.index(name)] = value
    else:
        used = [FEATURES.index(name) for name in _ANY]
        weights[used] = fit_positive(features[:, used], truth, ranking)
    return _calibrated(weights, features, truth, mix)


def fit_alone(sample: Sample, rows: NDArray[np.intp]) -> tuple[Fusion, Fusion]:
    """Calibrate the encoder's own answer on all `rows`."""
    main, any_ = (
        _calibrated(
            np.array([names.get(name, 0.0) for name in FEATURES]),
            sample.features[rows],
            truth,
            sample.weight[rows],
        )
        for names, truth in zip(ALONE, (sample.rel[rows] == 2, sample.rel[rows] >= 1), strict=True)
    )
    return main, any_


def _calibrated(weights: Floats, features: Floats, truth: Bools, mix: Floats) -> Fusion:
    calibration = fit_calibration(features @ weights, truth, mix)
    return Fusion(tuple(round(float(w), 4) for w in weights), calibration)


def fit_positive(features: Floats, truth: Bools, weight: Floats) -> Floats:
    """Return the weights of a ridge logistic regression, none below 0."""
    from scipy.optimize import minimize

    scale = features.std(0) + 1e-6
    scaled = features / scale
    number = scaled.shape[1]

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, intercept = point[:number], point[number]
        odds = scaled @ weights + intercept
        gaps = weight * (1 / (1 + np.exp(-odds)) - truth)
        value = (weight * (np.logaddexp(0, odds) - truth * odds)).sum()
        slope = np.append(scaled.T @ gaps + 2 * RIDGE * weights, gaps.sum())
        return float(value + RIDGE * weights @ weights), slope

    bounds = [(0.0, None)] * number + [(None, None)]
    start = np.append(np.ones(number), 0.0)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return np.asarray(found.x[:number] / scale)


def fused(fusions: tuple[Fusion, Fusion], features: Floats) -> Floats:
    """Return the probabilities of both outputs (rows x 2) if the encoder read everything."""
    pairs = [[fusion.probability(row) for fusion in fusions] for row in features.tolist()]
    table = np.array(pairs).reshape(-1, 2)
    return np.column_stack([table[:, MAIN], table.max(1)])


def cross_fuse(sample: Sample, folds: int, seed: int, fit: Fit = fit_fusions) -> Floats:
    """Return the probabilities of every row from fusions that saw no row of its event."""
    result = np.zeros((len(sample.rows), 2))
    every = np.arange(len(sample.rows))
    for fold in make_folds([row.event for row in sample.rows], folds, seed):
        fusions = fit(sample, np.setdiff1d(every, fold))
        result[fold] = fused(fusions, sample.features[fold])
    return result


def lower_limit(linear_any: Floats, found: Bools) -> float:
    """Return the limit that keeps `KEPT` of the `found` rows, less `MARGIN`."""
    odds = np.sort(linear_any[found])
    return round(float(odds[int(len(odds) * (1 - KEPT))]) - MARGIN, 2)


def upper_limit(linear_main: Floats, rel: NDArray[np.int_]) -> float:
    """Return the lowest whole log odds above which `CERTAIN` of the rows are main ones."""
    for limit in range(1, 10):
        above = linear_main > limit
        if above.any() and (rel[above] == 2).mean() >= CERTAIN:
            return float(limit)
    return float("inf")


def settled_calibration(
    linear: Floats, rel: NDArray[np.int_], lower: float, upper: float
) -> list[Calibration]:
    """Calibrate the linear model alone on the rows that it settles."""
    settled = (linear[:, ANY] < lower) | (linear[:, MAIN] > upper)
    return [
        fit_calibration(linear[settled, output], truth[settled])
        for output, truth in ((MAIN, rel == 2), (ANY, rel >= 1))
    ]
