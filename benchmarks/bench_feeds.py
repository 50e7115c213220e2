"""How fast feeds come in: 20 of 40 whole articles each, beside feedparser alone.

    python benchmarks/bench_feeds.py [--feeds 20] [--profile]

The feeds are made up here, 300 KB each, articles of some 700 words as content, with typographic
quotes as news has them, so that no page is fetched. Timed in one run, in turn, three times:
`feedparser.parse` of the bytes as anyone calls it (it sanitises), the same as it is called here
(without), `parse_feed`, all that becomes of the bytes (parsed, decided, the language told, stored
in a new SQLite file), the same feeds once more, all known; and what has to be done by whoever
stores them: feedparser as it is called here, lxml for the text, and the same rows by `executemany`
of bare sqlite3. Then over HTTP: `urllib` with feedparser, and `ingest`. Figures are the medians, in
feeds a second of processor time; on a busy machine only their ratios mean anything.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import sqlite3
import statistics
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from http.server import ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench_ingest import WORDS, _Handler, paragraph, timed

from monitor.app import Monitor
from monitor.feeds.feed_parser import parse_feed
from monitor.feeds.http_client import FetchResult
from monitor.feeds.polling import FeedWork
from monitor.feeds.starter_feeds import make_feed
from monitor.records.feed import Feed, FeedState, KnownArticle, Poll
from monitor.settings import FetchSettings, Settings
from monitor.storage.store import open_store

ARTICLES = 40
ROUNDS = 3
NOW = datetime(2026, 11, 28, tzinfo=UTC)
KIND = "application/rss+xml"
_HEAD = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/">'
)


def make_body(number: int) -> bytes:
    """Return a feed of whole articles."""
    dice = random.Random(number)
    items = []
    for n in range(ARTICLES):
        story = "\n".join(
            paragraph(dice).replace("The ", "“The ", 1).replace(".", "”.", 1)
            for _ in range(dice.randint(8, 20))
        )
        items.append(
            f"<item><title>Case {number}-{n}: {' '.join(dice.choices(WORDS, k=6))}</title>"
            f"<link>http://outlet{number}.example/story/{n}.html</link>"
            f"<guid>http://outlet{number}.example/?p={n}</guid><dc:creator>A. Writer</dc:creator>"
            f"<category>News</category><pubDate>Wed, 25 Nov 2026 {n % 24:02}:00:00 +0000</pubDate>"
            f"<description>A teaser of story {n}.</description>"
            f"<content:encoded><![CDATA[{story}]]></content:encoded></item>"
        )
    head = f"<channel><title>Outlet {number}</title><link>http://outlet{number}.example/</link>"
    return f"{_HEAD}{head}<language>en</language>{''.join(items)}</channel></rss>".encode()


@dataclass(frozen=True)
class Work:
    """The feeds, and what is done with them."""

    bodies: Sequence[bytes]

    @property
    def feeds(self) -> list[Feed]:
        """The feeds' addresses."""
        return [make_feed(f"http://outlet{n}.example/feed") for n in range(len(self.bodies))]

    def plain(self) -> None:
        """Parse with feedparser as anyone calls it."""
        import feedparser

        for body in self.bodies:
            assert len(feedparser.parse(body).entries) == ARTICLES

    def bare(self) -> None:
        """Parse with feedparser as it is called here."""
        for body in self.bodies:
            assert len(_light(body)) == ARTICLES

    def parse(self) -> None:
        """Parse as `ingest` does."""
        for body, feed in zip(self.bodies, self.feeds, strict=True):
            assert len(parse_feed(body, KIND, feed.url).entries) == ARTICLES

    def polls(self, known: Callable[[Sequence[str]], Mapping[str, KnownArticle]]) -> Iterator[Poll]:
        """Yield what becomes of each feed."""
        for body, feed in zip(self.bodies, self.feeds, strict=True):
            parsed = parse_feed(body, KIND, feed.url)
            result = FetchResult(feed.url, feed.url, 200, {}, None, False, None, None, None, None)
            work = FeedWork(feed, FeedState(), result, parsed)
            assert work.start(NOW, known) == []
            yield work.finish(600)

    def store(self, folder: Path) -> Iterator[Callable[[], None]]:
        """Yield two things to do with a new file there: store all, and once more."""
        with open_store(f"sqlite:///{folder}/store") as store:
            store.add_feeds(self.feeds, NOW)

            def all_of_it() -> None:
                for poll in self.polls(store.known):
                    store.record_poll(poll, NOW)

            yield all_of_it
            yield all_of_it
            assert store.counts()["articles"] == len(self.bodies) * ARTICLES

    def floor(self, folder: Path, file: Path) -> Callable[[], None]:
        """Return what is the least: the same texts read and stored with bare libraries."""
        tables = ("articles", "versions", "sightings")
        with closing(sqlite3.connect(file)) as made:
            rows = {name: made.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
            schema = [
                row[0]
                for row in made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
            ]
        bare = sqlite3.connect(folder / "bare", isolation_level=None)
        bare.execute("PRAGMA journal_mode = WAL")
        for statement in schema:
            bare.execute(statement)
        return lambda: self._least(bare, rows)

    def _least(self, bare: sqlite3.Connection, rows: Mapping[str, list[tuple[object]]]) -> None:
        from lxml import etree

        for number, body in enumerate(self.bodies):
            for entry in _light(body):
                parser = etree.HTMLParser(encoding="utf-8")
                root = etree.fromstring(entry.content[0].value.encode(), parser)
                assert "".join(root.itertext())
            bare.execute("BEGIN IMMEDIATE")
            for name, all_rows in rows.items():
                part = all_rows[number * ARTICLES : (number + 1) * ARTICLES]
                marks = ", ".join("?" * len(part[0]))
                bare.executemany(f"INSERT INTO {name} VALUES ({marks})", part)
            bare.execute("COMMIT")


def _light(body: bytes) -> list[Any]:
    import feedparser

    found = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    return list(found.entries)


class _Feeds(_Handler):
    """Answers with the feeds."""

    def _feed(self, number: int) -> bytes:
        return self.pages[number]


def _serve(count: int, told: Connection) -> None:
    handler = type("Handler", (_Feeds,), {"pages": [make_body(n) for n in range(count)]})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        told.send(server.server_port)
        server.serve_forever()


@contextmanager
def site(count: int) -> Iterator[list[str]]:
    """Serve the feeds from a process of its own, whose time does not count; give the addresses."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(count, theirs), daemon=True)
    process.start()
    port = ours.recv()
    try:
        yield [f"http://{('127.0.0.1', 'localhost')[n % 2]}:{port}/feed/{n}" for n in range(count)]
    finally:
        process.kill()


def fetch_and_parse(urls: Sequence[str]) -> None:
    """Fetch with the standard library, parse with feedparser as anyone calls it."""
    import feedparser

    for url in urls:
        with urllib.request.urlopen(url) as answer:
            assert isinstance(answer.headers, Message)
            assert len(feedparser.parse(answer.read()).entries) == ARTICLES


def ingest(urls: Sequence[str]) -> None:
    """Follow the feeds into a new database."""
    with tempfile.TemporaryDirectory() as folder:
        fetch = FetchSettings(allow_hosts=("127.0.0.1", "localhost"), host_spacing_s=0.0)
        with Monitor(Settings(home=Path(folder), fetch=fetch)) as monitor:
            monitor.add_feeds(list(map(make_feed, urls)))
            monitor.ingest()
            assert monitor.store.counts()["articles"] == len(urls) * ARTICLES


def measure(work: Work, urls: Sequence[str]) -> dict[str, float]:
    """Return the seconds of processor time of everything, and the bytes stored."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps = work.store(folder)
        took = {
            "feedparser.parse alone": timed(work.plain)[0],
            "the same without its sanitiser": timed(work.bare)[0],
            "parse_feed": timed(work.parse)[0],
            "parsed, decided, stored": timed(next(steps))[0],
            "once more, all known": timed(next(steps))[0],
        }
        next(steps, None)
        floor = work.floor(folder, folder / "store")
        took["the least: bare libraries"] = timed(floor)[0]
        took["urllib and feedparser.parse"] = timed(lambda: fetch_and_parse(urls))[0]
        took["ingest"] = timed(lambda: ingest(urls))[0]
        took["bytes"] = (folder / "store").stat().st_size
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--feeds", type=int, default=20)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    work = Work([make_body(number) for number in range(options.feeds)])
    sizes = sorted(map(len, work.bodies))
    print(f"{len(sizes)} feeds, {sizes[0] // 1000} to {sizes[-1] // 1000} KB, {ARTICLES} articles")
    with site(options.feeds) as urls, tempfile.TemporaryDirectory() as folder:
        ingest(urls)  # what is loaded once is no feed's time
        work.plain()
        if options.profile:
            profile = cProfile.Profile()
            profile.runcall(next(work.store(Path(folder))))
            pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
            return
        rounds = [measure(work, urls) for _ in range(ROUNDS)]
    took = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    size = took.pop("bytes")
    alone, fetched = took["feedparser.parse alone"], took["urllib and feedparser.parse"]
    for name, seconds in took.items():
        base = fetched if name in ("ingest", "urllib and feedparser.parse") else alone
        print(f"{name:32} {options.feeds / seconds:6.1f} feeds/s (x {base / seconds:.2f})")
    print(f"{size / options.feeds / ARTICLES / 1000:.1f} KB of database an article")


if __name__ == "__main__":
    main()
