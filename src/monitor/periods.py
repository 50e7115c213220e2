"""Days as they are asked for, and the moments that they span on a desk's clock.

Command line, API and pages read days here. Both days of a period are part of it; within the
program the second bound is the day, or the moment, after.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import UsageError

LONGEST_DAYS = 3660
"""Ten years: longer periods are mistakes, and each day is a row."""
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)  # date.fromisoformat also takes 20261125

Bounds = tuple[datetime | None, datetime | None]
"""Moments [since, until) in UTC, None where there is no bound."""


def parse_day(value: str, what: str) -> date:
    """Return an ISO date; raises `UsageError` that says of `what`, an option or a field."""
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # as 2026-02-30
    raise UsageError(f"{what}: '{value[:20]}' is no date such as 2026-11-25")


def midnight(day: date, zone: ZoneInfo, *, after: int = 0) -> datetime:
    """Return when a day begins, or one so many days after it, in UTC.

    What lies beyond an end of the calendar is that end: nothing was stored there.
    """
    try:
        there = datetime.combine(day + timedelta(days=after), time.min, tzinfo=zone)
        return there.astimezone(UTC)
    except OverflowError:
        return BEGINNING if day.year < 5000 else END


def bounds_of(since: date | None, until: date | None, zone: ZoneInfo) -> Bounds:
    """Return the moments that days span, both included."""
    return (
        None if since is None else midnight(since, zone),
        None if until is None else midnight(until, zone, after=1),
    )


def period_of(
    since: date | None, until: date | None, *, today: date, length: int
) -> tuple[date, date]:
    """Return the days [since, until) from one to another, both included.

    Where a day is not given: those of `length` days that end with `until`, or `today`. Raises
    `UsageError` for no days, for too many, and for the calendar's last day, which has none after.
    """
    last = today if until is None else until
    if last == date.max:
        raise UsageError(f"'{last}' is too near to the calendar's end")
    first = date.fromordinal(max(1, last.toordinal() - length + 1)) if since is None else since
    if first > last:
        raise UsageError(f"the period ends ({last}) before it begins ({first})")
    after = last + timedelta(days=1)
    days_of(first, after)
    return first, after


def days_of(since: date, until: date) -> list[date]:
    """Return the days of [since, until); raises `UsageError` for none, or for too many."""
    number = (until - since).days
    if number <= 0:
        raise UsageError(f"a period of no day: from {since} to before {until}")
    if number > LONGEST_DAYS:
        raise UsageError(f"a period of {number:,} days is longer than {LONGEST_DAYS:,}")
    return [since + timedelta(days=n) for n in range(number)]


def month_of(value: str) -> tuple[date, date]:
    """Return first day and the first day after of a month such as 2026-11."""
    first = parse_day(f"{value}-01", "--month")
    if (first.year, first.month) == (date.max.year, date.max.month):
        raise UsageError(f"--month: '{value}' is too near to the calendar's end")
    return first, (first + timedelta(days=32)).replace(day=1)
