"""Fitting the gate before the relevance model.

A linear model over single words, fitted to let through `rel` 1 and 2; the threshold is the highest
that keeps a stated share of the cross-fitted `rel` 2 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.calibration import Calibration
from monitor.classify.gate import Gate, words_of
from monitor.evaluate.labelled_data import SAMPLED, Labelled
from monitor.evaluate.linear_fit import Floats, fit_calibration, make_folds

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

OPENERS = ("traffick", "enslav", "slave", "modern-day bondage", "servitude")
"""Letters that open for any text, whatever else it says."""


STRANGE = 0.005
"""Share of sampled negatives in whose words there is more than the linear model may see."""


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
    """A gate, the calibrations of its weights, and the share of each kind that it lets in.

    `strange` is the weight that `STRANGE` of the sampled negatives reach.
    """

    gate: Gate
    strange: float
    shut: tuple[Calibration, Calibration]
    passed: dict[str, Any]


def fit_gate(
    rows: Sequence[Labelled],
    real: NDArray[np.bool_],
    seed: int,
    options: GateOptions = GateOptions(),
) -> FittedGate:
    """Return the gate of labelled rows.

    What it lets in and what its weights mean is told by cross-fitting, the latter by the `real`
    rows that no opener lets in.
    """
    words = [words_of(f"{row.title}\n{row.text}".lower()) for row in rows]
    rel = np.array([row.rel for row in rows])
    opened = np.array([_opened(row) for row in rows])
    scores = np.zeros(len(rows))
    every = np.arange(len(rows))
    for fold in make_folds([row.event for row in rows], options.folds, seed):
        gate = _fit(words, rel, np.setdiff1d(every, fold), options, seed)
        scores[fold] = [gate.weigh(f"{rows[i].title}\n{rows[i].text}") for i in fold]
    threshold = _threshold(scores[real], opened[real], rel[real], options.recall)
    gate = replace(_fit(words, rel, every, options, seed), threshold=threshold)
    told = real & ~opened
    main, any_ = (fit_calibration(scores[told], truth[told]) for truth in (rel == 2, rel >= 1))
    easy = real & (rel == 0) & np.array([row.basis == SAMPLED for row in rows])
    strange = np.quantile(scores[easy if easy.any() else rel == 0], 1 - STRANGE)
    passed = _report(rows, rel, opened | (scores >= threshold))
    return FittedGate(gate, round(float(strange), 2), (main, any_), passed)


def _opened(row: Labelled) -> bool:
    lower = f"{row.title}\n{row.text}".lower()
    return any(opener in lower for opener in OPENERS)


def _threshold(
    scores: Floats, opened: NDArray[np.bool_], rel: NDArray[np.int64], recall: float
) -> float:
    """Return the highest threshold that lets through `recall` of the `rel` 2 rows."""
    needed = np.sort(scores[(rel == 2) & ~opened])
    may_lose = int((1 - recall) * int((rel == 2).sum()))
    return round(float(needed[may_lose]) - 0.01, 2) if may_lose < len(needed) else 0.0


def _fit(
    words: Sequence[set[str]],
    rel: NDArray[np.int64],
    rows: NDArray[np.intp],
    options: GateOptions,
    seed: int,
) -> Gate:
    from sklearn.linear_model import LogisticRegression

    count: dict[str, int] = {}
    for row in rows:
        for word in words[row]:
            count[word] = count.get(word, 0) + 1
    known = sorted(word for word, times in count.items() if times >= options.seen)
    fitted: LogisticRegression | None = None
    for size in (len(known), options.keep):
        if fitted is not None:
            heaviest = np.argsort(-np.abs(fitted.coef_[0]), kind="stable")[:size]
            known = sorted(known[i] for i in heaviest)
        fitted = LogisticRegression(
            C=options.strength,
            class_weight={False: 1.0, True: options.positive_weight},
            solver="liblinear",
            random_state=seed,
        ).fit(_matrix(words, known, rows), rel[rows] >= 1)
    assert fitted is not None
    weights = {
        word: round(float(weight), 3) for word, weight in zip(known, fitted.coef_[0], strict=True)
    }
    return Gate(OPENERS, weights, round(float(fitted.intercept_[0]), 3), 0.0)


def _matrix(words: Sequence[set[str]], known: Sequence[str], rows: NDArray[np.intp]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    column = {word: i for i, word in enumerate(known)}
    ids = [sorted(column[word] for word in words[row] if word in column) for row in rows]
    lengths = np.array([len(row) for row in ids])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    indices = np.fromiter((i for row in ids for i in row), dtype=np.int64, count=lengths.sum())
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    return csr_matrix((values, indices, pointers), shape=(len(rows), len(known)))


def _report(
    rows: Sequence[Labelled], rel: NDArray[np.int64], opens: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return the share that passes of each kind of row, cross-fitted."""
    sampled = np.array([row.basis != "annotated" for row in rows]) & (rel == 0)
    kinds = {"rel 2": rel == 2, "rel 1": rel == 1, "rel 0": rel == 0, "sampled rel 0": sampled}
    return {name: round(float(opens[kind].mean()), 4) for name, kind in kinds.items() if kind.any()}
