"""Connections and transactions for SQLite and PostgreSQL, errors in words, helpers for queries.

There is one writer at a time on both, on PostgreSQL by an advisory lock, so that what was read
inside a writing transaction stays true until its commit.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from monitor.records.errors import Locked, StoreError, how_to_install
from monitor.storage.schema import metadata

_WRITER_LOCK = 0x6D6F6E69746F72
"""The key of PostgreSQL's advisory lock: the letters of `monitor`."""
_CLAIM_LOCK = _WRITER_LOCK + 1
"""The key of the one that those who write claims share, and who asks for claims has alone."""
PATIENCE_S = 10.0
"""How long to wait for another program's lock: transactions here take milliseconds."""
IDLE_S = 300
"""So long may a writing transaction stand still: its program is gone, as with its machine's power,
and PostgreSQL would keep its locks for hours."""
_BEGIN = "monitor_begin"
"""The execution option that says how SQLite begins a transaction: statements, in order."""
_UNUSABLE = ("25006", "25P03", "42501")
"""What PostgreSQL calls a server that only reads, a transaction that stood still for too long, and
what this user may not do."""
_LOCKED = ("55P03", "40P01")
"""What it calls a lock that was not had in time, or that two wanted of each other."""

READ_ONLY = (
    "lies on a disk that can only be read: mount that disk for writing, or copy the desk's folder"
    " to another one and work there"
)
_SQLITE_ERRORS = {
    "SQLITE_NOTADB": "the file is not an SQLite database",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_CANTOPEN": "the file cannot be opened or created there",
    "SQLITE_READONLY": "the file or its folder cannot be written to",
    "SQLITE_PERM": "the file or its folder cannot be written to",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk reports an error",
    "SQLITE_CONSTRAINT": "the rows to be stored contradict what is stored",
}


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, and how long to wait for another program's lock.

    `read_only`: an SQLite file that lies on a disk that can only be read.
    """

    engine: Engine
    busy_timeout_s: float
    read_only: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite (else PostgreSQL)."""
        return self.engine.dialect.name == "sqlite"

    @property
    def name(self) -> str:
        """The database's file, or its URL without the password, wherever that stands in it."""
        url = self.engine.url
        if self.is_sqlite:
            return str(url.database)
        secret = [key for key in url.query if "pass" in key]
        return str(url.update_query_dict(dict.fromkeys(secret, "***")))

    @property
    def file(self) -> Path:
        """The file of an SQLite database."""
        return Path(str(self.engine.url.database))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction in which every query sees the same state."""
        with self.explained(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, *, before: tuple[str, ...] = ()) -> Iterator[Connection]:
        """Open the only writing transaction; `before` are SQLite pragmas that must precede it."""
        self.refuse_read_only()
        with self.explained(), self.engine.connect() as connection:
            connection.execution_options(**{_BEGIN: (*before, "BEGIN IMMEDIATE")})
            with connection.begin():
                if not self.is_sqlite:
                    self._wait_for(connection, func.pg_advisory_xact_lock(_WRITER_LOCK))
                yield connection

    @contextmanager
    def claiming(self, *, alone: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes claims only: beside others on PostgreSQL, by row locks.

        Every statement in it sees what was committed before that statement; `alone` it begins once
        no other is open, so that what those claimed is seen. In SQLite it is the only writing one.
        """
        if self.is_sqlite:
            with self.writing() as connection:
                yield connection
            return
        with self.explained(), self.engine.connect() as connection, connection.begin():
            lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
            self._wait_for(connection, lock(_CLAIM_LOCK))
            yield connection

    def _wait_for(self, connection: Connection, lock: ColumnElement[Any]) -> None:
        """Take a lock of PostgreSQL; let others wait for this transaction, and it, only so long."""
        limits = {"lock_timeout": f"{max(1, round(self.busy_timeout_s * 1000))}ms"}
        limits["idle_in_transaction_session_timeout"] = f"{round(IDLE_S * 1000)}ms"
        set_locally(connection, **limits)
        connection.execute(select(lock))

    def refuse_read_only(self) -> None:
        """Raise `StoreError` where nothing can be written."""
        if self.read_only:
            raise StoreError(f"database {self.name}: {READ_ONLY}")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what can go wrong with a database in use into `StoreError`."""
        try:
            yield
        except DatabaseError as error:
            reason = reason_of(error.orig, self.busy_timeout_s)
            if reason is None:
                raise
            kind = Locked if is_locked(error.orig) else StoreError
            raise kind(f"database {self.name}: {reason}") from error
        except PoolTimeoutError as error:
            raise StoreError(f"database {self.name}: too many callers at once") from error

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """Give a connection of SQLite's outside of any transaction, for what runs only there."""
        self.refuse_read_only()
        with self.explained(), self.engine.connect() as connection:
            connection.execution_options(**{_BEGIN: ()})
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(address: str, *, busy_timeout_s: float = PATIENCE_S) -> Database:
    """Return the database at a URL, not connected yet. Raises `StoreError` for what is none."""
    try:
        url = make_url(address)
    except ArgumentError as error:  # not quoted: the address may hold a password
        raise StoreError(
            "the database address is no URL such as sqlite:///monitor.sqlite"
        ) from error
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        return _sqlite_database(url, busy_timeout_s)
    if backend in ("postgresql", "postgres"):
        if importlib.util.find_spec("psycopg") is None:
            raise StoreError(f"PostgreSQL needs its driver: {how_to_install('postgres')}")
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            # What was asked ten times in the same words would get one plan for whatever is asked:
            # of a period, of which few articles are told, one that takes seconds, not 50 ms.
            connect_args={"prepare_threshold": None, "client_encoding": "UTF8"},
            hide_parameters=True,
            pool_pre_ping=True,
        )
        return Database(engine, busy_timeout_s)
    raise StoreError(f"no database of kind '{backend}' (there are: sqlite, postgresql)")


