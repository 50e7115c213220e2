"""Training of the relevance model: one seeded command from data files to a model folder.

The linear model is fitted here; the encoder, if there is one, was trained before, and the second
stage is fitted on rows it has not seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from monitor.classify.cascade import cascade_json
from monitor.classify.cues import CueTable
from monitor.classify.gate import gate_json
from monitor.classify.linear import LinearModel
from monitor.classify.relevance import (
    CUES,
    GATE,
    NAME,
    VOCABULARY,
    WEIGHTS,
    Judgement,
    RelevanceModel,
)
from monitor.classify.story import StoryCounter
from monitor.evaluate.evaluation_report import model_card
from monitor.evaluate.labelled_data import Labelled, file_sha256, read_labelled, text_files
from monitor.evaluate.linear_fit import (
    FitOptions,
    Floats,
    best_f1_threshold,
    cross_fit,
    fit_calibration,
    fit_linear,
    linear_arrays,
    threshold_for,
)
from monitor.evaluate.metrics import relevance_scores
from monitor.nlp.artefact import (
    ModelFolder,
    load_folder,
    pack_arrays,
    pack_json,
    save_folder,
)
from training.corpus import Corpus, make_corpus, targets_of
from training.cue_groups import CUES_FILE, cues_json, load_cues
from training.gate import fit_gate
from training.leave_out import SOURCES_FILE, parts_of_data
from training.mined_labels import LABELS_FILE
from training.rows import DEV, LEARNED, load_rows

PRECISION = 0.90
OPTIONS = FitOptions()
LIBRARIES = ("scikit-learn", "numpy", "scipy")
Say = Callable[[str], None]


def train_relevance(
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int = 0,
    options: FitOptions = OPTIONS,
    ablations: bool = True,
    encoder: Path | None = None,
    reviews: Sequence[Labelled] = (),
    released: bool = False,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train on `data` (a folder with `TRAIN` and `DEV`), write `out/NAME/version`.

    `encoder` is the folder of an encoder version in `out`; without one the model is linear alone.
    The linear model and the gate also learn from `reviews`; the encoder does not.
    Returns the content of `meta.json`. The same data, texts, cues, encoder, seed and library
    versions give the same files. Raises `DataError` or `ModelError`.
    """
    second = None if encoder is None else load_folder(encoder)
    cues = CueTable(load_cues())
    say("reading the training rows")
    rows = load_rows(data)
    corpus = make_corpus(rows, cues, StoryCounter(cues), reviews)
    dev = read_labelled(data / DEV)
    regional = frozenset(row.id for row in rows.regional)
    model, scores = _fit_all(corpus, dev, cues, second, regional, options, seed, say)
    if second is not None:
        scores["sources"] = _sources(out / SOURCES_FILE, second, options)
    if ablations:
        from training.ablation import ablate

        if rows.regional:
            scores["parts"] = parts_of_data(corpus, rows.regional, options, seed, say)
        own, none = targets_of(corpus), targets_of(corpus, with_own=False)
        scores["ablations"] = ablate(corpus, none, own, dev, cues, options, seed, say)
    counts: dict[str, Any] = {
        "texts_rel": _counts(corpus.rel[corpus.own]),
        "mined_rel": _counts(np.array([row.rel for row in rows.mined])),
    }
    if reviews:
        counts["reviews_rel"] = _counts(np.array([row.rel for row in reviews]))
        counts["reviews_until"] = max(row.said_at for row in reviews)
    meta = {
        "name": NAME,
        "version": version,
        "language": "en",
        "released": released,
        "labels": {"relevance": ["relevant", "borderline"]},
        "experimental": {},
        "thresholds": dict(model.thresholds),
        "settings": _settings(model, second),
        "scores": rounded(scores),
        "training": {**training_record(data, seed, options), **counts},
    }
    files = pack_relevance(model)
    return asdict(save_folder(out / NAME / version, meta, files, model_card(meta, files)))


