"""Relevance models of languages with little labelled news: linear alone, measured by refitting.

There is one file for learning and measuring, so every figure is of rows that the model at hand did
not see, over `SEEDS` ways of cutting the folds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from monitor.classify.artefact import save_folder
from monitor.classify.assessors import load_classifiers
from monitor.classify.calibration import Calibration
from monitor.classify.coverage import language_of
from monitor.classify.cues import CueTable
from monitor.classify.reading import read_article
from monitor.classify.relevance import name_of
from monitor.classify.story import StoryCounter
from monitor.errors import DataError
from monitor.train.cards import model_card
from monitor.train.copies import as_article, join_copies
from monitor.train.corpus import Corpus, targets_of
from monitor.train.cue_groups import cues_of, load_cues
from monitor.train.data import (
    TEXTS,
    Labelled,
    file_sha256,
    read_labelled,
    read_texts,
    text_files,
)
from monitor.train.fit import (
    FitOptions,
    Floats,
    best_f1_threshold,
    cross_fit,
    fit_linear,
    score_rows,
    threshold_for,
)
from monitor.train.matrix import build_matrix
from monitor.train.metrics import average_precision, recall_at_precision
from monitor.train.relevance import LIBRARIES, PRECISION, pack_linear, rounded

DATA = "multilingual.jsonl.gz"
OPTIONS = FitOptions(story_weight=0.1)
"""As for English, but cues weigh three times as much: they carry over to other outlets and
countries, one outlet's words do not. Of 0.03, 0.1 and 0.2 (average precision pt 0.983, 0.984,
0.977; es 0.969, 1, 1) 0.1 also finds more of the project's own texts, unlearned: pt 2, 5, 5 of 14,
es 0, 1, 1."""
SEEDS = 5
SAMPLED, WRITTEN = "sampled negative", "written"
"""What the data call the basis of a negative nobody read, and of the project's own texts."""
Bools = np.typing.NDArray[np.bool_]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """Log odds (seeds x rows x outputs) from models that saw no copy of the row."""

    corpus: Corpus
    odds: Floats
    terms: Floats

    @property
    def mean(self) -> Floats:
        """The mean over the seeds (rows x outputs)."""
        mean: Floats = self.odds.mean(0)
        return mean


def languages_of(rows: Sequence[Labelled]) -> tuple[str, ...]:
    """Return the languages of `rows` that there are cues for, save English."""
    return tuple(sorted({row.language for row in rows if cues_of(row.language).exists()} - {"en"}))


