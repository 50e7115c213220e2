"""An article added by its address: stored, accounted for, judged; or why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import feed_server
from feed_server import Answer, FeedServer, page
from monitor.app import Monitor
from monitor.feeds.article_import import add_article
from monitor.feeds.starter_feeds import make_feed
from monitor.records.errors import FeedError
from monitor.settings import FetchSettings, Settings
from pdf_samples import pdf
from store_samples import NOW


@pytest.fixture(name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as served:
        yield served


@pytest.fixture(name="monitor")
def _monitor(tmp_path: Path) -> Iterator[Monitor]:
    fetch = FetchSettings(timeout_s=5.0, allow_hosts=("127.0.0.1",), host_spacing_s=0.0)
    with Monitor(Settings(home=tmp_path, fetch=fetch), now=lambda: NOW) as monitor:
        yield monitor


def test_a_page_comes_in_once(monitor: Monitor, server: FeedServer) -> None:
    server.script["/story"] = Answer(page(title="Boats held"))
    added = add_article(monitor, f"{server.url}/story?utm_source=mail")
    assert (added.result.fetched, added.result.stored) == (1, 1)
    article = monitor.store.article(added.article_id, ()).article
    assert (article.title, article.outlet, article.origin) == ("Boats held", "127.0.0.1", "page")
    assert add_article(monitor, f"{server.url}/story").result.dropped == {"known": 1}
    assert server.paths().count("/story") == 1
    assert monitor.store.feeds() == [], "it is polled by nobody"
    assert [found.id for found in monitor.store.due("any@1", limit=9)] == [added.article_id]
    assert monitor.store.ledger(None, None).stored == 1


def test_its_outlet_is_that_of_the_sites_feed(monitor: Monitor, server: FeedServer) -> None:
    monitor.add_feeds([make_feed(f"{server.url}/feed", title="The Harbour Post")])
    server.script["/release.pdf"] = Answer(
        pdf([["Release on wages", *[feed_server.STORY[:80]] * 8]])
    )
    added = add_article(monitor, f"{server.url}/release.pdf")
    article = monitor.store.article(added.article_id, ()).article
    assert (article.title, article.outlet) == ("Release on wages", "The Harbour Post")


def test_what_cannot_be_had(monitor: Monitor, server: FeedServer) -> None:
    result = add_article(monitor, f"{server.url}/absent").result
    assert (result.stored, result.dropped) == (0, {"empty": 1})
    assert result.page_failures == {"not_found": 1}
    named = add_article(monitor, f"{server.url}/absent", title="A headline that is known")
    assert named.result.stored == 1
    for url, says in [
        ("https://www.facebook.com/outlet/posts/1", "Facebook cannot be followed"),
        ("ftp://outlet.example/x", "http or https"),
        ("http://10.0.0.1/story", "private host"),
    ]:
        with pytest.raises(FeedError, match=says):
            add_article(monitor, url)


def test_what_expired_is_not_fetched_anew(monitor: Monitor, server: FeedServer) -> None:
    server.script["/story"] = Answer(page(title="Boats held"))
    added = add_article(monitor, f"{server.url}/story")
    later = NOW + timedelta(days=1)
    monitor.store.expire(later, later, limit=9)
    assert add_article(monitor, f"{server.url}/story").result.stored == 0
    assert monitor.store.article(added.article_id, ()).article.text == ""
    assert server.paths().count("/story") == 1
