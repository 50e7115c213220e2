"""Reviews: every one is kept, in the order given; the latest of each reviewer holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from monitor.errors import NotFound
from monitor.store import decisions
from monitor.store.assessments import ARTICLE, to_article
from monitor.store.database import Database
from monitor.store.forgetting import refuse_forgotten
from monitor.store.rows import chunks
from monitor.store.schema import articles, reviews, versions
from monitor.store.withdrawn_versions import is_withdrawn
from monitor.types import Article, Review

PAGE = 200
"""Reviewed versions in memory at a time."""

_COLUMNS = (*reviews.c, decisions.waits(reviews.c.decision_id).label("provisional"))


def add(connection: Connection, review: Review, now: datetime) -> int:
    """Store a review; return its decision.

    Raises `NotFound` for an article or a version that there is not.
    """
    return decisions.record(
        connection, [review], (), reviewer=review.reviewer, provisional=review.provisional, now=now
    )


def of_article(connection: Connection, article_id: str) -> list[Review]:
    """Return the reviews of an article that stand, oldest first, provisional ones among them.

    Raises `NotFound`.
    """
    refuse_forgotten(connection, article_id)
    if connection.execute(select(articles.c.id).where(articles.c.id == article_id)).first() is None:
        raise NotFound(f"no article '{article_id}'")
    return of_articles(connection, [article_id])


def of_articles(
    connection: Connection, ids: Sequence[str], moment: datetime | None = None
) -> list[Review]:
    """Return the reviews of a few articles that stand, or stood at a moment, oldest first."""
    columns, stood = _COLUMNS, decisions.stands(reviews.c.decision_id)
    if moment is not None:
        waited = decisions.waited(reviews.c.decision_id, moment)
        columns = (*reviews.c, waited.label("provisional"))
        stood = and_(decisions.stood(reviews.c.decision_id, moment), reviews.c.at <= moment)
    query = select(*columns).where(reviews.c.article_id.in_(ids), stood).order_by(reviews.c.id)
    return [_decode(row) for row in connection.execute(query)]


def in_force(
    connection: Connection, versions_of: Mapping[str, str], moment: datetime | None = None
) -> dict[str, Review]:
    """Return by article what holds (or held at a moment) by people of the version given by hash.

    Of what nobody decided there is none.
    """
    found: defaultdict[str, list[Any]] = defaultdict(list)
    own = decisions.own_word(reviews, moment)
    for some in chunks(sorted(versions_of)):
        query = select(reviews).where(reviews.c.article_id.in_(some), own).order_by(reviews.c.id)
        for row in connection.execute(query):
            if row.sha256 == versions_of[row.article_id]:
                found[row.article_id].append(row)
    return {key: last_word(rows) for key, rows in found.items()}


def last_word(rows: Sequence[Any]) -> Review:
    """Return what holds by the latest reviews of each reviewer, oldest first.

    The verdict of the last, and of each scheme the labels of the last that speaks of it.
    """
    last = rows[-1]
    tags = {scheme: tuple(labels) for row in rows for scheme, labels in sorted(row.tags.items())}
    return Review(last.article_id, last.sha256, last.reviewer, last.verdict, tags, last.at)


def reviewed(
    database: Database, *, provisional: bool = False
) -> Iterator[tuple[Article, list[Review]]]:
    """Yield every reviewed version with its reviews, each oldest first, by article and version.

    Those that count; with `provisional` also those that wait to be confirmed. Versions that were
    withdrawn are left out.
    """
    counts = (decisions.stands if provisional else decisions.holds)(reviews.c.decision_id)
    last: tuple[str, str] = ("", "")
    columns = [versions.c.sha256 if column.key == "sha256" else column for column in ARTICLE]
    while True:
        with database.reading() as connection:
            keys = [
                (key.article_id, key.sha256)
                for key in connection.execute(
                    select(reviews.c.article_id, reviews.c.sha256)
                    .where(
                        (reviews.c.article_id > last[0])
                        | ((reviews.c.article_id == last[0]) & (reviews.c.sha256 > last[1])),
                        ~is_withdrawn(reviews.c.article_id, reviews.c.sha256),
                        counts,
                    )
                    .distinct()
                    .order_by(reviews.c.article_id, reviews.c.sha256)
                    .limit(PAGE)
                )
            ]
            page = [_version(connection, columns, counts, *key) for key in keys]
        if not keys:
            return
        last = keys[-1]
        yield from page


def _version(
    connection: Connection, columns: list[Any], counts: Any, article_id: str, sha256: str
) -> tuple[Article, list[Review]]:
    query = (
        select(*columns)
        .join_from(versions, articles, articles.c.id == versions.c.article_id)
        .where(versions.c.article_id == article_id, versions.c.sha256 == sha256)
    )
    said = (
        select(*_COLUMNS)
        .where(reviews.c.article_id == article_id, reviews.c.sha256 == sha256, counts)
        .order_by(reviews.c.id)
    )
    article = to_article(connection.execute(query).one())
    return article, [_decode(row) for row in connection.execute(said)]


def _decode(row: Any) -> Review:
    tags = {scheme: tuple(labels) for scheme, labels in row.tags.items()}
    return Review(
        row.article_id,
        row.sha256,
        row.reviewer,
        row.verdict,
        tags,
        row.at,
        row.decision_id,
        row.provisional,
    )
