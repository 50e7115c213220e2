"""Backup and restore of an SQLite database: copied while in use, verified, put in place at once."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from monitor.records.errors import StoreError, UsageError
from monitor.settings import Settings
from monitor.storage.database import (
    PATIENCE_S,
    is_locked,
    make_private_file,
    on_read_only_disk,
    open_database,
    read_only_uri,
    reason_of,
    remove_files,
)
from monitor.storage.forgetting import Tombstone
from monitor.storage.migrate import HEAD, VERSION_TABLE, newer_program
from monitor.storage.schema import metadata
from monitor.storage.store import open_store


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified copy: its tables' version, `rows` by table, and bytes."""

    path: Path
    revision: str
    rows: Mapping[str, int]
    size: int


def back_up(settings: Settings, target: Path, *, force: bool = False) -> Copy:
    """Write a verified copy of the database to the file `target`, while the desk works on.

    The database is taken as it is, without bringing its tables up to date: that is what one backs
    up before. Rows are counted in the very state that is copied. Raises `UsageError` for PostgreSQL
    and where `target` is there and not to be overwritten (`force`), `StoreError` for what fails;
    then nothing is left behind.
    """
    source = _database_file(settings)
    if not source.is_file():
        raise StoreError(f"database {source}: there is none yet")
    if target.exists() and target.samefile(source):
        raise UsageError(f"{target} is the database itself")
    if target.is_dir():
        raise UsageError(f"{target} is a folder")
    _refuse_present(target, force=force)
    with _part_of(target) as part, _explained(source):
        with _opened(source) as origin, _opened(part) as copy:
            origin.execute("PRAGMA query_only = ON")
            origin.execute("BEGIN")  # one state for what is counted and what is copied
            before = _rows(origin)
            origin.backup(copy)
            origin.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        made = read_copy(part)
        if made.rows != before:
            raise StoreError(f"backup {target}: the copy has other rows than the database")
        _put(part, target, force=force)
    return replace(made, path=target, size=target.stat().st_size)


def _database_file(settings: Settings) -> Path:
    """Return the file of an SQLite database; PostgreSQL has tools of its own."""
    with closing(open_database(settings.database_url)) as database:
        if database.is_sqlite:
            return database.file
    raise UsageError(
        "this desk's database is PostgreSQL: back it up with pg_dump, bring it back with pg_restore"
    )


def _refuse_present(target: Path, *, force: bool) -> None:
    if target.exists() and not force:
        raise UsageError(f"{target} is already there; --force overwrites it")


@dataclass(frozen=True, slots=True)
class Restored:
    """The backup that was brought back, and where the database before it lies (`None`: none)."""

    copy: Copy
    kept: Path | None
    forgotten: int | None = 0
    """How many articles were forgotten again that had been since; None where nobody can tell."""


def restore(settings: Settings, backup: Path, now: datetime) -> Restored:
    """Make the file `backup` the desk's database; the one before stays beside it, dated.

    At every moment there is a whole database. What was forgotten since the backup is forgotten
    again. Raises `UsageError` for PostgreSQL, `StoreError` for a backup that is damaged, of a newer
    program or none of ours, and where the database is in use.
    """
    target = _database_file(settings)
    found, stones = read_copy(backup), _tombstones_of(target)
    if target.exists() and backup.samefile(target):
        raise UsageError(f"{backup} is the database itself")
    with _part_of(target) as part, _explained(target):
        with _opened(backup, mode="ro") as origin, _opened(part) as copy:
            origin.backup(copy)
        read_copy(part)
        kept = None
        if target.exists():
            shutil.copymode(target, part)  # whoever could use the desk still can
            kept = _set_aside(target, now)
        _put(part, target, force=True)
    if not stones:
        return Restored(found, kept, None if stones is None else 0)
    with open_store(settings.database_url, name_key=settings.names_key) as store:
        again = sum(store.forget([one.article_id], one.reason, one.at) for one in stones)
        store.clear_file()
    return Restored(found, kept, again)


def read_copy(path: Path) -> Copy:
    """Return what is in a sound backup. Raises `StoreError` for one that is not ours, or newer."""
    if not path.is_file():
        raise StoreError(f"{path}: no such file")
    with _explained(path), _opened(path, mode="ro") as copy:
        try:
            (revision,) = copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - our own name
        except (sqlite3.OperationalError, TypeError) as error:
            if "no such table" not in str(error) and not isinstance(error, TypeError):
                raise
            raise StoreError(f"{path}: an SQLite database, but none of this program") from error
        if revision > HEAD:
            raise newer_program(str(path), revision)
        (damage,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if damage != "ok":
            raise StoreError(f"{path}: damaged: {damage}")
        return Copy(path, str(revision), _rows(copy), path.stat().st_size)


def _tombstones_of(path: Path) -> list[Tombstone] | None:
    """Return what was forgotten in the database at `path`, if it is there; None if it is damaged.

    It is read as it is, without bringing its tables up to date.
    """
    if not path.is_file():
        return []
    try:
        with _opened(path, mode="ro") as found:
            names = "SELECT 1 FROM sqlite_master WHERE name = 'tombstones'"
            if found.execute(names).fetchone() is None:
                return []
            rows = found.execute("SELECT article_id, at, reason, stored FROM tombstones").fetchall()
            return [
                Tombstone(one, datetime.fromisoformat(at).replace(tzinfo=UTC), why, bool(stored))
                for one, at, why, stored in rows
            ]
    except sqlite3.DatabaseError:
        return None


def _set_aside(target: Path, now: datetime) -> Path:
    """Give the database at `target` a second, dated name, with all that is in its log."""
    kept = target.with_name(f"{target.name}.before-{now:%Y-%m-%dT%H%M%SZ}")
    if kept.exists():
        raise UsageError(f"{kept} is already there")
    try:
        with _opened(target, wait_s=1.0) as old:
            # Only who is alone with a database may take it out of write-ahead logging.
            old.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if is_locked(error):
            raise StoreError(
                f"database {target}: in use; end what uses it (monitor serve) first"
            ) from error
        # Damaged, which is what backups are for: its log goes with it, for whoever mends it.
    os.link(target, kept)
    for log in ("-wal", "-shm"):
        beside = target.with_name(f"{target.name}{log}")
        if beside.exists():
            beside.rename(kept.with_name(f"{kept.name}{log}"))
    return kept


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """Make an empty file beside `target` that only its owner may read; remove it at the end."""
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        make_private_file(part)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from error
    try:
        yield part
    finally:
        remove_files(part)


def _put(part: Path, target: Path, *, force: bool) -> None:
    """Write `part` out to the disk and give it its name."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    _refuse_present(target, force=force)  # it may have come meanwhile
    part.replace(target)
    if os.name != "nt":  # the name too must be on the disk
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _opened(
    path: Path, *, mode: str = "rw", wait_s: float = PATIENCE_S
) -> Iterator[sqlite3.Connection]:
    address = f"{path.resolve().as_uri()}?mode={mode}"
    if path.is_file() and on_read_only_disk(path):
        address = read_only_uri(path)
    with closing(
        sqlite3.connect(address, uri=True, timeout=wait_s, isolation_level=None)
    ) as connection:
        yield connection


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason = reason_of(error, PATIENCE_S)
        raise StoreError(f"database {path}: {reason or error}") from error


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the rows of each table that is there: a backup may be of before some table."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    there = {name for (name,) in connection.execute(names)} & set(metadata.tables)
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own names
        for name in sorted(there)
    }
