"""Days and moments in words, on the desk's clock."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.digest.build import ALL

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
