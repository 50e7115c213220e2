"""What the relevance model of a language with little labelled news is worth, on what it never saw.

Where there are too few relevant articles to learn from, the project's own texts are all that is
known, and labelled negatives tell how often such a model is wrong in real news.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from monitor.classify.calibration import Calibration
from monitor.evaluate.linear_fit import Floats, best_f1_threshold, fit_calibration, threshold_for
from monitor.evaluate.metrics import average_precision, recall_at_precision
from training.corpus import Corpus
from training.relevance import PRECISION

FEW = 5
"""With fewer relevant articles than this a model learns what is relevant from own texts alone."""
SAMPLED = "sampled negative"
"""What the data call the basis of a negative nobody read."""
Bools = np.typing.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """Log odds (seeds x rows x outputs) from models that saw no copy of the row.

    `terms` counts each row's terms of the field.
    """

    corpus: Corpus
    odds: Floats
    terms: Floats

    @property
    def mean(self) -> Floats:
        """The mean over the seeds (rows x outputs)."""
        mean: Floats = self.odds.mean(0)
        return mean

    @property
    def few(self) -> bool:
        """Whether the labelled rows are too few to learn from."""
        return int((self.corpus.rel[self.corpus.real] == 2).sum()) < FEW

    @property
    def telling(self) -> Bools:
        """The rows that calibration and thresholds rest on: the labelled ones where they can."""
        return np.ones_like(self.corpus.real) if self.few else self.corpus.real


@dataclass(frozen=True, slots=True)
class Decisions:
    """How log odds become probabilities, and from which on an article is shown."""

    calibration: Sequence[Calibration]
    thresholds: dict[str, float]

    def shown(self, corpus: Corpus, odds: Floats, rows: Bools) -> dict[str, int]:
        """Return how many of `rows` of each kind are shown."""
        rel = corpus.rel[rows]
        main, any_ = probabilities(self.calibration, odds[rows])
        relevant = main >= self.thresholds["relevant"]
        shown = relevant | (any_ >= self.thresholds["borderline"])
        return {
            f"rel {value} {name}": int((kind & (rel == value)).sum())
            for value in (2, 1, 0)
            for name, kind in (("relevant", relevant), ("shown", shown))
        }

    @property
    def stored(self) -> list[dict[str, Any]]:
        """The calibration as `meta.json` has it."""
        return [asdict(each) for each in self.calibration]


def decide(crossed: Crossed) -> Decisions:
    """Choose calibration and thresholds on the cross-fitted rows, of the mean over the seeds.

    `relevant` keeps `PRECISION` with the best recall, `borderline` is where F1 of `rel` >= 1 is
    best, as for English; among own texts alone, which are half of them relevant, F1 would let too
    much through, so that `borderline` too keeps `PRECISION`.
    """
    rows = crossed.telling
    rel, odds = crossed.corpus.rel[rows], crossed.mean[rows]
    truths = (rel == 2, rel >= 1)
    calibration = [fit_calibration(odds[:, n], truth) for n, truth in enumerate(truths)]
    main, any_ = probabilities(calibration, odds)
    clear = rel != 1
    thresholds = {
        "relevant": threshold_for(main[clear], rel[clear] == 2, PRECISION),
        "borderline": (
            threshold_for(any_, rel >= 1, PRECISION)
            if crossed.few
            else best_f1_threshold(any_, rel >= 1)
        ),
    }
    return Decisions(calibration, {key: round(value, 4) for key, value in thresholds.items()})


def language_scores(crossed: Crossed) -> dict[str, Any]:
    """Return the figures of the labelled rows, `rel` 1 left out; ranges are over the seeds.

    Where these are too few to learn from, the ranking figures are of the project's own texts and
    their names begin with `own_`.
    """
    corpus = crossed.corpus
    rel, real = corpus.rel, corpus.real
    rows = [corpus.rows[number] for number in np.flatnonzero(real).tolist()]
    return {
        "rows": len(rows),
        "rel": {str(value): int((rel[real] == value).sum()) for value in (2, 1, 0)},
        "annotated": sum(row.basis != SAMPLED for row in rows),
        "stories": len({row.event for row in rows}),
        "seeds": len(crossed.odds),
        **(
            {f"own_{key}": value for key, value in _ranking(crossed, corpus.own).items()}
            if crossed.few
            else _ranking(crossed, real)
        ),
    }


def _ranking(crossed: Crossed, rows: Bools) -> dict[str, Any]:
    rel = crossed.corpus.rel
    clear = rows & (rel != 1)
    truth = rel[clear] == 2
    main = [odds[clear, 0] for odds in crossed.odds]
    any_ = [odds[rows, 1] for odds in crossed.odds]
    return {
        "average_precision": _range([average_precision(truth, s) for s in main]),
        "recall_at_precision_0.90": _range([recall_at_precision(truth, s) for s in main]),
        "average_precision_any": _range([average_precision(rel[rows] >= 1, s) for s in any_]),
        "average_precision_of_terms": average_precision(truth, crossed.terms[clear]),
    }


def _range(values: Sequence[float]) -> dict[str, float]:
    return {"mean": sum(values) / len(values), "low": min(values), "high": max(values)}


def shown_scores(
    crossed: Crossed, decisions: Decisions, unseen: Floats, others: Decisions
) -> dict[str, Any]:
    """Return what is shown of labelled rows and own texts, cross-fitted and not learned at all.

    `unseen` are the log odds from a model that saw none of the rows of that kind, `others` the
    decisions that were made without them.
    """
    corpus, own = crossed.corpus, crossed.corpus.own
    silent = own & (corpus.rel == 2) & (crossed.terms == 0)
    real = {"learned": decisions.shown(corpus, crossed.mean, corpus.real)}
    if crossed.few:
        real["not_learned"] = others.shown(corpus, unseen, corpus.real)
    texts = {"learned": decisions.shown(corpus, crossed.mean, own)}
    if not crossed.few:
        texts["not_learned"] = others.shown(corpus, unseen, own)
    return {
        "at_threshold": real,
        "own_texts": {
            "texts": {str(value): int((corpus.rel[own] == value).sum()) for value in (2, 1, 0)},
            "without_term": int(silent.sum()),
            "without_term_shown": decisions.shown(corpus, crossed.mean, silent)["rel 2 shown"],
            **texts,
        },
    }


def probabilities(calibration: Sequence[Calibration], odds: Floats) -> tuple[Floats, Floats]:
    """Return the calibrated probabilities of both outputs."""
    main, any_ = (
        np.array([each.probability(value) for value in odds[:, output].tolist()])
        for output, each in enumerate(calibration)
    )
    return main, any_
