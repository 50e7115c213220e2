"""What a feed has brought, and what would be lost without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, func, or_, select, union

from monitor.errors import NotFound
from monitor.store.coverage_ledger import to_result
from monitor.store.decisions import decided, in_force
from monitor.store.feeds import FEED
from monitor.store.polls import PollResult
from monitor.store.schema import articles, assessments, feeds, polls, reviews, sightings
from monitor.types import Feed


@dataclass(frozen=True, slots=True)
class Brought:
    """A number of articles, and how many of them are relevant; borderline ones are not."""

    articles: int = 0
    relevant: int = 0


def brought(connection: Connection, since: datetime, stamps: Sequence[str]) -> dict[str, Brought]:
    """Return by feed what came through it first, since a moment; `stamps` judge."""
    stored = (
        select(articles.c.feed_id, func.count())
        .where(articles.c.first_seen >= since)
        .group_by(articles.c.feed_id)
    )
    shown = (
        select(articles.c.feed_id, func.count())
        .where(articles.c.first_seen >= since, articles.c.id.in_(_relevant(stamps)))
        .group_by(articles.c.feed_id)
    )
    relevant = {row[0]: int(row[1]) for row in connection.execute(shown)}
    return {
        row[0]: Brought(int(row[1]), relevant.get(row[0], 0)) for row in connection.execute(stored)
    }


def alone(connection: Connection, feed_id: str, stamps: Sequence[str]) -> tuple[Brought, Brought]:
    """Return what came through a feed, and what of it through no other; `stamps` judge."""
    others = sightings.alias()
    elsewhere = (
        select(others.c.feed_id)
        .where(others.c.article_id == sightings.c.article_id, others.c.feed_id != feed_id)
        .exists()
    )
    seen = select(func.count()).select_from(sightings).where(sightings.c.feed_id == feed_id)
    relevant = (
        select(func.count())
        .select_from(sightings)
        .where(sightings.c.feed_id == feed_id, sightings.c.article_id.in_(_relevant(stamps)))
    )

    def count(query: Select[int]) -> int:
        return int(connection.execute(query).scalar_one())

    return (
        Brought(count(seen), count(relevant)),
        Brought(count(seen.where(~elsewhere)), count(relevant.where(~elsewhere))),
    )


def _relevant(stamps: Sequence[str]) -> CompoundSelect[Any]:
    """Return the query for what people find relevant, and where they are silent `stamps` do.

    By way of the index of what is told of.
    """
    one, other = articles.alias(), articles.alias()
    judged = (
        select(one.c.id)
        .join(assessments, assessments.c.article_id == one.c.id)
        .where(assessments.c.sha256 == one.c.current, assessments.c.stamp.in_(stamps))
        .where(or_(assessments.c.relevant, assessments.c.borderline), assessments.c.relevant)
        .where(~decided(one.c.id, one.c.current))
    )
    said = (
        select(other.c.id)
        .join(reviews, reviews.c.article_id == other.c.id)
        .where(reviews.c.sha256 == other.c.current, reviews.c.verdict == "relevant")
        .where(in_force(reviews))
    )
    return union(judged, said)


def one_feed(connection: Connection, feed_id: str) -> Feed:
    """Return a feed that is followed, by its id. Raises `NotFound`."""
    query = select(*FEED).where(feeds.c.id == feed_id, feeds.c.removed_at.is_(None))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("no such feed is followed")
    return Feed(*row)


def latest_polls(connection: Connection, feed_id: str, limit: int) -> list[PollResult]:
    """Return the latest lines of a feed's ledger, newest first."""
    query = select(polls).where(polls.c.feed_id == feed_id).order_by(polls.c.id.desc()).limit(limit)
    return [to_result(row) for row in connection.execute(query)]
