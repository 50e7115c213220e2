"""A desk of many feeds on a virtual clock against a scripted server: is it polite, is it whole?

    python tests/support/week.py [FEEDS DAYS]

Every host is a loopback address of its own (127.0.x.y), so the requests are real ones. The clock
moves only where the schedule waits. In the middle the program is started anew, and once the lid is
shut for eight hours. Every rule of politeness is then looked for in the server's log.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

from sqlalchemy import create_engine, text

from feed_server import Answer, item, page, rss, send
from monitor.app import Monitor
from monitor.feeds.starter_feeds import make_feed
from monitor.jobs.schedule import JOBS, Stop, watch
from monitor.settings import FetchSettings, Settings

START = datetime(2026, 11, 23, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOWN = 12
"""Entries in a feed at a time."""
SPACING_S, CRAWL_DELAY_S, LEAST_S = 1.0, 5.0, 900
KINDS: dict[str, tuple[float, timedelta]] = {
    "every 10 minutes": (0.04, timedelta(minutes=10)),
    "hourly": (0.06, HOUR),
    "four a day": (0.24, 6 * HOUR),
    "daily": (0.46, DAY),
    "weekly": (0.06, 7 * DAY),
    "empty": (0.02, 400 * DAY),
    "dead (404)": (0.02, HOUR),
    "gone (410)": (0.02, 6 * HOUR),
    "moved (301)": (0.03, 6 * HOUR),
    "busy (429)": (0.02, 6 * HOUR),
    "failing (503)": (0.03, 6 * HOUR),
}
"""The share of each kind, and how often it publishes."""
WORDS = "The harbour office counted boats and crates again that day, and wrote it all down. " * 6


@dataclass(frozen=True)
class Source:
    """A feed of the scripted world: where it is, what it does, when it publishes."""

    number: int
    kind: str
    host: str
    gap: timedelta

    @property
    def path(self) -> str:
        return f"/feed/{self.number}"

    @property
    def teaser(self) -> bool:
        """Whether it gives summaries, so that its pages are fetched."""
        return self.number % 12 == 0

    def published(self, now: datetime) -> list[tuple[int, datetime]]:
        """Number and time of its latest entries, newest first; it began long ago."""
        first = START - 40 * self.gap + self.gap * ((self.number * 37 % 100) / 100)
        if self.kind == "empty":
            return []
        last = int((now - first) / self.gap)
        return [(n, first + n * self.gap) for n in range(last, max(-1, last - SHOWN), -1)]


def make_sources(count: int) -> list[Source]:
    """A sixth of the feeds on one host, as alerts are, the others two or one a host."""
    kinds = [
        kind for kind, (share, _) in KINDS.items() for _ in range(max(1, round(share * count)))
    ]
    found = []
    for number in range(count):
        kind = kinds[number * 7 % len(kinds)]
        place = 0 if number % 6 == 5 else 1 + number - (number % 3 == 2)
        host = f"127.0.{1 + place // 200}.{1 + place % 200}"
        found.append(Source(number, kind, host, KINDS[kind][1]))
    return found


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it, at a moment of the virtual clock."""

    at: datetime
    host: str
    path: str
    status: int
    conditional: bool


