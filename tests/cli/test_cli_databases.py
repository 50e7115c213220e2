"""The desk over databases that cannot be used, and over PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from desk import Desk, make_desk, use_database
from postgres import new_database

HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_locked_database_is_waited_for_and_named(tmp_path: Path) -> None:
    """In rollback mode too, where a writer shuts readers out."""
    desk = make_desk(tmp_path / "desk")
    assert desk.type("feeds", "add", "https://a.example/feed").code == 0
    file = desk.folder / "monitor.sqlite"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    blocked = desk.start("feeds", "add", "https://b.example/feed")
    waiting = desk.start("feeds", "remove", "https://a.example/feed")
    out, err = blocked.communicate(timeout=60)
    assert (blocked.returncode, out) == (2, b"")
    assert err.decode() == f"error: database {file}: locked by another program (waited 10 s)\n"
    waiting.communicate(timeout=60)
    assert waiting.returncode == 2
    holder.communicate(timeout=60)
    listed = desk.type("feeds", "list")
    assert listed.code == 0
    assert listed.out.startswith("https://a.example/feed\t")
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for size in (20, 8192):
        (tmp_path / "monitor.sqlite").write_bytes(b"my thesis " * (size // 10))
        said = desk.refuses("feeds", "add", "https://a.example/feed")
        assert "monitor.sqlite: the file is not an SQLite database" in said
        assert (tmp_path / "monitor.sqlite").read_bytes() == b"my thesis " * (size // 10)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("sqlite:///monitor.toml/x.sqlite", "no folder monitor.toml"),
        ("sqlite:////proc/x.sqlite", "/proc/x.sqlite: the file cannot be opened or created"),
        ("mysql://desk:secret@localhost/news", "no database of kind 'mysql'"),
        ("monitor.sqlite", "no URL such as sqlite:///monitor.sqlite"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(tmp_path: Path, address: str, named: str) -> None:
    (tmp_path / "monitor.toml").write_text(f'database = "{address}"\n')
    said = Desk(tmp_path).refuses("digest")
    assert named in said
    assert "secret" not in said


@pytest.mark.postgres
def test_a_desk_moves_to_postgresql(tmp_path: Path, postgres_server: URL) -> None:
    """By the names of folders; what is written beside it later is told."""
    old, new = make_desk(tmp_path / "old"), make_desk(tmp_path / "new")
    use_database(new, new_database(postgres_server))
    assert old.type("feeds", "add", "https://a.example/feed").code == 0
    home = Desk(tmp_path)
    moved = home.type("store", "copy", "old", "new")
    assert moved.code == 0, moved.err
    lines = {line.split()[0]: line.split()[1:] for line in moved.out.splitlines()}
    assert lines["feeds"][0] == "1"
    assert lines["articles"] == ["0", "0" * 16]
    assert "2 rows of" in moved.err
    assert moved.err.endswith("verified by their hashes\n")
    said = home.refuses("store", "copy", "old", "new")
    assert said.endswith("a copy goes into an empty one only\n")
    assert home.type("store", "verify", "old/monitor.sqlite", "new").code == 0
    assert home.type("store", "copy", "new", "back.sqlite").code == 0
    assert home.type("store", "verify", "old", "back.sqlite").code == 0
    assert new.type("feeds", "add", "https://b.example/feed").code == 0
    differ = home.type("store", "verify", "new", "old")
    assert (differ.code, "they do not hold the same" in differ.err) == (1, True)
    (line,) = (line for line in differ.out.splitlines() if line.startswith("feeds "))
    assert line.split() == ["feeds", "2", "1", "differs"]
    assert "no URL, no desk's folder and no file" in home.refuses("store", "verify", "old", "none")
