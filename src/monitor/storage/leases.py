"""The lease of the schedule, which one process has at a time, and the end of claims on due work."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, select

from monitor.records.article import Lease
from monitor.storage.schema import due_claims, leases

_NAME = "schedule"


def take(connection: Connection, wanted: Lease, is_free: Callable[[Lease], bool]) -> Lease:
    """Give `wanted` the schedule where nobody has it or `is_free` says so; return who has it."""
    row = connection.execute(select(leases).where(leases.c.name == _NAME)).first()
    if row is not None:
        held = Lease(row.holder, row.token, row.until)
        if not is_free(held):
            return held
    connection.execute(delete(leases).where(leases.c.name == _NAME))
    values = {"holder": wanted.holder, "token": wanted.token, "until": wanted.until}
    connection.execute(leases.insert().values(name=_NAME, **values))
    return wanted


def drop(connection: Connection, token: str) -> None:
    """Give the schedule back, if whoever has `token` has it."""
    connection.execute(delete(leases).where(leases.c.name == _NAME, leases.c.token == token))


def end_claims(connection: Connection, token: str) -> None:
    """End all claims that `token` has on due work."""
    lock_claims(connection, token)
    connection.execute(delete(due_claims).where(due_claims.c.token == token))


def lock_claims(connection: Connection, token: str) -> None:
    """Lock the claims of `token` in the order in which others take over what ran out."""
    query = select(due_claims.c.article_id).where(due_claims.c.token == token)
    ordered = query.order_by(due_claims.c.stamp, due_claims.c.article_id)
    connection.execute(ordered.with_for_update()).all()
