"""The work queue: claims on due articles, so that several processes share what is to be judged.

What is due stays a query. A claim says that somebody is at it, until a moment that is put off
while the work goes on; it goes in the transaction that records the judgement. On PostgreSQL many
claim at once: each passes over the rows that another is just claiming (`SKIP LOCKED`), the key of
the table lets one of two have an article, and what was judged between the look and the claim is
given back. SQLite has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.records.article import Article
from monitor.storage.assessments import behind, due_query, following, to_article
from monitor.storage.database import Database, set_locally
from monitor.storage.leases import SKEW, Lease, end_claims, lock_claims
from monitor.storage.name_masks import unmasked_query
from monitor.storage.schema import articles, due_claims

MARGIN = timedelta(hours=1)
"""For clocks of other processes, and transactions that were still open."""
WHOLE = timedelta(days=1)
"""So often the whole archive is asked all the same: this is a memory, and the store the truth."""


@dataclass(slots=True)
class JudgedSoFar:
    """What one process remembers, by stamp; lost with it, which costs one look at the archive."""

    _nothing_due: dict[str, datetime] = field(default_factory=dict)
    _whole: dict[str, datetime] = field(default_factory=dict)

    def since(self, stamp: str, now: datetime) -> datetime | None:
        """Return from when on what came in is to be looked at; `None`: everything is.

        A clock that was set back makes everything be looked at.
        """
        at, whole = self._nothing_due.get(stamp), self._whole.get(stamp)
        if at is None or whole is None or not whole <= at <= now < whole + WHOLE:
            return None
        return at - MARGIN

    def note(self, stamp: str, now: datetime) -> None:
        """Remember that nothing was due at `now`, of all that `since` had said to look at."""
        if self.since(stamp, now) is None:
            self._whole[stamp] = now
        self._nothing_due[stamp] = now


@dataclass(slots=True)
class FoldedSoFar:
    """The same of folding: up to which assessment all that is shown is in a story, by rule.

    A rule is the stamp of stories with those of the models that say what is shown.
    """

    _last: dict[tuple[str, ...], int] = field(default_factory=dict)
    _whole: dict[tuple[str, ...], datetime] = field(default_factory=dict)

    def after(self, rule: tuple[str, ...], last: int, now: datetime) -> int | None:
        """Return after which assessment, of those up to `last`, to look; `None`: at everything.

        A clock that was set back, or a store with fewer assessments, makes everything be looked at.
        """
        before, whole = self._last.get(rule), self._whole.get(rule)
        if before is None or whole is None or before > last or not whole <= now < whole + WHOLE:
            return None
        return before

    def note(self, rule: tuple[str, ...], last: int, now: datetime) -> None:
        """Remember that of the assessments up to `last` nothing is to be folded."""
        if self.after(rule, last, now) is None:
            self._whole[rule] = now
        self._last[rule] = last


Query = Callable[[Connection, int], Select[Any]]
"""The query for at most so many articles that are due, claimed or not."""


def claim_due(
    database: Database,
    stamp: str,
    mine: Lease,
    now: datetime,
    *,
    limit: int,
    after: str | None = None,
    since: datetime | None = None,
) -> list[Article]:
    """Return what `due` does, without what others are at, and claim it as `mine`.

    `record_assessments` with the same token ends the claims. Raises `NotFound` if there is no
    article `after`.
    """

    def query(connection: Connection, most: int) -> Select[Any]:
        return following(connection, due_query(stamp, most, since), after)

    return _claim(database, query, stamp, mine, now, limit, by_index=since is None)


def claim_unmasked(
    database: Database,
    stamp: str,
    mine: Lease,
    now: datetime,
    *,
    limit: int,
    told_by: Sequence[str] = (),
    after: str | None = None,
    since: datetime | None = None,
) -> list[Article]:
    """Return what `unmasked` does, without what others are at, and claim it as `mine`."""

    def query(connection: Connection, most: int) -> Select[Any]:
        wanted = unmasked_query(stamp, most, told_by=told_by, since=since)
        return (
            wanted if after is None else wanted.where(behind(connection, after, newest_first=True))
        )

    by_index = since is None and not told_by
    return _claim(database, query, stamp, mine, now, limit, by_index=by_index)


def claims(database: Database, stamp: str) -> list[Lease]:
    """Return who has claims on what is due for a stamp, each with its latest moment.

    Who is just claiming is waited for.
    """
    last = func.max(due_claims.c.until, type_=due_claims.c.until.type)
    query = (
        select(func.max(due_claims.c.holder), due_claims.c.token, last)
        .where(due_claims.c.stamp == stamp)
        .group_by(due_claims.c.token)
        .order_by(due_claims.c.token)
    )
    # else who has locked rows and not yet claimed them would have nothing, as if none were left
    whole = database.reading() if database.is_sqlite else database.claiming(alone=True)
    with whole as connection:
        return [Lease(*row) for row in connection.execute(query)]


def renew_claims(database: Database, mine: Lease) -> None:
    """Put off the end of the claims that are still this one's."""
    with database.claiming() as connection:
        lock_claims(connection, mine.token)
        own = due_claims.c.token == mine.token
        connection.execute(update(due_claims).where(own).values(until=mine.until))


