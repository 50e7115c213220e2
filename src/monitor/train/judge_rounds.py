"""Which rows the judge learns from in each round: articles often, silence and sentences in turn.

Sentences written for a rule outnumber those of articles that break one, and teach another manner
of writing. Every round has all article sentences of which something is said, and a part of the
silent ones; after half of the rounds only a part of the written ones comes along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.train.judge_data import WRITTEN_FOR_A_RULE, JudgeRow

Rows = NDArray[np.intp]


def rounds_of(
    rows: Sequence[JudgeRow], learned: Rows, rounds: int, thin: int, draw: np.random.Generator
) -> Iterator[Rows]:
    """Yield the rows of each round; a `thin`-th of what is read in turn."""
    written = np.array([row.kind in WRITTEN_FOR_A_RULE for row in rows], np.bool_)[learned]
    spoken = np.array([bool(row.found or row.doubted) for row in rows], np.bool_)[learned]
    turn = draw.permutation(len(learned)) % thin
    for number in range(rounds):
        always = spoken & (~written | (2 * number < rounds))
        yield learned[always | (turn == number % thin)]
