"""Fitting linear models and choosing their calibration and thresholds.

All choices are made on cross-fitted scores of the training rows (folds by event); dev is measured
on, not chosen on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.classify.calibration import Calibration
from monitor.classify.linear import LinearModel
from monitor.evaluate.matrix import Columns, Matrix, choose_columns, design

Floats = NDArray[np.float64]
LEAST_SLOPE = 0.02
"""No part of a calibration is flatter than this."""
RIDGE = 0.5
"""Draws the slopes of a calibration towards 1, log odds as they are, where few rows tell."""
_ROUNDING = 1e-12
"""Values of F1 that are equal but for the order they were reckoned in."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What one output learns: `truth` (0 or 1) and `weight` of every row (0: left out)."""

    truth: NDArray[np.bool_]
    weight: Floats


@dataclass(frozen=True, slots=True)
class FitOptions:
    """`strength` is scikit-learn's C; `keep` the number of n-grams kept per field."""

    strength: float = 20.0
    story_weight: float = 0.03
    keep: int = 40_000
    folds: int = 5


def fit_linear(
    matrix: Matrix,
    targets: Sequence[Target],
    options: FitOptions,
    seed: int,
    rows: NDArray[np.intp] | None = None,
) -> LinearModel:
    """Fit one output per target on `rows`, keeping the n-grams that a first fit weighs most."""
    rows = np.arange(len(matrix.story)) if rows is None else rows
    columns = choose_columns(matrix, rows)
    if sum(map(len, columns.kept.values())) > options.keep:
        weights = np.array(
            [_fit(matrix, rows, columns, target, options, seed)[0] for target in targets]
        )
        columns = choose_columns(matrix, rows, _heaviest(columns, weights, options.keep))
    fitted = [_fit(matrix, rows, columns, target, options, seed) for target in targets]
    weights = np.array([weight for weight, _ in fitted])
    story = matrix.story.shape[1]
    vocabulary: dict[str, dict[str, int]] = {}
    size = 0
    for field, kept in columns.kept.items():
        grams = matrix.grams[field][kept]
        vocabulary[field] = {gram: size + i for i, gram in enumerate(grams)}
        size += len(grams)
    return _rounded(
        LinearModel(
            vocabulary=vocabulary,
            idf=np.concatenate([np.zeros(0), *columns.idf.values()]),
            weights=weights[:, :-story],
            story_mean=columns.story_mean,
            story_scale=columns.story_scale,
            story_weights=weights[:, -story:] * options.story_weight,
            intercept=np.array([intercept for _, intercept in fitted]),
        )
    )


def _rounded(model: LinearModel) -> LinearModel:
    """Return the model in the precision it is stored in, so that it scores as it will be read."""
    return LinearModel(
        model.vocabulary,
        **{
            name: value.astype(np.float32).astype(np.float64)
            for name, value in linear_arrays(model).items()
        },
    )


def linear_arrays(model: LinearModel) -> dict[str, Floats]:
    """Return the arrays of a linear model by name."""
    names = ("idf", "weights", "story_mean", "story_scale", "story_weights", "intercept")
    return {name: getattr(model, name) for name in names}


def _fit(
    matrix: Matrix,
    rows: NDArray[np.intp],
    columns: Columns,
    target: Target,
    options: FitOptions,
    seed: int,
) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    used = rows[target.weight[rows] > 0]
    model = LogisticRegression(
        C=options.strength, solver="liblinear", max_iter=300, random_state=seed
    )
    features = design(matrix, used, columns, options.story_weight)
    model.fit(features, target.truth[used], target.weight[used])
    return model.coef_[0], float(model.intercept_[0])


def _heaviest(columns: Columns, weights: Floats, keep: int) -> dict[str, NDArray[np.intp]]:
    """Return the `keep` n-grams, over all fields, with the largest weight in any output."""
    size = sum(map(len, columns.kept.values()))
    weight = np.abs(weights[:, :size]).max(0)
    chosen = np.zeros(size, dtype=bool)
    chosen[np.argsort(-weight, kind="stable")[:keep]] = True
    kept: dict[str, NDArray[np.intp]] = {}
    start = 0
    for field, old in columns.kept.items():
        kept[field] = old[chosen[start : start + len(old)]]
        start += len(old)
    return kept


