"""The rows that a relevance model learns from, and what its two outputs learn of them.

Weights of rows: 1 for a sure label, 0.7 for an unsure one, 0.3 for `rel` 1 rows as negatives of
the first output; between half and twice these values average precision moves by 0.003 at most.
Unlabelled positives (headline term, charge) as further rows were tried and added nothing.

The linear model of English does not learn from the project's own texts. Half of them are on the
subject and none comes from a newspaper: it learns their manner, and on sources it has not read its
ranking falls (mean average precision over six groups of sources 0.91 without, 0.85 with them, 0.87
with a weight of 0.1). The encoder does learn from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.classify.cues import CueTable
from monitor.classify.reading import read_article
from monitor.classify.story import StoryCounter
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.linear_fit import Target
from monitor.evaluate.matrix import Matrix, build_matrix
from training.rows import Rows

WEIGHT_UNSURE, WEIGHT_BORDERLINE = 0.7, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """All rows a model learns from, read; `real` marks labelled news, in the mix it came in."""

    rows: Sequence[Labelled]
    matrix: Matrix
    real: np.typing.NDArray[np.bool_]
    own: np.typing.NDArray[np.bool_]

    @property
    def rel(self) -> np.typing.NDArray[np.int_]:
        """The `rel` value of every row."""
        return np.array([row.rel for row in self.rows])


def make_corpus(
    rows: Rows, cues: CueTable, counter: StoryCounter, reviews: Sequence[Labelled] = ()
) -> Corpus:
    """Read labelled news, mined rows and the project's own texts; `reviews` are further rows."""
    every = [*rows.news, *rows.own, *rows.mined, *reviews]
    number = np.arange(len(every))
    real = number < len(rows.news)
    written = ~real & (number < len(rows.news) + len(rows.own))
    readings = [read_article(row.title, row.text, cues) for row in every]
    return Corpus(every, build_matrix(readings, counter), real, written)


def targets_of(corpus: Corpus, *, with_own: bool = True) -> list[Target]:
    """Return what the two outputs learn."""
    rel = corpus.rel
    sure = np.array([row.sure for row in corpus.rows])
    weight = np.where(sure, 1.0, WEIGHT_UNSURE)
    if not with_own:
        weight[corpus.own] = 0.0
    return [
        Target(rel == 2, weight * np.where(rel == 1, WEIGHT_BORDERLINE, 1.0)),
        Target(rel >= 1, weight),
    ]
