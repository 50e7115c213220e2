"""No byte of an expired text is left: in the file, its log, its empty pages, a later backup."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

import store_samples
from monitor.api.article_routes import article_json
from monitor.app import Monitor
from monitor.digest.build import build_digest
from monitor.digest.render import render_digest
from monitor.export.columns import ExportFormat
from monitor.export.exporter import export
from monitor.export.publication import PublicationPolicy
from monitor.jobs.expire_texts import expire
from monitor.records.article_record import FullRecord
from monitor.records.hidden_names import Shown
from monitor.settings import Settings, StoreSettings
from monitor.storage.backup import back_up
from monitor.storage.store import open_store
from monitor.stories.clustering import group_stories
from store_samples import CLASSIFIER, NOW, STAMPS

PLANTED = "the heron waited by the sluice"
LATER = NOW + timedelta(days=91)


HERON = "zqvxherons"
"""A word of the old texts, whose letters stand side by side in no other: the index keeps words one
by one, each without the letters that it shares with the word before."""


def make_desk(home: Path, *, days: int = 90) -> Monitor:
    settings = Settings(home=home, store=StoreSettings(keep_text_days=days))
    return Monitor(settings, now=lambda: LATER)


def fill(monitor: Monitor, count: int, *, planted: bool = True) -> None:
    """Store articles old and new in turns, of all lengths, so that their pages are mixed."""
    draw = random.Random(count)
    source, store = store_samples.feed(), monitor.store
    store.add_feeds([source], NOW)
    for number in range(count):
        old = number % 2 == 0
        words = f"{PLANTED} {number}" if old and planted else f"a gull flew off {number}"
        words += f" {HERON}{number}" if old and planted else ""
        body = f"{words}. " + "x" * draw.choice((0, 50, 900, 4000, 9000)) + f" {words}"
        entry = store_samples.incoming(
            f"{draw.random()}", body, title=words, summary=words, authors=(words,)
        )
        when = NOW if old else NOW + timedelta(days=60)
        store.record_poll(store_samples.poll(source, [entry]), when)
        article = store.article(entry.article_id, ()).article
        said = store_samples.flagged(article)
        finding = replace(said.findings[0], match=words, message=f"'{words}' is it")
        store.record_assessments([(article, replace(said, findings=(finding,)))], when)


def bytes_of(*paths: Path) -> int:
    """How often the planted words stand in the raw bytes of files, or pieces of one word."""
    pieces = [PLANTED.encode(), *(HERON[at : at + 4].encode() for at in range(5))]
    there = [path.read_bytes() for path in paths if path.exists()]
    return sum(data.count(piece) for data in there for piece in pieces)


def test_no_byte_is_left(tmp_path: Path) -> None:
    file, log = tmp_path / "monitor.sqlite", tmp_path / "monitor.sqlite-wal"
    with make_desk(tmp_path) as monitor:
        fill(monitor, 60)
        assert bytes_of(file, log) > 150
        done = expire(monitor.store, monitor.settings, LATER)
        assert done is not None
        assert (done.articles, done.cleared) == (30, True)
        assert bytes_of(file, log) == 0
        back_up(monitor.settings, tmp_path / "kept.sqlite")
        assert bytes_of(tmp_path / "kept.sqlite") == 0
        kept = [one.article.text for one in monitor.store.assessed(()) if one.article.text]
        assert len(kept) == 30
        assert expire(monitor.store, monitor.settings, LATER) == replace(done, articles=0)


def test_no_byte_is_left_without_writing_the_file_anew(tmp_path: Path) -> None:
    """As on every day but the first: what is overwritten is enough."""
    file, log = tmp_path / "monitor.sqlite", tmp_path / "monitor.sqlite-wal"
    with make_desk(tmp_path) as monitor:
        fill(monitor, 40)
        with monitor.store._database.outside() as connection:
            connection.exec_driver_sql("PRAGMA user_version = 1")
        assert expire(monitor.store, monitor.settings, LATER)
        assert bytes_of(file, log) == 0


def test_a_file_that_was_not_overwritten_of_old_is_written_anew(tmp_path: Path) -> None:
    """What a program before this one left in empty pages goes with the first that expires."""
    file = tmp_path / "monitor.sqlite"
    with make_desk(tmp_path) as monitor:
        fill(monitor, 4, planted=False)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE before (words TEXT)")
        database.execute("INSERT INTO before VALUES (?)", (f"{PLANTED} " * 900,))
        database.execute("DROP TABLE before")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert bytes_of(file) > 0
    with make_desk(tmp_path) as monitor:
        assert expire(monitor.store, monitor.settings, LATER)
    assert bytes_of(file) == 0


def test_a_reader_keeps_the_log_and_that_is_told(tmp_path: Path) -> None:
    log = tmp_path / "monitor.sqlite-wal"
    with make_desk(tmp_path) as monitor:
        fill(monitor, 4)
        address = monitor.settings.database_url
        with (
            open_store(address, busy_timeout_s=0.1) as store,
            open_store(address) as other,
            other._database.reading() as connection,
        ):
            connection.exec_driver_sql("SELECT count(*) FROM versions")
            store.expire(LATER, LATER, limit=9)
            assert not store.clear_file()
            assert bytes_of(log) > 0
        done = expire(monitor.store, monitor.settings, LATER)
        assert done is not None
        assert (done.articles, done.cleared) == (0, True)
        assert bytes_of(log) == 0


def test_without_the_setting_nothing_expires(tmp_path: Path) -> None:
    with make_desk(tmp_path, days=0) as monitor:
        fill(monitor, 2)
        assert expire(monitor.store, monitor.settings, LATER) is None
        assert monitor.store.count_expired() == 0


@pytest.mark.parametrize("days", [90, 92])
def test_the_day_counts_from_first_sight(tmp_path: Path, days: int) -> None:
    with make_desk(tmp_path, days=days) as monitor:
        fill(monitor, 2)
        done = expire(monitor.store, monitor.settings, LATER)
        assert done is not None
        assert done.articles == (days == 90)


def test_what_expired_is_told_and_counted(tmp_path: Path) -> None:
    """In exports, in the digest of its day, and in what the API gives."""
    with make_desk(tmp_path) as monitor:
        source, store = store_samples.feed(), monitor.store
        store.add_feeds([source], NOW)
        entries = [store_samples.incoming(name, PLANTED, title=PLANTED) for name in ("a", "b")]
        store.record_poll(store_samples.poll(source, entries), NOW)
        for article in store.due(CLASSIFIER, limit=9):
            said = [(article, store_samples.judged(0.9)), (article, store_samples.flagged(article))]
            store.record_assessments(said, NOW)
        expire(monitor.store, monitor.settings, LATER)
        found = list(store.assessed(STAMPS))
        for kind in get_args(ExportFormat):
            records = map(FullRecord, found)
            policy = PublicationPolicy(text="full", restricted=True)
            report = export(records, tmp_path / "out", format=kind, policy=policy, now=LATER)
            assert (report.rows, report.withheld("expired")) == (2, 2)
        for path in filter(Path.is_file, (tmp_path / "out").rglob("*")):
            assert PLANTED.encode() not in path.read_bytes()
        digest = build_digest(
            found,
            day="2026-11-25",
            timezone="UTC",
            ledger=store.ledger(None, None, STAMPS),
            stamps=STAMPS,
            group=group_stories,
        )
    (first, _) = (tmp_path / "out" / "articles.jsonl").read_text().splitlines()
    record = json.loads(first)
    assert (record["title"], record["text"], record["relevant"]) == ("", "", True)
    assert record["expired"] == "2027-02-24T12:00:00Z"
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {entry["expired"] for entry in manifest["files"]} == {2}
    assert article_json(found[0], Shown(""))["expired"] == "2027-02-24T12:00:00Z"
    shown = {
        kind: render_digest(digest, kind, title="T") for kind in ("text", "html", "md", "json")
    }
    assert all(PLANTED not in text for text in shown.values())
    assert "(headline expired)" in shown["text"]
    (story, _) = json.loads(shown["json"])["relevant"]
    assert story["articles"][0]["expired"] == "2027-02-24T12:00:00Z"
