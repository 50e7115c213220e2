"""Relevance models of languages with little labelled news: linear alone, measured by refitting.

There is one file for learning and measuring, so every figure is of rows that the model at hand did
not see, over `SEEDS` ways of cutting the folds. Where that file has nearly nothing relevant in a
language, the project's own texts say what is, and negatives of the file, if any, what is not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from monitor.classify.assessors import load_classifiers
from monitor.classify.coverage import language_of
from monitor.classify.cues import CueTable
from monitor.classify.reading import opening, read_article
from monitor.classify.relevance import name_of
from monitor.classify.story import StoryCounter
from monitor.classify.terms import load_terms
from monitor.classify.words import splitter_of
from monitor.errors import DataError
from monitor.evaluate.evaluation_report import model_card
from monitor.evaluate.labelled_data import (
    TEXTS,
    Labelled,
    file_sha256,
    read_labelled,
    read_texts,
    text_files,
)
from monitor.evaluate.linear_fit import (
    FitOptions,
    Floats,
    Target,
    cross_fit,
    fit_linear,
    score_rows,
)
from monitor.evaluate.matrix import build_matrix
from monitor.nlp.artefact import save_folder
from monitor.types import MEASURED_FROM
from training.copies import as_article, join_copies
from training.corpus import Corpus, targets_of
from training.cue_groups import cues_of, load_cues
from training.language_scores import FEW, Crossed, decide, language_scores, shown_scores
from training.lengthen import lengthen
from training.relevance import LIBRARIES, pack_linear, rounded

DATA = "multilingual.jsonl.gz"
OPTIONS = FitOptions(story_weight=0.1)
"""As for English, but cues weigh three times as much: they carry over to other outlets and
countries, one outlet's words do not. Of 0.03, 0.1 and 0.2 (average precision pt 0.983, 0.984,
0.977; es 0.969, 1, 1) 0.1 also finds more of the project's own texts, unlearned: pt 2, 5, 5 of 14,
es 0, 1, 1."""
FEW_OPTIONS = replace(OPTIONS, keep=12_000)
"""Own texts alone have no more to tell; Thai runs of letters would fill a megabyte."""
SEEDS = 5
OPENING = 300
"""Characters of an article that are read where a model has learned from own texts alone: as many as
these are lengthened to."""
OWN_WEIGHT = 0.3
"""Of an own text beside labelled rows that can be learned from. With 0.15, 0.3, 0.6 and 1 average
precision is 0.989, 0.988, 0.988, 0.988 in Portuguese, 1, 1, 1, 0.996 in Spanish; of relevant own
texts, cross-fitted, 0.3 shows as many as any (32 and 24 of 54)."""
WRITTEN = "written"
"""What the data call the basis of the project's own texts."""
Say = Callable[[str], None]


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
    cues = _cues(language)
    say(f"cross-fitting with {SEEDS} seeds")
    crossed = cross_language(language, rows, cues, seed=seed)
    corpus = crossed.corpus
    decisions = decide(crossed)
    scores = language_scores(crossed)
    if not crossed.few:
        say("the same without the project's own texts")
        bare = cross_language(language, rows, cues, seed=seed, with_own=False)
        scores["without_own_texts"] = language_scores(bare)
    say("fitting the model")
    linear = fit_linear(corpus.matrix, _targets(crossed.few, corpus), _options(crossed.few), seed)
    others = decide(cross_language(language, (), cues, seed=seed)) if crossed.few else decisions
    scores |= shown_scores(crossed, decisions, _unseen(crossed, seed), others)
    labels = ["relevant", "borderline"]
    meta = {
        "name": name_of(language),
        "version": version,
        "language": language,
        "released": released,
        "labels": {"relevance": labels},
        "experimental": {} if scores["rel"]["2"] >= MEASURED_FROM else {"relevance": labels},
        "thresholds": decisions.thresholds,
        "settings": {
            "calibration": decisions.stored,
            **({"opening": OPENING} if crossed.few else {}),
            "also": sorted(
                {code for each in load_terms() if each.language == language for code in each.also}
            ),
        },
        "scores": rounded(scores),
        "training": _record(data / DATA, language, crossed, seed),
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
        crossed = cross_language(language, _rows(every, language), _cues(language))
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
    language: str,
    rows: Sequence[Labelled],
    cues: CueTable,
    *,
    seed: int = 0,
    with_own: bool = True,
) -> Crossed:
    """Cross-fit labelled rows of one language, if any, and the project's own texts in it, if any.

    With too few relevant rows to learn from, articles are cut to what own texts are long.
    """
    few = sum(row.rel == 2 for row in rows) < FEW
    texts = _own_texts(language)
    own = lengthen(texts, OPENING) if few else texts
    joined = [*join_copies(rows), *own]
    real = np.arange(len(joined)) < len(rows)
    cut = OPENING if few else None
    readings = [read_article(row.title, opening(row.text, cut), cues) for row in joined]
    corpus = Corpus(joined, build_matrix(readings, StoryCounter(cues)), real, ~real)
    targets, events = _targets(few, corpus, with_own=with_own), [row.event for row in joined]
    options = _options(few)
    odds = [cross_fit(corpus.matrix, targets, events, options, seed + n) for n in range(SEEDS)]
    term = cues.index["term"]
    terms = [
        sum(cue.group == term for cue in (*reading.title_cues, *reading.text_cues))
        for reading in readings
    ]
    return Crossed(corpus, np.array(odds), np.array(terms, dtype=float))


def _unseen(crossed: Crossed, seed: int) -> Floats:
    """Return the log odds of every row by a model of the kind of rows that can be learned alone."""
    corpus = crossed.corpus
    learned = np.flatnonzero(corpus.own if crossed.few else corpus.real)
    targets, options = _targets(crossed.few, corpus), _options(crossed.few)
    model = fit_linear(corpus.matrix, targets, options, seed, learned)
    return score_rows(model, corpus.matrix, np.arange(len(corpus.rows)))


def _options(few: bool) -> FitOptions:
    return FEW_OPTIONS if few else OPTIONS


def _targets(few: bool, corpus: Corpus, *, with_own: bool = True) -> list[Target]:
    """Return what the outputs learn; own texts count less where labelled rows can be learned."""
    share = np.where(corpus.own & (not few), OWN_WEIGHT, 1.0)
    return [
        Target(each.truth, each.weight * share) for each in targets_of(corpus, with_own=with_own)
    ]


def _cues(language: str) -> CueTable:
    return CueTable(load_cues(cues_of(language)), splitter_of(language))


def _rows(rows: Sequence[Labelled], language: str) -> list[Labelled]:
    chosen = [row for row in rows if row.language == language]
    relevant = sum(row.rel == 2 for row in chosen)
    if (relevant < FEW and not _own_texts(language)) or not cues_of(language).exists():
        raise DataError(f"'{language}': no relevant article to learn from, or no cues")
    return chosen


def _own_texts(language: str) -> list[Labelled]:
    folder = TEXTS / language
    return read_texts(folder) if folder.is_dir() else []


def text_hashes(language: str) -> dict[str, str]:
    """Return the sha256 of the cues and own texts that a language's model is made of."""
    folder = TEXTS / language
    files = [cues_of(language), *(text_files(folder) if folder.is_dir() else [])]
    return {path.name: file_sha256(path) for path in files}


def _record(data: Path, language: str, crossed: Crossed, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "options": asdict(_options(crossed.few)),
        "own_weight": OWN_WEIGHT,
        "data": {DATA: file_sha256(data)},
        "sources": dict(Counter(row.source for row in crossed.corpus.rows if row.basis != WRITTEN)),
        "texts": text_hashes(language),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }
