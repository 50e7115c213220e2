"""Feeds that a desk follows, what polling has learned of them, and when they were added."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Text, delete, select, type_coerce, update

from monitor.records.counts import FeedChange
from monitor.records.errors import NotFound
from monitor.records.feed import Feed, FeedState, Move, Poll
from monitor.storage.database import columns_of, insert_new, row_of
from monitor.storage.schema import feed_changes, feed_states, feeds, in_period

_FEED = columns_of(feeds, Feed, paused="paused_at")
"""The columns of a `Feed`, in its order."""
_MOVE = ("move_to", "move_times", "move_since")
"""The columns of a `Move`, in its order."""
_MOVE_COLUMNS = tuple(feed_states.c[name] for name in _MOVE)
_STATE = tuple(c for c in feed_states.c if c.name not in ("feed_id", "recent", *_MOVE))
_RECENT = type_coerce(feed_states.c.recent, Text)
_STATE_NAMES = tuple(column.name for column in _STATE)


def add_feeds(connection: Connection, wanted: Iterable[Feed], now: datetime) -> int:
    """Follow feeds; return how many were not. What was removed, or gone, is asked again."""
    new = 0
    for feed in wanted:
        fresh = insert_new(connection, feeds, row_of(feeds, feed, added_at=now)) is not None
        if not fresh:
            again = update(feeds).where(feeds.c.id == feed.id, feeds.c.removed_at.is_not(None))
            done = connection.execute(again.values(removed_at=None, paused_at=None, kind=feed.kind))
            fresh = done.rowcount > 0
            gone = update(feed_states).where(
                feed_states.c.feed_id == feed.id, feed_states.c.gone.is_not(None)
            )
            connection.execute(gone.values(gone=None, next_poll=None, last_poll=None))
        if fresh:
            new += 1
            _note_change(connection, feed.id, now, followed=True)
    return new


def keep_unfollowed(connection: Connection, feed: Feed, now: datetime) -> None:
    """Keep a feed that only gives its name to articles: it is not followed."""
    insert_new(connection, feeds, row_of(feeds, feed, added_at=now, removed_at=now))


def remove_feed(connection: Connection, url: str, now: datetime | None = None) -> bool:
    """Stop following a feed; what came through it stays. Return whether it was followed."""
    now = now or datetime.now(UTC)
    followed = select(feeds.c.id).where(feeds.c.url == url, feeds.c.removed_at.is_(None))
    feed_id = connection.execute(followed).scalar()
    if feed_id is None:
        return False
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(removed_at=now))
    _note_change(connection, feed_id, now, followed=False)
    return True


def pause_feed(connection: Connection, url: str, now: datetime, *, paused: bool = True) -> bool:
    """Pause a feed that is followed, or end that; return whether it is new. Raises `NotFound`."""
    followed = feeds.c.url == url, feeds.c.removed_at.is_(None)
    found = connection.execute(select(feeds.c.id, feeds.c.paused_at).where(*followed)).first()
    if found is None:
        raise NotFound(f"not followed: {url}")
    if (found.paused_at is not None) == paused:
        return False
    values = {"paused_at": now if paused else None}
    connection.execute(update(feeds).where(feeds.c.id == found.id).values(values))
    _note_change(connection, found.id, now, followed=not paused)
    return True


def put_off(connection: Connection, ids: Iterable[str], until: datetime) -> None:
    """Let feeds that were never polled wait until then: somebody has just asked their servers."""
    state = {"next_poll": until, "failures": 0, "recent": [], "silent": False}
    for feed_id in ids:
        insert_new(connection, feed_states, {"feed_id": feed_id, **state})


def _note_change(connection: Connection, feed_id: str, now: datetime, *, followed: bool) -> None:
    row = {"feed_id": feed_id, "at": now, "followed": followed}
    connection.execute(feed_changes.insert().values(**row))


def followed_feeds(connection: Connection) -> list[Feed]:
    """Return the feeds followed, in the order they were added."""
    query = select(*_FEED).where(feeds.c.removed_at.is_(None))
    return [Feed(*row) for row in connection.execute(query.order_by(feeds.c.added_at, feeds.c.id))]


def states(connection: Connection) -> dict[str, FeedState]:
    """Return the state of every feed followed, by feed id; `FeedState()` if never polled."""
    query = select(feeds.c.id, feed_states.c.feed_id, _RECENT, *_MOVE_COLUMNS, *_STATE)
    query = query.outerjoin(feed_states, feed_states.c.feed_id == feeds.c.id)
    query = query.where(feeds.c.removed_at.is_(None))
    return {row[0]: _state(row) for row in connection.execute(query)}


def _state(row: Row[Any]) -> FeedState:
    """Return the state in a row; by position, since this is read for all feeds in every round."""
    _, polled, recent, to, times, since, *values = tuple(row)
    if polled is None:
        return FeedState()
    move = Move(to, times, since) if to and times and since else None
    state = dict(zip(_STATE_NAMES, values, strict=True))
    return FeedState(recent=_read_recent(recent), move=move, **state)


@lru_cache(8192)
def _read_recent(written: str) -> tuple[datetime, ...]:
    """Return the times in a column; remembered, since most feeds' are the same as a minute ago."""
    return tuple(map(datetime.fromisoformat, json.loads(written)))


def save_state(connection: Connection, feed: Feed, state: FeedState) -> None:
    """Replace what polling has learned of `feed`."""
    values = {column.name: getattr(state, column.name) for column in _STATE}
    recent = [moment.isoformat() for moment in state.recent]
    move = state.move
    moved = (move.to, move.times, move.since) if move else (None,) * len(_MOVE)
    values |= dict(zip(_MOVE, moved, strict=True))
    connection.execute(delete(feed_states).where(feed_states.c.feed_id == feed.id))
    connection.execute(feed_states.insert().values(feed_id=feed.id, recent=recent, **values))


def learn_about(connection: Connection, poll: Poll) -> None:
    """Keep what a feed says of itself now; title and site only where nobody has given others."""
    feed, mine = poll.feed, update(feeds).where(feeds.c.id == poll.feed.id)
    for name in ("title", "site"):
        if (value := getattr(poll, name)) and not getattr(feed, name):
            connection.execute(mine.where(feeds.c[name] == "").values({name: value}))
    said = {"description": poll.description, "updated": poll.updated}
    new = {key: value for key, value in said.items() if value and value != getattr(feed, key)}
    if new:
        connection.execute(mine.values(new))


def feed(connection: Connection, feed_id: str) -> Feed:
    """Return a feed that is followed, by its id. Raises `NotFound`."""
    query = select(*_FEED).where(feeds.c.id == feed_id, feeds.c.removed_at.is_(None))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("no such feed is followed")
    return Feed(*row)


def changes(
    connection: Connection, since: datetime | None = None, until: datetime | None = None
) -> list[FeedChange]:
    """Return the feeds added or removed in [since, until), oldest first."""
    columns = feeds.c.url, feeds.c.title, feeds.c.outlet, feed_changes.c.at, feed_changes.c.followed
    query = select(*columns).join(feeds, feeds.c.id == feed_changes.c.feed_id)
    query = query.where(*in_period(feed_changes.c.at, since, until)).order_by(feed_changes.c.id)
    return [FeedChange(*row) for row in connection.execute(query)]