def _fit_all(
    corpus: Corpus,
    dev: Sequence[Labelled],
    cues: CueTable,
    encoder: ModelFolder | None,
    regional: Collection[str],
    options: FitOptions,
    seed: int,
    say: Say,
) -> tuple[RelevanceModel, dict[str, Any]]:
    """Fit the linear model, the gate before it and the cascade behind it; return the figures."""
    targets = targets_of(corpus, with_own=False)
    say(f"cross-fitting {options.folds} models")
    crossed = cross_fit(corpus.matrix, targets, [r.event for r in corpus.rows], options, seed)
    say("fitting the model")
    linear = fit_linear(corpus.matrix, targets, options, seed)
    model = _calibrated(corpus, crossed, linear, cues, dev)
    scores: dict[str, Any] = {"cross_validation": score_crossed(corpus, crossed, model)}
    say("fitting the gate")
    fitted = fit_gate(corpus.rows, corpus.real, seed)
    model = replace(model, gate=fitted.gate, shut=fitted.shut)
    scores["gate"] = fitted.passed
    if encoder is not None:
        model, more = _with_encoder(
            model, corpus, crossed, dev, encoder, regional, fitted.strange, seed, say
        )
        scores |= more
    say("measuring")
    scores["dev"] = score_model(model, dev)
    return model, scores


def pack_relevance(model: RelevanceModel) -> dict[str, bytes]:
    """Return the files of a relevance model by name."""
    files = pack_linear(model.linear, model.cues)
    if model.gate is not None:
        files[GATE] = pack_json(gate_json(model.gate))
    return files


def _with_encoder(
    model: RelevanceModel,
    corpus: Corpus,
    crossed: Floats,
    dev: Sequence[Labelled],
    encoder: ModelFolder,
    regional: Collection[str],
    strange: float,
    seed: int,
    say: Say,
) -> tuple[RelevanceModel, dict[str, Any]]:
    """Return the model with its cascade, and what only its training can measure."""
    from training.second_stage import (
        crossed_countries,
        crossed_scores,
        fit_second_stage,
        measure_cost,
        stages,
    )

    linear = np.array([model.log_odds(model.read(row.title, row.text)[1]) for row in dev])
    stage = fit_second_stage(
        model,
        corpus,
        crossed,
        dev,
        linear,
        encoder,
        regional=regional,
        strange=strange,
        precision=PRECISION,
        seed=seed,
        say=say,
    )
    cost = measure_cost(stage.model, dev)
    more = {"stages": stages(stage, cost), "countries": crossed_countries(stage)}
    return stage.model, {**crossed_scores(stage), **more}


def _sources(path: Path, encoder: ModelFolder, options: FitOptions) -> dict[str, Any]:
    """Return the figures of sources left out, if they were measured with this very recipe."""
    if not path.exists():
        return {}
    figures = json.loads(path.read_text(encoding="utf-8"))
    recipe = figures.pop("recipe")
    training = encoder.meta.training
    same = {key: training.get(key) for key in recipe if key != "linear"}
    return figures if recipe == {**same, "linear": asdict(options)} else {}


def _settings(model: RelevanceModel, encoder: ModelFolder | None) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "calibration": [asdict(c) for c in model.calibration],
        "shut": [asdict(c) for c in model.shut],
    }
    if model.cascade is not None and encoder is not None:
        settings["cascade"] = cascade_json(model.cascade, encoder)
    return settings


def _counts(rel: np.typing.NDArray[np.int_]) -> dict[str, int]:
    """Return how many rows there are by `rel`."""
    return {str(value): int((rel == value).sum()) for value in (2, 1, 0)}


def pack_linear(linear: LinearModel, cues: CueTable) -> dict[str, bytes]:
    """Return the files of a linear model and its cues by name."""
    return {
        WEIGHTS: pack_arrays(linear_arrays(linear)),
        VOCABULARY: pack_json({field: list(grams) for field, grams in linear.vocabulary.items()}),
        CUES: pack_json(cues_json(cues.groups)),
    }


