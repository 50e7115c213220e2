"""Mail deliveries: an attempt is committed before the mail server is called, its outcome after.

A server's 250 and our commit cannot be one step: until then a row is `unknown`, and counts as sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from monitor.records.digest import Delivery, Outcome
from monitor.storage.database import add, add_rows, columns_of, insert_new, row_of, rows_of
from monitor.storage.schema import (
    in_period,
    keys,
    same_story,
    sends,
    sent_articles,
    story_members,
    unsubscribed,
)

MOST = 1000
"""Attempts looked at for one digest: those of months of failing."""
_HAD: tuple[Outcome, ...] = ("sent", "unknown")
_DELIVERY = columns_of(sends, Delivery)


def begin(
    connection: Connection, delivery: Delivery, held: Iterable[str] = (), *, again: bool = False
) -> int | None:
    """Store an attempt as `unknown`; return its id, None where it, or an article of it, was had."""
    ids, whose = sorted(set(held)), (delivery.address, delivery.preset)
    if not again and (
        held_by(connection, whose, delivery.day) is not None
        or _held(connection, _same(*whose), ids)
    ):
        return None
    new: dict[str, Any] = {"outcome": "unknown", "lasting": False, "reason": ""}
    row = row_of(sends, delivery, address=delivery.address.casefold(), **new)
    id_ = add(connection, sends, row)
    add_rows(connection, sent_articles, [{"send_id": id_, "article_id": one} for one in ids])
    return id_


def finish(
    connection: Connection,
    id_: int,
    outcome: Outcome,
    now: datetime,
    *,
    reason: str = "",
    lasting: bool = False,
) -> None:
    """Store what became of an attempt. Where a server's answer is missing it stays `unknown`."""
    told = {"outcome": outcome, "reason": reason, "lasting": lasting, "told_at": now}
    connection.execute(sends.update().where(sends.c.id == id_).values(**told))
    if outcome == "failed":
        connection.execute(sent_articles.delete().where(sent_articles.c.send_id == id_))


def told_of(
    connection: Connection, whose: tuple[str, str], stamp: str, ids: Iterable[str]
) -> set[str]:
    """Return the articles that a digest to an address held, or one of their story of `stamp`."""
    same, wanted = _same(*whose), set(ids)
    one, other = story_members.alias(), story_members.alias()
    query = select(one.c.article_id).join(other, same_story(one, other))
    query = query.where(one.c.stamp == stamp, other.c.article_id.in_(_had_articles(same)))
    beside = rows_of(connection, query, one.c.article_id, wanted)
    return _held(connection, same, wanted) | {article_id for (article_id,) in beside}


def held_by(connection: Connection, whose: tuple[str, str], day: str) -> set[str] | None:
    """Return the articles that the digest of a day to an address held, `None` if none was had."""
    same = *_same(*whose), sends.c.day == day
    if connection.execute(select(sends.c.id).where(*same, sends.c.outcome.in_(_HAD))).first():
        return set(connection.execute(_had_articles(same)).scalars())
    return None


def _held(connection: Connection, same: tuple[Any, ...], ids: Iterable[str]) -> set[str]:
    rows = rows_of(connection, _had_articles(same), sent_articles.c.article_id, ids)
    return {article_id for (article_id,) in rows}


def _had_articles(same: tuple[Any, ...]) -> Select[Any]:
    query = select(sent_articles.c.article_id).join(sends, sends.c.id == sent_articles.c.send_id)
    return query.where(*same, sends.c.outcome.in_(_HAD))


def latest(connection: Connection, *, since: datetime | None = None) -> list[Delivery]:
    """Return attempts, newest first; only those since a moment, if given."""
    query = select(*_DELIVERY).where(*in_period(sends.c.at, since, None))
    return [Delivery(*row) for row in connection.execute(query.order_by(sends.c.id.desc()))]


def histories(
    connection: Connection, whose: Sequence[tuple[str, str]], *, since: datetime | None = None
) -> dict[tuple[str, str], list[Delivery]]:
    """Return attempts for the last day had and later, or after `since`, newest first."""
    found = {}
    for address, preset in whose:
        same = _same(address, preset)
        last = select(func.max(sends.c.day)).where(*same, sends.c.outcome.in_(_HAD))
        wanted = [sends.c.day >= func.coalesce(last.scalar_subquery(), "")]
        if since is not None:
            wanted.append(sends.c.until > since)
        query = select(*_DELIVERY).where(*same, or_(*wanted)).order_by(sends.c.id.desc())
        rows = connection.execute(query.limit(MOST))
        found[address, preset] = [Delivery(*row) for row in rows]
    return found


def unsubscribe(connection: Connection, address: str, now: datetime) -> bool:
    """Store that an address wants no more; return whether it had not said so before."""
    row = {"address": address.casefold(), "at": now}
    return insert_new(connection, unsubscribed, row) is not None


def restore(connection: Connection, address: str) -> bool:
    """Forget that an address wants no more; return whether it had said so."""
    query = unsubscribed.delete().where(unsubscribed.c.address == address.casefold())
    return bool(connection.execute(query).rowcount)


def all_unsubscribed(connection: Connection) -> dict[str, datetime]:
    """Return the addresses that want no more, with when they said so."""
    return {row.address: row.at for row in connection.execute(select(unsubscribed))}


def find_key(connection: Connection, name: str) -> str | None:
    """Return a secret of this desk, if it has been made."""
    found = connection.execute(select(keys.c.value).where(keys.c.name == name)).scalar()
    return None if found is None else str(found)


def make_key(connection: Connection, name: str) -> str:
    """Make a secret unless it is there; return it."""
    insert_new(connection, keys, {"name": name, "value": secrets.token_hex(32)})
    return find_key(connection, name) or ""


def _same(address: str, preset: str) -> tuple[Any, ...]:
    return sends.c.address == address.casefold(), sends.c.preset == preset
