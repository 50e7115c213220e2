"""Trends by day of publication: an archive that came in today is not all of today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

import serving
from light_desk import LightDesk
from monitor.api.trend_routes import TrendsOut
from monitor.settings import Settings
from monitor.stats.trend_queries import read_period, read_published, trends_of
from store_samples import CLASSIFIER, NOW, feed, incoming, judged, poll

SAID: list[dict[str, Any]] = [
    {"published": datetime(2005, 3, 1, 23, 30, tzinfo=UTC)},  # the second of March in Dili
    {"published": datetime(2005, 3, 2, 12, tzinfo=UTC)},
    {"published": datetime(2026, 11, 24, 12, tzinfo=UTC)},
    {"published": None},
    {"published": None, "published_in": "2005-03"},
]
DAYS = {"published_since": "2005-03-01", "published_until": "2005-03-02"}


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightDesk]:
    settings = Settings(home=tmp_path_factory.mktemp("dated"), timezone="Asia/Dili")
    with LightDesk(settings, now=lambda: NOW) as desk:
        desk.store.add_feeds([feed()], NOW)
        entries = [incoming(f"{n}", f"Text {n}.", **one) for n, one in enumerate(SAID)]
        desk.store.record_poll(poll(feed(), entries), NOW)
        for article in desk.store.due(CLASSIFIER, limit=9):
            desk.store.record_assessments([(article, judged(0.9))], NOW)
        yield desk


@pytest.fixture(name="client", scope="module")
def _client(desk: LightDesk) -> Iterator[httpx.Client]:
    with (
        serving.serve(desk, lifespan="off") as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def test_items_stand_on_the_day_of_their_publication(desk: LightDesk) -> None:
    found = trends_of(desk, read_published(desk, date(2005, 3, 1), date(2005, 3, 3)))
    assert [(row.day.day, row.items, row.stored) for row in found.days] == [(1, 0, 0), (2, 2, 2)]
    assert (found.dates, found.items, found.undated, found.changes) == ("published", 2, 2, ())
    seen = trends_of(desk, read_period(desk, date(2026, 11, 25), date(2026, 11, 26)))
    assert (seen.dates, seen.items, seen.undated) == ("first_seen", 5, 0)


def test_the_api_says_by_which_dates_it_counts(client: httpx.Client) -> None:
    told = TrendsOut.model_validate(client.get("/v1/trends", params=DAYS).json())
    assert (told.dates, told.items, told.undated) == ("published", 2, 2)
    assert (told.since, told.until) == ("2005-03-01", "2005-03-02")
    whole = {"published_since": "2005-01-01"}  # longer than days of first sight may be
    assert client.get("/v1/trends", params=whole).json()["items"] == 3
    assert client.get("/v1/trends").json()["dates"] == "first_seen"
    for day in ("0001-01-01", "9999-12-31"):
        for params in ({"published_until": day}, {"published_since": day}, {"published_since": day,
                       "published_until": day}):  # fmt: skip
            assert client.get("/v1/trends", params=params).status_code in (200, 422)
            page = client.get("/trends", params={**params, "dates": "published"})
            assert page.status_code in (200, 422)
    both = client.get("/v1/trends", params={**DAYS, "since": "2005-03-01"})
    assert both.status_code == 422
    assert "not both" in both.text


def test_the_page_has_a_switch(client: httpx.Client) -> None:
    html = {"accept": "text/html"}
    asked = {"since": "2005-03-01", "until": "2005-03-02", "dates": "published"}
    page = client.get("/trends", params=asked, headers=html).text
    assert "Days are those of publication, both included." in page
    assert "2 without a publication date that can be placed are left out" in page
    assert '<option value="published" selected>' in page
    assert re.search(r"2 items.*of 2 articles stored", page)
    same = client.get("/trends", params=DAYS, headers=html).text
    assert re.search(r'name="since" value="2005-03-01"', same)
    assert '<option value="published" selected>' in same
    table = client.get("/trends/time.csv", params=asked)
    assert (
        'filename="trends-published-time-2005-03-01-to-2005-03-02.csv"'
        in (table.headers["content-disposition"])
    )
    assert "published 2005-03-01..2005-03-02" in table.text
    plain = client.get("/trends", headers=html).text
    assert "Days are those on which articles were first seen here" in plain
    for link in set(re.findall(r'href="(/(?:stories|trends)[^"]*)"', page)):
        assert client.get(link.replace("&amp;", "&"), headers=html).status_code == 200, link


def test_export_and_page_of_the_archive_say_it(client: httpx.Client, tmp_path: Path) -> None:
    page = client.get("/articles", params=DAYS, headers={"accept": "text/html"}).text
    assert "Published from 2005-03-01 to 2005-03-02, days included. 2 without" in page
    told = client.get("/v1/articles", params=DAYS).json()
    assert ([one["id"] for one in told["articles"]], told["undated"]) == (
        ["article-0", "article-1"],
        2,
    )
    month = {"published_since": "2005-03-01", "published_until": "2005-03-31"}
    told = client.get("/v1/articles", params=month).json()
    assert told["articles"][-1]["published_in"] == "2005-03"
    assert told["articles"][-1]["published"] is None
    shown = client.get("/articles/article-4", headers={"accept": "text/html"}).text
    assert re.search(r"Published in.{0,60}2005-03", shown, re.DOTALL)
    turned = {"published_since": "2005-03-02", "published_until": "2005-03-01"}
    assert client.get("/v1/articles", params=turned).status_code == 422
    refused = client.get("/articles", params=turned, headers={"accept": "text/html"})
    assert refused.status_code == 422
    assert "ends (2005-03-01) before it begins (2005-03-02)" in refused.text
