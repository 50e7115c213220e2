"""The health of a database: its condition, looked at from outside, and counts for monitoring."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, func, inspect, select, text

from monitor.records.account import Token
from monitor.records.digest import Delivery
from monitor.records.errors import StoreError
from monitor.records.review import Feedback
from monitor.storage import mail_deliveries, reviews, sign_in
from monitor.storage.database import Database, count, count_rows, open_database
from monitor.storage.migrate import HEAD, revision_of
from monitor.storage.retention import count_expired
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    feed_states,
    feeds,
    flag_feedback,
    metadata,
    of_version,
    polls,
    sends,
    tokens,
)

_PATIENCE_S = 2.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found: the tables' version (`None`: there are none yet) and this program's.

    `damage` is what SQLite's own check says, "" if all is well. `folder` is where the file is,
    `None` for a server. `size` is in bytes, log included, and `free` how many hold nothing.
    `failing` are feeds by name, with the reason; `waiting` those never polled, `overdue` of them
    followed for longer than a day. `newest` is when anything was stored last.
    """

    name: str
    revision: str | None
    head: str
    writable: bool
    damage: str = ""
    folder: Path | None = None
    feeds: int = 0
    failing: tuple[tuple[str, str], ...] = ()
    silent: tuple[str, ...] = ()
    waiting: int = 0
    overdue: tuple[str, ...] = ()
    newest: datetime | None = None
    size: int = 0
    free: int = 0
    read_only: bool = False


def inspect_database(address: str, now: datetime) -> Condition:
    """Return the condition of a database. Raises `StoreError` where it cannot be read at all."""
    with closing(open_database(address, busy_timeout_s=_PATIENCE_S)) as database:
        file = database.file if database.is_sqlite else None
        if file and not file.exists():
            writable = os.access(file.parent, os.W_OK)
            return Condition(database.name, None, HEAD, writable, folder=file.parent)
        with database.reading() as connection:
            revision = revision_of(connection)
            if revision is None and metadata.tables.keys() & inspect(connection).get_table_names():
                raise StoreError(f"database {database.name}: holds tables of another program")
            found = _look(connection, database, revision, file)
            if revision != HEAD:
                return found
            # what the tables, which are known to be ours, say of the feeds and of time
            query = select(feeds.c.title, feeds.c.url, feeds.c.added_at, feed_states)
            query = query.outerjoin(feed_states, feed_states.c.feed_id == feeds.c.id)
            query = query.where(feeds.c.removed_at.is_(None), feeds.c.paused_at.is_(None))
            query = query.order_by(feeds.c.title, feeds.c.url)
            rows = [(row.title or row.url, row) for row in connection.execute(query)]
            polled = connection.execute(select(func.max(polls.c.at))).scalar()
            moments = (polled, *_newest(connection).values())
    waiting = [(name, row.added_at) for name, row in rows if row.last_poll is None]
    return replace(
        found,
        feeds=len(rows),
        failing=tuple((name, row.error or "") for name, row in rows if row.failures),
        silent=tuple(name for name, row in rows if row.silent and not row.failures),
        waiting=len(waiting),
        overdue=tuple(name for name, added in waiting if added < now - timedelta(days=1)),
        newest=max((moment for moment in moments if moment is not None), default=None),
    )


def deliveries_in(address: str, since: datetime) -> list[Delivery]:
    """Return attempts to deliver since a moment; none of another version. Raises `StoreError`."""
    return _rows(address, sends.name, lambda found: mail_deliveries.latest(found, since=since))


def tokens_in(address: str) -> list[Token]:
    """Return all tokens; none where the tables are of another version. Raises `StoreError`."""
    return _rows(address, tokens.name, sign_in.all_tokens)


def feedback_in(address: str) -> list[Feedback]:
    """Return what was said of flags of drafts; nothing where there is no database. `StoreError`."""
    return _rows(address, flag_feedback.name, reviews.feedback)


def _rows(address: str, table: str, read: Callable[[Connection], list[T]]) -> list[T]:
    """Return what `read` reads, nothing where there is no such table (yet)."""
    with closing(open_database(address, busy_timeout_s=_PATIENCE_S)) as database:
        if database.is_sqlite and not database.file.exists():
            return []
        with database.reading() as connection:
            return read(connection) if inspect(connection).has_table(table) else []