def _sqlite_database(url: URL, busy_timeout_s: float) -> Database:
    if url.database in (None, "", ":memory:"):
        raise StoreError("an SQLite database needs a file: sqlite:///monitor.sqlite")
    read_only: dict[str, Any] = {}
    if not str(url.database).startswith("file:"):
        path = Path(str(url.database))
        _check_path(path)
        if on_read_only_disk(path):
            uri = read_only_uri(path)
            wanted: dict[str, Any] = {"uri": True, "check_same_thread": False}
            read_only = {"creator": lambda: sqlite3.connect(uri, timeout=busy_timeout_s, **wanted)}
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"timeout": busy_timeout_s},
        hide_parameters=True,  # article texts stay out of error messages and logs
        **read_only,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN comes too late (before the first write, not the first read).
        connection.isolation_level = None
        # what is erased must not stay readable in the file's free pages: secure_delete
        for pragma in ("foreign_keys = ON", "synchronous = NORMAL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        for statement in connection.get_execution_options().get(_BEGIN, ("BEGIN",)):
            connection.exec_driver_sql(statement)

    return Database(engine, busy_timeout_s, read_only=bool(read_only))


def _check_path(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreError(f"database {path}: no folder {path.parent}")
    if path.is_dir():
        raise StoreError(f"database {path}: is a folder")
    # SQLite takes a file shorter than its smallest page for an empty one, and overwrites it.
    if path.is_file() and 0 < path.stat().st_size < 512:
        raise StoreError(f"database {path}: {_SQLITE_ERRORS['SQLITE_NOTADB']}")


def on_read_only_disk(path: Path) -> bool:
    """Whether a file, or the folder that it would be in, lies on a disk that can only be read."""
    if not hasattr(os, "statvfs"):  # Windows
        return False
    there = path if path.exists() else path.parent
    return bool(os.statvfs(there).f_flag & os.ST_RDONLY)


def make_private_file(path: Path) -> None:
    """Make an empty file for everything that a desk has read: nobody else is to read it."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def remove_files(path: Path) -> None:
    """Remove the file of an SQLite database, and those that SQLite makes beside it."""
    for end in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(f"{path.name}{end}").unlink()


def read_only_uri(path: Path) -> str:
    """Return how SQLite opens a file beside which it can make no files.

    What is in a write-ahead log is only read beside its index, which cannot be made either. Where
    neither is there, the file is whole. Raises `StoreError` for no file, and a log on its own.
    """
    log, index = (path.with_name(f"{path.name}-{kind}") for kind in ("wal", "shm"))
    if not path.exists():
        raise StoreError(f"database {path}: is not there, and its folder {READ_ONLY}")
    has_log = log.exists() and log.stat().st_size > 0
    if has_log and not index.exists():
        raise StoreError(
            f"database {path}: was not closed, so that {log.name} belongs to it: copy"
            " both to a disk that can be written, and work there"
        )
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    return uri if index.exists() else f"{uri}&immutable=1"


def set_locally(connection: Connection, **values: str) -> None:
    """Set settings of PostgreSQL for the transaction at hand."""
    connection.execute(select(*(func.set_config(*each, literal(True)) for each in values.items())))


def is_locked(error: BaseException | None) -> bool:
    """Tell whether an error says that another program has what was wanted."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return getattr(error, "sqlstate", None) in _LOCKED


def reason_of(error: BaseException | None, waited_s: float) -> str | None:
    """Say what is wrong in words; `None` for what can only be a mistake in this program."""
    if is_locked(error):
        return f"locked by another program (waited {waited_s:g} s)"
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        return next((words for key, words in _SQLITE_ERRORS.items() if name.startswith(key)), None)
    state: Any = getattr(error, "sqlstate", None)
    if state is None or state[:2] in ("08", "28", "3D", "3F", "53", "57") or state in _UNUSABLE:
        said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
        return f"cannot be used: {' '.join(said.split())}"
    if state[:2] == "23":
        return _SQLITE_ERRORS["SQLITE_CONSTRAINT"]
    return None


CHUNK = 500
"""Values in one IN list: SQLite takes 32,766 parameters in a statement, older ones 999."""


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Insert a row unless its key is there; return the first primary key column, or `None`."""
    return connection.execute(_insert(connection.dialect.name, table), dict(values)).scalar()


@cache
def _insert(dialect: str, table: Table) -> Any:
    """Return the statement, made once: to build it takes longer than SQLite takes to run it."""
    insert = insertion(dialect, table)
    return insert.on_conflict_do_nothing().returning(next(iter(table.primary_key)))


def insertion(dialect: str, table: Table) -> Any:
    """Return an `INSERT` that may say what becomes of rows whose keys are there."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def rows_of(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[str]
) -> Iterator[Any]:
    """Yield the rows of a query of which `column` is one of `values`, asked in pieces."""
    for some in chunks(sorted(set(values))):
        yield from connection.execute(query.where(column.in_(some)))


def count(connection: Connection, query: Select[Any]) -> int:
    """Return the one number that a query asks for."""
    return int(connection.execute(query).scalar_one())


def count_rows(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table, by name."""
    numbers = {
        table.name: select(func.count()).select_from(table) for table in metadata.sorted_tables
    }
    return {name: count(connection, query) for name, query in numbers.items()}


def add(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert a row; return the number that it got."""
    key: Any = connection.execute(table.insert(), dict(values)).inserted_primary_key
    return int(key[0])


def add_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, if there are any."""
    if rows:
        connection.execute(table.insert(), [dict(row) for row in rows])


def row_of(table: Table, thing: Any, **more: Any) -> dict[str, Any]:
    """Return a row: of a dataclass what has a column of its name, and `more`."""
    names = map(str, table.c.keys())
    return {name: getattr(thing, name) for name in names if hasattr(thing, name)} | more


def columns_of(table: Table, kind: type[Any], **named: str) -> list[ColumnElement[Any]]:
    """Return the columns of the fields of a dataclass, in its order; `named`: those named apart."""
    return [table.c[named.get(field.name, field.name)] for field in fields(kind)]


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield `values` in pieces that fit an IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
