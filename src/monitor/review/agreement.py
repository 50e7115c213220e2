"""Inter-annotator agreement: Cohen's kappa of practice answers and the desk's verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.records.article import VERDICTS, Verdict
from monitor.records.finding import MEASURED_FROM
from monitor.records.review import PracticeAnswer

ENOUGH = MEASURED_FROM
"""Answers below which a kappa says little."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How `n` answers agree with the desk: `same` of them, and Cohen's `kappa`.

    `kappa` is None where it is not defined. `table` counts by the desk's verdict and the answer.
    """

    n: int
    same: int
    kappa: float | None
    table: Mapping[tuple[Verdict, Verdict], int]
    differing: tuple[PracticeAnswer, ...]


def agreement_of(answers: Sequence[PracticeAnswer]) -> Agreement:
    """Return how answers agree with what the desk had decided."""
    table = Counter((one.desk, one.verdict) for one in answers)
    desk, theirs = (Counter(one.desk for one in answers), Counter(one.verdict for one in answers))
    differing = tuple(one for one in answers if one.desk != one.verdict)
    n, kappa = len(answers), None
    chance = sum(desk[verdict] * theirs[verdict] for verdict in VERDICTS)
    if chance < n**2:
        kappa = (n * (n - len(differing)) - chance) / (n**2 - chance)
    return Agreement(n, n - len(differing), kappa, table, differing)
