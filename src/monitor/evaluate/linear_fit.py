"""Logistic regression over n-grams: fitting, cross-validation, calibration, thresholds.

All choices are made on cross-fitted scores of the training rows (folds by event); dev is measured
on, not chosen on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.calibration import Calibration
from monitor.classify.features import FIELDS, Reading, StoryCounter, field_ngrams
from monitor.classify.linear_model import LinearModel, field_vector, standardise
from monitor.evaluate.labelled_data import Labelled

NEW_DF = 3
"""Articles that an n-gram must stand in for a model in use to learn it."""
WEIGHT_UNSURE, WEIGHT_BORDERLINE = 0.7, 0.3
MIN_DF = 2
"""An n-gram of one article alone teaches nothing."""
Floats = NDArray[np.float64]
LEAST_SLOPE = 0.02
"""No part of a calibration is flatter than this."""
RIDGE = 0.5
"""Draws the slopes of a calibration towards 1, log odds as they are, where few rows tell."""
_ROUNDING = 1e-12
"""Values of F1 that are equal but for the order they were reckoned in."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Counts per field (rows x n-grams, CSR), the n-grams, and the story counts."""

    grams: Mapping[str, NDArray[np.object_]]
    counts: Mapping[str, Any]
    story: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Which n-grams a model keeps, their idf, and how it standardises the story counts."""

    kept: Mapping[str, NDArray[np.intp]]
    idf: Mapping[str, NDArray[np.float64]]
    story_mean: NDArray[np.float64]
    story_scale: NDArray[np.float64]


def build_matrix(
    readings: Sequence[Reading], counter: StoryCounter, fields: Sequence[str] = FIELDS
) -> Matrix:
    """Count n-grams and story numbers of every reading."""
    from scipy.sparse import csr_array

    ids: dict[str, dict[str, int]] = {field: {} for field in fields}
    cells: dict[str, list[NDArray[np.int32]]] = {field: [] for field in fields}
    for reading in readings:
        grams = field_ngrams(reading)
        for field in fields:
            known = ids[field]
            row = [known.setdefault(gram, len(known)) for gram in grams[field]]
            cells[field].append(np.array(row, dtype=np.int32))
    names: dict[str, NDArray[np.object_]] = {}
    counts: dict[str, Any] = {}
    for field in fields:
        ends = np.cumsum([0, *map(len, cells[field])])
        flat = np.concatenate(cells[field])
        matrix = csr_array((np.ones(len(flat)), flat, ends), shape=(len(readings), len(ids[field])))
        matrix.sum_duplicates()
        kept = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= MIN_DF)
        counts[field] = matrix[:, kept]
        names[field] = np.array(list(ids[field]), dtype=object)[kept]
    story = np.array([counter.count(reading) for reading in readings])
    return Matrix(names, counts, story)


def choose_columns(
    matrix: Matrix, rows: NDArray[np.intp], among: Mapping[str, NDArray[np.intp]] | None = None
) -> Columns:
    """Fit idf and story scale on `rows`; keep n-grams in two of them (and in `among`, if given)."""
    kept: dict[str, NDArray[np.intp]] = {}
    idf: dict[str, NDArray[np.float64]] = {}
    for field, counts in matrix.counts.items():
        part = counts[rows]
        df = np.bincount(part.indices, minlength=part.shape[1])
        kept[field] = np.flatnonzero(df >= MIN_DF) if among is None else among[field]
        idf[field] = np.log((1 + len(rows)) / (1 + df[kept[field]])) + 1
    story = matrix.story[rows]
    return Columns(kept, idf, story.mean(0), story.std(0) + 1e-6)


def design(matrix: Matrix, rows: NDArray[np.intp], columns: Columns, story_weight: float) -> Any:
    """Return the features of `rows`: each field's unit vectors, then weighted story counts."""
    from scipy.sparse import csr_array, diags_array, hstack

    blocks = []
    for field, counts in matrix.counts.items():
        part = counts[rows][:, columns.kept[field]].copy()
        part.data = 1 + np.log(part.data)
        part = part @ diags_array(columns.idf[field])
        length = np.sqrt(part.multiply(part).sum(1))
        blocks.append(diags_array(1 / np.where(length > 0, length, 1)) @ part)
    story = standardise(matrix.story[rows], columns.story_mean, columns.story_scale)
    features = csr_array(hstack([*blocks, csr_array(story * story_weight)]))
    # scikit-learn refuses 64-bit indices, which SciPy makes as soon as one block had them
    features.indices = features.indices.astype(np.int32)
    features.indptr = features.indptr.astype(np.int32)
    return features


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
    size = sum(map(len, columns.kept.values()))
    if size > options.keep:
        first = [_fit(matrix, rows, columns, target, options, seed)[0] for target in targets]
        weight = np.abs(np.array(first)[:, :size]).max(0)
        chosen = np.zeros(size, dtype=bool)
        chosen[np.argsort(-weight, kind="stable")[: options.keep]] = True
        ends = np.cumsum([*map(len, columns.kept.values())])
        parts = zip(columns.kept.items(), np.split(chosen, ends[:-1]), strict=True)
        kept = {field: old[part] for (field, old), part in parts}
        columns = choose_columns(matrix, rows, kept)
    fitted = [_fit(matrix, rows, columns, target, options, seed) for target in targets]
    weights = np.array([weight for weight, _ in fitted])
    story = matrix.story.shape[1]
    numbers = count()
    return _rounded(
        LinearModel(
            vocabulary={
                field: {gram: next(numbers) for gram in matrix.grams[field][kept]}
                for field, kept in columns.kept.items()
            },
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
    stored = {name: value.astype(np.float32) for name, value in linear_arrays(model).items()}
    read = {name: value.astype(np.float64) for name, value in stored.items()}
    return LinearModel(model.vocabulary, **read)


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


def relevance_targets(rows: Sequence[Labelled]) -> list[Target]:
    """Return what the outputs of a relevance model learn: main subjects, and any subject."""
    rel = np.array([row.rel for row in rows])
    weight = np.where([row.sure for row in rows], 1.0, WEIGHT_UNSURE)
    return [
        Target(rel == 2, weight * np.where(rel == 1, WEIGHT_BORDERLINE, 1.0)),
        Target(rel >= 1, weight),
    ]


def refit_linear(
    model: LinearModel,
    counter: StoryCounter,
    readings: Sequence[Reading],
    targets: Sequence[Target],
    options: FitOptions = FitOptions(strength=1.0, keep=500),
) -> LinearModel:
    """Return a model fitted on further articles, its weights drawn towards those it has.

    Learns up to `keep` n-grams that the model does not know and several of the articles have;
    `strength` is scikit-learn's C. What few articles tell moves little.
    """
    from scipy.sparse import csr_array, hstack

    model = _with_new_ngrams(model, readings, targets[0], options.keep)
    story = standardise(
        np.array([counter.count(reading) for reading in readings]),
        model.story_mean,
        model.story_scale,
    )
    # what the model weighs of each article: unit vectors of its fields, story counts
    rows, columns, values = [], [], []
    for at, reading in enumerate(readings):
        grams = field_ngrams(reading)
        for field, vocabulary in model.vocabulary.items():
            ids, numbers = field_vector(grams[field], vocabulary, model.idf)
            rows.append(np.full(len(ids), at))
            columns.append(ids)
            values.append(numbers)
    cells = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    words = csr_array(cells, shape=(len(readings), len(model.idf)))
    features = csr_array(hstack([words, csr_array(story * options.story_weight)]))
    known = np.hstack([model.weights, model.story_weights / options.story_weight])
    moved = []
    for target, old, bias in zip(targets, known, model.intercept.tolist(), strict=True):
        used = target.weight > 0
        truth, weight = target.truth[used], target.weight[used] * options.strength
        centre = np.zeros(len(old))
        step = _logistic(features[used], truth, weight, centre=centre, known=old, bias=bias)
        moved.append((old + step[:-1], bias + float(step[-1])))
    weights = np.array([weight for weight, _ in moved])
    size = story.shape[1]
    return _rounded(
        replace(
            model,
            weights=weights[:, :-size],
            story_weights=weights[:, -size:] * options.story_weight,
            intercept=np.array([bias for _, bias in moved]),
        )
    )


def _logistic(
    features: Any,
    truth: NDArray[Any],
    weight: Floats,
    *,
    centre: Floats,
    ridge: float = 1.0,
    known: Floats | float = 0.0,
    bias: float = 0.0,
    **options: Any,
) -> Floats:
    """Return what a logistic regression, drawn towards `centre`, adds to weights and intercept."""
    from scipy.optimize import minimize
    from scipy.special import expit

    def loss(point: Floats) -> tuple[float, Floats]:
        odds = features @ (known + point[:-1]) + bias + point[-1]
        gap = weight * (expit(odds) - truth)
        total = weight @ (np.logaddexp(0, odds) - truth * odds)
        off = point[:-1] - centre
        slope = np.append(gap @ features + ridge * off, gap.sum())
        return float(total + ridge * off @ off / 2), slope

    start = np.append(centre, 0.0)
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", **options).x
    return found


def _with_new_ngrams(
    model: LinearModel, readings: Sequence[Reading], target: Target, keep: int
) -> LinearModel:
    """Return the model with the n-grams whose articles differ most in truth from all, weight 0."""
    share = int(target.truth.sum()) / len(target.truth)
    idf: dict[str, dict[str, float]] = {field: {} for field in model.vocabulary}
    ranked: list[tuple[float, str, str, int]] = []
    for field, known in model.vocabulary.items():
        seen: defaultdict[str, list[int]] = defaultdict(list)
        for at, reading in enumerate(readings):
            for gram in set(field_ngrams(reading)[field]) - known.keys():
                seen[gram].append(at)
        for gram, rows in seen.items():
            if len(rows) >= NEW_DF:
                hits = int(target.truth[rows].sum())
                ranked.append((-abs(hits - share * len(rows)), field, gram, len(rows)))
    for _, field, gram, df in sorted(ranked)[:keep]:
        idf[field][gram] = float(np.log((1 + len(readings)) / (1 + df))) + 1
    vocabulary: dict[str, dict[str, int]] = {}
    weights: list[Floats] = []
    rarity: list[Floats] = []
    numbers = count()
    for field, columns in model.vocabulary.items():
        old, new = list(columns.values()), idf[field]
        vocabulary[field] = {gram: next(numbers) for gram in (*columns, *new)}
        rarity += [model.idf[old], np.array(list(new.values()))]
        weights += [model.weights[:, old], np.zeros((len(model.weights), len(new)))]
    return replace(
        model, vocabulary=vocabulary, idf=np.concatenate(rarity), weights=np.hstack(weights)
    )


def make_folds(events: Sequence[str], folds: int, seed: int) -> list[NDArray[np.intp]]:
    """Return row numbers of each fold; rows of one event share a fold."""
    order = sorted(set(events))
    np.random.default_rng(seed).shuffle(order)
    fold_of = {event: i % folds for i, event in enumerate(order)}
    numbers = np.array([fold_of[event] for event in events])
    return [np.flatnonzero(numbers == fold) for fold in range(folds)]


def score_rows(model: LinearModel, matrix: Matrix, rows: NDArray[np.intp]) -> Floats:
    """Return log odds (rows x outputs) from a matrix; equal to `LinearModel.decide` row by row."""
    kept: dict[str, NDArray[np.intp]] = {}
    idf: dict[str, Floats] = {}
    for field, vocabulary in model.vocabulary.items():
        place = {gram: i for i, gram in enumerate(matrix.grams[field])}
        kept[field] = np.array([place[gram] for gram in vocabulary], dtype=np.intp)
        idf[field] = model.idf[list(vocabulary.values())]
    columns = Columns(kept, idf, model.story_mean, model.story_scale)
    weights = np.hstack([model.weights, model.story_weights])
    scores: Floats = np.asarray(design(matrix, rows, columns, 1.0) @ weights.T) + model.intercept
    return scores


def cross_fit(
    matrix: Matrix, targets: Sequence[Target], events: Sequence[str], options: FitOptions, seed: int
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
    weight = np.ones(len(scores)) if weight is None else weight
    positives, negatives = float(weight[truth].sum()), float(weight[~truth].sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    features = np.column_stack([-np.logaddexp(0, -scores), np.logaddexp(0, scores)])
    bounds = [(LEAST_SLOPE, None), (LEAST_SLOPE, None), (None, None)]
    found = _logistic(features, target, weight, centre=np.ones(2), ridge=RIDGE, bounds=bounds)
    return Calibration(*(round(value, 5) for value in found.tolist()))


def probabilities(calibration: Sequence[Calibration], odds: Floats) -> tuple[Floats, Floats]:
    """Return the calibrated probabilities of both outputs."""
    main, any_ = (
        np.array([each.probability(value) for value in odds[:, output].tolist()])
        for output, each in enumerate(calibration)
    )
    return main, any_


def threshold_for(scores: Floats, truth: NDArray[np.bool_], precision: float) -> float:
    """Return the lowest threshold whose `precision` holds, that is, of best recall."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    good = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= precision)
    last = int(good[-1]) if len(good) else 0
    lowest = float(scores[order[last]])
    following = float(scores[order[last + 1]]) if last + 1 < len(order) else lowest
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
