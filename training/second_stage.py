"""Stacking of linear model and encoder: limits, fusion weights, calibration, thresholds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.cascade import ANY, FEATURES, MAIN, Cascade, Fusion, read_features
from monitor.classify.cue_phrases import CueTable
from monitor.classify.encoder import EncoderModel, load_encoder
from monitor.classify.features import read_article
from monitor.classify.model_files import ModelFolder
from monitor.classify.relevance import RelevanceModel, without_appended
from monitor.evaluate import linear_fit, metrics
from monitor.evaluate.country_scores import country_scores
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.linear_fit import Floats
from training.rows import Corpus, held_out_events

RIDGE = 3.0
"""Penalty on standardised weights. Between 0.5 and 3, and with `rel` 1 weighing 0.1 to 0.3,
average precision on dev moved by 0.004 at most."""
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
Fit = Callable[["StackingSample", NDArray[np.intp]], tuple[Fusion, Fusion]]
FOLDS = 5
RECALL = 0.95
"""Share of main subjects to be called relevant, if `precision` allows; the others are mostly
borderline."""
COSTED = 300
"""About how many rows are timed."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class StackingSample:
    """Rows new to encoder and linear model, with `FEATURES`; `weight` gives them the mix of dev."""

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


def features_of(
    row: Labelled, linear: Sequence[float], encoder: EncoderModel, cues: CueTable
) -> tuple[float, ...]:
    """Return the `FEATURES` of one row."""
    told = without_appended(row.title, row.text, cues)
    reading = read_article(row.title, told, cues)
    return read_features(linear, encoder, LATER_FROM, row.title, told, reading, cues)


def fit_fusions(
    sample: StackingSample, rows: NDArray[np.intp], asked: Bools | None = None
) -> tuple[Fusion, Fusion]:
    """Fit both outputs on the uncertain of `rows`, calibrate them where `asked` (default: all)."""
    rows = rows[sample.linear[rows, ANY] >= FIT_FROM]
    rel, features, weight = sample.rel[rows], sample.features[rows], sample.weight[rows]
    mix = weight if asked is None else weight * asked[rows]
    used = [FEATURES.index(name) for name in _ANY]
    any_ = dict(zip(_ANY, fit_positive(features[:, used], rel >= 1, weight), strict=True))
    return (
        _calibrated(MAIN_WEIGHTS, features, rel == 2, mix),
        _calibrated(any_, features, rel >= 1, mix),
    )


def fit_alone(sample: StackingSample, rows: NDArray[np.intp]) -> tuple[Fusion, Fusion]:
    """Calibrate the encoder's own answer on all `rows`."""
    rel, features, weight = sample.rel[rows], sample.features[rows], sample.weight[rows]
    main, any_ = (_calibrated(ALONE[n], features, rel >= 2 - n, weight) for n in (MAIN, ANY))
    return main, any_


def _calibrated(
    weights: Mapping[str, float], features: Floats, truth: Bools, mix: Floats
) -> Fusion:
    """Return a weighted sum of features by name, calibrated with the weights of the mix."""
    row = np.array([weights.get(name, 0.0) for name in FEATURES])
    calibration = linear_fit.fit_calibration(features @ row, truth, mix)
    return Fusion(tuple(round(float(w), 4) for w in row), calibration)


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


def cross_fuse(sample: StackingSample, folds: int, seed: int, fit: Fit = fit_fusions) -> Floats:
    """Return probabilities (rows x 2) from fusions that saw no row of its event, all rows read."""
    result = np.zeros((len(sample.rows), 2))
    every = np.arange(len(sample.rows))
    for fold in linear_fit.make_folds([row.event for row in sample.rows], folds, seed):
        main, any_ = fit(sample, np.setdiff1d(every, fold))
        for at in fold:
            features = sample.features[at].tolist()
            first = main.probability(features)
            result[at] = first, max(first, any_.probability(features))
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


@dataclass(frozen=True, slots=True, eq=False)
class SecondStage:
    """A model, its rows, and cross-fitted probabilities: of the cascade, and where all is read."""

    model: RelevanceModel
    sample: StackingSample
    crossed: Floats
    whole: Floats


