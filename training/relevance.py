"""Training of the English relevance model: prefilter, linear model, second stage, ablations.

The linear model is fitted here; the encoder, if there is one, was trained before, and the second
stage is fitted on rows it has not seen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify import relevance
from monitor.classify.calibration import Calibration
from monitor.classify.cascade import cascade_json
from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import StoryCounter, read_article
from monitor.classify.linear_model import LinearModel
from monitor.classify.model_files import ModelFolder, load_folder, pack_arrays, pack_json
from monitor.classify.relevance import RelevanceModel
from monitor.evaluate import linear_fit
from monitor.evaluate.evaluate_models import judge_rows, rounded
from monitor.evaluate.labelled_data import SAMPLED, Labelled, read_labelled
from monitor.evaluate.linear_fit import FitOptions, Floats
from monitor.evaluate.metrics import average_precision, recall_at_precision, relevance_scores
from training.leave_out import SOURCES_FILE, parts_of_data
from training.model_cards import save_model
from training.rows import (
    CHOSEN,
    DEV,
    LEARNED,
    Corpus,
    english_texts,
    existing,
    load_chosen,
    load_cues,
    load_rows,
    make_corpus,
    rel_counts,
    targets_of,
    training_record,
)
from training.second_stage import fit_second_stage, stage_scores

OPENERS = ("traffick", "enslav", "slave", "modern-day bondage", "servitude")
"""Letters that open for any text, whatever else it says."""
STRANGE = 0.005
"""Share of sampled negatives in whose words there is more than the linear model may see."""
WHOLE, WITH_TEXTS = "whole model", "with the project's texts"
PRECISION = 0.90
OPTIONS = FitOptions()
LIBRARIES = ("scikit-learn", "numpy", "scipy")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GateOptions:
    """`keep` words with the largest weights; `recall` of `rel` 2; `strength` is C."""

    keep: int = 12_000
    recall: float = 0.996
    strength: float = 30.0
    positive_weight: float = 5.0
    seen: int = 3
    folds: int = 5


@dataclass(frozen=True, slots=True, eq=False)
class FittedGate:
    """A gate, the weight that `STRANGE` of negatives reach, calibrations, and what it lets in."""

    gate: relevance.Prefilter
    strange: float
    shut: tuple[Calibration, Calibration]
    passed: dict[str, Any]


def fit_gate(
    rows: Sequence[Labelled],
    real: NDArray[np.bool_],
    seed: int,
    options: GateOptions = GateOptions(),
) -> FittedGate:
    """Return the gate of labelled rows, cross-fitted, that lets `recall` of `rel` 2 through.

    What its weights mean is told by the `real` rows that no opener lets in.
    """
    texts = [f"{row.title}\n{row.text}" for row in rows]
    words = [relevance.words_of(text.lower()) for text in texts]
    rel = np.array([row.rel for row in rows])
    opened = np.array([any(opener in text.lower() for opener in OPENERS) for text in texts])
    scores = np.zeros(len(rows))
    every = np.arange(len(rows))
    for fold in linear_fit.make_folds([row.event for row in rows], options.folds, seed):
        gate = _fit_gate(words, rel, np.setdiff1d(every, fold), options, seed)
        scores[fold] = [gate.weigh(texts[i]) for i in fold]
    main_rows = real & (rel == 2)
    needed = np.sort(scores[main_rows & ~opened])
    may_lose = int((1 - options.recall) * int(main_rows.sum()))
    threshold = round(float(needed[may_lose]) - 0.01, 2) if may_lose < len(needed) else 0.0
    gate = replace(_fit_gate(words, rel, every, options, seed), threshold=threshold)
    told = real & ~opened
    main, any_ = (linear_fit.fit_calibration(scores[told], rel[told] >= n) for n in (2, 1))
    basis = np.array([row.basis for row in rows])
    easy = real & (rel == 0) & (basis == SAMPLED)
    strange = np.quantile(scores[easy if easy.any() else rel == 0], 1 - STRANGE)
    opens = opened | (scores >= threshold)
    sampled = (basis != "annotated") & (rel == 0)
    kinds = {"rel 2": rel == 2, "rel 1": rel == 1, "rel 0": rel == 0, "sampled rel 0": sampled}
    passed = {name: round(float(opens[k].mean()), 4) for name, k in kinds.items() if k.any()}
    return FittedGate(gate, round(float(strange), 2), (main, any_), passed)


def _fit_gate(
    words: Sequence[set[str]],
    rel: NDArray[np.int64],
    rows: NDArray[np.intp],
    options: GateOptions,
    seed: int,
) -> relevance.Prefilter:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    times = Counter(word for row in rows for word in words[row])
    known = sorted(word for word, number in times.items() if number >= options.seen)
    for last in (False, True):
        column = {word: i for i, word in enumerate(known)}
        ids = [sorted(column[word] for word in words[row] if word in column) for row in rows]
        lengths = np.array([len(row) for row in ids])
        values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
        indices = np.fromiter((i for row in ids for i in row), np.int64, lengths.sum())
        pointers = np.concatenate([[0], np.cumsum(lengths)])
        fitted = LogisticRegression(
            C=options.strength,
            class_weight={False: 1.0, True: options.positive_weight},
            solver="liblinear",
            random_state=seed,
        ).fit(
            csr_matrix((values, indices, pointers), shape=(len(rows), len(known))), rel[rows] >= 1
        )
        if not last:
            heaviest = np.argsort(-np.abs(fitted.coef_[0]), kind="stable")[: options.keep]
            known = sorted(known[i] for i in heaviest)
    pairs = zip(known, fitted.coef_[0], strict=True)
    weights = {word: round(float(weight), 3) for word, weight in pairs}
    return relevance.Prefilter(OPENERS, weights, round(float(fitted.intercept_[0]), 3), 0.0)


def ablate(
    corpus: Corpus,
    dev: Sequence[Labelled],
    cues: CueTable,
    options: FitOptions,
    seed: int,
    say: Say,
) -> dict[str, Any]:
    """Return dev figures of the model and of what lacks a part, and what own texts are found."""
    matrix, rel = corpus.matrix, corpus.rel
    main, with_own = (targets_of(corpus, with_own=own)[0] for own in (False, True))
    bare = replace(options, story_weight=0.0)
    variants = {
        WHOLE: (matrix, main, options),
        WITH_TEXTS: (matrix, with_own, options),
        "without story counts": (matrix, main, bare),
        "story counts alone": (replace(matrix, counts={}), main, options),
    }
    for field in matrix.counts:
        fewer = {name: counts for name, counts in matrix.counts.items() if name != field}
        variants[f"without n-grams of '{field}'"] = (replace(matrix, counts=fewer), main, options)
    counter = StoryCounter(cues)
    readings = [read_article(row.title, row.text, cues) for row in dev]
    stories = [counter.count(reading) for reading in readings]
    dev_rel = np.array([row.rel for row in dev])
    truth, clear = dev_rel[dev_rel != 1] == 2, dev_rel != 1
    table: dict[str, Any] = {}
    for name, (part, target, chosen) in variants.items():
        say(f"ablation: {name}")
        model = linear_fit.fit_linear(part, [target], chosen, seed)
        pairs = zip(readings, stories, strict=True)
        scores = np.array([model.decide(reading, story)[0] for reading, story in pairs])
        table[name] = {
            "average_precision": average_precision(truth, scores[clear]),
            "recall_at_precision_0.90": recall_at_precision(truth, scores[clear]),
        }
    say("ablation: own texts found by models that have not read them")
    events = [row.event for row in corpus.rows]
    real = corpus.real & (rel != 1)
    for name, target in ((WHOLE, main), (WITH_TEXTS, with_own)):
        crossed = linear_fit.cross_fit(matrix, [target], events, options, seed)[:, 0]
        threshold = linear_fit.threshold_for(crossed[real], rel[real] == 2, 0.9)
        found = crossed[corpus.own & (rel == 2)] >= threshold
        table[name]["own_texts_found"] = float(found.mean())
    return table


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

    Fused with an `encoder` version in `out`, else linear alone; the encoder learns from no
    `reviews`. Returns the content of `meta.json`; the same input gives the same files. Raises
    `DataError` or `ModelError`.
    """
    second = None if encoder is None else load_folder(encoder)
    cues = CueTable(load_cues())
    say("reading the training rows")
    rows = load_rows(data)
    corpus = make_corpus(rows, cues, StoryCounter(cues), reviews)
    chosen = {row.event for row in rows.chosen}
    dev = read_labelled(data / DEV)
    targets = targets_of(corpus, with_own=False)
    say(f"cross-fitting {options.folds} models")
    events = [row.event for row in corpus.rows]
    crossed = linear_fit.cross_fit(corpus.matrix, targets, events, options, seed)
    say("fitting the model")
    linear = linear_fit.fit_linear(corpus.matrix, targets, options, seed)
    model = _calibrated(corpus, crossed, linear, cues, dev)
    scores: dict[str, Any] = {"cross_validation": score_crossed(corpus, crossed, model)}
    say("fitting the gate")
    # rows of CHOSEN would teach it that a headline's few words weigh much, and it would shut
    # articles out: average precision on dev 0.984, by the sum of log odds without a gate 0.991
    gated = np.flatnonzero([row.event not in chosen for row in corpus.rows])
    fitted = fit_gate([corpus.rows[i] for i in gated.tolist()], corpus.real[gated], seed)
    model = replace(model, gate=fitted.gate, shut=fitted.shut)
    scores["gate"] = fitted.passed
    if second is not None:
        stage = fit_second_stage(
            model,
            corpus,
            crossed,
            dev,
            second,
            regional=frozenset(row.id for row in rows.regional),
            strange=fitted.strange,
            precision=PRECISION,
            seed=seed,
            say=say,
        )
        model, scores = stage.model, scores | stage_scores(stage, dev)
    say("measuring")
    scores["dev"] = relevance_scores(dev, *judge_rows(model, dev))
    for name in CHOSEN:
        if apart := load_chosen(data, name, apart=True):
            scores[f"apart {name}"] = relevance_scores(apart, *judge_rows(model, apart))
    if second is not None:
        scores["sources"] = _sources(out / SOURCES_FILE, second, options, existing(data, *CHOSEN))
    if ablations:
        if rows.regional:
            scores["parts"] = parts_of_data(corpus, rows.regional, options, seed, say)
        scores["ablations"] = ablate(corpus, dev, cues, options, seed, say)
    counts: dict[str, Any] = {"texts_rel": rel_counts(rows.own)}
    counts |= {"mined_rel": rel_counts(rows.mined), "chosen_rel": rel_counts(rows.chosen)}
    if reviews:
        counts["reviews_rel"] = rel_counts(reviews)
        counts["reviews_until"] = max(row.said_at for row in reviews)
    settings: dict[str, Any] = {
        "calibration": [asdict(c) for c in model.calibration],
        "shut": [asdict(c) for c in model.shut],
    }
    if model.cascade is not None and second is not None:
        settings["cascade"] = cascade_json(model.cascade, second)
    return save_model(
        out,
        pack_linear(linear, cues)
        | {relevance.GATE: pack_json(relevance.prefilter_json(fitted.gate))},
        name=relevance.NAME,
        version=version,
        released=released,
        labels={"relevance": ["relevant", "borderline"]},
        thresholds=dict(model.thresholds),
        settings=settings,
        scores=rounded(scores),
        training={**english_record(data, seed, options), **counts},
    )


