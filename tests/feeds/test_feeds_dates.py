from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_server import item, rss
from monitor.feeds.feed_dates import read_date
from monitor.feeds.feed_parser import parse_feed

URL = "https://outlet.example/feed"


def moment(day=25, month=11, hour=7, minute=10):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mié, 25 nov 2026 07:10:00 +0000", moment()),
        ("Miércoles, 25 de noviembre de 2026 07:10", moment()),
        ("lun., 05 ene. 2026 07:10:00 GMT", moment(5, 1)),
        ("jue, 06 ago 2026 10h10", moment(6, 8, 10)),
        ("qua, 07 out 2026 04:10:00 -0300", moment(7, 10)),
        ("Sex, 25 Dez 2026 07:10:00 +0000", moment(25, 12)),
        ("sábado, 07 de março de 2026 07:10:00 +0000", moment(7, 3)),
        ("Mi, 25 Mär 2026 08:10:00 +0100", moment(25, 3)),
        ("Mittwoch, 25. März 2026 08:10:00 MEZ", moment(25, 3)),
        ("Di, 03 Mrz 2026 08:10:00 +0100", moment(3, 3)),
        ("Do, 10 Dez 2026 07:10:00 +0000", moment(10, 12)),
        ("mer., 25 févr. 2026 08:10:00 +0100", moment(25, 2)),
        ("mer, 25 aout 2026 07:10:00 +0000", moment(25, 8)),
        ("jeudi 1er mai 2026 07:10", moment(1, 5)),
        ("ven, 25 déc 2026 08:10:00 CET", moment(25, 12)),
        ("gio, 25 giu 2026 07:10:00 +0000", moment(25, 6)),
        ("ke, 25 marras 2026 07:10:00 +0000", moment()),
        ("Ср, 25 ноя 2026 10:10:00 +0300", moment()),
        ("พุธ, 25 พ.ย. 2026 14:10:00 +0700", moment()),
        ("noviembre 25, 2026 7:10 p. m.", moment(hour=19)),
        ("25 de setiembre de 2026 07:10", moment(25, 9)),
        ("Wed, 25 Sept 2026 07:10:00 GMT", moment(25, 9)),
        ("Wednes, 25 Novem 2026 07:10:00 GMT", moment()),
        ("Wed, 25 Nov 2026 07:10:00 GMT", moment()),
    ],
)
def test_days_and_months_in_other_languages(written, read):
    assert read_date(written) == read
    feed = parse_feed(rss(item("https://e.example/1", date=written)), "text/xml", URL)
    assert (feed.entries[0].published, feed.warnings) == (read, ())


@pytest.mark.parametrize(
    "written",
    [
        "25 listopad 2026",  # October in Croatian, November in Polish
        "25 jui 2026",  # June or July
        "03/04/2026",
        "3.4.2026 07:10",
        "sáb, 31 feb 2026 10:00:00 +0000",
        "lun, 32 ene 2026 10:00:00 +0000",
        "Mon, 25 xyz 2026",
        "ayer",
        "",
        "25 enero 2026" + " " * 200,
    ],
)
def test_what_is_not_certain_is_not_guessed(written):
    assert read_date(written) is None


def test_the_feeds_language_decides_what_a_name_means():
    assert read_date("25 listopad 2026", "hr") == moment(25, 10, 0, 0)
    assert read_date("25 listopad 2026", "pl") == moment(25, 11, 0, 0)
    body = rss(
        item("https://e.example/1", date="25 listopad 2026"), channel="<language>hr</language>"
    )
    assert parse_feed(body, "text/xml", URL).entries[0].published == moment(25, 10, 0, 0)


def test_dates_of_a_json_feed():
    dates = [
        "Wed, 25 Nov 2026 07:10:00 GMT",
        "mié, 25 nov 2026 07:10:00 +0000",
        "2026-11-25T07:10Z",
    ]
    items = ", ".join(f'{{"id": "{n}", "date_published": "{d}"}}' for n, d in enumerate(dates))
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{items}]}}'.encode()
    feed = parse_feed(body, "application/json", URL)
    assert [entry.published for entry in feed.entries] == [moment()] * 3
    assert feed.warnings == ()


@given(st.text(max_size=60) | st.text(st.sampled_from("25 nov. 2026,:+mpahé"), max_size=60))
def test_any_text_is_a_date_or_none(written):
    read = read_date(written, "es")
    assert read is None or read.tzinfo == UTC
