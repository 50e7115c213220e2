"""The share had of the cases that the desk learned of elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.records.article import MEASURED_FROM
from monitor.records.confidence_interval import wilson
from monitor.records.gaps import ToldHad

CASES_NEEDED = MEASURED_FROM
"""Cases without which a share says nothing."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many `cases` the digest showed `shown` in time; the rest by what we had of them.

    `interval` (Wilson, 95 %) is None below `CASES_NEEDED`.
    """

    cases: int
    shown: int
    by: Mapping[str, int]
    interval: tuple[float, float] | None


def share_had(told: Sequence[ToldHad]) -> Share:
    """Count what we had of the cases learned of elsewhere."""
    by = Counter(one.had for one in told)
    cases, shown = len(told), by["shown"]
    interval = wilson(shown / cases, cases) if cases >= CASES_NEEDED else None
    return Share(cases, shown, dict(sorted(by.items())), interval)