def _look(
    connection: Connection, database: Database, revision: str | None, file: Path | None
) -> Condition:
    if file is None:
        query = text("SELECT pg_database_size(current_database())")
        size = int(connection.execute(query).scalar() or 0)
        return Condition(database.name, revision, HEAD, writable=True, size=size)
    log = file.with_name(f"{file.name}-wal")
    damage, free, page = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        for name in ("integrity_check(1)", "freelist_count", "page_size")
    )
    return Condition(
        name=database.name,
        revision=revision,
        head=HEAD,
        writable=os.access(file, os.W_OK) and os.access(file.parent, os.W_OK),
        damage="" if damage == "ok" else str(damage),
        folder=file.parent,
        size=file.stat().st_size + (log.stat().st_size if log.exists() else 0),
        free=int(free or 0) * int(page or 0),
        read_only=database.read_only,
    )


@dataclass(frozen=True, slots=True)
class Happened:
    """What has happened up to two rows: polls by outcome, drops by name, failures by assessor."""

    poll_id: int = 0
    assessment_id: int = 0
    polls: Mapping[str, int] = field(default_factory=dict)
    fetched: int = 0
    stored: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: `feeds` by state, `due` articles by assessor, `last` moments by name."""

    feeds: Mapping[str, int]
    articles: int
    expired: int
    due: Mapping[str, int]
    last: Mapping[str, datetime]


def happened(connection: Connection, before: Happened) -> Happened:
    """Return `before` with what came after it."""
    poll_id = connection.execute(select(func.max(polls.c.id))).scalar() or 0
    last = connection.execute(select(func.max(assessments.c.id))).scalar() or 0
    outcomes, dropped = Counter(dict(before.polls)), Counter(dict(before.dropped))
    fetched, stored = before.fetched, before.stored
    kinds = (polls.c.dropped, polls.c.error.is_not(None), polls.c.not_modified)
    sums = (func.count(), func.sum(polls.c.fetched), func.sum(polls.c.stored))
    query = select(*kinds, *sums).where(polls.c.id > before.poll_id, polls.c.id <= poll_id)
    # Alike drops are summed there: most polls bring nothing, and are one row then.
    for names, failed, unchanged, number, came, kept in connection.execute(query.group_by(*kinds)):
        outcomes["failed" if failed else "unchanged" if unchanged else "read"] += number
        fetched, stored = fetched + came, stored + kept
        for name, times in names.items():
            dropped[name] += times * number
    failures = select(assessments.c.assessor, func.count())
    failures = failures.where(assessments.c.id > before.assessment_id, assessments.c.id <= last)
    failures = failures.where(assessments.c.error.is_not(None)).group_by(assessments.c.assessor)
    failed = Counter(dict(before.failed))
    failed.update(dict(map(tuple, connection.execute(failures))))
    return Happened(poll_id, last, outcomes, fetched, stored, dropped, failed)


def standing(connection: Connection, stamps: Sequence[str]) -> Standing:
    """Return how things stand, with what each of `stamps` has still to judge."""
    by_state: Counter[str] = Counter(alive=0, failing=0, silent=0, never_polled=0)
    states = select(feed_states.c.last_poll, feed_states.c.failures, feed_states.c.silent)
    states = states.select_from(feeds).outerjoin(feed_states, feed_states.c.feed_id == feeds.c.id)
    states = states.where(feeds.c.removed_at.is_(None))
    for last_poll, failures, silent in connection.execute(states):
        state = "failing" if failures else "silent" if silent else "alive"
        by_state[state if last_poll is not None else "never_polled"] += 1
    readable = articles.c.expired_at.is_(None)
    total = count(connection, select(func.count()).where(readable))
    judged = select(assessments.c.stamp, func.count())
    judged = judged.join(articles, of_version(assessments, *CURRENT))
    judged = judged.where(assessments.c.stamp.in_(stamps), readable).group_by(assessments.c.stamp)
    done: dict[str, int] = dict(map(tuple, connection.execute(judged)))
    due: Counter[str] = Counter()
    for stamp in stamps:
        due[stamp.partition("@")[0]] += total - done.get(stamp, 0)
    polled = connection.execute(select(func.max(feed_states.c.last_success))).scalar()
    last = {"poll": polled, **_newest(connection)}
    return Standing(
        feeds=dict(by_state),
        articles=count(connection, select(func.count()).select_from(articles)),
        expired=count_expired(connection),
        due=dict(due),
        last={name: moment for name, moment in last.items() if moment is not None},
    )


def _newest(connection: Connection) -> dict[str, datetime | None]:
    """Return when the latest article and assessment came."""
    newest = select(assessments.c.at).order_by(assessments.c.id.desc()).limit(1)
    seen = connection.execute(select(func.max(articles.c.first_seen))).scalar()
    return {"article": seen, "assessment": connection.execute(newest).scalar()}


def counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of each table, and of `errors` among the assessments."""
    failed = select(func.count()).where(assessments.c.error.is_not(None))
    return {**count_rows(connection), "errors": count(connection, failed)}
