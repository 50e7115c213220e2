"""Whole databases, row by row: what each table holds, as counts and hashes that fit both kinds.

A row is hashed as JSON of its columns in order of name, times in UTC to the microsecond, JSON as it
is stored. A table's hash is the sum of its rows' modulo 2**256: the order in which a database
gives them does not matter, and a row that is missing, or there twice, changes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, Text, func, select, type_coerce

from monitor.errors import StoreError
from monitor.store.database import Database, open_database
from monitor.store.migrate import HEAD, revision_of
from monitor.store.schema import JsonText, metadata

PATIENCE_S = 10.0
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


class Summing:
    """The sum of a table that is gone through."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows in."""
        for row in rows:
            told = json.dumps(tuple(row), default=_plain)
            digest = hashlib.blake2b(told.encode(), digest_size=_BITS // 8).digest()
            self._sum += int.from_bytes(digest)
            self._rows += 1

    @property
    def total(self) -> TableSum:
        """What was taken in so far."""
        return TableSum(self._rows, f"{self._sum % (1 << _BITS):0{_BITS // 4}x}")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


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
        summing = Summing()
        for rows in read_rows(connection, table):
            summing.add(rows)
            report(stage, len(rows), total)
        sums[table.name] = summing.total
    return sums


def count_rows(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table, by name."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def open_whole(address: str) -> Database:
    """Return a database that is there and whose tables are those that this program knows.

    Nothing is made or changed. Raises `StoreError` where it is not so.
    """
    database = open_database(address, busy_timeout_s=PATIENCE_S)
    try:
        check_revision(database, revision_in(database))
    except BaseException:
        database.close()
        raise
    return database


def revision_in(database: Database) -> str | None:
    """Return the version of a database's tables; `None` where it has none of ours, or is not."""
    if database.is_sqlite and not database.file.is_file():
        return None  # to connect would make it
    with database.reading() as connection:
        return revision_of(connection)


def check_revision(database: Database, found: str | None) -> None:
    """Raise `StoreError` unless the tables are those that this program knows."""
    if found is None:
        raise StoreError(f"database {database.name}: no database of this program")
    said = f"its tables are at {found}, this program knows {HEAD}"
    if found > HEAD:
        raise StoreError(f"database {database.name}: made by a newer version of monitor ({said})")
    if found < HEAD:
        raise StoreError(
            f"database {database.name}: of an older version ({said}); back it up, then let any"
            " command of this version that uses it bring it up to date, such as monitor feeds list"
        )