def fit_second_stage(
    model: RelevanceModel,
    corpus: Corpus,
    crossed: Floats,
    dev: Sequence[Labelled],
    encoder: ModelFolder,
    *,
    regional: Collection[str],
    strange: float,
    precision: float,
    seed: int,
    say: Say,
) -> SecondStage:
    """Fit what stands behind the linear `model`; `crossed` are its cross-fitted train scores."""
    train = [row for row, real in zip(corpus.rows, corpus.real, strict=True) if real]
    train_linear = crossed[corpus.real]
    dev_linear = np.array([model.log_odds(model.read(row.title, row.text)[1]) for row in dev])
    record = encoder.meta.training
    events = held_out_events(train, record["options"]["folds"], record["seed"])
    held = np.flatnonzero([row.event in events for row in train]).tolist()
    rows = [*(train[i] for i in held), *dev]
    say(f"reading {len(rows)} rows with the encoder")
    served = load_encoder(encoder)
    linear = np.vstack([train_linear[held], dev_linear])
    pairs = zip(rows, linear.tolist(), strict=True)
    features = [features_of(row, odds, served, model.cues) for row, odds in pairs]
    # the held-out rows weigh as if they had as many of each kind to a main one as dev
    kinds = [(row.rel, row.basis == "annotated") for row in rows]
    ours, theirs = Counter(kinds[: len(held)]), Counter(kinds[len(held) :])
    main = (2, True)
    share = ours[main] / theirs[main] if theirs[main] else 0
    mix = [theirs[kind] * share / ours[kind] if share else 1.0 for kind in kinds[: len(held)]]
    sample = StackingSample(
        rows,
        np.array(features),
        np.array([*mix, *(1.0 for _ in dev)]),
        np.arange(len(rows)) >= len(held),
        np.array([row.id in regional for row in rows]),
    )
    say("fitting the fusion")
    whole = cross_fuse(sample, FOLDS, seed)
    found = (sample.rel == 2) & (whole[:, MAIN] >= cut(sample, whole, precision)["relevant"])
    lower = lower_limit(sample.linear[:, ANY], found)
    every = np.vstack([train_linear, dev_linear])
    rel = np.array([row.rel for row in (*train, *dev)])
    upper = upper_limit(every[:, MAIN], rel)
    every_row = np.arange(len(rows))
    alone = fit_alone(sample, every_row)
    cascade = Cascade(served, lower, upper, alone, strange, alone, LATER_FROM)
    # what the linear model settles has a calibration of its own
    settled = (every[:, ANY] < lower) | (every[:, MAIN] > upper)
    pairs_of = ((every[settled, MAIN], rel == 2), (every[settled, ANY], rel >= 1))
    calibration = [linear_fit.fit_calibration(odds, truth[settled]) for odds, truth in pairs_of]
    fitted = replace(model, calibration=calibration, cascade=cascade)
    asked = asked_of(fitted, rows, sample.linear)
    fit = partial(fit_fusions, asked=asked)
    fitted = replace(fitted, cascade=replace(cascade, fusions=fit(sample, every_row)))
    # the probabilities of the stage that judges each row
    both, encoded = (cross_fuse(sample, FOLDS, seed, one) for one in (fit, fit_alone))
    table: list[tuple[float, float]] = []
    for at, (row, odds) in enumerate(zip(rows, sample.linear.tolist(), strict=True)):
        weight = None if fitted.gate is None else fitted.gate.shut_out(row.title, row.text)
        if weight is not None:
            table.append(fitted.shut_out(weight))
        elif asked[at]:
            strange_row = fitted.is_strange(row.title, row.text, odds)
            first, any_ = (encoded if strange_row else both)[at].tolist()
            table.append((first, any_))
        else:
            table.append(fitted.settled(odds))
    routed = np.array(table)
    thresholds = cut(sample, routed, precision)
    return SecondStage(replace(fitted, thresholds=thresholds), sample, routed, whole)


def cut(sample: StackingSample, probabilities: Floats, precision: float) -> dict[str, float]:
    """Return thresholds, the same on the held-out rows and on dev.

    `relevant` is the highest that keeps `RECALL`, but not below the lowest that keeps
    `precision`; `borderline` is where the F1 of `rel` >= 1 is best.
    """
    main, any_ = probabilities[:, MAIN], probabilities[:, ANY]
    rel, sets = sample.rel, (sample.is_dev, ~sample.is_dev)
    parts = [part & (rel != 1) for part in sets if (rel[part] == 2).any()]
    precise = max(linear_fit.threshold_for(main[part], rel[part] == 2, precision) for part in parts)
    found = (main[part & (rel == 2)] for part in parts)
    recalled = min(float(np.quantile(some, 1 - RECALL, method="lower")) for some in found)
    borderline = linear_fit.best_f1_threshold(any_, rel >= 1)
    return {"relevant": round(max(precise, recalled), 4), "borderline": round(borderline, 4)}


