"""A disk that is full, a database that is locked: a clear word, and the next run goes on."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import feed_server
import store_samples
from feed_server import Answer, FeedServer, item, rss
from monitor.app import Monitor
from monitor.feeds.starter_feeds import make_feed
from monitor.jobs.expire_texts import expire
from monitor.records.errors import StoreError
from monitor.settings import FetchSettings, Settings, StoreSettings
from monitor.storage.database import open_database
from monitor.storage.store import Store
from small_disk import mounted
from store_samples import NOW, at

LONG = f"<p>{feed_server.STORY * 40}</p>"


@pytest.fixture(name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as served:
        items = [item(f"https://a.example/{n}", f"Story {n}", content=LONG) for n in range(30)]
        served.script["/long"] = Answer(rss(*items))
        served.script["/short"] = Answer(
            rss(item("https://a.example/s", "Short", content=f"<p>{feed_server.STORY}</p>"))
        )
        yield served


def make_desk(home: Path) -> Monitor:
    fetch = FetchSettings(timeout_s=5.0, allow_hosts=("127.0.0.1",), host_spacing_s=0.0)
    settings = Settings(home=home, fetch=fetch, store=StoreSettings(keep_text_days=1))
    return Monitor(settings, now=lambda: NOW)


def test_a_full_disk_is_named_and_the_next_run_goes_on(tmp_path: Path, server: FeedServer) -> None:
    with mounted(tmp_path / "small") as disk:
        with make_desk(disk) as monitor:
            monitor.add_feeds([make_feed(f"{server.url}/short"), make_feed(f"{server.url}/long")])
            with pytest.raises(StoreError, match=r"monitor\.sqlite: the disk is full"):
                monitor.ingest()
            counts = monitor.store.counts()
            assert counts["articles"] == (counts["polls"] == 1), "a feed is stored whole or not"
        with closing(sqlite3.connect(disk / "monitor.sqlite")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        room = ["mount", "-o", "remount,size=20m", str(disk)]
        subprocess.run(room, check=True, capture_output=True)
        with make_desk(disk) as monitor:
            monitor.ingest()
            assert monitor.store.counts()["articles"] == 31


def test_texts_expire_on_a_disk_that_is_full(tmp_path: Path) -> None:
    """That needs room too; what could not be done for want of it, the next run does."""
    with mounted(tmp_path / "small", size="20m") as disk, make_desk(disk) as monitor:
        source = store_samples.feed()
        monitor.store.add_feeds([source], NOW)
        for number in range(12):
            entry = store_samples.incoming(f"a{number}", "planted words " * 5000)
            monitor.store.record_poll(store_samples.poll(source, [entry]), NOW)
        filler = disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free))
        with pytest.raises(StoreError, match="the disk is full"):
            expire(monitor.store, monitor.settings, at(60 * 48))
        assert {found.article.text for found in monitor.store.assessed(())} != {""}
        filler.unlink()
        done = expire(monitor.store, monitor.settings, at(60 * 48))
        assert done is not None
        assert done.cleared
        assert b"planted" not in (disk / "monitor.sqlite").read_bytes()


def test_a_locked_database_is_named_and_the_next_run_goes_on(
    tmp_path: Path, server: FeedServer
) -> None:
    with make_desk(tmp_path) as monitor:
        monitor.add_feeds([make_feed(f"{server.url}/short")])
        patient = monitor.store
        hasty = open_database(monitor.settings.database_url, busy_timeout_s=0.1)
        monitor.__dict__["store"] = Store(hasty)
        file = tmp_path / "monitor.sqlite"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"locked by another program \(waited 0\.1 s\)"):
                monitor.ingest()
        monitor.store.close()
        monitor.__dict__["store"] = patient
        monitor.ingest()
        assert patient.counts()["articles"] == 1
