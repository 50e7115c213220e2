"""What each part of the relevance model brings: the same training without it, measured on dev."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from monitor.classify.cues import CueTable
from monitor.classify.reading import read_article
from monitor.classify.story import StoryCounter
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.linear_fit import (
    FitOptions,
    Floats,
    Target,
    cross_fit,
    fit_linear,
    threshold_for,
)
from monitor.evaluate.matrix import Matrix
from monitor.evaluate.metrics import average_precision, recall_at_precision
from training.corpus import Corpus

WHOLE, WITH_TEXTS = "whole model", "with the project's texts"


def ablate(
    corpus: Corpus,
    targets: Sequence[Target],
    with_own: Sequence[Target],
    dev: Sequence[Labelled],
    cues: CueTable,
    options: FitOptions,
    seed: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Return dev figures of the whole model and of models that lack one part.

    For the project's own texts also what cross-fitted models with and without them find of them.
    """
    matrix = corpus.matrix
    main = targets[0]
    variants = _variants(matrix, main, with_own[0], options)
    counter = StoryCounter(cues)
    readings = [read_article(row.title, row.text, cues) for row in dev]
    stories = [counter.count(reading) for reading in readings]
    rel = np.array([row.rel for row in dev])
    clear = rel != 1
    table: dict[str, Any] = {}
    for name, (part, target, chosen) in variants.items():
        say(f"ablation: {name}")
        model = fit_linear(part, [target], chosen, seed)
        pairs = zip(readings, stories, strict=True)
        scores = np.array([model.decide(reading, story)[0] for reading, story in pairs])
        table[name] = {
            "average_precision": average_precision(rel[clear] == 2, scores[clear]),
            "recall_at_precision_0.90": recall_at_precision(rel[clear] == 2, scores[clear]),
        }
    say("ablation: own texts found by models that have not read them")
    events = [row.event for row in corpus.rows]
    for name, target in ((WHOLE, main), (WITH_TEXTS, with_own[0])):
        crossed = cross_fit(matrix, [target], events, options, seed)[:, 0]
        table[name]["own_texts_found"] = own_recall(corpus, crossed)
    return table


def _variants(
    matrix: Matrix, main: Target, with_own: Target, options: FitOptions
) -> dict[str, tuple[Matrix, Target, FitOptions]]:
    """Return what to fit for each variant: the whole model first, then less and less of it."""
    variants = {
        WHOLE: (matrix, main, options),
        WITH_TEXTS: (matrix, with_own, options),
        "without story counts": (matrix, main, replace(options, story_weight=0.0)),
        "story counts alone": (replace(matrix, counts={}), main, options),
    }
    for field in matrix.counts:
        fewer = {name: counts for name, counts in matrix.counts.items() if name != field}
        variants[f"without n-grams of '{field}'"] = (replace(matrix, counts=fewer), main, options)
    return variants


def own_recall(corpus: Corpus, crossed: Floats) -> float:
    """Return the share of own relevant texts found at precision 0.90 on the real rows."""
    rel = corpus.rel
    clear = corpus.real & (rel != 1)
    threshold = threshold_for(crossed[clear], rel[clear] == 2, 0.9)
    return float((crossed[corpus.own & (rel == 2)] >= threshold).mean())
