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

    `kappa` is None where it is not defined: no answers, or all alike on both sides. `table` counts
    by the desk's verdict and the answer.
    """

    n: int
    same: int
    kappa: float | None
    table: Mapping[tuple[Verdict, Verdict], int]
    differing: tuple[PracticeAnswer, ...]


def agreement_of(answers: Sequence[PracticeAnswer]) -> Agreement:
    """Return how answers agree with what the desk had decided."""
    table = Counter((one.desk, one.verdict) for one in answers)
    return Agreement(
        n=len(answers),
        same=sum(one.desk == one.verdict for one in answers),
        kappa=cohen_kappa(table),
        table=table,
        differing=tuple(one for one in answers if one.desk != one.verdict),
    )


def cohen_kappa(table: Mapping[tuple[Verdict, Verdict], int]) -> float | None:
    """Return Cohen's kappa of counts by both sides' verdicts; None where chance explains all."""
    n = sum(table.values())
    if not n:
        return None
    observed = sum(count for (one, other), count in table.items() if one == other) / n
    chance = 0.0
    for verdict in VERDICTS:
        ours = sum(count for (one, _), count in table.items() if one == verdict)
        theirs = sum(count for (_, other), count in table.items() if other == verdict)
        chance += ours * theirs / n**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
