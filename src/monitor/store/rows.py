"""Small helpers that queries share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

CHUNK = 500
"""Values in one IN list: SQLite takes 32,766 parameters in a statement, older ones 999."""


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Insert a row unless its key is there; return the first primary key column, or `None`."""
    return connection.execute(_insert(connection.dialect.name, table), dict(values)).scalar()


@cache
def _insert(dialect: str, table: Table) -> Any:
    """Return the statement, made once: to build it takes longer than SQLite takes to run it."""
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    return insert.on_conflict_do_nothing().returning(next(iter(table.primary_key)))


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield `values` in pieces that fit an IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
