"""Behind the linear model: limits, fusion and thresholds of the cascade, and what they measure."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.cascade import ANY, MAIN, Cascade
from monitor.classify.encoder import load_encoder
from monitor.classify.reading import Reading
from monitor.classify.relevance import Judgement, RelevanceModel
from monitor.evaluate.country_scores import country_scores
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.linear_fit import Floats, best_f1_threshold, threshold_for
from monitor.evaluate.metrics import (
    average_precision,
    general_outlets,
    recall_at_precision,
    relevance_scores,
)
from monitor.nlp.artefact import ModelFolder
from training.corpus import Corpus
from training.fusion import (
    LATER_FROM,
    Sample,
    cross_fuse,
    fit_alone,
    fit_fusions,
    lower_limit,
    make_sample,
    settled_calibration,
    upper_limit,
)
from training.rows import held_out_events

FOLDS = 5
RECALL = 0.95
"""Share of main subjects to be called relevant, if `precision` allows; the others are mostly
borderline."""
COSTED = 300
"""About how many rows are timed."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class SecondStage:
    """A model with its cascade, the rows it was fitted on, and cross-fitted probabilities.

    `crossed` is of the cascade, `whole` of the ensemble with the encoder on every row (rows x 2).
    """

    model: RelevanceModel
    sample: Sample
    crossed: Floats
    whole: Floats


def fit_second_stage(
    model: RelevanceModel,
    corpus: Corpus,
    crossed: Floats,
    dev: Sequence[Labelled],
    dev_linear: Floats,
    encoder: ModelFolder,
    *,
    regional: Collection[str],
    strange: float,
    precision: float,
    seed: int,
    say: Say,
) -> SecondStage:
    """Fit everything behind the linear `model`; `crossed` are its cross-fitted train scores.

    `regional` are ids of rows from other regions, measured apart; `strange` is the cascade's.
    """
    train = [row for row, real in zip(corpus.rows, corpus.real, strict=True) if real]
    train_linear = crossed[corpus.real]
    record = encoder.meta.training
    events = held_out_events(train, record["options"]["folds"], record["seed"])
    held = np.flatnonzero([row.event in events for row in train]).tolist()
    say(f"reading {len(held) + len(dev)} rows with the encoder")
    served = load_encoder(encoder)
    sample = make_sample(
        [train[i] for i in held], train_linear[held], dev, dev_linear, served, model.cues, regional
    )
    say("fitting the fusion")
    whole = cross_fuse(sample, FOLDS, seed)
    found = (sample.rel == 2) & (whole[:, MAIN] >= cut(sample, whole, precision)["relevant"])
    lower = lower_limit(sample.linear[:, ANY], found)
    every = np.vstack([train_linear, dev_linear])
    rel = np.array([row.rel for row in (*train, *dev)])
    upper = upper_limit(every[:, MAIN], rel)
    every_row = np.arange(len(sample.rows))
    alone = fit_alone(sample, every_row)
    cascade = Cascade(served, lower, upper, alone, strange, alone, LATER_FROM)
    fitted = replace(
        model, calibration=settled_calibration(every, rel, lower, upper), cascade=cascade
    )
    # what the linear model settles has a calibration of its own
    fit = partial(fit_fusions, asked=asked_of(fitted, sample.rows, sample.linear))
    fitted = replace(fitted, cascade=replace(cascade, fusions=fit(sample, every_row)))
    crossed_out = _routed(
        fitted,
        sample,
        cross_fuse(sample, FOLDS, seed, fit),
        cross_fuse(sample, FOLDS, seed, fit_alone),
    )
    thresholds = cut(sample, crossed_out, precision)
    return SecondStage(replace(fitted, thresholds=thresholds), sample, crossed_out, whole)


def _routed(model: RelevanceModel, sample: Sample, both: Floats, alone: Floats) -> Floats:
    """Return the probabilities of the stage that judges each row.

    `both` are those of linear model and encoder together, `alone` those of the encoder.
    """
    table: list[tuple[float, float]] = []
    asked = asked_of(model, sample.rows, sample.linear)
    for at, row in enumerate(sample.rows):
        weight = None if model.gate is None else model.gate.shut_out(row.title, row.text)
        if weight is not None:
            table.append(model.shut_out(weight))
        elif asked[at]:
            strange = model.is_strange(row.title, row.text, sample.linear[at].tolist())
            main, any_ = (alone if strange else both)[at].tolist()
            table.append((main, any_))
        else:
            table.append(model.settled(sample.linear[at].tolist()))
    return np.array(table)


