"""Transfer of a whole database into another, empty one, of either kind; verified by checksums.

All of it is one transaction: a copy that is killed leaves an empty database behind. The index of
words is of each kind its own, so it is made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, Text, bindparam, func, select, text, type_coerce

from monitor.records.errors import StoreError, UsageError
from monitor.settings import CONFIG_NAME, Settings, load_settings
from monitor.storage.database import (
    Database,
    count,
    count_rows,
    make_private_file,
    open_database,
    reason_of,
    remove_files,
)
from monitor.storage.migrate import HEAD, migrate, newer_program, revision_of
from monitor.storage.schema import JsonText, leases, metadata, search_docs
from monitor.storage.search_index import fill_words

AT_ONCE = 500
"""Rows read and written at a time; the largest are articles' texts."""
_BITS = 256

Row = Sequence[Any]
Report = Callable[[str, int, int], None]
"""Is told what is done, how many rows more, and of how many in all."""


@dataclass(frozen=True, slots=True)
class TableSum:
    """How many rows a table has, and their hash (64 hexadecimal digits)."""

    rows: int
    hash: str


Sums = Mapping[str, TableSum]
"""The sum of every table, by name."""


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _add(total: TableSum | None, rows: Sequence[Row]) -> TableSum:
    """Return the sum of a table with more of its rows."""
    number, digest = (total.rows, int(total.hash, 16)) if total else (0, 0)
    for row in rows:
        told = json.dumps(tuple(row), default=_plain)
        digest += int.from_bytes(hashlib.blake2b(told.encode(), digest_size=_BITS // 8).digest())
    return TableSum(number + len(rows), f"{digest % (1 << _BITS):0{_BITS // 4}x}")


def columns_of(table: Table) -> list[str]:
    """Return the names of a table's columns, in the order in which rows are read and hashed."""
    return sorted(table.columns.keys())


def read_rows(connection: Connection, table: Table) -> Iterator[Sequence[Row]]:
    """Yield all rows of a table in portions; memory stays constant. JSON comes as it is stored."""
    columns = [table.c[name] for name in columns_of(table)]
    query = select(*(type_coerce(c, Text) if isinstance(c.type, JsonText) else c for c in columns))
    if any(key.column.table is table for key in table.foreign_keys):
        query = query.order_by(*table.primary_key)  # rows that point to earlier ones
    streamed = connection.execution_options(yield_per=AT_ONCE)
    yield from streamed.execute(query).partitions()


def sum_tables(connection: Connection, report: Report, stage: str) -> dict[str, TableSum]:
    """Return the sum of every table, by name."""
    total = sum(count_rows(connection).values())
    sums: dict[str, TableSum] = {}
    for table in metadata.sorted_tables:
        sums[table.name] = _add(None, ())
        for rows in read_rows(connection, table):
            sums[table.name] = _add(sums[table.name], rows)
            report(stage, len(rows), total)
    return sums


@contextmanager
def _opened(address: str) -> Iterator[Database]:
    """Open a database of this program's version, and make nothing. Raises `StoreError`."""
    with closing(open_database(address)) as database:
        check_revision(database, revision_in(database))
        yield database


def revision_in(database: Database) -> str | None:
    """Return the version of a database's tables; `None` where it has none of ours, or is not."""
    if database.is_sqlite and not database.file.is_file():
        return None  # to connect would make it
    with database.reading() as connection:
        return revision_of(connection)


def check_revision(database: Database, found: str | None) -> None:
    """Raise `StoreError` unless the tables are those that this program knows."""
    name = f"database {database.name}"
    if found is None:
        raise StoreError(f"{name}: no database of this program")
    if found > HEAD:
        raise newer_program(name, found)
    if found < HEAD:
        raise StoreError(
            f"{name}: of an older version (its tables are at {found}, this program knows {HEAD});"
            " back it up, then let any command of this version that uses it bring it up to date,"
            " such as monitor feeds list"
        )


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: from, to (no passwords), the sums, and who had the schedule meanwhile."""

    source: str
    target: str
    sums: Sums
    at_work: str


def copy_store(source: str, target: str, now: datetime, report: Report) -> Copied:
    """Copy all rows of the database at one URL into the one at another.

    The source is read in one state, whoever works on it. Raises `StoreError` where it is not of
    this program's version, where the target is not empty, and where the copy has other rows than
    the source; then the target is as it was.
    """
    with _opened(source) as origin, _made(target) as copy:
        name = f"database {copy.name}"
        with copy.writing(before=("PRAGMA foreign_keys = OFF",)) as writer:
            full = [f"{table}: {rows}" for table, rows in count_rows(writer).items() if rows]
            if full:
                more = f" and {len(full) - 3} tables more" if len(full) > 3 else ""
                said = f"is not empty ({', '.join(full[:3])}{more})"
                raise StoreError(f"{name}: {said}; a copy goes into an empty one only")
            with origin.reading() as reader:
                held = select(leases.c.holder).where(leases.c.until > now)
                at_work = reader.execute(held).scalar() or ""
                sums = _copy_tables(copy, reader, writer, report)
            total = count(writer, select(func.count()).where(search_docs.c.sha256.is_not(None)))
            for taken in fill_words(writer):
                report("index of words", taken, total)
            if copy.is_sqlite and writer.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise StoreError(f"{name}: rows of the source point nowhere")
            found = sum_tables(writer, report, "verified")
            if wrong := [table for table in sums if found[table] != sums[table]]:
                raise StoreError(f"{name}: other rows than the source: {wrong[0]}")
        if not copy.is_sqlite:
            with copy.claiming() as writer:
                writer.execute(text("ANALYZE search_words"))
        return Copied(origin.name, copy.name, sums, at_work)


def sum_stores(first: str, second: str, report: Report) -> tuple[Sums, Sums]:
    """Return the sums of two databases, each read in one state."""

    def sums(address: str, stage: str) -> Sums:
        with _opened(address) as database, database.reading() as connection:
            return sum_tables(connection, report, stage)

    return sums(first, "the first"), sums(second, "the second")


@contextmanager
def _made(address: str) -> Iterator[Database]:
    """Give the target with its tables; a file that was made for it goes where the copy fails."""
    made = False
    database = open_database(address)
    try:
        with closing(database):
            if (found := revision_in(database)) is not None:
                check_revision(database, found)
            if made := database.is_sqlite and not database.file.exists():
                make_private_file(database.file)
            migrate(database)
            yield database
    except BaseException:
        if made:
            remove_files(database.file)
        raise


def _copy_tables(
    database: Database, reader: Connection, writer: Connection, report: Report
) -> dict[str, TableSum]:
    total = sum(count_rows(reader).values())
    sums: dict[str, TableSum] = {}
    quoted = writer.dialect.identifier_preparer.quote
    for table in metadata.sorted_tables:
        names, sums[table.name] = columns_of(table), _add(None, ())
        types = {name: table.c[name].type for name in names}  # JSON is taken as text
        insert = table.insert().values(
            {
                name: bindparam(name, type_=Text() if isinstance(kind, JsonText) else kind)
                for name, kind in types.items()
            }
        )
        for rows in read_rows(reader, table):
            sums[table.name] = _add(sums[table.name], rows)
            if database.is_sqlite:
                writer.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])
            else:
                _stream(database, writer, table, rows)
            report("rows", len(rows), total)
        if database.is_sqlite:
            continue
        # what is planned by: rows that point here, whatever reads this transaction, and later
        writer.execute(text(f"ANALYZE {quoted(table.name)}"))
        if (key := table.autoincrement_column) is not None:
            # PostgreSQL numbers on after the rows that came with their numbers
            sequence, last = func.pg_get_serial_sequence(table.name, key.name), func.max(key)
            going_on = func.setval(sequence, func.coalesce(last, 1), last.is_not(None))
            writer.execute(select(going_on))
    return sums


def _stream(database: Database, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows as PostgreSQL takes them fastest."""
    quoted = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quoted, columns_of(table)))
    driver: Any = connection.dialect.loaded_dbapi
    try:
        with closing(connection.connection.cursor()) as cursor:
            into: Any = cursor
            with into.copy(f"COPY {quoted(table.name)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    except driver.Error as error:  # its words may hold words of an article
        state = getattr(error, "sqlstate", None)
        reason = reason_of(error, database.busy_timeout_s) if state else None
        said = reason or f"PostgreSQL refuses some of its rows ({state or type(error).__name__})"
        raise StoreError(f"database {database.name}: table {table.name}: {said}") from None


_RELATIVE = "sqlite:///"
_SUFFIXES = (".sqlite", ".sqlite3", ".db")


def database_of(place: str) -> str:
    """Return the URL of a database: of itself, of a desk's folder, or of an SQLite file.

    A file need not be there yet where its name says what it is to be. A folder's settings say where
    its database is, not the environment: it would be that of both. Raises `UsageError` for what is
    none of them.
    """
    if "://" in place:
        return place
    path = Path(place)
    if path.is_file() or (path.suffix in _SUFFIXES and not path.exists()):
        return f"{_RELATIVE}{path.as_posix()}"
    if not path.is_dir():
        raise UsageError(f"{place}: no URL, no desk's folder and no file (monitor init makes one)")
    config = path / CONFIG_NAME
    settings = (
        load_settings(config, environ={}) if config.is_file() else Settings(home=path.resolve())
    )
    url = settings.database_url
    file = url.removeprefix(_RELATIVE)
    if file == url or not file or file.startswith((":", "file:")) or Path(file).is_absolute():
        return url
    return f"{_RELATIVE}{(path / file).as_posix()}"  # as it is meant: where the desk is run