def stage_scores(stage: SecondStage, dev: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of the cross-fitted cascade: by set of rows, by country, by stage."""
    sample, model = stage.sample, stage.model
    asked = asked_of(model, sample.rows, sample.linear)
    said = [model.decide(main, any_) for main, any_ in stage.crossed.tolist()]
    scores: dict[str, Any] = {}
    held = ~sample.is_dev & ~sample.is_regional
    parts = {"dev_crossed": sample.is_dev, "held_out": held}
    for name, part in {**parts, "held_out_regional": sample.is_regional}.items():
        if part.any():
            at = np.flatnonzero(part).tolist()
            rows = [sample.rows[i] for i in at]
            scores[name] = metrics.relevance_scores(rows, [said[i] for i in at], asked[part])
    scores["stages"] = stages(stage, measure_cost(model, dev))
    return {**scores, "countries": country_scores(sample.rows, said)}


def asked_of(model: RelevanceModel, rows: Sequence[Labelled], linear: Floats) -> NDArray[np.bool_]:
    """Return which rows the encoder reads."""
    cascade = model.cascade
    if cascade is None:
        return np.zeros(len(linear), dtype=bool)
    return np.array(
        [
            model.opens(row.title, row.text)
            and (cascade.is_uncertain(odds) or model.is_strange(row.title, row.text, odds))
            for row, odds in zip(rows, linear.tolist(), strict=True)
        ]
    )


def stages(stage: SecondStage, seconds: dict[str, float]) -> dict[str, Any]:
    """Return what each stage finds on dev by itself, cross-fitted, and its cost in `seconds`."""
    dev = stage.sample.is_dev
    features = stage.sample.features[dev]
    rows = [stage.sample.rows[i] for i in np.flatnonzero(dev).tolist()]
    rel = stage.sample.rel[dev]
    asked = asked_of(stage.model, rows, features[:, :2])
    opened = np.array([stage.model.opens(row.title, row.text) for row in rows])
    gate, linear, window, both = (seconds[name] for name in ("gate", "linear", "window", "both"))
    words = stage.model.gate
    weighed = [words.weigh(row.title, row.text) if words else 0.0 for row in rows]
    table = {
        "gate alone, by its weights": (np.array(weighed), gate),
        "linear alone": (features[:, 0], linear),
        "transformer alone, headline and lead": (features[:, 2], window),
        "both on every article": (stage.whole[dev, MAIN], linear + window),
        "gate, linear, both where uncertain": (
            stage.crossed[dev, MAIN],
            gate + linear * float(opened[rel == 0].mean()) + both * float(asked[rel == 0].mean()),
        ),
    }
    quality: dict[str, dict[str, float]] = {}
    members = (("", np.ones(len(rel), dtype=bool)), ("_general", metrics.general_outlets(rows)))
    for name, (scores, cost) in table.items():
        quality[name] = {}
        for suffix, member in members:
            chosen = member & (rel != 1)
            truth, own = rel[chosen] == 2, scores[chosen]
            quality[name] |= {
                f"average_precision{suffix}": metrics.average_precision(truth, own),
                f"recall_at_precision_0.90{suffix}": metrics.recall_at_precision(truth, own),
            }
        quality[name]["milliseconds"] = cost * 1000
    return quality


def measure_cost(model: RelevanceModel, rows: Sequence[Labelled]) -> dict[str, float]:
    """Return processor seconds of an article in each stage; `both`: of an uncertain negative."""
    assert model.cascade is not None
    encoder = model.cascade.encoder
    some = rows[:: max(1, len(rows) // COSTED)]
    negatives = [row for row in rows if row.rel == 0]
    readings = [(row, *model.read(row.title, row.text)) for row in negatives]
    linear = np.array([model.log_odds(reading) for *_, reading in readings])
    asked = asked_of(model, negatives, linear)
    uncertain = [read for read, is_asked in zip(readings, asked, strict=True) if is_asked]
    uncertain = uncertain[:COSTED]
    encoder.outputs("", "")
    first = time.process_time()
    for row in some:
        model.opens(row.title, row.text)
    start = time.process_time()
    for row in some:
        model.log_odds(model.read(row.title, row.text)[1])
    between = time.process_time()
    for row in some:
        encoder.outputs(row.title, row.text)
    end = time.process_time()
    for row, told, reading in uncertain:
        read_features((0.0, 0.0), encoder, LATER_FROM, row.title, told, reading, model.cues)
    marks = {"gate": start - first, "linear": between - start, "window": end - between}
    each = {name: seconds / len(some) for name, seconds in marks.items()}
    return {**each, "both": (time.process_time() - end) / max(1, len(uncertain))}
