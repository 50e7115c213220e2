"""Days of the desk's clock: which moments a period spans."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import UsageError

LONGEST_DAYS = 3660
"""Ten years: longer periods are mistakes, and each day is a row."""


def parse_day(value: str, what: str) -> date:
    """Return an ISO date; raises `UsageError` that says of `what`."""
    try:
        # strptime rather than fromisoformat, which also takes 20261125 and 2026-W48-3
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise UsageError(f"{what}: '{value[:20]}' is no date such as 2026-11-25") from error


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when `day` begins, in UTC; raises `UsageError` at the ends of the calendar."""
    try:
        return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f"'{day}' is too near to the calendar's end") from error


def days_of(since: date, until: date) -> list[date]:
    """Return the days of [since, until); raises `UsageError` for none, or for too many."""
    number = (until - since).days
    if number <= 0:
        raise UsageError(f"the period ends ({until}) before it begins ({since})")
    if number > LONGEST_DAYS:
        raise UsageError(f"a period of {number:,} days is longer than {LONGEST_DAYS:,}")
    return [since + timedelta(days=n) for n in range(number)]


def month_of(value: str) -> tuple[date, date]:
    """Return first day and the first day after of a month such as 2026-11."""
    first = parse_day(f"{value}-01", "--month")
    return first, (first + timedelta(days=32)).replace(day=1)