def make_folds(events: Sequence[str], folds: int, seed: int) -> list[NDArray[np.intp]]:
    """Return row numbers of each fold; rows of one event share a fold."""
    order = sorted(set(events))
    np.random.default_rng(seed).shuffle(order)
    fold_of = {event: i % folds for i, event in enumerate(order)}
    numbers = np.array([fold_of[event] for event in events])
    return [np.flatnonzero(numbers == fold) for fold in range(folds)]


def score_rows(model: LinearModel, matrix: Matrix, rows: NDArray[np.intp]) -> Floats:
    """Return log odds (rows x outputs) from a matrix; equal to `LinearModel.decide` row by row."""
    columns = _columns_of(model, matrix)
    features = design(matrix, rows, columns, 1.0)
    weights = np.hstack([model.weights, model.story_weights])
    scores: Floats = np.asarray(features @ weights.T) + model.intercept
    return scores


def _columns_of(model: LinearModel, matrix: Matrix) -> Columns:
    kept: dict[str, NDArray[np.intp]] = {}
    idf: dict[str, Floats] = {}
    for field, columns in model.vocabulary.items():
        place = {gram: i for i, gram in enumerate(matrix.grams[field])}
        kept[field] = np.array([place[gram] for gram in columns], dtype=np.intp)
        idf[field] = model.idf[list(columns.values())]
    return Columns(kept, idf, model.story_mean, model.story_scale)


def cross_fit(
    matrix: Matrix,
    targets: Sequence[Target],
    events: Sequence[str],
    options: FitOptions,
    seed: int,
) -> Floats:
    """Return log odds of every row from models that saw no row of its event."""
    scores = np.zeros((len(events), len(targets)))
    every = np.arange(len(events))
    for fold in make_folds(events, options.folds, seed):
        rest = np.setdiff1d(every, fold)
        scores[fold] = score_rows(fit_linear(matrix, targets, options, seed, rest), matrix, fold)
    return scores


def fit_calibration(
    scores: Floats, truth: NDArray[np.bool_], weight: Floats | None = None
) -> Calibration:
    """Return the calibration of log odds that were said of rows not learned from.

    Each answer counts one row more than there are, so that ten positives on top of a ranking are
    not certain (Platt's targets); both slopes stay above `LEAST_SLOPE`.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    weight = np.ones(len(scores)) if weight is None else weight
    positives, negatives = float(weight[truth].sum()), float(weight[~truth].sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    features = np.column_stack([-np.logaddexp(0, -scores), np.logaddexp(0, scores)])

    def loss(point: Floats) -> tuple[float, Floats]:
        odds = features @ point[:2] + point[2]
        gap = weight * (expit(odds) - target)
        total = weight @ (np.logaddexp(0, odds) - target * odds)
        ridge = RIDGE * (point[:2] - 1)
        return float(total + ridge @ (point[:2] - 1) / 2), np.append(
            gap @ features + ridge, gap.sum()
        )

    bounds = [(LEAST_SLOPE, None), (LEAST_SLOPE, None), (None, None)]
    found = minimize(loss, np.array([1.0, 1.0, 0.0]), jac=True, bounds=bounds, method="L-BFGS-B")
    return Calibration(*(round(float(value), 5) for value in found.x))


def threshold_for(scores: Floats, truth: NDArray[np.bool_], precision: float) -> float:
    """Return the lowest threshold whose `precision` holds, that is, of best recall."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    good = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= precision)
    last = int(good[-1]) if len(good) else 0
    lowest = float(scores[order[last]])
    if last + 1 == len(order):
        return lowest
    following = float(scores[order[last + 1]])
    between = (lowest + following) / 2
    return between if between > following else lowest


def best_f1_threshold(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Return the threshold with the best F1, of several the highest."""
    from sklearn.metrics import precision_recall_curve

    if not truth.any():
        return float(scores.max())
    precisions, recalls, thresholds = precision_recall_curve(truth, scores)
    precisions, recalls = precisions[:-1], recalls[:-1]  # the end at recall 0 has no threshold
    f1 = 2 * precisions * recalls / np.maximum(precisions + recalls, _ROUNDING)
    return float(thresholds[np.flatnonzero(f1 >= f1.max() - _ROUNDING)[-1]])
