"""The condition of a database, looked at without making it, changing it or waiting for it long."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select

from monitor.errors import StoreError
from monitor.store.database import Database, open_database
from monitor.store.migrate import HEAD, revision_of
from monitor.store.schema import feed_states, feeds, metadata, polls

_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found: the tables' version (`None`: there are none yet) and this program's.

    `damage` is what SQLite's own check says, "" if all is well. `folder` is where the file is, to
    be looked at for space; `None` for a server. `failing` are feeds by name, with the reason.
    """

    name: str
    revision: str | None
    head: str
    writable: bool
    damage: str = ""
    folder: Path | None = None
    feeds: int = 0
    failing: tuple[tuple[str, str], ...] = ()
    last_poll: datetime | None = None


def inspect_database(address: str) -> Condition:
    """Return the condition of the database at an SQLAlchemy URL.

    Raises `StoreError` where it cannot be reached or read at all.
    """
    database = open_database(address, busy_timeout_s=_PATIENCE_S)
    try:
        file = Path(str(database.engine.url.database)) if database.is_sqlite else None
        if file and not file.exists():
            writable = os.access(file.parent, os.W_OK)
            return Condition(database.name, None, HEAD, writable, folder=file.parent)
        with database.reading() as connection:
            return _look(connection, database, file)
    finally:
        database.close()


def _look(connection: Connection, database: Database, file: Path | None) -> Condition:
    revision = revision_of(connection)
    if revision is None and set(inspect(connection).get_table_names()) & set(metadata.tables):
        raise StoreError(f"database {database.name}: holds tables of another program")
    known = revision == HEAD
    return Condition(
        name=database.name,
        revision=revision,
        head=HEAD,
        writable=file is None or (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)),
        damage=_damage(connection) if file else "",
        folder=file.parent if file else None,
        feeds=_count_feeds(connection) if known else 0,
        failing=_failing(connection) if known else (),
        last_poll=connection.execute(select(func.max(polls.c.at))).scalar() if known else None,
    )


def _damage(connection: Connection) -> str:
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    return "" if said == "ok" else str(said)


def _count_feeds(connection: Connection) -> int:
    query = select(func.count()).select_from(feeds).where(feeds.c.removed_at.is_(None))
    return int(connection.execute(query).scalar() or 0)


def _failing(connection: Connection) -> tuple[tuple[str, str], ...]:
    query = (
        select(feeds.c.title, feeds.c.url, feed_states.c.error)
        .join(feed_states, feed_states.c.feed_id == feeds.c.id)
        .where(feeds.c.removed_at.is_(None), feed_states.c.failures > 0)
        .order_by(feeds.c.title, feeds.c.url)
    )
    return tuple((row.title or row.url, row.error or "") for row in connection.execute(query))
