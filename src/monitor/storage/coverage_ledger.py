"""The coverage ledger of a period: what was polled, stored, dropped and judged, by feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select, union

from monitor.records.feed import FailedFeed, FeedSilence, Ledger, SilentFeed
from monitor.storage.assessments import KEPT, speaking
from monitor.storage.database import chunks, count, rows_of
from monitor.storage.decisions import decided, in_force
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    feed_states,
    feeds,
    in_period,
    of_version,
    polls,
    reviews,
    sightings,
    versions,
)

_NAME = func.coalesce(func.nullif(feeds.c.title, ""), feeds.c.outlet).label("name")


def ledger(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    stamps: Sequence[str] = (),
) -> Ledger:
    """Return the ledger of [since, until).

    A feed counts as failed, or silent, if its last poll of the period was: what failed earlier
    and was caught up is covered. `page_failures` are those of every poll. `not_judged` counts the
    articles first seen in the period that have no relevance, by reason; `pending` are those that
    some of `stamps` has still to judge, `expired` those whose text was gone before.
    """
    totals: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    last: dict[str, Row[Any]] = {}
    query = select(polls, feeds.c.url, _NAME).join(feeds, feeds.c.id == polls.c.feed_id)
    query = query.where(*in_period(polls.c.at, since, until)).order_by(polls.c.id)
    for row in connection.execute(query):
        totals.update(fetched=row.fetched, stored=row.stored)
        dropped.update(row.dropped)
        pages.update(row.page_failures)
        last[row.feed_id] = row
    by_address = sorted(last.values(), key=attrgetter("url"))
    failed = [row for row in by_address if row.error is not None]
    silent = [row for row in by_address if row.error is None and row.silent]
    read = _last_read(connection, failed)
    new = select(func.count(articles.c.id)).where(*in_period(articles.c.first_seen, since, until))
    not_judged, languages = _not_judged(connection, since, until, stamps)
    # those followed in the period, whole or in part, and not polled in it
    there, by_then = feeds.c.removed_at.is_(None), in_period(feeds.c.paused_at, None, until)
    paused = and_(feeds.c.paused_at.is_not(None), *by_then)
    asked = select(feeds.c.id).where(~paused, *in_period(feeds.c.added_at, None, until))
    asked = asked.where(there if since is None else there | (feeds.c.removed_at > since))
    return Ledger(
        feeds=len(last),
        failed=len(failed),
        silent=len(silent),
        fetched=totals["fetched"],
        stored=totals["stored"],
        dropped=dict(sorted(dropped.items())),
        not_judged=not_judged,
        changed=max(0, totals["stored"] - count(connection, new)),
        page_failures=dict(sorted(pages.items())),
        failures=tuple(
            FailedFeed(row.url, row.name, row.error, read.get(row.feed_id), row.fetched > 0)
            for row in failed
        ),
        silences=tuple(SilentFeed(row.url, row.name, _silence(row)) for row in silent),
        ended=_ended(connection, since, until, last),
        languages=languages,
        unasked=sum(key not in last for key in connection.execute(asked).scalars()),
        paused=count(connection, select(func.count(feeds.c.id)).where(there, paused)),
    )


def _silence(row: Row[Any]) -> FeedSilence | None:
    """Return the measure of a silent feed's poll, which those of before it was recorded lack."""
    if row.silent_since is None or row.usual_gap_s is None:
        return None
    return FeedSilence(row.silent_since, timedelta(seconds=row.usual_gap_s))


def _last_read(connection: Connection, failed: Sequence[Row[Any]]) -> dict[str, datetime]:
    """Return by id when each of the feeds whose last poll failed was last read before that."""
    found: dict[str, datetime] = {}
    for some in chunks([row.feed_id for row in failed]):
        read = (
            select(func.max(polls.c.id))
            .where(polls.c.feed_id.in_(some), polls.c.error.is_(None) | (polls.c.fetched > 0))
            .where(polls.c.id <= max(row.id for row in failed))
            .group_by(polls.c.feed_id)
        )
        rows = connection.execute(select(polls.c.feed_id, polls.c.at).where(polls.c.id.in_(read)))
        found |= dict(map(tuple, rows))
    return found


def _ended(
    connection: Connection, since: datetime | None, until: datetime | None, polled: Collection[str]
) -> tuple[FailedFeed, ...]:
    """Name the feeds that were gone when the period began; those of the period itself failed."""
    if since is None:
        return ()
    query = select(feeds.c.id, feeds.c.url, _NAME, feed_states.c.error, feed_states.c.last_success)
    query = query.join(feed_states, feed_states.c.feed_id == feeds.c.id)
    query = query.where(feeds.c.removed_at.is_(None), feed_states.c.gone.is_not(None))
    query = query.where(*in_period(feed_states.c.gone, None, until))
    return tuple(
        FailedFeed(url, name, error or "", read)
        for id_, url, name, error, read in connection.execute(query.order_by(feeds.c.url))
        if id_ not in polled
    )


