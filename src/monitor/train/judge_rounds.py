"""Which rows the judge learns from in each round: articles often, silence and sentences in turn.

Sentences written for a rule outnumber those of articles that break one, and teach another manner
of writing. Every round has all article sentences of which something is said, and a part of the
silent ones; the written ones come whole in the first few, and then a part of them in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.train.judge_data import WRITTEN_FOR_A_RULE, JudgeRow
from monitor.train.judge_options import JudgeOptions

Rows = NDArray[np.intp]


def rounds_of(
    rows: Sequence[JudgeRow], learned: Rows, options: JudgeOptions, draw: np.random.Generator
) -> Iterator[Rows]:
    """Yield the rows of each round; a `thin`-th of what is read in turn."""
    written = np.array([row.kind in WRITTEN_FOR_A_RULE for row in rows], np.bool_)[learned]
    spoken = np.array([bool(row.found or row.doubted) for row in rows], np.bool_)[learned]
    turn = draw.permutation(len(learned)) % options.thin
    for number in range(options.rounds):
        always = spoken & (~written | (number < options.written))
        yield learned[always | (turn == number % options.thin)]
