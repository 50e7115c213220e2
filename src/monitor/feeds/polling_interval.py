"""Adaptive polling interval: from a feed's own rhythm, and its server's word on freshness."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.feeds.http_client import http_date

MAX_PAUSE = timedelta(days=1)
"""However seldom a feed has news, it is asked once a day."""
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[,\s])no-(?:cache|store)(?:$|[,\s;])", re.IGNORECASE)


def usual_gap(recent: Sequence[datetime], now: datetime) -> timedelta | None:
    """Return how long a feed takes from one time of publishing to the next, the present pause too.

    `recent` are the times of its latest entries; `None` where there are none.
    """
    dates = sorted(date for date in recent if date <= now)
    if not dates:
        return None
    times, last = 1, dates[0]
    for date in dates[1:]:
        if date - last >= timedelta(minutes=10):  # else it is one time of publishing
            times, last = times + 1, date
    return (now - dates[0]) / times


def rhythm_pause(recent: Sequence[datetime], now: datetime, least: timedelta) -> timedelta:
    """Return the pause that a feed's own rhythm asks for, from `least` to a day (or `least`)."""
    gap = usual_gap(recent, now)
    # an hourly one is asked each quarter of an hour, a daily one each six hours
    wanted = timedelta(hours=1) if gap is None else gap / 4
    return max(least, min(wanted, MAX_PAUSE))


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long an answer calls itself fresh, by max-age or Expires (RFC 9111, 5.3)."""
    control = headers.get("cache-control", "")
    match = _MAX_AGE.search(control)
    if match:
        return timedelta(seconds=int(match[1]))
    expires = http_date(headers.get("expires", ""))
    if expires is None or _NOT_KEPT.search(control):
        return timedelta(0)
    # from the server's own Date, so that a clock that is wrong does not matter
    return max(timedelta(0), expires - (http_date(headers.get("date", "")) or now))
