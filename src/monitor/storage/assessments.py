"""Assessments, a model's or rule set's judgements: what is due for a stamp, and recording them.

Also the stamps that earlier programs gave what judges just so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, select, tuple_

from monitor.records.article import Article, Assessment, Enclosure
from monitor.records.errors import NotFound
from monitor.records.finding import Citation, Finding, ScorecardItem, Span
from monitor.records.tag import FoundTerm, Tag
from monitor.storage.database import Database, add_rows, insert_new, row_of, rows_of
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    earlier_stamps,
    masks,
    of_version,
    samples,
    search_terms,
    story_keys,
    story_members,
    tags,
    version_checks,
    versions,
)
from monitor.storage.search_index import mark_said
from monitor.storage.work_queue import Lease, claim, end_claims

Said = TypeVar("Said", Tag, FoundTerm, Finding, ScorecardItem)
ARTICLE = (
    articles.c.id,
    articles.c.url,
    versions.c.title,
    versions.c.text,
    articles.c.outlet,
    versions.c.language,
    versions.c.published,
    articles.c.first_seen,
    versions.c.sha256,
    versions.c.origin,
    versions.c.summary,
    versions.c.authors,
    versions.c.categories,
    versions.c.enclosures,
    versions.c.mining,
    versions.c.mining_policy,
    versions.c.published_in,
    articles.c.expired_at,
)
"""The columns of an `Article`, in its order."""
VERSION = tuple(versions.c.sha256 if column.key == "sha256" else column for column in ARTICLE)
"""The same of any version: `article_id` says of which article."""

KEPT = articles.c.url != ""
"""The condition that an article was not forgotten: what was has no address any more."""


def is_withdrawn(article_id: Any, sha256: Any) -> Any:
    """Return the condition that a version's words were taken back, or erased."""
    mine = of_version(version_checks, article_id, sha256), version_checks.c.why != ""
    return select(version_checks.c.sha256).where(*mine).exists()


def to_article(row: Sequence[Any]) -> Article:
    """Return the article of a row of the columns `ARTICLE`."""
    *columns, authors, categories, enclosures, mining, policy, within, expired = row
    files = tuple(Enclosure(**enclosure) for enclosure in enclosures)
    lists = tuple(authors), tuple(categories), files
    values: list[Any] = [*columns, *lists, mining, policy, within, expired]
    return Article(*values)


def any_version() -> Select[Any]:
    """Return the query for every version of every article, with the columns of an `Article`."""
    return select(*VERSION).join_from(versions, articles, articles.c.id == versions.c.article_id)


def current_articles() -> Select[Any]:
    """Return the query for every article in its current version, oldest sight first."""
    query = select(*ARTICLE).join_from(articles, versions, of_version(versions, *CURRENT))
    return query.where(KEPT).order_by(articles.c.first_seen, articles.c.id)


def behind(
    connection: Connection, after: str, *, newest_first: bool = False, what: str = "article"
) -> ColumnElement[bool]:
    """Return the condition for the articles after one, by first sight. Raises `NotFound`."""
    place = articles.c.first_seen, articles.c.id
    row = connection.execute(select(*place).where(articles.c.id == after)).first()
    if row is None:
        raise NotFound(f"no {what} '{after}'")
    here, there = tuple_(*place), tuple_(*row, types=[column.type for column in place])
    return here < there if newest_first else here > there


def following(connection: Connection, query: Select[Any], after: str | None) -> Select[Any]:
    """Narrow `query` to the articles after the one of that id. Raises `NotFound`."""
    return query if after is None else query.where(behind(connection, after))


def due_query(stamp: str, limit: int, since: datetime | None = None) -> Select[Any]:
    """Return the query for articles, come since a moment, that `stamp` has not judged."""
    mine = of_version(assessments, *CURRENT), assessments.c.stamp == stamp
    done = select(assessments.c.id).where(*mine)
    return arrived(current_articles().where(~done.exists()).limit(limit), since)


def arrived(query: Select[Any], since: datetime | None) -> Select[Any]:
    """Narrow a query to articles that have words, and of which a version came `since` then."""
    if since is None:
        return query.where(articles.c.expired_at.is_(None))
    late = versions.alias()
    came = articles.c.id.in_(select(late.c.article_id).where(late.c.fetched_at >= since))
    # coalesce: SQLite would go through all that has not expired, by the index of that
    return query.where(came, func.coalesce(articles.c.expired_at, None).is_(None))


