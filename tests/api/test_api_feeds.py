"""The pages of the feeds over a real desk, asking a real server."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

import feed_server
import serving
from feed_server import Answer, FeedServer
from monitor.app import Monitor
from monitor.feeds.opml import parse_opml
from monitor.feeds.starter_feeds import make_feed
from monitor.settings import FetchSettings, Settings
from store_samples import NOW, incoming, poll

RSS = (
    b'<rss version="2.0"><channel><title>Harbour &lt;News&gt;</title>'
    b"<link>https://x.example/</link></channel></rss>"
)
SITE = b"""<html><head><title>A site</title>
<link rel="alternate" type="application/rss+xml" href="/one" title="One &lt;b&gt;">
<link rel="alternate" type="application/rss+xml" href="/two" title="Two"></head></html>"""


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as server:
        xml, html = {"Content-Type": "application/rss+xml"}, {"Content-Type": "text/html"}
        server.script |= {
            "/new": Answer(RSS, headers=xml),
            "/one": Answer(RSS, headers=xml),
            "/site": Answer(SITE, headers=html),
            "/bare": Answer(b"<html><title>Bare</title></html>", headers=html),
        }
        yield server


@pytest.fixture(scope="module", name="kept")
def _kept(tmp_path_factory) -> Iterator[Monitor]:
    home = tmp_path_factory.mktemp("desk")
    settings = Settings(home=home, fetch=FetchSettings(allow_hosts=("127.0.0.1",)))
    with Monitor(settings, now=lambda: NOW) as monitor:
        yield monitor


@pytest.fixture(scope="module", name="call")
def _call(kept: Monitor) -> Iterator[httpx.Client]:
    with (
        serving.serve(kept, lifespan="off") as address,
        httpx.Client(base_url=address, follow_redirects=True, timeout=60) as call,
    ):
        yield call


@pytest.fixture(name="monitor", autouse=True)
def _monitor(kept: Monitor) -> Monitor:
    """The desk of all tests here, which follows nothing when one begins."""
    for followed in kept.store.feeds():
        kept.store.remove_feed(followed.url, NOW)
    return kept


def add(call: httpx.Client, address: str) -> httpx.Response:
    return call.post("/feeds", data={"address": address}, headers={"Accept": "text/html"})


def test_a_feed_is_followed_by_its_address_and_not_asked_twice(
    call: httpx.Client, monitor: Monitor, server: FeedServer
) -> None:
    server.requests.clear()
    answer = add(call, f"{server.url}/new")
    assert answer.url.params["added"] == "1"
    assert "1 added, 0 already followed." in answer.text
    assert "Harbour &amp;lt;News&amp;gt;" in answer.text or "Harbour &lt;News&gt;" in answer.text
    assert monitor.ingest() == 0, "its server was asked just now"
    assert server.paths() == ["/new"]
    again = add(call, f"{server.url}/new")
    assert "0 added, 1 already followed." in again.text


def test_a_site_offers_its_feeds(call: httpx.Client, monitor: Monitor, server: FeedServer) -> None:
    offered = add(call, f"{server.url}/site")
    assert "2 feeds are named there" in offered.text
    assert "One &lt;b&gt;" in offered.text
    assert monitor.store.feeds() == []
    urls = [f"{server.url}/one", f"{server.url}/two"]
    assert "2 added" in call.post("/feeds/follow", data={"url": urls}).text
    assert {feed.url for feed in monitor.store.feeds()} == set(urls)
    assert "followed already" in add(call, f"{server.url}/site").text


def test_a_page_without_feeds_may_be_read_itself(
    call: httpx.Client, monitor: Monitor, server: FeedServer
) -> None:
    assert "names no feed" in add(call, f"{server.url}/bare").text
    call.post("/feeds/follow", data={"url": f"{server.url}/bare", "kind": "page"})
    assert [feed.kind for feed in monitor.store.feeds()] == ["page"]
    wrong = call.post("/feeds/follow", data={"url": f"{server.url}/bare", "kind": "book"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "an address is wanted"),
        ("https://www.facebook.com/some.page", "Facebook"),
        ("http://10.0.0.1/feed", "10.0.0.1"),
        ("ftp://a.example/<script>", "not an http or https URL"),
    ],
)
def test_what_cannot_be_followed_is_said(
    call: httpx.Client, monitor: Monitor, address: str, why: str
) -> None:
    answer = add(call, address)
    assert answer.status_code == 422
    assert "Not added: " in answer.text
    assert why in answer.text
    assert "<script>" not in answer.text.replace('<script type="module"', "")
    assert monitor.store.feeds() == []


def test_opml_goes_in_and_out(call: httpx.Client) -> None:
    outlines = b'<outline xmlUrl="https://a.example/f" text="A"/><outline xmlUrl="x"/>'
    opml = b"<opml><body>" + outlines + b"</body></opml>"
    answer = call.post("/feeds/import", files={"file": ("feeds.opml", opml)})
    assert "1 added, 0 already followed, 1 left out" in answer.text
    taken = call.get("/feeds.opml")
    assert taken.headers["content-disposition"] == 'attachment; filename="feeds.opml"'
    assert [feed.url for feed in parse_opml(taken.content)] == ["https://a.example/f"]
    for bad in (b"", b"no list", b"<opml/>"):
        refused = call.post("/feeds/import", files={"file": ("feeds.opml", bad)})
        assert refused.status_code == 422
        assert "Not added: the OPML file:" in refused.text
    assert call.post("/feeds/import", data={"file": "x"}).status_code == 415


def test_pause_resume_and_remove(call: httpx.Client, monitor: Monitor) -> None:
    feed = make_feed("https://a.example/f", title="A")
    monitor.add_feeds([feed])
    where = f"/feeds/{feed.id}"
    assert "Read it again" in call.post(f"{where}/pause").text
    assert monitor.next_due() is None
    assert "paused" in call.get("/feeds?show=paused").text
    assert "Pause" in call.post(f"{where}/resume").text
    assert monitor.next_due() is not None
    assert monitor.store.feeds() == [feed], "so far nothing was removed"
    assert "What would be missed" in call.get(f"{where}/remove").text
    assert monitor.store.feeds() == [feed], "a look changes nothing"
    assert "The feed is removed." in call.post(f"{where}/remove").text
    assert monitor.store.feeds() == []
    for action in ("", "/remove"):
        assert call.get(f"{where}{action}").status_code == 404
    for action in ("pause", "resume", "remove"):
        assert call.post(f"{where}/{action}").status_code == 404


def test_a_feeds_page_tells_what_only_it_brought(call: httpx.Client, monitor: Monitor) -> None:
    one, two = make_feed("https://a.example/f", title="A"), make_feed("https://b.example/f")
    monitor.add_feeds([one, two])
    shared, own = incoming("shared"), incoming("own")
    monitor.store.record_poll(poll(one, [shared, own]), NOW)
    monitor.store.record_poll(poll(two, [shared]), NOW)
    page = call.get(f"/feeds/{one.id}").text
    assert "So far 2 articles, 0 of them relevant" in page
    assert "through no other feed: 1 article, 0 of them relevant" in page
    assert "2 entries: 2 stored" in page
    assert "0 of 2 relevant in 90 days (0.0%)" in call.get("/feeds").text


def test_long_lists_come_in_pages(call: httpx.Client, monitor: Monitor) -> None:
    many = [make_feed(f"https://a.example/{n:03}", title=f"F{n:03}") for n in range(230)]
    monitor.add_feeds(many)
    page = call.get("/feeds")
    seen = []
    for first in ("1 to 100", "101 to 200", "201 to 230"):
        assert f"230 feeds, {first} shown" in page.text
        seen += [n for n in range(230) if f">F{n:03}<" in page.text]
        if 'rel="next"' in page.text:
            query = page.text.rpartition('href="/feeds?')[2].partition('"')[0]
            page = call.get(f"/feeds?{query.replace('&amp;', '&')}")
    assert seen == list(range(230))
    assert "1 feed<" in call.get("/feeds?q=f007&show=&after=").text
    assert call.get("/feeds?show=odd").status_code == 422
