from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.polling_interval import fresh_for, rhythm_pause, usual_gap

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


def each(gap: timedelta, count: int = 30, quiet: timedelta | None = None) -> list[datetime]:
    """The times of `count` entries, `gap` apart, the latest `quiet` ago (default: half a gap)."""
    newest = NOW - (gap / 2 if quiet is None else quiet)
    return [newest - n * gap for n in range(count)]


@pytest.mark.parametrize(
    ("recent", "least", "most"),
    [
        (each(timedelta(minutes=10)), QUARTER, QUARTER),
        (each(HOUR), QUARTER, QUARTER),
        (each(6 * HOUR), 1.4 * HOUR, 1.6 * HOUR),
        (each(24 * HOUR), 5.5 * HOUR, 6.5 * HOUR),
        (each(168 * HOUR), 24 * HOUR, 24 * HOUR),
        (each(HOUR, quiet=400 * HOUR), 3 * HOUR, 4 * HOUR),
        (each(timedelta(minutes=1), quiet=8 * HOUR), HOUR / 2, 2 * HOUR),
        ([NOW], QUARTER, QUARTER),
        ([], HOUR, HOUR),
        ([NOW + HOUR], HOUR, HOUR),
    ],
)
def test_a_feed_is_asked_as_often_as_it_has_news(recent, least, most):
    assert least <= rhythm_pause(recent, NOW, QUARTER) <= most


def test_the_bounds_of_the_pause():
    assert rhythm_pause(each(timedelta(days=90)), NOW, QUARTER) == timedelta(days=1)
    assert rhythm_pause(each(HOUR), NOW, timedelta(days=2)) == timedelta(days=2)
    assert rhythm_pause(each(HOUR), NOW, timedelta(minutes=1)) < QUARTER + timedelta(minutes=1)


def test_what_appears_together_is_one_time_of_publishing():
    batch = [NOW - day * 24 * HOUR - n * timedelta(minutes=1) for day in range(3) for n in range(9)]
    assert usual_gap(batch, NOW) == (NOW - min(batch)) / 3


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 10),
        ({"cache-control": "max-age=600", "expires": "Wed, 25 Nov 2026 14:00:00 GMT"}, 10),
        ({"expires": "Wed, 25 Nov 2026 12:30:00 GMT"}, 30),
        (
            {
                "expires": "Wed, 25 Nov 2020 12:30:00 GMT",
                "date": "Wed, 25 Nov 2020 12:10:00 GMT",
            },
            20,
        ),
        ({"expires": "Wed, 25 Nov 2026 12:30:00 GMT", "cache-control": "no-cache"}, 0),
        ({"expires": "Wed, 25 Nov 2020 12:30:00 GMT"}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "-1", "date": "x"}, 0),
    ],
)
def test_how_long_an_answer_is_fresh(headers, minutes):
    assert fresh_for(headers, NOW) == timedelta(minutes=minutes)