def train_language(
    data: Path,
    out: Path,
    *,
    language: str,
    version: str,
    seed: int = 0,
    released: bool = False,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train on the rows of `data/DATA` in `language`, write `out/relevance-<language>/version`.

    Returns the content of `meta.json`. Raises `DataError` or `ModelError`.
    """
    say("reading the rows")
    rows = _rows(read_labelled(data / DATA), language)
    cues = CueTable(load_cues(cues_of(language)))
    say(f"cross-fitting with {SEEDS} seeds")
    crossed = cross_language(rows, cues, seed=seed)
    say("the same without the project's own texts")
    bare = cross_language(rows, cues, seed=seed, with_own=False)
    say("fitting the model")
    corpus = crossed.corpus
    linear = fit_linear(corpus.matrix, targets_of(corpus), OPTIONS, seed)
    calibration, thresholds = _decisions(crossed)
    scores = language_scores(crossed)
    scores["without_own_texts"] = language_scores(bare)
    scores["own_texts"] = _own_scores(crossed, bare, calibration, thresholds, seed)
    scores["at_threshold"] = _at_threshold(crossed, calibration, thresholds)
    meta = {
        "name": name_of(language),
        "version": version,
        "language": language,
        "released": released,
        "labels": {"relevance": ["relevant", "borderline"]},
        "experimental": {"relevance": ["relevant", "borderline"]},
        "thresholds": thresholds,
        "settings": {"calibration": [asdict(each) for each in calibration], "shut": [0.0, 0.0]},
        "scores": rounded(scores),
        "training": _record(data / DATA, language, corpus, seed),
    }
    files = pack_linear(linear, cues)
    folder = out / name_of(language) / version
    return asdict(save_folder(folder, meta, files, model_card(meta, files)))


def evaluate_languages(data: Path, languages: Sequence[str] = ()) -> dict[str, Any]:
    """Return `{data, languages}`: figures by cross-validation of each language on `data`.

    Default: every language of the file that has cues. Raises `DataError`.
    """
    every = read_labelled(data)
    scores = {}
    for language in languages or languages_of(every):
        rows = _rows(every, language)
        crossed = cross_language(rows, CueTable(load_cues(cues_of(language))))
        scores[language] = rounded(language_scores(crossed))
    if not scores:
        raise DataError(f"{data}: no article in a language that could be learned")
    return {"data": str(data), "languages": scores}


def treatment(models: Path, rows: Sequence[Labelled]) -> dict[str, dict[str, int]]:
    """Return what becomes of the articles of each language when nothing tells what it is.

    By language: how many the model of which language judges, how many are not judged, and of these
    how many have trafficking terms.
    """
    coverage = load_classifiers(models)[-1]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        article = as_article(replace(row, language=""))
        (said,) = coverage.assess([article])
        judged = f"judged as {language_of(article)}"
        counts[row.language].update([judged if said.not_judged is None else "not judged"])
        counts[row.language]["with terms"] += bool(said.terms)
    return {language: dict(sorted(counts[language].items())) for language in sorted(counts)}


def cross_language(
    rows: Sequence[Labelled], cues: CueTable, *, seed: int = 0, with_own: bool = True
) -> Crossed:
    """Cross-fit labelled rows of one language and the project's own texts in it, if any."""
    language = rows[0].language
    own = _own_texts(language)
    joined = join_copies([*rows, *own])
    real = np.arange(len(joined)) < len(rows)
    readings = [read_article(row.title, row.text, cues) for row in joined]
    corpus = Corpus(joined, build_matrix(readings, StoryCounter(cues)), real, ~real)
    targets, events = targets_of(corpus, with_own=with_own), [row.event for row in joined]
    odds = [cross_fit(corpus.matrix, targets, events, OPTIONS, seed + n) for n in range(SEEDS)]
    term = cues.index["term"]
    terms = [
        sum(cue.group == term for cue in (*reading.title_cues, *reading.text_cues))
        for reading in readings
    ]
    return Crossed(corpus, np.array(odds), np.array(terms, dtype=float))


def language_scores(crossed: Crossed) -> dict[str, Any]:
    """Return the figures of the labelled rows, `rel` 1 left out; ranges are over the seeds."""
    corpus = crossed.corpus
    rel, real = corpus.rel, corpus.real
    clear = real & (rel != 1)
    truth = rel[clear] == 2
    main = [odds[clear, 0] for odds in crossed.odds]
    any_ = [odds[real, 1] for odds in crossed.odds]
    rows = [corpus.rows[number] for number in np.flatnonzero(real).tolist()]
    return {
        "rows": len(rows),
        "rel": {str(value): int((rel[real] == value).sum()) for value in (2, 1, 0)},
        "annotated": sum(row.basis != SAMPLED for row in rows),
        "stories": len({row.event for row in rows}),
        "seeds": SEEDS,
        "average_precision": _range([average_precision(truth, s) for s in main]),
        "recall_at_precision_0.90": _range([recall_at_precision(truth, s) for s in main]),
        "average_precision_any": _range([average_precision(rel[real] >= 1, s) for s in any_]),
        "average_precision_of_terms": average_precision(truth, crossed.terms[clear]),
    }


def _range(values: Sequence[float]) -> dict[str, float]:
    return {"mean": sum(values) / len(values), "low": min(values), "high": max(values)}


def _rows(rows: Sequence[Labelled], language: str) -> list[Labelled]:
    chosen = [row for row in rows if row.language == language]
    if not any(row.rel == 2 for row in chosen) or not cues_of(language).exists():
        raise DataError(f"'{language}': no relevant article to learn from, or no cues")
    return chosen


def _own_texts(language: str) -> list[Labelled]:
    folder = TEXTS / language
    return read_texts(folder) if folder.is_dir() else []


def smooth_calibration(odds: Floats, truth: Bools) -> Calibration:
    """Return Platt's curve with his smoothed targets, and nothing of a step function.

    Without them ten positives that rank on top would all be certain.
    """
    from sklearn.linear_model import LogisticRegression

    positives, negatives = int(truth.sum()), int((~truth).sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    both = np.concatenate([odds, odds])[:, None]
    labels = np.repeat([True, False], len(odds))
    weights = np.concatenate([target, 1 - target])
    platt = LogisticRegression(C=1e6, solver="lbfgs").fit(both, labels, weights)
    slope, intercept = round(float(platt.coef_[0, 0]), 5), round(float(platt.intercept_[0]), 5)
    return Calibration((0.0,), (0.5,), slope, intercept, share=1.0)


def _decisions(crossed: Crossed) -> tuple[list[Calibration], dict[str, float]]:
    """Return calibrations and thresholds from the cross-fitted rows, of the mean over the seeds.

    `relevant` keeps `PRECISION` with the best recall, `borderline` is where F1 of `rel` >= 1 is
    best, as for English.
    """
    real = crossed.corpus.real
    rel, odds = crossed.corpus.rel[real], crossed.mean[real]
    truths = (rel == 2, rel >= 1)
    calibration = [smooth_calibration(odds[:, n], truth) for n, truth in enumerate(truths)]
    main, any_ = _probabilities(calibration, odds)
    clear = rel != 1
    thresholds = {
        "relevant": threshold_for(main[clear], rel[clear] == 2, PRECISION),
        "borderline": best_f1_threshold(any_, rel >= 1),
    }
    return calibration, {key: round(value, 4) for key, value in thresholds.items()}


def _probabilities(calibration: Sequence[Calibration], odds: Floats) -> tuple[Floats, Floats]:
    main, any_ = (
        np.array([each.probability(value) for value in odds[:, output].tolist()])
        for output, each in enumerate(calibration)
    )
    return main, any_


def _at_threshold(
    crossed: Crossed, calibration: Sequence[Calibration], thresholds: dict[str, float]
) -> dict[str, int]:
    """Return how many cross-fitted rows of each kind are shown."""
    real = crossed.corpus.real
    return _shown(crossed.corpus.rel[real], crossed.mean[real], calibration, thresholds)


def _shown(
    rel: np.typing.NDArray[np.int_],
    odds: Floats,
    calibration: Sequence[Calibration],
    thresholds: dict[str, float],
) -> dict[str, int]:
    main, any_ = _probabilities(calibration, odds)
    relevant = main >= thresholds["relevant"]
    shown = relevant | (any_ >= thresholds["borderline"])
    return {
        f"rel {value} {name}": int((kind & (rel == value)).sum())
        for value in (2, 1, 0)
        for name, kind in (("relevant", relevant), ("shown", shown))
    }


def _own_scores(
    crossed: Crossed,
    bare: Crossed,
    calibration: Sequence[Calibration],
    thresholds: dict[str, float],
    seed: int,
) -> dict[str, Any]:
    """Return how the project's own texts fare: cross-fitted, and by a model that saw none."""
    corpus, own = crossed.corpus, np.flatnonzero(crossed.corpus.own)
    rel = corpus.rel[own]
    unseen = fit_linear(corpus.matrix, targets_of(bare.corpus, with_own=False), OPTIONS, seed)
    odds = score_rows(unseen, corpus.matrix, own) if len(own) else np.zeros((0, 2))
    return {
        "texts": {str(value): int((rel == value).sum()) for value in (2, 1, 0)},
        "learned": _shown(rel, crossed.mean[own], calibration, thresholds),
        "not_learned": _shown(rel, odds, calibration, thresholds),
    }


def text_hashes(language: str) -> dict[str, str]:
    """Return the sha256 of the cues and own texts that a language's model is made of."""
    folder = TEXTS / language
    files = [cues_of(language), *(text_files(folder) if folder.is_dir() else [])]
    return {path.name: file_sha256(path) for path in files}


def _record(data: Path, language: str, corpus: Corpus, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "options": asdict(OPTIONS),
        "data": {DATA: file_sha256(data)},
        "sources": dict(Counter(row.source for row in corpus.rows if row.basis != WRITTEN)),
        "texts": text_hashes(language),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }
