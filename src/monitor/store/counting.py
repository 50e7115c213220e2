"""Rows for trends: articles that are about trafficking, never their texts, and feeds' changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, func, select

from monitor.counted import FeedChange, Flag, Item
from monitor.decisions import FlagSaid
from monitor.errors import NotFound
from monitor.store import decisions
from monitor.store.rows import chunks
from monitor.store.samples import judged
from monitor.store.schema import (
    articles,
    assessments,
    feed_changes,
    feeds,
    flag_verdicts,
    reviews,
)
from monitor.types import FieldName

Spot = tuple[str, str, int, int]
"""Where a flag is: rule, field, start, end."""


def items(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    stamps: Sequence[str],
) -> list[Item]:
    """Return what is about trafficking of the articles first seen in [since, until).

    A person's word stands before the model's: the latest review of the current version, whoever
    gave it, and for the schemes that it speaks of its tags.
    """
    said = _reviews(connection, since, until)
    rows = {row.id: row for row in judged(connection, since, until, stamps, shown_only=True)}
    missing = sorted(said.keys() - rows.keys())
    for some in chunks(missing):
        query = select(
            articles.c.id, articles.c.current, articles.c.outlet, articles.c.first_seen
        ).where(articles.c.id.in_(some))
        rows |= {row.id: row for row in connection.execute(query)}
    kept = [
        row for row in rows.values() if row.id not in said or said[row.id].verdict != "not_relevant"
    ]
    labels, spots = _payloads(connection, [row.id for row in kept], stamps)
    flags = _flag_verdicts(connection, [row.id for row in kept])
    found = []
    for row in kept:
        review = said.get(row.id)
        tags = dict(labels.get(row.id, {}))
        if review is not None:
            tags |= {scheme: tuple(values) for scheme, values in review.tags.items()}
        found.append(
            Item(
                row.id,
                row.outlet,
                row.first_seen,
                review.verdict == "relevant" if review is not None else bool(row.relevant),
                tags,
                tuple(Flag(s[0], flags.get((row.id, s))) for s in spots.get(row.id, ())),
            )
        )
    return sorted(found, key=lambda item: (item.seen, item.id))


def _reviews(
    connection: Connection, since: datetime | None, until: datetime | None
) -> dict[str, Any]:
    """Return the latest review of each current version, by article."""
    query = (
        select(reviews)
        .join(
            articles,
            (articles.c.id == reviews.c.article_id) & (articles.c.current == reviews.c.sha256),
        )
        .where(decisions.holds(reviews.c.decision_id))
        .order_by(reviews.c.id)
    )
    if since is not None:
        query = query.where(articles.c.first_seen >= since)
    if until is not None:
        query = query.where(articles.c.first_seen < until)
    return {row.article_id: row for row in connection.execute(query)}


def _payloads(
    connection: Connection, ids: Sequence[str], stamps: Sequence[str]
) -> tuple[dict[str, dict[str, tuple[str, ...]]], dict[str, list[Spot]]]:
    """Return the labels and the places of flags of articles, by id."""
    labels: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    spots: dict[str, list[Spot]] = defaultdict(list)
    for some in chunks(ids):
        query = (
            select(assessments.c.article_id, assessments.c.payload)
            .join(
                articles,
                (articles.c.id == assessments.c.article_id)
                & (articles.c.current == assessments.c.sha256),
            )
            .where(articles.c.id.in_(some), assessments.c.stamp.in_(stamps))
            .order_by(assessments.c.id)
        )
        for row in connection.execute(query):
            for tag in row.payload.get("tags", ()):
                there = labels[row.article_id][tag["scheme"]]
                if tag["role"] in (None, "exploitation") and tag["label"] not in there:
                    there.append(tag["label"])
            for found in row.payload.get("findings", ()):
                spot = (found["rule"], found["field"], found["start"], found["end"])
                spots[row.article_id].append(spot)
    tagged = {key: {s: tuple(found) for s, found in one.items()} for key, one in labels.items()}
    return tagged, spots


def _flag_verdicts(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, Spot], bool]:
    """Return what people said of flags; where they differ, it was not right."""
    latest: dict[tuple[str, Spot, str], bool] = {}
    for some in chunks(ids):
        query = (
            select(flag_verdicts)
            .join(
                articles,
                (articles.c.id == flag_verdicts.c.article_id)
                & (articles.c.current == flag_verdicts.c.sha256),
            )
            .where(articles.c.id.in_(some), decisions.holds(flag_verdicts.c.decision_id))
            .order_by(flag_verdicts.c.id)
        )
        for row in connection.execute(query):
            spot = (row.rule, row.field, row.start, row.end)
            latest[row.article_id, spot, row.reviewer] = row.right
    found: dict[tuple[str, Spot], bool] = {}
    for (article, spot, _), right in latest.items():
        found[article, spot] = found.get((article, spot), True) and right
    return found


def add_flag_verdict(
    connection: Connection,
    article_id: str,
    rule: str,
    *,
    right: bool,
    stamps: Sequence[str],
    reviewer: str,
    now: datetime,
    provisional: bool = False,
) -> int:
    """Record a word on every flag of `rule` in an article's current version; return how many.

    Raises `NotFound` for an article that is not there, or that the rule does not flag.
    """
    query = select(articles.c.current).where(articles.c.id == article_id)
    current = connection.execute(query).scalar()
    if current is None:
        raise NotFound(f"no article '{article_id}'")
    spots = _payloads(connection, [article_id], stamps)[1].get(article_id, ())
    flags = [
        FlagSaid(article_id, current, rule, cast("FieldName", field), start, end, right)
        for named, field, start, end in spots
        if named == rule
    ]
    if not flags:
        raise NotFound(f"article '{article_id}' has no flag of the rule '{rule}'")
    decisions.record(connection, (), flags, reviewer=reviewer, provisional=provisional, now=now)
    return len(flags)


def stored_by_outlet(
    connection: Connection, since: datetime | None, until: datetime | None
) -> dict[str, int]:
    """Return how many articles first seen in [since, until) are stored, by outlet."""
    query = select(articles.c.outlet, func.count()).group_by(articles.c.outlet)
    if since is not None:
        query = query.where(articles.c.first_seen >= since)
    if until is not None:
        query = query.where(articles.c.first_seen < until)
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def stored_by_day(
    connection: Connection, bounds: Mapping[str, tuple[datetime, datetime]]
) -> dict[str, int]:
    """Return how many articles were first seen within the bounds of each day."""
    found = {}
    for day, (since, until) in bounds.items():
        query = select(func.count(articles.c.id)).where(
            articles.c.first_seen >= since, articles.c.first_seen < until
        )
        found[day] = int(connection.execute(query).scalar_one())
    return found


def changes(
    connection: Connection, since: datetime | None, until: datetime | None
) -> list[FeedChange]:
    """Return the feeds added or removed in [since, until), oldest first."""
    query = (
        select(
            feeds.c.url, feeds.c.title, feeds.c.outlet, feed_changes.c.at, feed_changes.c.followed
        )
        .join(feeds, feeds.c.id == feed_changes.c.feed_id)
        .order_by(feed_changes.c.id)
    )
    if since is not None:
        query = query.where(feed_changes.c.at >= since)
    if until is not None:
        query = query.where(feed_changes.c.at < until)
    return [FeedChange(*row) for row in connection.execute(query)]
