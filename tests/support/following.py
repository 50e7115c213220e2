"""A desk over a real store that follows one source of a test's server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monitor.app import Monitor
from monitor.records.article import Article
from monitor.records.feed import Feed
from monitor.settings import FetchSettings, Settings
from monitor.storage.polls import PollResult

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def follow(home: Path, feed: Feed, *, now: datetime = NOW) -> tuple[PollResult, list[Article]]:
    """Poll `feed`, due or not; return its ledger line and all articles stored so far."""
    fetch = FetchSettings(timeout_s=5.0, allow_hosts=("127.0.0.1",), host_spacing_s=0.0)
    results: list[PollResult] = []
    with Monitor(Settings(home=home, fetch=fetch), now=lambda: now) as monitor:
        monitor.add_feeds([feed])
        monitor.ingest(all_feeds=True, report=lambda _, result: results.append(result))
        (result,) = results
        assert result.fetched == result.stored + sum(result.dropped.values())
        stored = [one.article for one in monitor.store.assessed(())]
    return result, sorted(stored, key=lambda article: article.url)
