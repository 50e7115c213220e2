"""The schedule: what is decided, rounds on a virtual clock, processes as their users meet them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import feed_server
from desk import Desk, clean_environ, make_desk
from feed_server import STORY, Answer, FeedServer, item, rss
from monitor.app import Monitor
from monitor.feeds.starter_feeds import make_feed
from monitor.jobs import schedule as watching
from monitor.jobs.schedule import (
    ScheduledJob,
    ScheduleProcess,
    Stop,
    clock_words,
    line,
    pause_s,
    watch,
)
from monitor.jobs.work_queue import ScheduleLease
from monitor.records.errors import StoreError
from monitor.settings import FetchSettings, Settings, StoreSettings
from monitor.storage.store import open_store

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FULL = f"<p>{STORY}</p>"


@pytest.fixture(name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as server:
        yield server


# Decisions ---------------------------------------------------------------------------------


def test_how_long_to_wait() -> None:
    assert pause_s({"poll": NOW + timedelta(seconds=33)}, NOW) == 33
    assert pause_s({"poll": NOW + timedelta(seconds=2), "send": None}, NOW) == 30
    assert pause_s({"poll": NOW - MINUTE}, NOW) == 30
    assert pause_s({"poll": NOW + timedelta(days=2)}, NOW) == 60
    assert pause_s({}, NOW) == 60


def test_what_the_clock_did_meanwhile() -> None:
    assert clock_words(NOW, NOW + MINUTE) is None
    assert "set back by 3600 s" in str(clock_words(NOW, NOW - timedelta(hours=1)))
    assert "28800 s later than expected: one round" in str(
        clock_words(NOW, NOW + timedelta(hours=8))
    )


def test_a_line_is_one_line_whatever_it_says() -> None:
    said = line(NOW, job="ingest", error="a\nb\x1b[31m\u202e\udc80")
    assert said.isascii()
    assert said.isprintable()
    assert json.loads(said)["at"] == "2026-11-25T12:00:00Z"


# Rounds on a virtual clock -------------------------------------------------------------------


class Desktop:
    """A monitor, its clock, and what the schedule told; each pause moves the clock on."""

    def __init__(self, folder: Path, hosts: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.at = NOW
        self.stop = Stop()
        self.said: list[dict[str, Any]] = []
        fetch = FetchSettings(allow_hosts=hosts)
        settings = Settings(home=folder, fetch=fetch)
        self.monitor = Monitor(settings, now=lambda: self.at, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def watch(self, *jobs: ScheduledJob, until: datetime, **options: Any) -> list[dict[str, Any]]:
        def rest(seconds: float) -> None:
            self.sleep(seconds)
            self.stop.asked = self.at >= until

        self.stop.asked, self.said = False, []
        watch(
            self.monitor,
            stop=self.stop,
            tell=lambda said: self.said.append(json.loads(said)),
            jobs=jobs,
            sleep=options.pop("sleep", rest),
            **options,
        )
        return self.said


@pytest.fixture(name="desktop")
def _desktop(tmp_path: Path) -> Iterator[Desktop]:
    desktop = Desktop(tmp_path)
    with desktop.monitor:
        yield desktop


def test_a_job_that_fails_is_told_and_the_next_round_goes_on(desktop: Desktop) -> None:
    tries = []

    def work(_monitor: Monitor, _stopped: object) -> dict[str, int]:
        tries.append(desktop.at)
        if len(tries) < 3:
            raise StoreError("database a.sqlite: locked by another program (waited 10 s)")
        if len(tries) == 4:
            raise ZeroDivisionError("a fault with a word: Zqcanary")
        return {"done": 1 if len(tries) == 3 else 0}

    said = desktop.watch(ScheduledJob("work", work), until=NOW + 6 * MINUTE)
    assert [one.get("error", one.get("done")) for one in said[:3]] == [
        *["database a.sqlite: locked by another program (waited 10 s)"] * 2,
        1,
    ]
    assert said[3]["error"].startswith("unexpected: ZeroDivisionError at test_desk_watch.py:")
    assert "Zqcanary" not in json.dumps(said)
    assert len(said) == 4, "a job that did nothing is not told"
    assert [round((at - NOW) / MINUTE) for at in tries] == [0, 1, 3, 4, 5]


def test_a_job_that_always_fails_is_tried_less_and_less(desktop: Desktop) -> None:
    def work(*_: object) -> dict[str, int]:
        raise StoreError("broken")

    said = desktop.watch(ScheduledJob("work", work), until=NOW + 60 * MINUTE)
    minutes = [(datetime.fromisoformat(one["at"]) - NOW) / MINUTE for one in said]
    assert minutes == [0, 1, 3, 7, 15, 31, 47]


def test_a_database_that_is_locked_costs_a_round(desktop: Desktop, tmp_path: Path) -> None:
    """A real lock, for longer than is waited."""
    address = f"sqlite:///{tmp_path / 'monitor.sqlite'}"
    impatient = open_store(address, busy_timeout_s=0.05)
    desktop.monitor.store = desktop.monitor._open.enter_context(impatient)
    other = sqlite3.connect(tmp_path / "monitor.sqlite", isolation_level=None)

    def work(monitor: Monitor, _stopped: object) -> dict[str, int]:
        if desktop.at == NOW:
            other.execute("BEGIN IMMEDIATE")
        try:
            return {"new": monitor.add_feeds([make_feed("https://a.example/")])}
        finally:
            if desktop.at == NOW:
                other.execute("ROLLBACK")

    said = desktop.watch(ScheduledJob("work", work), until=NOW + 3 * MINUTE)
    other.close()
    assert "locked by another program" in said[0]["error"]
    assert said[1]["new"] == 1


def test_a_machine_that_slept_does_one_round(desktop: Desktop, server: FeedServer) -> None:
    """The lid is shut for three days between two rounds; then the clock is set back by one."""
    server.script["/feed"] = Answer(rss(item("/1", content=FULL)), headers={"ETag": '"1"'})
    desktop.monitor.add_feeds([make_feed(server.url + "/feed")])
    steps = [timedelta(days=3), timedelta(days=-1)]

    def rest(seconds: float) -> None:
        desktop.sleep(seconds)
        desktop.stop.asked = not steps
        if steps:
            desktop.at += steps.pop(0)

    said = desktop.watch(watching.JOBS[0], until=NOW, sleep=rest)
    assert [one["job"] for one in said] == ["ingest", "schedule", "ingest", "schedule", "ingest"]
    assert "later than expected: one round" in said[1]["clock"]
    assert "set back by 86" in said[3]["clock"]
    assert server.paths() == ["/feed"] * 3, "once a round, by the clock as it is"
    assert said[0].items() >= {"feeds": 1, "fetched": 1, "stored": 1, "failed": 0}.items()


TRAFFICKED = (
    "<p>Police in Takoradi freed nine men from a trawler on Tuesday. Three brokers were charged"
    " with human trafficking and forced labour; the men had worked without pay for two years, and"
    " their passports were kept. A court will hear the traffickers in May. %s</p>"
)


def test_a_day_of_every_job(desktop: Desktop, server: FeedServer) -> None:
    """Two articles; half a day later they are drawn from, and after another their words expire."""
    settings = desktop.monitor.settings
    desktop.monitor.settings = replace(settings, store=StoreSettings(keep_text_days=1))
    entries = [
        item("/case", title="Nine freed from trawler", content=TRAFFICKED % (STORY * 2)),
        item("/goats", title="Goats on the road", content=FULL),
    ]
    server.script["/feed"] = Answer(rss(*entries))
    desktop.monitor.add_feeds([make_feed(server.url + "/feed")])
    steps = [timedelta(hours=13), timedelta(hours=24)]

    def rest(seconds: float) -> None:
        desktop.sleep(seconds)
        desktop.stop.asked = not steps
        if steps:
            desktop.at += steps.pop(0)

    said = desktop.watch(*watching.JOBS, until=NOW, sleep=rest)
    told = [(one["job"], one) for one in said if one["job"] != "schedule"]
    assert [job for job, _ in told] == [
        *("ingest", "assess", "names", "fold"),
        *("ingest", "sample"),
        *("ingest", "expire"),
    ]
    assert told[2][1]["masked"] == 2
    assert told[3][1]["folded"] == 1
    assert told[5][1]["drawn"] == 1, "what was not shown: the goats"
    assert told[7][1]["expired"] == 2


def test_a_second_one_waits_and_takes_over(desktop: Desktop) -> None:
    worked: list[datetime] = []

    def work(*_: object) -> dict[str, int]:
        worked.append(desktop.at)
        return {}

    with ScheduleLease(desktop.monitor.store, lambda: NOW, holder="elsewhere process 7") as first:
        first.take()
        said = desktop.watch(ScheduledJob("work", work), until=NOW + 3 * MINUTE)
    (told,) = said
    assert told["waits"].startswith(
        "elsewhere process 7 is at work on this database (until 12:01:30"
    )
    assert worked
    assert min(worked) >= NOW + timedelta(seconds=90)


# Processes -----------------------------------------------------------------------------------


class Watching:
    """`monitor …` under way; its lines as they come."""

    def __init__(self, desk: Desk, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "monitor", *words],
            cwd=desk.folder,
            env=clean_environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def until(self, words: str) -> str:
        assert self.process.stderr is not None
        for said in self.process.stderr:
            self.lines.append(said)
            if words in said:
                return said
        raise AssertionError("".join(self.lines))

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds that it took."""
        start = time.monotonic()
        self.process.send_signal(number)
        assert self.process.stderr is not None
        with self.process.stderr:
            self.lines += self.process.stderr.readlines()
        return self.process.wait(30), time.monotonic() - start


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM cannot be caught there")
def test_sigterm_ends_it_at_once_and_nothing_is_lost(tmp_path: Path, server: FeedServer) -> None:
    """One feed is in; another's server never answers. A second schedule waits beside."""
    desk = make_desk(tmp_path / "desk")
    server.script = {
        "/good": Answer(rss(item("/1", content=FULL))),
        "/hangs": lambda _: server.over.wait(60),  # type: ignore[dict-item]
    }
    address = f"sqlite:///{desk.folder / 'monitor.sqlite'}"
    hosts = {"/good": "127.0.0.1", "/hangs": "localhost"}
    with open_store(address) as store:
        feeds = [make_feed(f"http://{hosts[path]}:{server.port}{path}") for path in hosts]
        store.add_feeds(feeds, NOW)
    config = desk.folder / "monitor.toml"
    config.write_text(config.read_text().replace('["127.0.0.1"]', '["127.0.0.1", "localhost"]'))
    first = Watching(desk, "ingest", "--watch")
    first.until("watching")
    deadline = time.monotonic() + 60
    while set(server.paths()) != {"/good", "/hangs"}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    second = Watching(desk, "ingest", "--watch")
    waits = json.loads(second.until("waits"))["waits"]
    assert f"process {first.process.pid} is at work on this database" in waits
    assert f"process {first.process.pid}" in desk.refuses("ingest")
    code, seconds = second.end(signal.SIGINT)
    assert (code, seconds < 5) == (0, True)
    code, seconds = first.end()
    assert code == 0, first.lines
    assert seconds < 12
    told = json.loads(first.lines[-1])
    assert (told["job"], told["feeds"], told["stored"]) == ("ingest", 1, 1)
    with open_store(address) as store:
        assert set(store.last_polls()) == {feeds[0].id}