def _calibrated(
    corpus: Corpus,
    crossed: Floats,
    linear: LinearModel,
    cues: CueTable,
    dev: Sequence[Labelled],
) -> RelevanceModel:
    """Calibrate and set thresholds on the cross-fitted real rows.

    `relevant` is the higher of the thresholds that keep `PRECISION` on cross-fitted train rows
    and on dev; `borderline` is where the F1 of `rel` >= 1 is best.
    """
    real = crossed[corpus.real]
    rel = corpus.rel[corpus.real]
    calibration = [
        fit_calibration(real[:, output], truth) for output, truth in enumerate((rel == 2, rel >= 1))
    ]
    open_ = {"relevant": 1.0, "borderline": 1.0}
    model = RelevanceModel(cues, StoryCounter(cues), linear, calibration, open_)
    main, any_ = calibrate(model, real)
    said = [model.judge(row.title, row.text) for row in dev]
    dev_rel = np.array([row.rel for row in dev])
    clear = dev_rel != 1
    thresholds = {
        "relevant": max(
            threshold_for(main[rel != 1], rel[rel != 1] == 2, PRECISION),
            threshold_for(np.array([j.main for j in said])[clear], dev_rel[clear] == 2, PRECISION),
        ),
        "borderline": best_f1_threshold(any_, rel >= 1),
    }
    return replace(model, thresholds={key: round(value, 4) for key, value in thresholds.items()})


def calibrate(model: RelevanceModel, log_odds: Floats) -> tuple[Floats, Floats]:
    """Return the calibrated probabilities of both outputs."""
    columns = [
        np.array([calibration.probability(odds) for odds in log_odds[:, output].tolist()])
        for output, calibration in enumerate(model.calibration)
    ]
    return columns[0], columns[1]


def score_crossed(corpus: Corpus, crossed: Floats, model: RelevanceModel) -> dict[str, Any]:
    """Return the figures of the cross-fitted real rows, and how the own texts fare."""
    main, any_ = calibrate(model, crossed)
    said = [model.decide(*both) for both in zip(main.tolist(), any_.tolist(), strict=True)]
    relevant = np.array([judgement.relevant for judgement in said])
    shown = relevant | np.array([judgement.borderline for judgement in said])
    own, rel = corpus.own, corpus.rel
    real = np.flatnonzero(corpus.real).tolist()
    scores = relevance_scores([corpus.rows[i] for i in real], [said[i] for i in real])
    scores["own_texts"] = {
        "relevant_found": float(relevant[own & (rel == 2)].mean()),
        "relevant_shown": float(shown[own & (rel == 2)].mean()),
        "negatives_shown": float(shown[own & (rel == 0)].mean()),
    }
    return scores


def score_model(model: RelevanceModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return every figure of a model on labelled rows."""
    return relevance_scores(rows, *judge_rows(model, rows))


def judge_rows(
    model: RelevanceModel, rows: Sequence[Labelled]
) -> tuple[list[Judgement], np.typing.NDArray[np.bool_]]:
    """Return the judgement of each row, and whether the encoder was asked."""
    said = model.judge_all([(row.title, row.text) for row in rows])
    return [judgement for judgement, _ in said], np.array([asked for _, asked in said])


def training_record(data: Path, seed: int, options: FitOptions, *more: Path) -> dict[str, Any]:
    """Return what is needed to make the folder again."""
    return {
        "seed": seed,
        "options": asdict(options),
        "data": {
            name: file_sha256(data / name) for name in (*LEARNED, DEV) if (data / name).exists()
        },
        "texts": {
            path.name: file_sha256(path) for path in [*text_files(), CUES_FILE, LABELS_FILE, *more]
        },
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }


def rounded(value: Any, digits: int = 4) -> Any:
    """Return nested figures rounded."""
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    return round(value, digits) if isinstance(value, float) else value
