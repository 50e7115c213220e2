"""Schema migrations: bringing a database's tables up to this program when it is opened.

Opening a database that is up to date costs one query and does not import Alembic, whose operations
the `migrations` are made of.
"""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep

from sqlalchemy import Column, Connection, PrimaryKeyConstraint, String, inspect, text
from sqlalchemy.exc import OperationalError

from monitor.records.errors import StoreError
from monitor.storage.database import READ_ONLY, Database
from monitor.storage.schema import metadata

HEAD = "0025"
VERSION_TABLE = "monitor_schema"


def migrate(database: Database) -> None:
    """Make or update the tables; several programs may do so at once.

    Raises `StoreError` for tables of a newer program, tables that are another program's, a lock, a
    database of another encoding.
    """
    with database.reading() as connection:
        found = revision_of(connection)
        if found is None:
            _refuse_foreign(connection, database)
    if database.read_only and found != HEAD:
        raise StoreError(
            f"database {database.name}: its tables are at {found or 'nothing'}, this program needs"
            f" {HEAD}, and it {READ_ONLY}"
        )
    if database.read_only:
        return
    deadline = monotonic() + database.busy_timeout_s
    while database.is_sqlite and not _use_wal(database):
        # the wait is here: SQLite refuses the switch at once, without its busy timeout
        if monotonic() > deadline:
            raise StoreError(
                f"database {database.name}: locked by another program"
                f" (waited {database.busy_timeout_s:g} s)"
            )
        sleep(0.02)
    if found != HEAD:
        _upgrade(database)


def _use_wal(database: Database) -> bool:
    """Switch to write-ahead logging; return whether it could be done, with nobody else there."""
    with database.outside() as connection:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) != sqlite3.SQLITE_BUSY:
                raise
            return False
    return True


def revision_of(connection: Connection) -> str | None:
    """Return the version of the tables, `None` where there are none of ours."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608


def newer_program(name: str, found: str) -> StoreError:
    """Return the error for tables of a newer program."""
    said = f"its tables are at {found}, this program knows {HEAD}"
    return StoreError(f"{name}: made by a newer version of monitor ({said})")


def _refuse_foreign(connection: Connection, database: Database) -> None:
    """Refuse another program's tables, and a database that cannot hold every letter."""
    tables = set(inspect(connection).get_table_names())
    foreign = tables if database.is_sqlite else tables & set(metadata.tables)
    if foreign:
        raise StoreError(
            f"database {database.name}: holds tables of another program ({min(foreign)})"
        )
    if database.is_sqlite:
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise StoreError(
            f"database {database.name}: its encoding is {encoding}, and articles need UTF8:"
            " createdb -E UTF8 -T template0 NAME"
        )


def _upgrade(database: Database, revision: str = HEAD) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    from monitor.storage.migrations import MIGRATIONS

    # A migration that rebuilds a table of SQLite drops the old one, which must not cascade.
    with database.writing(before=("PRAGMA foreign_keys = OFF",)) as connection:
        options = {"target_metadata": metadata}  # names constraints and indexes
        operations = Operations(MigrationContext.configure(connection, opts=options))
        found = revision_of(connection)  # another program may have been first
        if found is None:
            key = PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc")
            number = Column("version_num", String(32), nullable=False)
            operations.create_table(VERSION_TABLE, number, key)
        elif found not in MIGRATIONS:
            raise newer_program(f"database {database.name}", found)
        for made, step in MIGRATIONS.items():
            if (found or "") < made <= revision:
                step(operations)
        reached = max(found or "", revision)
        connection.execute(text(f"DELETE FROM {VERSION_TABLE}"))  # noqa: S608 - our own name
        connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES ('{reached}')"))  # noqa: S608
        if database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StoreError(f"database {database.name}: rows that point nowhere after migration")
    database.close()  # drops the connection whose foreign keys are off; the next one has them on
