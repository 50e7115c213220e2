"""When hosts were asked last, so that the next run goes on politely where the last one ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from monitor.store.rows import chunks
from monitor.store.schema import hosts
from monitor.types import Visit

KEPT = timedelta(days=1)
"""An older visit keeps nobody from anything."""


def visits(connection: Connection) -> dict[str, Visit]:
    """Return what is remembered, by host name."""
    found = connection.execute(select(hosts))
    return {row.host: Visit(row.visited, row.crawl_delay_s) for row in found}


def save_visits(connection: Connection, made: Mapping[str, Visit], now: datetime) -> None:
    """Remember `made`, by host name, and forget what is over."""
    for some in chunks(sorted(made)):
        connection.execute(delete(hosts).where(hosts.c.host.in_(some)))
        rows = [
            {"host": h, "visited": made[h].at, "crawl_delay_s": made[h].crawl_delay_s} for h in some
        ]
        connection.execute(hosts.insert(), rows)
    connection.execute(delete(hosts).where(hosts.c.visited < now - KEPT))