def drop_claims(database: Database, token: str) -> None:
    """Give back what whoever has `token` has claimed."""
    with database.claiming() as connection:
        end_claims(connection, token)


def _claim(
    database: Database,
    query: Query,
    stamp: str,
    mine: Lease,
    now: datetime,
    limit: int,
    *,
    by_index: bool,
) -> list[Article]:
    """Claim the next articles that nobody is at; return them, none where there are none left.

    `by_index` tells that the whole archive is asked, in its order.
    """
    held = _held(stamp, mine, now)

    def free(connection: Connection) -> list[str]:
        ids = query(connection, limit).with_only_columns(articles.c.id).where(~held)
        unlocked = ids.with_for_update(of=articles, skip_locked=True, key_share=True)
        return list(connection.execute(unlocked).scalars())

    while True:
        wanted: list[str] = []
        if database.is_sqlite:  # to look takes longest, and needs no writer
            with database.reading() as connection:
                wanted = free(connection)
            if not wanted:
                return []
        with database.claiming() as connection:
            if by_index and not database.is_sqlite:
                _go_by_index(connection)
            wanted = wanted or free(connection)
            if not wanted:
                return []
            if taken := _insert(connection, wanted, stamp, mine, now):
                still = query(connection, limit).where(articles.c.id.in_(taken))
                found = [to_article(row) for row in connection.execute(still)]
                _give_back(connection, stamp, set(taken) - {one.id for one in found})
                if found:
                    return found


def _go_by_index(connection: Connection) -> None:
    """Tell PostgreSQL to go through the archive in order, until it has enough.

    Before it has counted its rows, as after a large import, it would compare all with all.
    """
    set_locally(connection, enable_seqscan="off", enable_sort="off")


def _held(stamp: str, mine: Lease, now: datetime) -> ColumnElement[bool]:
    """Return the condition under which somebody is at an article."""
    claim = select(due_claims.c.token).where(
        due_claims.c.stamp == stamp,
        due_claims.c.article_id == articles.c.id,
        due_claims.c.until > now,
        due_claims.c.until <= mine.until + SKEW,
    )
    return claim.exists()


def _insert(
    connection: Connection, ids: Sequence[str], stamp: str, mine: Lease, now: datetime
) -> list[str]:
    """Claim articles in the order of their ids; return those that nobody else has."""
    rows = [
        {
            "stamp": stamp,
            "article_id": key,
            "token": mine.token,
            "holder": mine.holder,
            "until": mine.until,
        }
        for key in sorted(ids)
    ]
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(due_claims)
    new = {name: statement.excluded[name] for name in ("token", "holder", "until")}
    ended = or_(
        due_claims.c.until <= now,
        due_claims.c.until > mine.until + SKEW,
        due_claims.c.token == mine.token,
    )
    taken = statement.on_conflict_do_update(
        index_elements=list(due_claims.primary_key), set_=new, where=ended
    ).returning(due_claims.c.article_id)
    return list(connection.execute(taken, rows).scalars())


def _give_back(connection: Connection, stamp: str, ids: set[str]) -> None:
    if ids:
        ours = due_claims.c.article_id.in_(ids) & (due_claims.c.stamp == stamp)
        connection.execute(delete(due_claims).where(ours))
