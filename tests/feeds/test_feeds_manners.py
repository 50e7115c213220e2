"""Pauses between requests to a host, on a clock that only moves where somebody waits."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from feed_server import STORY, Answer, item, page, rss, send
from monitor.feeds.http_client import open_client
from monitor.feeds.politeness import MAX_CRAWL_DELAY_S, HostQueues, Manners, Stopped
from monitor.feeds.polling import MAX_PAGES, collect, page_limit
from monitor.feeds.starter_feeds import make_feed
from monitor.records.feed import FeedState, Visit

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    """Moves on where somebody waits; several threads may."""

    def __init__(self) -> None:
        self.at = START
        self._guard = threading.Lock()

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        with self._guard:
            self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_how_long_a_host_is_to_be_left_alone(clock: Clock) -> None:
    ahead = START + timedelta(days=9)
    known = {
        "before.example": Visit(START - timedelta(seconds=3), 10.0),
        "set.example": Visit(ahead),
    }
    manners = Manners(1.0, clock.now, known=known, sleep=clock.sleep)
    assert manners.wait_s("new.example") == 0
    assert manners.wait_s("before.example") == 7, "its Crawl-delay, from one run to the next"
    assert manners.wait_s("set.example") == 1, "a clock set back makes nobody wait for longer"
    manners.visited("new.example")
    assert manners.wait_s("new.example") == 1
    manners.await_turn("new.example")
    assert clock.at == START + timedelta(seconds=1)
    assert manners.wait_s("set.example") == 0, "nor until the clock is where it was"
    for asked, honoured in ((3600, MAX_CRAWL_DELAY_S), (5, 5), (None, 0)):
        manners.set_crawl_delay("new.example", asked)
        assert manners.pause_s("new.example") == max(1, honoured)
    assert manners.take_changed() == {"new.example": Visit(START), "set.example": Visit(START)}
    assert manners.take_changed() == {}


def test_a_file_is_remembered_for_a_day_and_a_failure_for_an_hour(clock: Clock) -> None:
    manners = Manners(0, clock.now)
    manners.keep_file("good", "rules")
    manners.keep_file("bad", None, failed=True)
    assert (manners.file("good"), manners.file("bad")) == ((True, "rules"), (True, None))
    clock.sleep(3600)
    assert (manners.file("good"), manners.file("bad")) == ((True, "rules"), (False, None))
    clock.sleep(23 * 3600)
    assert manners.file("good") == (False, None)
    manners.keep_file("good", "rules")
    clock.at = START - timedelta(days=1)
    assert manners.file("good") == (False, None)


def test_fewer_pages_where_each_has_to_wait() -> None:
    assert (page_limit(0), page_limit(1), page_limit(30), page_limit(1e9)) == (
        MAX_PAGES,
        500,
        20,
        10,
    )


def test_feeds_pages_and_robots_txt_of_one_host_keep_their_distance(
    clock: Clock, server, settings
) -> None:
    """Two feeds and four pages on one host, a redirect among them; then the next run."""
    asked: list[tuple[datetime, str]] = []

    def timed(answer: Answer):
        def script(handler) -> None:
            asked.append((clock.now(), handler.path))
            send(handler, answer)

        return script

    pages = {f"/{n}": timed(Answer(page(f"{n}. {STORY}"))) for n in range(3)}
    server.script = {
        "/a": timed(Answer(rss(*(item(path, summary="Short.") for path in pages)))),
        "/b": timed(Answer(status=302, headers={"Location": "/b2"})),
        "/b2": timed(Answer(rss())),
        "/robots.txt": timed(Answer(b"User-agent: *\nCrawl-delay: 4\n")),
        **pages,
    }
    settings = replace(settings, host_spacing_s=1.5)
    feeds = [make_feed(server.url + path) for path in ("/a", "/b")]
    known: dict[str, Visit] = {}
    for run in (1, 2):
        manners = Manners(1.5, clock.now, known=known, sleep=clock.sleep)
        with open_client(settings, manners) as client:
            collect(
                [(feed, FeedState()) for feed in feeds],
                client=client,
                known=lambda _: {},
                now=clock.now,
                deliver=lambda _: None,
            )
        known = manners.take_changed()
        assert len(asked) == run * 7
    gaps = [(b[0] - a[0]).total_seconds() for a, b in pairwise(asked)]
    robots = next(n for n, (_, path) in enumerate(asked) if path == "/robots.txt")
    assert min(gaps[:robots]) >= 1.5
    assert min(gaps[robots:]) >= 4.0, "from robots.txt on its Crawl-delay, the next run too"


def test_other_hosts_are_asked_while_one_is_left_alone(clock: Clock) -> None:
    manners = Manners(1.0, clock.now, sleep=clock.sleep)
    order = []

    def task(host: str) -> str:
        manners.await_turn(host)
        order.append((host, clock.at))
        manners.visited(host)
        return host

    with HostQueues[str](4, manners) as queues:
        for host in "aaabc":
            queues.add(host, lambda host=host: task(host))
        assert sorted(queues.results()) == list("aaabc")
    assert [at for host, at in order if host in "bc"] == [START, START]
    times = [at for host, at in order if host == "a"]
    assert all((b - a).total_seconds() >= 1 for a, b in pairwise(times))


def test_who_is_told_to_stop_begins_nothing_and_waits_for_nobody() -> None:
    manners = Manners(0, lambda: START)
    hangs, stop = threading.Event(), threading.Event()
    manners.stopped = stop.is_set
    begun = []

    def quick() -> str:
        begun.append("quick")
        stop.set()
        return "quick"

    start = time.monotonic()
    with HostQueues[str](2, manners, grace_s=0.3) as queues:
        queues.add("a", lambda: str(hangs.wait(30)))
        queues.add("b", quick)
        queues.add("b", quick)
        queues.add("c", quick)
        assert list(queues.results()) == ["quick"]
    assert time.monotonic() - start < 5
    assert begun == ["quick"]
    hangs.set()


def test_a_turn_that_is_waited_for_ends_with_the_program() -> None:
    manners = Manners(30, lambda: START, known={"a": Visit(START)})
    manners.stopped = lambda: True
    with pytest.raises(Stopped):
        manners.await_turn("a")
