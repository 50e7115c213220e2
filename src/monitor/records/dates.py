"""Parsing of days, months and periods, the moments that they span, and dates in words.

Command line, API, pages, recipients and exports read and write days here. Both days of a period are
part of it; within the program the second bound is the day, or the moment, after.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.records.errors import UsageError

LONGEST_DAYS = 3660
"""Ten years: longer periods are mistakes, and each day is a row."""
LONGEST_PUBLISHED_DAYS = 14_700
"""Forty years: as far as dates of publication reach back."""
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
    """Return when a day, or one so many after, begins, in UTC; beyond the calendar its end."""
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
    since: date | None, until: date | None, *, today: date, length: int, longest: int = LONGEST_DAYS
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
    days_of(first, after, longest)
    return first, after


def days_of(since: date, until: date, longest: int = LONGEST_DAYS) -> list[date]:
    """Return the days of [since, until); raises `UsageError` for none, or for too many."""
    number = (until - since).days
    if number <= 0:
        raise UsageError(f"a period of no day: from {since} to before {until}")
    if number > longest:
        raise UsageError(f"a period of {number:,} days is longer than {longest:,}")
    return [since + timedelta(days=n) for n in range(number)]


def month_of(value: str) -> tuple[date, date]:
    """Return first day and the first day after of a month such as 2026-11."""
    first = parse_day(f"{value}-01", "--month")
    if (first.year, first.month) == (date.max.year, date.max.month):
        raise UsageError(f"--month: '{value}' is too near to the calendar's end")
    return first, (first + timedelta(days=32)).replace(day=1)


_NONE = ("9", "0")
"""From one to the other is nothing."""


@dataclass(frozen=True, slots=True)
class PublicationDays:
    """Days of publication, both included, `None` where there is no bound, on the clock of `zone`.

    What says but a year or a month lies within where all of its days do, and beside where none
    does; else nobody can tell.
    """

    since: date | None
    until: date | None
    zone: ZoneInfo

    @property
    def bounds(self) -> Bounds:
        """The moments that the days span."""
        return bounds_of(self.since, self.until, self.zone)

    @property
    def years(self) -> tuple[str, str]:
        """First and last year that lie wholly within, as they are written."""
        first, last = self.since or date.min, self.until or date.max
        after = first.year + ((first.month, first.day) > (1, 1))
        before = last.year - ((last.month, last.day) < (12, 31))
        return (f"{after:04}", f"{before:04}") if after <= before else _NONE

    @property
    def months(self) -> tuple[str, str]:
        """First and last month that lie wholly within, as they are written."""
        first, last = self.since or date.min, self.until or date.max
        after = first.year * 12 + first.month - 1 + (first.day > 1)
        ends = monthrange(last.year, last.month)[1]
        before = last.year * 12 + last.month - 1 - (last.day < ends)
        if after > before:
            return _NONE
        begin, end = (f"{number // 12:04}-{number % 12 + 1:02}" for number in (after, before))
        return begin, end

    def holds(self, at: datetime | None, within: str) -> bool | None:
        """Whether what was published then, or `within` a year or month, is in; None: unknown."""
        if at is not None:
            since, until = self.bounds
            return (since is None or at >= since) and (until is None or at < until)
        if not within:
            return None
        first, last = self.years if len(within) == len("2004") else self.months
        if first <= within <= last:
            return True
        size = len(within)
        early = self.since is not None and within < self.since.isoformat()[:size]
        late = self.until is not None and within > self.until.isoformat()[:size]
        return False if early or late else None


def published_days(
    since: date | None, until: date | None, zone: ZoneInfo
) -> PublicationDays | None:
    """Return the days of publication asked for. Raises `UsageError` where they end too early."""
    if since is None and until is None:
        return None
    if since is not None and until is not None and until < since:
        raise UsageError(f"the period ends ({until}) before it begins ({since})")
    return PublicationDays(since, until, zone)


def undated_words(number: int, most: int | None = None) -> str:
    """Say how many articles are left out since nobody can tell when they were published."""
    many = f"more than {most:,}" if most is not None and number > most else f"{number:,}"
    are = "is" if number == 1 else "are"
    return f"{many} without a publication date that can be placed {are} left out"


ALL = "all"


def day_bounds(day: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the half-open `(since, until)` in UTC of a day of the desk's clock.

    Days on which clocks change have 23 or 25 hours. `all` has no bounds; `FIRST..LAST` are all
    days from one to another.

    Raises `UsageError` where `day` is none of these, nor an ISO date with a day after it.
    """
    if day == ALL:
        return None, None
    if ".." in day:
        earlier, _, later = day.partition("..")
        later = later.replace("..", "to")  # one period, not several
        since, until = day_bounds(earlier, zone)[0], day_bounds(later, zone)[1]
        if since is None or until is None or until <= since:
            raise UsageError(
                f"'{day[:30]}' is no period: FIRST..LAST, such as 2026-11-20..2026-11-25"
            )
        return since, until
    try:
        since, until = bounds_of(first := parse_day(day, "day"), first, zone)
    except UsageError as error:
        raise UsageError(
            f"'{day[:20]}' is no day: give a date such as 2026-11-25, or all"
        ) from error
    if since == BEGINNING or until == END:
        raise UsageError(f"'{day}' is no day here: it is too near to the calendar's end")
    return since, until


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def day_words(day: str) -> str:
    """Return an ISO day, `FIRST..LAST` or `all`, in words."""
    if day == ALL:
        return "All days"
    first, dots, last = day.partition("..")
    if dots:
        return f"{day_words(first)} to {day_words(last)}"
    d = date.fromisoformat(day)
    return f"{_WEEKDAYS[d.weekday()]} {d.day} {_MONTHS[d.month - 1]} {d.year}"


def on_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return `moment` on the clock of `zone`; as it is in a feed's years 1 and 9999."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def date_words(moment: datetime, day: str, zone: ZoneInfo) -> str:
    """Return the time of a moment, with the date where that is not `day`."""
    local = on_clock(moment, zone)
    words = f"{local:%H:%M}"
    if local.date().isoformat() != day:
        words = f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {words}"
    return words