@dataclass
class World:
    """Clock, scripted server and its log; `restarted` is when the second program began."""

    sources: list[Source]
    at: datetime = START
    restarted: datetime = START
    log: list[Asked] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    by_number: dict[int, Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_number = {source.number: source for source in self.sources}

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        with self.guard:
            self.at += timedelta(seconds=seconds)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        at, path = self.now(), handler.path
        host = handler.headers["Host"].partition(":")[0]
        etag = handler.headers["If-None-Match"]
        given = self._answer(path, at, etag)
        with self.guard:
            self.log.append(Asked(at, host, path, given.status, etag is not None))
        send(handler, given)

    def _answer(self, path: str, at: datetime, etag: str | None) -> Answer:
        if path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /private/\nCrawl-delay: 5\n")
        kind, _, rest = path.strip("/").partition("/")
        if kind == "page":
            return Answer(page(f"Page {rest}. {WORDS}"))
        if kind not in ("feed", "new"):
            return Answer(status=404)
        source = self.by_number[int(rest)]
        age = at - START
        trouble = {
            "dead (404)": (True, Answer(status=404)),
            "gone (410)": (age > 2 * DAY, Answer(status=410)),
            "moved (301)": (
                age > DAY / 2 and kind == "feed",
                Answer(status=301, headers={"Location": f"/new/{rest}"}),
            ),
            "busy (429)": (
                age % DAY < DAY / 6,
                Answer(status=429, headers={"Retry-After": "7200"}),
            ),
            "failing (503)": (age % DAY < DAY / 3, Answer(status=503)),
        }
        troubled, answer = trouble.get(source.kind, (False, Answer()))
        return answer if troubled else self._feed(source, at, etag)

    def _feed(self, source: Source, at: datetime, etag: str | None) -> Answer:
        entries = source.published(at)
        mark = f'"{source.number}-{entries[0][0] if entries else 0}"'
        headers = {"ETag": mark}
        if source.number % 5 == 0:
            headers["Cache-Control"] = "max-age=1800"
        elif source.number % 5 == 1:
            headers["Expires"] = (at + HOUR / 2).strftime("%a, %d %b %Y %H:%M:%S GMT")
            headers["Date"] = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        if etag == mark:
            return Answer(status=304, headers=headers)
        items = []
        for n, when in entries:
            name = f"{source.number}-{n}"
            date = when.strftime("%a, %d %b %Y %H:%M:%S GMT")
            folder = "private" if n % 9 == 0 else "page"
            content = "" if source.teaser else f"<p>Entry {name}. {WORDS}</p>"
            items.append(item(f"/{folder}/{name}", f"Entry {name}", summary="A teaser.",
                              content=content, date=date))  # fmt: skip
        return Answer(rss(*items, title=f"Feed {source.number}"), headers=headers)


@contextmanager
def served(world: World) -> Iterator[int]:
    """Serve the world on every loopback address; give the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            world.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("0.0.0.0", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def simulate(folder: Path, count: int, days: float) -> World:
    """Run the desk for so many days: two programs one after the other, a lid shut for 8 hours."""
    world = World(make_sources(count))
    hosts = tuple(sorted({source.host for source in world.sources}))
    settings = Settings(home=folder, fetch=FetchSettings(allow_hosts=hosts))
    with served(world) as port:
        feeds = [make_feed(f"http://{s.host}:{port}{s.path}") for s in world.sources]
        for part, end in enumerate((START + DAY * days / 2, START + DAY * days)):
            world.restarted = world.at
            with Monitor(settings, now=world.now, sleep=world.sleep) as monitor:
                if part == 0:  # to add a feed anew is to ask again one that is gone
                    monitor.add_feeds(feeds)
                _watch(world, monitor, end, lid_at=START + DAY * days * 0.7 if part else None)
    return world


def _watch(world: World, monitor: Monitor, end: datetime, lid_at: datetime | None) -> None:
    stop, lid = Stop(), [lid_at] if lid_at else []

    def rest(seconds: float) -> None:
        world.sleep(seconds)
        if lid and world.at >= lid[0]:
            lid.clear()
            world.sleep(8 * 3600)
        stop.asked = world.at >= end

    said: list[str] = []
    watch(monitor, stop=stop, tell=said.append, jobs=JOBS[:1], sleep=rest, pauses=(120, 900))
    errors = [line for line in said if '"error"' in line]
    assert not errors, errors[:3]


# What was asked, against the rules -----------------------------------------------------------


def broken_rules(world: World) -> list[str]:
    """Every breach of a rule of politeness in the log, in words."""
    found: list[str] = []
    by_host: dict[str, list[Asked]] = defaultdict(list)
    by_path: dict[str, list[Asked]] = defaultdict(list)
    for asked in world.log:
        by_host[asked.host].append(asked)
        by_path[f"{asked.host}{asked.path}"].append(asked)
    for host, requests in by_host.items():
        delay = SPACING_S
        for before, after in pairwise(requests):
            delay = CRAWL_DELAY_S if before.path == "/robots.txt" else delay
            if (after.at - before.at).total_seconds() < delay - 1e-3:
                found.append(f"{host}: {after.path} {after.at - before.at} after {before.path}")
    for path, requests in by_path.items():
        if path.endswith("/robots.txt"):  # kept for a day, but not by the next program
            runs = [[a for a in requests if a.at < world.restarted]]
            runs += [[a for a in requests if a.at >= world.restarted]]
        else:
            runs = [requests]
        found += [said for run in runs for said in _breaches(path, run)]
    return found


def _breaches(path: str, requests: list[Asked]) -> Iterator[str]:
    if "/private/" in path:
        yield f"{path}: robots.txt forbids it"
    least = DAY.total_seconds() if path.endswith("/robots.txt") else LEAST_S
    had = False
    for before, after in pairwise(requests):
        pause = (after.at - before.at).total_seconds()
        if pause < least - 1:
            yield f"{path}: asked again after {pause:.0f} s"
        if before.status == 429 and pause < 7200:
            yield f"{path}: Retry-After not kept ({pause:.0f} s)"
        if before.status == 410:
            yield f"{path}: asked again after 410"
        had = had or before.status == 200
        if "/feed/" in path and had and after.status == 200 and not after.conditional:
            yield f"{path}: asked without its ETag"


def check_moves(world: World) -> list[str]:
    """A move is adopted after three times over a day, and then the old address is left alone."""
    found = []
    for source in world.sources:
        if source.kind == "moved (301)":
            old = [a.at for a in world.log if a.path == source.path and a.status == 301]
            new = [a.at for a in world.log if a.path == f"/new/{source.number}"]
            if new and new[-1] - new[0] > 2 * DAY and new[-1] <= old[-1]:
                found.append(f"{source.path}: not adopted")
            if old and len(old) < 3:
                found.append(f"{source.path}: adopted after {len(old)}")
    return found


def check_store(folder: Path, world: World) -> list[str]:
    """Ledgers that do not balance, and entries that should be stored and are not."""
    found = []
    engine = create_engine(f"sqlite:///{folder / 'monitor.sqlite'}")
    with engine.connect() as connection:
        lines = connection.execute(
            text(
                "SELECT f.url, sum(p.fetched), sum(p.stored), sum(p.dropped_total), count(*)"
                " FROM feeds f JOIN polls p ON p.feed_id = f.id GROUP BY f.url"
            )
        ).all()
        stored = dict(
            connection.execute(
                text(
                    "SELECT f.url, count(*) FROM articles a JOIN feeds f ON f.id = a.feed_id"
                    " GROUP BY f.url"
                )
            ).all()
        )
    engine.dispose()
    if len(lines) != len(world.sources):
        found.append(f"{len(lines)} of {len(world.sources)} feeds have a ledger")
    for url, fetched, kept, dropped, _ in lines:
        source = world.by_number[int(url.rpartition("/")[2])]
        if fetched != kept + dropped:
            found.append(f"{url}: {fetched} fetched, {kept} stored, {dropped} dropped")
        seen = _entries_seen(world, source)
        if stored.get(url, 0) != seen:
            found.append(f"{url}: {stored.get(url, 0)} articles stored of {seen} shown")
    return found


def _entries_seen(world: World, source: Source) -> int:
    """How many entries stood in the answers that the desk got."""
    seen: set[int] = set()
    for asked in world.log:
        if asked.status == 200 and asked.path in (source.path, f"/new/{source.number}"):
            seen.update(n for n, _ in source.published(asked.at))
    return len(seen)


def table(world: World, folder: Path, days: float) -> str:
    """What each kind of feed was asked, and how late its entries came in."""
    lines = [
        "feeds                    n   requests a feed and day   304   median delay of an entry",
        "                             median     most",
    ]
    delays = _delays(folder)
    for kind in KINDS:
        sources = [source for source in world.sources if source.kind == kind]
        if not sources:
            continue
        paths = {p: s.number for s in sources for p in (s.path, f"/new/{s.number}")}
        asked = [a for a in world.log if a.path in paths]
        counts = Counter(paths[a.path] for a in asked)
        rates = [counts[source.number] / days for source in sources]
        same = sum(a.status == 304 for a in asked) / max(1, len(asked))
        late = [m for source in sources for m in delays.get(source.number, ())]
        told = f"{statistics.median(late):6.0f} min" if late else "     -"
        lines.append(
            f"{kind:20} {len(sources):5} {statistics.median(rates):10.1f} {max(rates):8.1f}"
            f" {same:10.0%} {told:>12}"
        )
    hosts = Counter(a.host for a in world.log)
    feeds = [a for a in world.log if a.path.startswith(("/feed/", "/new/"))]
    same = sum(a.status == 304 for a in feeds)
    rates = sorted(count / days for count in hosts.values())
    gaps = _gaps(world)
    lines += [
        "",
        f"{len(world.log):,} requests to {len(hosts)} hosts, {len(feeds):,} of them for feeds",
        f"({same / len(feeds):.0%} answered 304), the others for pages and robots.txt",
        f"a host and day: median {statistics.median(rates):.1f}, most {rates[-1]:.1f}",
        f"between two requests to a host: at least {min(gaps):.2f} s",
    ]
    return "\n".join(lines)


def _gaps(world: World) -> list[float]:
    last: dict[str, datetime] = {}
    gaps = []
    for asked in world.log:
        if asked.host in last:
            gaps.append((asked.at - last[asked.host]).total_seconds())
        last[asked.host] = asked.at
    return gaps


def _delays(folder: Path) -> dict[int, list[float]]:
    """Minutes from an entry's date to its first sight, by feed; of those published meanwhile."""
    engine = create_engine(f"sqlite:///{folder / 'monitor.sqlite'}")
    found: dict[int, list[float]] = defaultdict(list)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT f.url, v.published, a.first_seen FROM articles a"
                " JOIN feeds f ON f.id = a.feed_id JOIN versions v ON v.article_id = a.id"
            )
        )
        for url, published, seen in rows:
            when = datetime.fromisoformat(published).replace(tzinfo=UTC)
            if when >= START:
                late = datetime.fromisoformat(seen).replace(tzinfo=UTC) - when
                found[int(url.rpartition("/")[2])].append(late / timedelta(minutes=1))
    engine.dispose()
    return found


def main() -> int:
    """Simulate, print, return 1 where something is wrong."""
    count, days = (int(sys.argv[1]), float(sys.argv[2])) if len(sys.argv) > 2 else (300, 7.0)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = simulate(folder, count, days)
        wrong = broken_rules(world) + check_moves(world) + check_store(folder, world)
        print(table(world, folder, days))
    took = time.monotonic() - start
    print(f"{count} feeds, {days:g} days in {took:.0f} s; {len(wrong)} rules broken")
    print("\n".join(wrong[:20]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