def test_a_schedule_beside_ends_with_its_input_and_is_started_again(tmp_path: Path) -> None:
    """A child that ends by itself the first time, then waits as the real one does."""
    code = (
        "import pathlib, sys; first = pathlib.Path('first'); second = first.exists()\n"
        "second or (first.touch(), sys.exit(3))\n"
        "pathlib.Path('second').touch(); sys.stdin.buffer.read()"
    )
    code = f"import os; os.chdir({str(tmp_path)!r})\n{code}"
    told: list[str] = []
    with ScheduleProcess([sys.executable, "-c", code], told.append, again_s=0.05) as schedule:
        deadline = time.monotonic() + 60
        while not (tmp_path / "second").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert schedule._process is not None
    assert schedule._process.wait(10) == 0
    (said,) = told
    assert json.loads(said)["error"] == "ended with 3; started again in 0.05 s"


@pytest.mark.skipif(not os.environ.get("SERVED"), reason="17 s of processor: make proof")
def test_a_served_desk_keeps_the_schedule_too(tmp_path: Path, server: FeedServer) -> None:
    desk = make_desk(tmp_path / "desk")
    server.script["/feed"] = Answer(rss(item("/1", content=FULL)))
    desk.type("feeds", "add", server.url + "/feed")
    serving = Watching(desk, "serve", "--watch", "--port", "0", "--workers", "1")
    address = serving.until("running on").split()[2]
    if not any('"ingest"' in said for said in serving.lines):
        serving.until('"ingest"')
    with httpx.Client(base_url=address, timeout=30) as client:
        slowest = 0.0
        while not client.get("/v1/articles").json()["articles"]:
            time.sleep(0.1)
        for _ in range(20):  # while the schedule loads its models and judges
            start = time.monotonic()
            assert client.get("/healthz").status_code == 200
            slowest = max(slowest, time.monotonic() - start)
            time.sleep(0.02)
    assert slowest < 1.0
    code, seconds = serving.end()
    assert code == 0, serving.lines
    assert seconds < 30
    assert not any("Traceback" in said for said in serving.lines)
    with sqlite3.connect(desk.folder / "monitor.sqlite") as database:
        assert database.execute("SELECT count(*) FROM leases").fetchone() == (0,)
    database.close()
