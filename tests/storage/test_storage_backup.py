"""Backups: verified, whole or not at all, of a database in use; and back, with the old one kept."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

import store_samples
from monitor.app import Monitor
from monitor.records.errors import StoreError, UsageError
from monitor.settings import Settings
from monitor.storage import migrate as migrating
from monitor.storage.backup import back_up, restore
from monitor.storage.database import open_database
from small_disk import mounted
from store_samples import NOW


def make_desk(home: Path, *names: str) -> Monitor:
    """A desk with an article for each of `names`."""
    monitor = Monitor(Settings(home=home), now=lambda: NOW)
    monitor.store.add_feeds([store_samples.feed()], NOW)
    add(monitor, *names)
    return monitor


def add(monitor: Monitor, *names: str) -> None:
    entries = [store_samples.incoming(name) for name in names]
    monitor.store.record_poll(store_samples.poll(store_samples.feed(), entries), NOW)


def titles(home: Path) -> list[str]:
    with Monitor(Settings(home=home)) as monitor:
        return [found.article.title for found in monitor.store.assessed(())]


def test_a_desk_at_work_is_backed_up_and_brought_back(tmp_path: Path) -> None:
    target = tmp_path / "kept.sqlite"
    with make_desk(tmp_path, "a", "b") as monitor:
        with monitor.store._database.writing() as connection:  # somebody writes meanwhile
            connection.exec_driver_sql("UPDATE feeds SET title = 'not yet committed'")
            made = back_up(monitor.settings, target)
        assert made.rows["articles"] == 2
        add(monitor, "c")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept.sqlite", "monitor.sqlite"]
    with Monitor(Settings(home=tmp_path), now=lambda: NOW) as monitor:
        done = restore(monitor.settings, target, monitor.now())
    assert titles(tmp_path) == ["Title of a", "Title of b"]
    assert done.kept == tmp_path / "monitor.sqlite.before-2026-11-25T120000Z"
    with closing(sqlite3.connect(done.kept)) as old:
        assert old.execute("SELECT count(*) FROM articles").fetchone() == (3,)


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    target = tmp_path / "kept.sqlite"
    target.write_text("my thesis")
    with make_desk(tmp_path, "a") as monitor:
        with pytest.raises(UsageError, match="already there; --force"):
            back_up(monitor.settings, target)
        assert target.read_text() == "my thesis"
        with pytest.raises(UsageError, match="the database itself"):
            back_up(monitor.settings, tmp_path / "monitor.sqlite", force=True)
        assert back_up(monitor.settings, target, force=True).rows["articles"] == 1


def test_a_database_in_use_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "kept.sqlite"
    with make_desk(tmp_path, "a") as monitor:  # open, if idle, as `monitor serve` has it
        back_up(monitor.settings, target)
        with pytest.raises(StoreError, match="in use; end what uses it"):
            restore(monitor.settings, target, monitor.now())
    assert titles(tmp_path) == ["Title of a"]
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ("UPDATE monitor_schema SET version_num = '9999'", "made by a newer version"),
        ("DROP TABLE monitor_schema", "none of this program"),
    ],
)
def test_only_what_is_ours_is_brought_back(tmp_path: Path, harm: str, named: str) -> None:
    target = tmp_path / "kept.sqlite"
    with make_desk(tmp_path, "a") as monitor:
        back_up(monitor.settings, target)
        with closing(sqlite3.connect(target)) as copy:
            copy.execute(harm)
            copy.commit()
        with pytest.raises(StoreError, match=named):
            restore(monitor.settings, target, monitor.now())


def test_a_damaged_backup_is_refused_and_a_damaged_desk_replaced(tmp_path: Path) -> None:
    target = tmp_path / "kept.sqlite"
    with make_desk(tmp_path, *(f"a{n}" for n in range(60))) as monitor:
        back_up(monitor.settings, target)
    for file in (target, tmp_path / "monitor.sqlite"):
        sound = file.read_bytes()
        middle = len(sound) // 2 // 4096 * 4096
        file.write_bytes(sound[:middle] + b"\xff" * 8192 + sound[middle + 8192 :])
        with Monitor(Settings(home=tmp_path), now=lambda: NOW) as monitor:
            if file == target:
                with pytest.raises(StoreError, match="damaged"):
                    restore(monitor.settings, target, monitor.now())
                file.write_bytes(sound)
            else:
                assert restore(monitor.settings, target, monitor.now()).kept is not None
    assert len(titles(tmp_path)) == 60


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    with mounted(tmp_path / "small") as disk, make_desk(tmp_path) as monitor:
        entries = [store_samples.incoming(f"a{n}", "A text. " * 2000) for n in range(80)]
        poll = store_samples.poll(store_samples.feed(), entries)
        monitor.store.record_poll(poll, NOW)
        with pytest.raises(StoreError, match="the disk is full"):
            back_up(monitor.settings, disk / "kept.sqlite")
        assert list(disk.iterdir()) == []


@pytest.mark.postgres
def test_postgresql_is_told_of_its_own_tools(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database="postgresql://desk@localhost/news")
    with Monitor(settings) as monitor, pytest.raises(UsageError, match="pg_dump"):
        back_up(monitor.settings, tmp_path / "kept.sqlite")


def test_an_older_backup_is_brought_up_to_date_when_opened(tmp_path: Path) -> None:
    old = open_database(f"sqlite:///{tmp_path / 'old.sqlite'}", busy_timeout_s=1)
    migrating._upgrade(old, "0003")
    old.close()
    with Monitor(Settings(home=tmp_path), now=lambda: NOW + timedelta(days=1)) as monitor:
        done = restore(monitor.settings, tmp_path / "old.sqlite", monitor.now())
        assert (done.copy.revision, done.kept) == ("0003", None)
        assert monitor.store.counts()["articles"] == 0
        assert monitor.store.ping() == migrating.HEAD