def _sources(
    path: Path, encoder: ModelFolder, options: FitOptions, chosen: Sequence[Path]
) -> dict[str, Any]:
    """Return the figures of sources left out, if measured with this very recipe of an encoder.

    `unseen`: files of `chosen` rows that the models measured there had not learned from.
    """
    if not path.exists():
        return {}
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    recipe = figures.pop("recipe")
    same = {key: encoder.meta.training.get(key) for key in recipe if key != "linear"}
    if recipe != {**same, "linear": asdict(options)}:
        return {}
    return figures | {"unseen": [each.name for each in chosen if each.name not in recipe["data"]]}


def pack_linear(linear: LinearModel, cues: CueTable) -> dict[str, bytes]:
    """Return the files of a linear model and its cues by name."""
    groups = {
        each.name: {"kind": each.kind}
        | ({"form": each.form} if each.form else {})
        | {"phrases": each.phrases}
        for each in cues.groups
    }
    grams = {field: list(known) for field, known in linear.vocabulary.items()}
    return {
        relevance.WEIGHTS: pack_arrays(linear_fit.linear_arrays(linear)),
        relevance.VOCABULARY: pack_json(grams),
        relevance.CUES: pack_json(groups),
    }


def _calibrated(
    corpus: Corpus, crossed: Floats, linear: LinearModel, cues: CueTable, dev: Sequence[Labelled]
) -> RelevanceModel:
    """Calibrate on the cross-fitted real rows; `relevant` keeps `PRECISION` there and on dev."""
    real, rel = crossed[corpus.real], corpus.rel[corpus.real]
    truths = (rel == 2, rel >= 1)
    calibration = [linear_fit.fit_calibration(real[:, n], truth) for n, truth in enumerate(truths)]
    open_ = {"relevant": 1.0, "borderline": 1.0}
    model = RelevanceModel(cues, StoryCounter(cues), linear, calibration, open_)
    main, any_ = linear_fit.probabilities(calibration, real)
    said = np.array([model.judge(row.title, row.text).main for row in dev])
    dev_rel = np.array([row.rel for row in dev])
    clear = dev_rel != 1
    thresholds = {
        "relevant": max(
            linear_fit.threshold_for(main[rel != 1], rel[rel != 1] == 2, PRECISION),
            linear_fit.threshold_for(said[clear], dev_rel[clear] == 2, PRECISION),
        ),
        "borderline": linear_fit.best_f1_threshold(any_, rel >= 1),
    }
    return replace(model, thresholds={key: round(value, 4) for key, value in thresholds.items()})


def score_crossed(corpus: Corpus, crossed: Floats, model: RelevanceModel) -> dict[str, Any]:
    """Return the figures of the cross-fitted real rows, and how the own texts fare."""
    main, any_ = linear_fit.probabilities(model.calibration, crossed)
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


def english_record(data: Path, seed: int, options: FitOptions, *more: Path) -> dict[str, Any]:
    """Return what a linear model of English is made from, `more` texts besides."""
    return training_record(
        seed, options, existing(data, *LEARNED, DEV), [*english_texts(), *more], LIBRARIES
    )