def cut(sample: Sample, probabilities: Floats, precision: float) -> dict[str, float]:
    """Return thresholds, the same on the held-out rows and on dev.

    `relevant` is the highest that keeps `RECALL`, but not below the lowest that keeps
    `precision`; `borderline` is where the F1 of `rel` >= 1 is best.
    """
    main, any_ = probabilities[:, MAIN], probabilities[:, ANY]
    rel = sample.rel
    parts = [
        part & (rel != 1) for part in (sample.is_dev, ~sample.is_dev) if (rel[part] == 2).any()
    ]
    precise = max(threshold_for(main[part], rel[part] == 2, precision) for part in parts)
    recalled = min(
        float(np.quantile(main[part & (rel == 2)], 1 - RECALL, method="lower")) for part in parts
    )
    relevant = max(precise, recalled)
    borderline = best_f1_threshold(any_, rel >= 1)
    return {"relevant": round(relevant, 4), "borderline": round(borderline, 4)}


def crossed_scores(stage: SecondStage) -> dict[str, Any]:
    """Return the figures of the cross-fitted cascade on dev and on the held-out train events."""
    return {
        name: _scores(stage, part)
        for name, part in (
            ("dev_crossed", stage.sample.is_dev),
            ("held_out", ~stage.sample.is_dev & ~stage.sample.is_regional),
            ("held_out_regional", stage.sample.is_regional),
        )
        if part.any()
    }


def crossed_countries(stage: SecondStage) -> dict[str, Any]:
    """Return the figures by country of all rows that the encoder never read."""
    return country_scores(stage.sample.rows, _said(stage, np.arange(len(stage.sample.rows))))


def _said(stage: SecondStage, at: NDArray[np.intp]) -> list[Judgement]:
    return [stage.model.decide(main, any_) for main, any_ in stage.crossed[at].tolist()]


def _scores(stage: SecondStage, part: NDArray[np.bool_]) -> dict[str, Any]:
    at = np.flatnonzero(part)
    rows = [stage.sample.rows[i] for i in at.tolist()]
    asked = asked_of(stage.model, rows, stage.sample.linear[part])
    return relevance_scores(rows, _said(stage, at), asked)


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
    """Return what each stage finds on dev by itself, cross-fitted, and what it costs.

    `seconds` are those of `measure_cost`.
    """
    dev = stage.sample.is_dev
    features = stage.sample.features[dev]
    rows = [stage.sample.rows[i] for i in np.flatnonzero(dev).tolist()]
    rel = stage.sample.rel[dev]
    asked = asked_of(stage.model, rows, features[:, :2])
    opened = np.array([stage.model.opens(row.title, row.text) for row in rows])
    gate, linear, window, both = (seconds[name] for name in ("gate", "linear", "window", "both"))
    table = {
        "gate alone, by its weights": (_weighed(stage.model, rows), gate),
        "linear alone": (features[:, 0], linear),
        "transformer alone, headline and lead": (features[:, 2], window),
        "both on every article": (stage.whole[dev, MAIN], linear + window),
        "gate, linear, both where uncertain": (
            stage.crossed[dev, MAIN],
            gate + linear * float(opened[rel == 0].mean()) + both * float(asked[rel == 0].mean()),
        ),
    }
    general = general_outlets(rows)
    return {
        name: {
            **_quality(scores, rel, np.ones(len(rel), dtype=bool)),
            **{f"{key}_general": value for key, value in _quality(scores, rel, general).items()},
            "milliseconds": cost * 1000,
        }
        for name, (scores, cost) in table.items()
    }


def _weighed(model: RelevanceModel, rows: Sequence[Labelled]) -> Floats:
    if model.gate is None:
        return np.zeros(len(rows))
    return np.array([model.gate.weigh(row.title, row.text) for row in rows])


def measure_cost(model: RelevanceModel, rows: Sequence[Labelled]) -> dict[str, float]:
    """Return processor seconds of an article in each stage by itself.

    `window` is an article's first window in the encoder, `both` all windows of an uncertain
    negative: those are shorter than most.
    """
    assert model.cascade is not None
    encoder = model.cascade.encoder
    some = rows[:: max(1, len(rows) // COSTED)]
    negatives = [row for row in rows if row.rel == 0]
    uncertain = _uncertain(model, negatives)[:COSTED]
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
        model.cascade.features((0.0, 0.0), row.title, told, reading, model.cues)
    marks = {"gate": start - first, "linear": between - start, "window": end - between}
    each = {name: seconds / len(some) for name, seconds in marks.items()}
    return {**each, "both": (time.process_time() - end) / max(1, len(uncertain))}


def _uncertain(
    model: RelevanceModel, rows: Sequence[Labelled]
) -> list[tuple[Labelled, str, Reading]]:
    """Return the rows that the encoder is asked about, read."""
    readings = [(row, *model.read(row.title, row.text)) for row in rows]
    linear = np.array([model.log_odds(reading) for *_, reading in readings])
    asked = asked_of(model, rows, linear)
    return [read for read, is_asked in zip(readings, asked, strict=True) if is_asked]


def _quality(scores: Floats, rel: NDArray[np.int_], member: NDArray[np.bool_]) -> dict[str, float]:
    chosen = member & (rel != 1)
    truth = rel[chosen] == 2
    return {
        "average_precision": average_precision(truth, scores[chosen]),
        "recall_at_precision_0.90": recall_at_precision(truth, scores[chosen]),
    }