def _not_judged(
    connection: Connection, since: datetime | None, until: datetime | None, stamps: Sequence[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the reasons with their numbers, and the languages of those not judged for theirs."""
    said = assessments.alias()
    judged = select(said.c.id).where(of_version(said, *CURRENT), speaking(said, stamps))
    judged = judged.where(said.c.relevance.is_not(None))
    speaks = of_version(assessments, *CURRENT) & speaking(assessments, stamps)
    query = select(articles.c.id, articles.c.expired_at)
    query = query.add_columns(assessments.c.assessor, assessments.c.not_judged, assessments.c.error)
    query = query.outerjoin_from(articles, assessments, speaks)
    query = query.where(~judged.exists(), KEPT, *in_period(articles.c.first_seen, since, until))
    rank = {stamp.partition("@")[0]: place for place, stamp in enumerate(stamps)}
    expired: set[str] = set()
    reasons: dict[str, tuple[int, str]] = {}
    present: Counter[str] = Counter()
    for row in connection.execute(query):
        present[row.id] += row.assessor is not None
        if row.expired_at is not None:
            expired.add(row.id)
        reason = row.not_judged or ("error" if row.error else None)
        if reason:
            place = (rank[row.assessor], reason)
            reasons[row.id] = min(place, reasons.get(row.id, place))
    counts = Counter(reason for _, reason in reasons.values())
    counts["expired"] = len(expired - reasons.keys())
    counts["pending"] = sum(
        one not in reasons and one not in expired and seen < len(rank)
        for one, seen in present.items()
    )
    unread = [one for one, (_, reason) in reasons.items() if reason == "language"]
    languages: Counter[str] = Counter()  # of current versions; "" where that is not known
    by_language = select(versions.c.language, func.count())
    by_language = by_language.join(articles, of_version(versions, *CURRENT))
    by_language = by_language.group_by(versions.c.language)
    for language, number in rows_of(connection, by_language, articles.c.id, unread):
        languages[language or ""] += number
    found = {reason: number for reason, number in sorted(counts.items()) if number}
    return found, dict(sorted(languages.items()))


@dataclass(frozen=True, slots=True)
class Brought:
    """A number of articles, and how many of them are relevant; borderline ones are not."""

    articles: int = 0
    relevant: int = 0


def brought(connection: Connection, since: datetime, stamps: Sequence[str]) -> dict[str, Brought]:
    """Return by feed what came through it first, since a moment; `stamps` judge."""
    stored = select(articles.c.feed_id, func.count()).group_by(articles.c.feed_id)
    stored = stored.where(articles.c.first_seen >= since)
    shown = connection.execute(stored.where(articles.c.id.in_(_relevant(stamps))))
    relevant: dict[str, int] = dict(map(tuple, shown))
    every = connection.execute(stored)
    return {feed_id: Brought(number, relevant.get(feed_id, 0)) for feed_id, number in every}


def brought_alone(
    connection: Connection, feed_id: str, stamps: Sequence[str]
) -> tuple[Brought, Brought]:
    """Return what came through a feed, and what of it through no other; `stamps` judge."""
    others = sightings.alias()
    same = others.c.article_id == sightings.c.article_id
    elsewhere = exists().where(same, others.c.feed_id != feed_id)
    seen = select(func.count()).select_from(sightings).where(sightings.c.feed_id == feed_id)
    relevant = seen.where(sightings.c.article_id.in_(_relevant(stamps)))

    def brought(*alone: ColumnElement[bool]) -> Brought:
        return Brought(*(count(connection, query.where(*alone)) for query in (seen, relevant)))

    return brought(), brought(~elsewhere)


def _relevant(stamps: Sequence[str]) -> Any:
    """Return the query for what people find relevant, and where they are silent `stamps` do."""
    one, other = articles.alias(), articles.alias()
    judged = (
        select(one.c.id)
        .join(assessments, assessments.c.article_id == one.c.id)
        .where(assessments.c.sha256 == one.c.current, assessments.c.stamp.in_(stamps))
        .where(or_(assessments.c.relevant, assessments.c.borderline), assessments.c.relevant)
        .where(~decided(one.c.id, one.c.current))
    )
    said = select(other.c.id).join(reviews, reviews.c.article_id == other.c.id)
    said = said.where(reviews.c.sha256 == other.c.current, reviews.c.verdict == "relevant")
    said = said.where(in_force(reviews))
    return union(judged, said)
