"""`monitor forget` as it is used: no byte left in file or log, and a backup brings nothing back."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import own_guide
from monitor.app import Monitor
from monitor.cli.app import app
from monitor.feeds.urls import article_id
from monitor.jobs.forget_article import choose, forget
from monitor.records.errors import UsageError
from monitor.records.feed import Incoming
from monitor.settings import Settings, StoreSettings
from monitor.storage.backup import back_up, restore
from store_samples import NOW, at, feed, incoming, poll

WORD = "zqvxheron"
URL = "https://news.example/the-zqvxheron-case"
ID = article_id(URL)
REST = [incoming(f"n{n}", "a gull flew off " * 400) for n in range(20)]


def make_desk(home: Path) -> Monitor:
    return Monitor(Settings(home=home, store=StoreSettings()), now=lambda: at(90))


def planted(url: str = URL) -> Incoming:
    long = f"The {WORD} waited by the sluice. " * 300
    words = {"title": f"The {WORD}", "summary": long, "authors": (WORD,), "language": "sw"}
    return incoming("x", long, article_id=article_id(url), url=url, **words)


def fill(monitor: Monitor) -> None:
    monitor.store.add_feeds([feed()], NOW)
    monitor.store.record_poll(poll(feed(), [*REST[:9], planted(), *REST[9:]]), NOW)


def count(folder: Path) -> int:
    files = [path for path in folder.iterdir() if path.is_file()]
    data = [path.read_bytes() for path in files]
    return sum(d.count(WORD.encode()) + d.count(b"news.example/the-zq") for d in data)


def test_no_byte_is_left_in_file_log_and_later_backups(tmp_path: Path) -> None:
    with make_desk(tmp_path) as monitor:
        fill(monitor)
        assert count(tmp_path) > 600
        assert forget(monitor, [ID], "person").cleared
        assert count(tmp_path) == 0
        # and once more, when the file is not written anew
        more = f"{URL}-again"
        monitor.store.record_poll(poll(feed(), [planted(more), incoming("y")]), at(1))
        assert count(tmp_path) > 600
        assert forget(monitor, [article_id(more)], "person").cleared
        assert count(tmp_path) == 0
        back_up(monitor.settings, tmp_path / "kept.sqlite")
    assert count(tmp_path) == 0


def test_a_backup_does_not_bring_it_back(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    copy = tmp_path / "out" / "old.sqlite"
    with make_desk(tmp_path) as monitor:
        fill(monitor)
        back_up(monitor.settings, copy)
        forget(monitor, [ID], "court")
    with make_desk(tmp_path) as monitor:
        done = restore(monitor.settings, copy, monitor.now())
    assert done.forgotten == 1
    with make_desk(tmp_path) as monitor:
        assert len(list(monitor.store.assessed(()))) == len(REST)
        assert [(stone.at, stone.reason) for stone in monitor.store.tombstones()] == [
            (at(90), "court")
        ]
    assert count(tmp_path) == 0


def test_what_is_meant_is_asked_first(tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    guide = own_guide.tiny(tmp_path / "guides")
    (tmp_path / "monitor.toml").write_text(f'[check]\nguideline = "{guide}"\n', "utf-8")
    with make_desk(tmp_path) as monitor:
        fill(monitor)
        with pytest.raises(UsageError, match="neither"):
            choose(monitor, ["heron"])
    call = ["--config", str(tmp_path / "monitor.toml"), "forget"]

    def run(*rest: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, [*call, *rest])
        return done.exit_code, done.stdout, str(done.exception or done.stderr)

    code, told, words = run(URL, "https://news.example/other")
    assert code == 0
    assert f"{ID}\t" in told
    assert "versions 1, " in told
    assert "not stored: it would be kept out" in told
    assert "--yes" in words
    assert count(tmp_path) > 0
    assert "--reason" in run(URL, "--yes")[2]
    code, told, words = run(URL, "https://news.example/other", "--yes", "--reason", "safety")
    assert (code, told) == (0, "")
    assert "1 article forgotten; 1 not stored, kept out" in words
    assert count(tmp_path) == 0
    assert "1 article had been forgotten before" in run(ID, "--yes", "--reason", "safety")[2]
    listed = run("--list")[1].splitlines()
    assert sorted(line.split("\t")[2:] for line in listed) == [
        ["safety", "never stored"],
        ["safety", "stored"],
    ]
