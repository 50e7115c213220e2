"""Days added up to weeks or months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from monitor.stats.trends import DayCount

Step = Literal["day", "week", "month"]
STEPS: tuple[Step, ...] = ("day", "week", "month")
MOST = 120
"""More bars than that are narrower than what stands between them."""
_LONGEST = {"day": 1, "week": 7, "month": 28}


def fitting_step(days: int, wanted: Step | None = None) -> Step:
    """Return the `wanted` step, by default one with few bars, or the next that has not too many."""
    least: Step = "day" if days <= 31 else "week" if days <= 200 else "month"
    chosen = wanted or least
    for step in STEPS[STEPS.index(chosen) :]:
        if days / _LONGEST[step] <= MOST:
            return step
    return "month"


def by_step(days: Iterable[DayCount], step: Step) -> tuple[DayCount, ...]:
    """Add up days; each sum stands under the first day of the period that it holds days of.

    A story counts once in all: on the day on which it was first told.
    """
    groups: dict[date, list[DayCount]] = {}
    for row in days:
        groups.setdefault(_begin(row.day, step), []).append(row)
    return tuple(_sum(group) for group in groups.values())


def _begin(day: date, step: Step) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def _sum(rows: Sequence[DayCount]) -> DayCount:
    return DayCount(
        rows[0].day,
        sum(row.stored for row in rows),
        sum(row.items for row in rows),
        sum(row.stories for row in rows),
        sum(row.changes for row in rows),
    )
