"""Counts for whoever watches the desk: what has happened so far, and how things stand.

Polls and judgements are only ever added, so that what was counted once is not counted again: the
caller hands back the last count, and only the rows behind it are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from monitor.store.retention import count_expired
from monitor.store.schema import articles, assessments, feed_states, feeds, polls


@dataclass(frozen=True, slots=True)
class Happened:
    """What has happened up to the rows `poll_id` and `assessment_id`.

    `polls` by outcome (`read`, `unchanged`, `failed`), `dropped` by the ledger's names, `failed`
    judgements by assessor.
    """

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
    for names, failed, unchanged, count, came, kept in connection.execute(query.group_by(*kinds)):
        outcomes["failed" if failed else "unchanged" if unchanged else "read"] += count
        fetched, stored = fetched + came, stored + kept
        for name, number in names.items():
            dropped[name] += number * count
    return Happened(
        poll_id=poll_id,
        assessment_id=last,
        polls=outcomes,
        fetched=fetched,
        stored=stored,
        dropped=dropped,
        failed=_failed(connection, before, last),
    )


def _failed(connection: Connection, before: Happened, last: int) -> Mapping[str, int]:
    query = (
        select(assessments.c.assessor, func.count())
        .where(assessments.c.id > before.assessment_id, assessments.c.id <= last)
        .where(assessments.c.error.is_not(None))
        .group_by(assessments.c.assessor)
    )
    failed = Counter(dict(before.failed))
    for assessor, count in connection.execute(query):
        failed[assessor] += count
    return failed


def standing(connection: Connection, stamps: Sequence[str]) -> Standing:
    """Return how things stand, with what each of `stamps` has still to judge."""
    total = connection.execute(select(func.count()).select_from(articles)).scalar_one()
    return Standing(
        feeds=_feed_states(connection),
        articles=total,
        expired=count_expired(connection),
        due=_due(connection, stamps),
        last=_last_moments(connection),
    )


def _feed_states(connection: Connection) -> dict[str, int]:
    query = (
        select(feed_states.c.last_poll, feed_states.c.failures, feed_states.c.silent)
        .select_from(feeds)
        .outerjoin(feed_states, feed_states.c.feed_id == feeds.c.id)
        .where(feeds.c.removed_at.is_(None))
    )
    found: Counter[str] = Counter(alive=0, failing=0, silent=0, never_polled=0)
    for row in connection.execute(query):
        found[_state_of(row)] += 1
    return dict(found)


def _state_of(row: Any) -> str:
    if row.last_poll is None:
        return "never_polled"
    return "failing" if row.failures else "silent" if row.silent else "alive"


def _due(connection: Connection, stamps: Sequence[str]) -> dict[str, int]:
    readable = articles.c.expired_at.is_(None)
    total = connection.execute(select(func.count()).where(readable)).scalar_one()
    query = (
        select(assessments.c.stamp, func.count())
        .join(
            articles,
            (articles.c.id == assessments.c.article_id)
            & (articles.c.current == assessments.c.sha256),
        )
        .where(assessments.c.stamp.in_(stamps), readable)
        .group_by(assessments.c.stamp)
    )
    done = {stamp: int(count) for stamp, count in connection.execute(query)}
    due: Counter[str] = Counter()
    for stamp in stamps:
        due[stamp.partition("@")[0]] += total - done.get(stamp, 0)
    return dict(due)


def _last_moments(connection: Connection) -> dict[str, datetime]:
    newest = select(assessments.c.at).order_by(assessments.c.id.desc()).limit(1)
    found = {
        "poll": connection.execute(select(func.max(feed_states.c.last_success))).scalar(),
        "article": connection.execute(select(func.max(articles.c.first_seen))).scalar(),
        "assessment": connection.execute(newest).scalar(),
    }
    return {name: moment for name, moment in found.items() if moment is not None}