def speaking(said: FromClause, stamps: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition under which rows of `said`, joined to `articles`, count for `stamps`.

    Of an article that expired no assessor can say anything more: there its earlier word counts.
    """
    assessors = [stamp.partition("@")[0] for stamp in stamps]
    earlier = articles.c.expired_at.is_not(None) & said.c.assessor.in_(assessors)
    return said.c.stamp.in_(stamps) | earlier


def due(
    connection: Connection,
    stamp: str,
    *,
    limit: int,
    after: str | None = None,
    since: datetime | None = None,
) -> list[Article]:
    """Return articles, come `since` then, that `stamp` has not judged, `after` that of an id."""
    query = following(connection, due_query(stamp, limit, since), after)
    return [to_article(row) for row in connection.execute(query)]


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
    """Claim as `mine` what is `due`, without what others work on, until `record` ends that."""

    def query(connection: Connection, most: int) -> Select[Any]:
        return following(connection, due_query(stamp, most, since), after)

    rows = claim(database, query, stamp, mine, now, limit=limit, by_index=since is None)
    return [to_article(row) for row in rows]


def record(
    connection: Connection,
    pairs: Sequence[tuple[Article, Assessment]],
    now: datetime,
    *,
    token: str | None = None,
) -> int:
    """Store judgements of the versions that were judged; return how many were not stored yet.

    What is said of an article that expired meanwhile is not kept: it would bring words back.
    It ends the claims of `token`.
    """
    end_claims(connection, token)
    new: list[dict[str, Any]] = []
    gone = expired(connection, [article.id for article, _ in pairs])
    for article, said in pairs:
        if article.id in gone:
            continue
        parts = {name: getattr(said, name) for name in ("tags", "findings", "scorecard", "terms")}
        payload: dict[str, Any] = {
            name: [asdict(item) for item in items] for name, items in parts.items() if items
        }
        if said.experimental:
            payload["experimental"] = True
        version = {"article_id": article.id, "sha256": article.sha256}
        assessor = said.stamp.partition("@")[0]
        row = row_of(assessments, said, assessor=assessor, payload=payload, at=now, **version)
        key = insert_new(connection, assessments, row)
        if key is not None:
            new.append(row)
            places = enumerate(said.tags)
            given = [row_of(tags, tag, assessment_id=key, position=at) for at, tag in places]
            add_rows(connection, tags, given)
    mark_said(connection, new)
    return len(new)


def expired(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Return those of the articles whose words have expired."""
    query = select(articles.c.id).where(articles.c.expired_at.is_not(None))
    return {article_id for (article_id,) in rows_of(connection, query, articles.c.id, ids)}


def decode(row: Any) -> Assessment:
    """Return the assessment of a row of the table."""
    payload = row.payload
    names = ("stamp", "relevance", "relevant", "borderline", "not_judged", "error")

    def read(kind: type[Said], name: str) -> tuple[Said, ...]:
        found = []
        for item in payload.get(name, ()):
            said = {**item}
            if "evidence" in item:
                said["evidence"] = tuple(Span(**span) for span in item["evidence"])
            if "sources" in item:
                said["sources"] = tuple(Citation(**source) for source in item["sources"])
                said["suggestions"] = tuple(item["suggestions"])
            if kind in (Finding, ScorecardItem):  # before there were several it was not kept
                said["guideline"] = item.get("guideline") or row.assessor
            found.append(kind(**said))
        return tuple(found)

    return Assessment(
        **{name: getattr(row, name) for name in names},
        tags=read(Tag, "tags"),
        findings=read(Finding, "findings"),
        scorecard=read(ScorecardItem, "scorecard"),
        terms=read(FoundTerm, "terms"),
        experimental=payload.get("experimental", False),
    )


def last_assessment(connection: Connection) -> int:
    """Return the id of the assessment stored last, 0 where there is none: they only go up."""
    return connection.execute(select(func.max(assessments.c.id))).scalar() or 0


# Stamps of earlier programs. Which stamps are equal is `monitor.records.stamps`'s to say, and when
# all this may be deleted. The rows get the present stamp, so that no query need know of another;
# what was called otherwise stays known, so that an export can be made again as it was.


def waiting_stamps(connection: Connection, stamps: Collection[str]) -> list[str]:
    """Return those of the stamps under which there are records that were not carried over."""
    query = select(earlier_stamps.c.stamp).where(earlier_stamps.c.present.is_(None))
    return [stamp for stamp in connection.execute(query).scalars() if stamp in stamps]


def carry_over(connection: Connection, present: Mapping[str, str], now: datetime) -> None:
    """Give the records of earlier stamps, the keys of `present`, the stamps they have now."""
    new = {stamp: present[stamp] for stamp in waiting_stamps(connection, present)}
    if not new:  # another program was first
        return
    for table in (assessments, masks, story_members, story_keys, search_terms):
        stamp = table.c.stamp
        connection.execute(
            table.update().where(stamp.in_(new)).values(stamp=case(new, value=stamp))
        )
    here = earlier_stamps.c.stamp
    told = earlier_stamps.update().where(here.in_(new))
    connection.execute(told.values(present=case(new, value=here), at=now))
    every = present_stamps(connection)
    for joined in connection.execute(select(samples.c.stamp).distinct()).scalars().all():
        named = " ".join(every.get(stamp, stamp) for stamp in joined.split())
        connection.execute(samples.update().where(samples.c.stamp == joined).values(stamp=named))


def present_stamps(connection: Connection, after: datetime | None = None) -> dict[str, str]:
    """Return by earlier stamp what its records have now; of those carried over `after` only."""
    query = select(earlier_stamps.c.stamp, earlier_stamps.c.present)
    query = query.where(earlier_stamps.c.present.is_not(None))
    if after is not None:
        query = query.where(earlier_stamps.c.at > after)
    return dict(map(tuple, connection.execute(query)))
