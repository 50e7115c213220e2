"""Which rows the judge learns from in each round: articles often, silence and sentences in turn.

Sentences written for a rule outnumber those of articles that break one, and teach another manner
of writing. Every round has all article sentences of which something is said, and a part of the
silent ones, half of the variations on such sentences; the written ones come whole in the first few,
then a part of them in turn, and in the last not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from training.judge_options import JudgeOptions
from training.judge_sources import VARIATION, WRITTEN_FOR_A_RULE, JudgeRow

Rows = NDArray[np.intp]


def rounds_of(
    rows: Sequence[JudgeRow], learned: Rows, options: JudgeOptions, draw: np.random.Generator
) -> Iterator[Rows]:
    """Yield the rows of each round; a `thin`-th of what is read in turn."""
    kinds = [rows[number].kind for number in learned]
    written = np.isin(kinds, WRITTEN_FOR_A_RULE)
    varied = np.isin(kinds, VARIATION)
    spoken = np.array([bool(rows[number].found or rows[number].doubted) for number in learned])
    turn = draw.permutation(len(learned)) % options.thin
    for number in range(options.rounds):
        always = spoken & ~varied & (~written | (number < options.written))
        these = always | (turn == number % options.thin) | (varied & (turn % 2 == number % 2))
        if number >= options.rounds - options.real:
            these &= ~written
        yield learned[these]
