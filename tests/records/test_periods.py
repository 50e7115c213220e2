"""Days as they are asked for, to the ends of the calendar and in every zone."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records.dates import (
    BEGINNING,
    END,
    LONGEST_DAYS,
    PublicationDays,
    bounds_of,
    midnight,
    parse_day,
    period_of,
    published_days,
)
from monitor.records.errors import UsageError

EDGES = [date.min, date(1, 1, 2), date(9999, 12, 30), date.max]
ZONES = [ZoneInfo(name) for name in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu")]
DAYS = st.dates() | st.sampled_from(EDGES)


@pytest.mark.parametrize(
    "value",
    ["", "20261125", "2026-W48-3", "2026-1-5", "2026-02-30", "2026-11-25T07:00", "٢٠٢٦-١١-٢٥", "x"],
)
def test_only_one_way_to_write_a_day_is_read(value: str) -> None:
    with pytest.raises(UsageError, match=r"--since: .* is no date such as 2026-11-25") as caught:
        parse_day(value, "--since")
    assert f"'{value}'" in str(caught.value)


@given(day=DAYS)
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert parse_day(day.isoformat(), "--since") == day


@given(since=DAYS | st.none(), until=DAYS | st.none(), zone=st.sampled_from(ZONES))
def test_bounds_hold_both_days_and_nothing_beside(
    since: date | None, until: date | None, zone: ZoneInfo
) -> None:
    first, last = bounds_of(since, until, zone)
    assert (first is None, last is None) == (since is None, until is None)
    for moment in filter(None, (first, last)):
        assert BEGINNING <= moment <= END
    if since is not None and date.min < since < date.max:
        assert first is not None
        assert first.astimezone(zone).date() == since
    if until is not None and date.min < until < date(9999, 12, 30):
        assert last is not None
        assert (last - timedelta(microseconds=1)).astimezone(zone).date() == until
        assert last.astimezone(zone).date() == until + timedelta(days=1)


def test_the_ends_of_the_calendar_are_bounds() -> None:
    for zone in ZONES:
        assert midnight(date.min, zone) <= datetime(1, 1, 1, 12, tzinfo=UTC)
        assert midnight(date.max, zone, after=1) >= datetime(9999, 12, 31, 10, tzinfo=UTC)


@given(since=DAYS | st.none(), until=DAYS | st.none(), today=DAYS, length=st.integers(1, 400))
def test_a_period_has_both_its_days_or_is_refused(
    since: date | None, until: date | None, today: date, length: int
) -> None:
    try:
        first, after = period_of(since, until, today=today, length=length)
    except UsageError:
        last = until or today
        number = (last - since).days if since else length
        assert last == date.max or not 0 <= number < LONGEST_DAYS
        return
    assert after - timedelta(days=1) == (until or today)
    assert since is None or first == since
    assert since is not None or first == date.min or (after - first).days == length


@given(since=DAYS | st.none(), until=DAYS | st.none(), day=DAYS, is_month=st.booleans())
def test_a_year_or_month_is_within_where_all_its_days_are(
    since: date | None, until: date | None, day: date, is_month: bool
) -> None:
    written = day.isoformat()[: 7 if is_month else 4]
    first = day.replace(day=1) if is_month else day.replace(month=1, day=1)
    month = day.month if is_month else 12
    last = day.replace(month=month, day=monthrange(day.year, month)[1])
    low, high = since or date.min, until or date.max
    inside = low <= first and last <= high
    beside = last < low or first > high
    wanted = True if inside else False if beside else None
    if low > high:
        return  # refused where it is asked for
    assert PublicationDays(since, until, ZONES[0]).holds(None, written) is wanted


def test_days_of_publication_are_of_the_desks_clock() -> None:
    days = PublicationDays(date(2004, 5, 1), date(2004, 5, 31), ZoneInfo("Asia/Dili"))
    assert days.holds(datetime(2004, 4, 30, 15, tzinfo=UTC), "") is True
    assert days.holds(datetime(2004, 5, 31, 15, tzinfo=UTC), "") is False
    assert days.holds(None, "") is None
    assert published_days(None, None, ZONES[0]) is None
    with pytest.raises(UsageError, match="ends"):
        published_days(date(2004, 5, 2), date(2004, 5, 1), ZONES[0])
