"""Counts for trends: articles that are about trafficking, never their texts, by outlet and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection, func, null, or_, select

from monitor.records.counts import CountedFlag, CountedItem
from monitor.records.errors import NotFound
from monitor.records.finding import FieldName
from monitor.records.review import FlagSaid
from monitor.storage import decisions, stories
from monitor.storage.database import rows_of
from monitor.storage.reviews import last_words
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    flag_verdicts,
    in_period,
    of_version,
    reviews,
    versions,
)

Spot = tuple[str, FieldName, int, int]
"""Where a flag is: rule, field, start, end."""


@dataclass(frozen=True, slots=True)
class VersionCounts:
    """What models said of a version: its labels by scheme, and where it is flagged.

    Where two say the same it stands once. `experimental` are stamps of models that are not measured
    in its language.
    """

    labels: dict[str, dict[str, None]] = field(default_factory=dict)
    spots: dict[Spot, None] = field(default_factory=dict)
    experimental: set[str] = field(default_factory=set)


def items(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    stamps: Sequence[str],
    known: dict[tuple[str, str], tuple[CountedItem, VersionCounts]] | None = None,
) -> list[CountedItem]:
    """Return what is about trafficking, of [since, until); `known` of versions is added to."""
    # coalesce, of what people said: SQLite would go through all articles of the period, by the
    # index of that
    period = in_period(func.coalesce(articles.c.first_seen, None), since, until)
    own = select(reviews).join(articles, of_version(reviews, *CURRENT))
    own = own.where(decisions.own_word(reviews), *period).order_by(reviews.c.id)
    reviewed = last_words(connection.execute(own))
    # of what some stamps show, as the first of them judged it: no more of each than that, since
    # many thousand are read for a page
    columns = *CURRENT, articles.c.outlet, articles.c.first_seen
    shown = (
        select(*columns, assessments.c.stamp, assessments.c.relevant)
        .join_from(articles, assessments, of_version(assessments, *CURRENT))
        .where(assessments.c.stamp.in_(stamps), assessments.c.relevance.is_not(None))
        # in the very words of the index of what is told of
        .where(or_(assessments.c.relevant, assessments.c.borderline))
        .where(*in_period(articles.c.first_seen, since, until))
    )
    rank = {stamp: place for place, stamp in enumerate(stamps)}
    rows: dict[str, Any] = {}
    for row in connection.execute(shown):
        if row.id not in rows or rank[row.stamp] < rank[rows[row.id].stamp]:
            rows[row.id] = row
    unsaid = select(*columns, null().label("stamp"), null().label("relevant"))
    missing = rows_of(connection, unsaid, articles.c.id, reviewed.keys() - rows.keys())
    rows |= {row.id: row for row in missing}
    known = {} if known is None else known
    new = [row for row in rows.values() if (row.id, row.current) not in known]
    judged = _judged(connection, [row.id for row in new], stamps)
    for row in new:
        of = judged[row.id]
        told = {scheme: tuple(found) for scheme, found in of.labels.items()}
        flags = tuple(CountedFlag(spot[0]) for spot in of.spots)
        item = CountedItem(row.id, row.outlet, row.first_seen, bool(row.relevant), told, flags)
        known[row.id, row.current] = item, of
    mine = articles.c.id == flag_verdicts.c.article_id
    spoken = select(articles.c.id).join(flag_verdicts, mine).where(*period).distinct()
    words = flag_words(connection, list(connection.execute(spoken).scalars()))
    spoken_of = {article for article, _ in words}
    found = []
    for row in rows.values():
        item, of = known[row.id, row.current]
        review = reviewed.get(row.id)
        if review.verdict == "not_relevant" if review else row.stamp in of.experimental:
            continue  # a person says no, or only a model that is not measured there says yes
        if row.id in spoken_of:
            seen = tuple(CountedFlag(spot[0], words.get((row.id, spot))) for spot in of.spots)
            item = replace(item, flags=seen)
        if review:  # as a person sees it
            labels = {**item.labels, **review.tags}
            item = replace(item, main=review.verdict == "relevant", labels=labels)
        found.append(item)
    return sorted(found, key=lambda item: (item.seen, item.id))


def _judged(
    connection: Connection, ids: Sequence[str], stamps: Sequence[str]
) -> defaultdict[str, VersionCounts]:
    """Return by article what `stamps` say of its current version."""
    said: defaultdict[str, VersionCounts] = defaultdict(VersionCounts)
    query = (
        select(assessments.c.article_id, assessments.c.stamp, assessments.c.payload)
        .join(articles, of_version(assessments, *CURRENT))
        .where(assessments.c.stamp.in_(stamps))
        .where(assessments.c.payload != {})  # most assessors say nothing of most articles
        .order_by(assessments.c.id)
    )
    for article_id, stamp, payload in rows_of(connection, query, articles.c.id, ids):
        of = said[article_id]
        if payload.get("experimental"):
            of.experimental.add(stamp)
        for tag in payload.get("tags", ()):
            there = of.labels.setdefault(tag["scheme"], {})
            if tag["role"] in (None, "exploitation"):
                there[tag["label"]] = None
        for found in payload.get("findings", ()):
            of.spots[found["rule"], found["field"], found["start"], found["end"]] = None
    return said


def flag_words(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, Spot], bool]:
    """Return what people said of flags; where they differ, it was not right."""
    query = select(flag_verdicts).join(articles, of_version(flag_verdicts, *CURRENT))
    query = query.where(decisions.holds(flag_verdicts.c.decision_id)).order_by(flag_verdicts.c.id)
    latest = {
        (row.article_id, (row.rule, row.field, row.start, row.end), row.reviewer): row.right
        for row in rows_of(connection, query, articles.c.id, ids)
    }
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
    """Record a word on every flag of `rule` in an article; return how many. Raises `NotFound`."""
    query = select(articles.c.current).where(articles.c.id == article_id)
    current = connection.execute(query).scalar()
    if current is None:
        raise NotFound(f"no article '{article_id}'")
    spots = _judged(connection, [article_id], stamps)[article_id].spots
    flags = [FlagSaid(article_id, current, *spot, right) for spot in spots if spot[0] == rule]
    if not flags:
        raise NotFound(f"article '{article_id}' has no flag of the rule '{rule}'")
    decisions.record(connection, (), flags, reviewer=reviewer, provisional=provisional, now=now)
    return len(flags)


def published(
    connection: Connection, since: datetime, until: datetime
) -> dict[str, tuple[str, datetime]]:
    """Return outlet and moment of the articles published in [since, until), by id."""
    query = select(articles.c.id, articles.c.outlet, versions.c.published)
    query = query.join_from(articles, versions, of_version(versions, *CURRENT))
    query = query.where(*in_period(versions.c.published, since, until))
    return {row.id: (row.outlet, row.published) for row in connection.execute(query)}


def undated(connection: Connection) -> set[str]:
    """Return the articles that say no day of publication."""
    current = select(articles.c.id).join(versions, of_version(versions, *CURRENT))
    return set(connection.execute(current.where(versions.c.published.is_(None))).scalars())


AT_ONCE = 20_000
"""From so many new judgements on it is quicker to begin anew than to look which they are."""
Days = Mapping[date, tuple[datetime, datetime]]
"""When each day begins and ends."""


class CountedSoFar:
    """What of articles, stories and days is known.

    Threads that share it take `lock` before they open the transaction in which they read: so none
    keeps what an older one saw.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self._stamps: tuple[str, ...] = ()
        self._last = 0
        self._expired: datetime | None = None
        self._said: dict[tuple[str, str], tuple[CountedItem, VersionCounts]] = {}
        self._story: dict[str, dict[str, str]] = {}
        self._outlets: dict[tuple[datetime, datetime], dict[str, int]] = {}

    def items(
        self,
        connection: Connection,
        since: datetime | None,
        until: datetime | None,
        stamps: Sequence[str],
    ) -> list[CountedItem]:
        """Return what `items` does."""
        # forget what was said of versions of which more has been said since, or words expired
        last = connection.execute(select(func.max(assessments.c.id))).scalar() or 0
        expired = connection.execute(select(func.max(articles.c.expired_at))).scalar()
        known = tuple(stamps), expired
        if known != (self._stamps, self._expired) or last - self._last > AT_ONCE:
            self._said.clear()
        elif last > self._last:
            new = select(assessments.c.article_id, assessments.c.sha256)
            since_then = assessments.c.id > self._last, assessments.c.id <= last
            for row in connection.execute(new.where(*since_then)):
                self._said.pop((row.article_id, row.sha256), None)
        (self._stamps, self._expired), self._last = known, last
        return items(connection, since, until, stamps, known=self._said)

    def stories(self, connection: Connection, stamp: str, ids: Sequence[str]) -> dict[str, str]:
        """Return by article the story that `stamp` put it into; those in none are left out."""
        known = self._story.setdefault(stamp, {})
        missing = [key for key in ids if key not in known]
        known.update(stories.stories_of(connection, stamp, missing))
        return {key: known[key] for key in ids if key in known}

    def by_outlet(
        self, connection: Connection, days: Days, over: datetime
    ) -> dict[date, Mapping[str, int]]:
        """Return how many articles were first seen on each day; what is `over` gets no more."""
        found: dict[date, Mapping[str, int]] = {}
        for day, bounds in days.items():
            known = self._outlets.get(bounds)
            if known is None:
                query = select(articles.c.outlet, func.count()).group_by(articles.c.outlet)
                seen = connection.execute(query.where(*in_period(articles.c.first_seen, *bounds)))
                known = dict(map(tuple, seen))
                if bounds[1] <= over:
                    self._outlets[bounds] = known
            found[day] = known
        return found


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A flag of an article's current version that was said to be right, by nobody wrong."""

    article_id: str
    rule: str
    field: str
    start: int
    end: int


def confirmed_flags(
    connection: Connection, outlet: str, since: datetime, until: datetime
) -> list[Confirmed]:
    """Return an outlet's confirmed flags of [since, until), the article seen last first."""
    query = (
        select(articles.c.id)
        .where(articles.c.outlet == outlet, *in_period(articles.c.first_seen, since, until))
        .where(articles.c.id.in_(select(flag_verdicts.c.article_id)))
        .order_by(articles.c.first_seen.desc(), articles.c.id)
    )
    ids = list(connection.execute(query).scalars())
    place = {key: n for n, key in enumerate(ids)}
    words = flag_words(connection, ids).items()
    found = [Confirmed(article, *spot) for (article, spot), right in words if right]
    return sorted(found, key=lambda f: (place[f.article_id], f.field == "text", f.start, f.rule))
