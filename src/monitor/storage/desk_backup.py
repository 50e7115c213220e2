"""Backing up the desk's database, and bringing it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.settings import Settings
from monitor.storage.backup import (
    Copy,
    copy_database,
    database_file,
    put_in_place,
    read_copy,
    tombstones_of,
)
from monitor.storage.store import open_store


@dataclass(frozen=True, slots=True)
class Restored:
    """The backup that was brought back, and where the database before it lies (`None`: none)."""

    copy: Copy
    kept: Path | None
    forgotten: int | None = 0
    """How many articles were forgotten again that had been since; None where nobody can tell."""


def back_up(settings: Settings, path: Path, *, force: bool = False) -> Copy:
    """Write a verified copy of the database to `path`, while the desk works on.

    The database is taken as it is, without bringing its tables up to date: that is what one backs
    up before. Raises `UsageError` for PostgreSQL and for a file in the way, `StoreError` for what
    fails.
    """
    return copy_database(database_file(settings.database_url), path, force=force)


def restore(settings: Settings, path: Path, now: datetime) -> Restored:
    """Make the backup `path` the desk's database; the one before stays beside it.

    What was forgotten since the backup is forgotten again. Raises `UsageError` for PostgreSQL,
    `StoreError` for a backup that is damaged, of a newer program or none of ours, and where the
    database is in use.
    """
    target = database_file(settings.database_url)
    copy, stones = read_copy(path), tombstones_of(target)
    kept = put_in_place(path, target, now)
    if not stones:
        return Restored(copy, kept, None if stones is None else 0)
    with open_store(settings.database_url, name_key=settings.names_key) as store:
        again = sum(store.forget([one.article_id], one.reason, one.at) for one in stones)
        store.clear_file()
    return Restored(copy, kept, again)
