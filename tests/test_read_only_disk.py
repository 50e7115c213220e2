"""A desk on a disk that can only be read: it is read, and writing says why not and what to do.

The disks are real ones; only who may mount them (root, as in CI) has them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk import Desk
from monitor.cli.doctor import Setup, examine_database
from monitor.records.errors import StoreError
from monitor.settings import Settings
from monitor.storage import migrate as migrating
from monitor.storage.backup import back_up
from monitor.storage.store import Store, open_store
from small_disk import mounted, read_only, shown_read_only
from store_samples import NOW, feed, incoming, poll

CAN_ONLY_BE_READ = "lies on a disk that can only be read: mount that disk for writing, or copy"


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'monitor.sqlite'}"


def fill(store: Store, *ids: str) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming(id_) for id_ in ids]), NOW)


@pytest.fixture(name="disk")
def _disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with a desk of two articles that nobody has judged."""
    with mounted(tmp_path / "disk", size="8m") as disk:
        (disk / "monitor.toml").write_text('timezone = "UTC"\n', encoding="utf-8")
        with open_store(url_of(disk)) as store:
            fill(store, "a", "b")
        yield disk


def test_the_commands_that_read_work_and_those_that_write_say_why_not(
    disk: Path, tmp_path: Path
) -> None:
    desk, out = Desk(disk), tmp_path / "out"
    with read_only(disk):
        assert "fetched 2 = stored 2" in desk.type("feeds", "list").out
        assert desk.type("articles", "search", "women").code == 0
        assert desk.type("digest", "--day", "all").code == 0
        exported = desk.type("export", "--format", "jsonl", "-o", str(out))
        assert exported.code == 0, exported
        assert len((out / "articles.jsonl").read_text(encoding="utf-8").splitlines()) == 2
        for words in (
            ("feeds", "add", "https://daily.example/other"),
            ("ingest", "--now"),
        ):
            said = desk.refuses(*words)
            assert f"{disk}/monitor.sqlite: {CAN_ONLY_BE_READ}" in said, words
        checks = list(examine_database(Setup(Settings(home=disk), None, NOW)))
        (fault,) = [check for check in checks if check.status == "fault"]
        assert "can only be read: reading works" in fault.found
    assert sorted(path.name for path in disk.iterdir()) == ["monitor.sqlite", "monitor.toml"]


def test_it_can_be_backed_up(disk: Path, tmp_path: Path) -> None:
    with read_only(disk):
        copy = back_up(Settings(home=disk), tmp_path / "copy.sqlite")
    assert copy.rows["articles"] == 2


def test_what_nobody_saved_is_not_left_out_in_silence(disk: Path, tmp_path: Path) -> None:
    """A log that a crash left is half of the database: without its index it cannot be read."""
    with open_store(url_of(tmp_path)) as store:
        fill(store, "c")
        for name in ("monitor.sqlite", "monitor.sqlite-wal"):
            shutil.copy(tmp_path / name, disk / name)
    with read_only(disk), pytest.raises(StoreError, match=r"monitor\.sqlite-wal belongs to it"):
        open_store(url_of(disk))


def test_who_reads_elsewhere_sees_what_a_writer_adds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "monitor.toml").touch()
    with open_store(url_of(home)) as store, shown_read_only(home, tmp_path / "shown") as shown:
        fill(store, "a")
        reader = Desk(shown)  # in processes of its own
        assert "fetched 1 = stored 1" in reader.type("feeds", "list").out
        later = NOW + timedelta(hours=1)
        store.record_poll(poll(feed(), [incoming("b"), incoming("c")], at=later), later)
        assert "fetched 2 = stored 2" in reader.type("feeds", "list").out
        assert CAN_ONLY_BE_READ in reader.refuses("feeds", "remove", feed().url)


def test_tables_of_another_version_and_no_file_are_named(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with read_only(disk):
        monkeypatch.setattr(migrating, "HEAD", "9999")
        with pytest.raises(StoreError, match="this program needs 9999, and it lies on a disk"):
            open_store(url_of(disk))
        with pytest.raises(StoreError, match=r"none\.sqlite: is not there, and its folder lies"):
            open_store(f"sqlite:///{disk / 'none.sqlite'}")
