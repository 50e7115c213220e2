"""Judgements: what is still due for a stamp, and recording what an assessor said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    exists,
    func,
    select,
    tuple_,
)

from monitor.errors import NotFound
from monitor.store.database import chunks, insert_new
from monitor.store.schema import articles, assessments, tags, version_checks, versions
from monitor.store.search_index import mark_said
from monitor.types import (
    Article,
    Assessment,
    Enclosure,
    Finding,
    ScorecardItem,
    Source,
    Span,
    Tag,
    Term,
)

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
    return exists().where(
        version_checks.c.article_id == article_id,
        version_checks.c.sha256 == sha256,
        version_checks.c.why != "",
    )


def to_article(row: Sequence[Any]) -> Article:
    """Return the article of a row of the columns `ARTICLE`."""
    *columns, authors, categories, enclosures, mining, policy, within, expired = row
    files = tuple(Enclosure(**enclosure) for enclosure in enclosures)
    lists = tuple(authors), tuple(categories), files
    values: list[Any] = [*columns, *lists, mining, policy, within, expired]
    return Article(*values)


def current_articles() -> Select[Any]:
    """Return the query for every article in its current version, oldest sight first."""
    return (
        select(*ARTICLE)
        .join_from(
            articles,
            versions,
            (versions.c.article_id == articles.c.id) & (versions.c.sha256 == articles.c.current),
        )
        .where(KEPT)
        .order_by(articles.c.first_seen, articles.c.id)
    )


def following(connection: Connection, query: Select[Any], after: str | None) -> Select[Any]:
    """Narrow `query` to the articles after the one of that id. Raises `NotFound`."""
    if after is None:
        return query
    place = select(articles.c.first_seen, articles.c.id).where(articles.c.id == after)
    row = connection.execute(place).first()
    if row is None:
        raise NotFound(f"no article '{after}'")
    cursor = tuple_(articles.c.first_seen, articles.c.id)
    return query.where(
        cursor > tuple_(*row, types=[articles.c.first_seen.type, articles.c.id.type])
    )


def due_query(stamp: str, limit: int, since: datetime | None = None) -> Select[Any]:
    """Return the query for articles whose current version has no record of `stamp`.

    With `since` only those of which a version came in from then on.
    """
    done = select(assessments.c.id).where(
        assessments.c.article_id == articles.c.id,
        assessments.c.sha256 == articles.c.current,
        assessments.c.stamp == stamp,
    )
    query = current_articles().where(~done.exists()).limit(limit)
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
    connection: Connection, stamp: str, limit: int, after: str | None, since: datetime | None
) -> list[Article]:
    """Return the next `limit` articles due, oldest sight first, none up to the id `after`."""
    query = following(connection, due_query(stamp, limit, since), after)
    return [to_article(row) for row in connection.execute(query)]


def record(
    connection: Connection, pairs: Sequence[tuple[Article, Assessment]], now: datetime
) -> int:
    """Store judgements of the versions that were judged; return how many were not stored yet.

    What is said of an article that expired meanwhile is not kept: it would bring words back.
    """
    new: list[dict[str, Any]] = []
    gone = expired(connection, [article.id for article, _ in pairs])
    for article, said in pairs:
        if article.id in gone:
            continue
        row = {
            "article_id": article.id,
            "sha256": article.sha256,
            "stamp": said.stamp,
            "assessor": said.stamp.partition("@")[0],
            "relevance": said.relevance,
            "relevant": said.relevant,
            "borderline": said.borderline,
            "not_judged": said.not_judged,
            "error": said.error,
            "payload": _encode(said),
            "at": now,
        }
        key = insert_new(connection, assessments, row)
        if key is None:
            continue
        new.append(row)
        if said.tags:
            connection.execute(
                tags.insert(), [_tag_row(key, n, t) for n, t in enumerate(said.tags)]
            )
    mark_said(connection, new)
    return len(new)


def expired(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return those of the articles whose words have expired."""
    found: set[str] = set()
    for some in chunks(ids):
        query = select(articles.c.id).where(articles.c.id.in_(some))
        found.update(connection.execute(query.where(articles.c.expired_at.is_not(None))).scalars())
    return found


def _tag_row(key: int, position: int, tag: Tag) -> dict[str, Any]:
    return {
        "assessment_id": key,
        "position": position,
        "scheme": tag.scheme,
        "label": tag.label,
        "role": tag.role,
        "score": tag.score,
    }


def _encode(said: Assessment) -> dict[str, Any]:
    parts: dict[str, tuple[Tag | Finding | ScorecardItem | Term, ...]] = {
        "tags": said.tags,
        "findings": said.findings,
        "scorecard": said.scorecard,
        "terms": said.terms,
    }
    payload: dict[str, Any] = {
        name: [asdict(item) for item in items] for name, items in parts.items() if items
    }
    return {**payload, "experimental": True} if said.experimental else payload


def decode(row: RowMapping) -> Assessment:
    """Return the assessment of a row of the table."""
    payload, assessor = row["payload"], row["assessor"]
    return Assessment(
        stamp=row["stamp"],
        relevance=row["relevance"],
        relevant=row["relevant"],
        borderline=row["borderline"],
        not_judged=row["not_judged"],
        error=row["error"],
        tags=tuple(_tag(item) for item in payload.get("tags", ())),
        findings=tuple(_finding(item, assessor) for item in payload.get("findings", ())),
        scorecard=tuple(_scorecard_item(item, assessor) for item in payload.get("scorecard", ())),
        terms=tuple(_term(item) for item in payload.get("terms", ())),
        experimental=payload.get("experimental", False),
    )


def _spans(items: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(**item) for item in items)


def _tag(item: Mapping[str, Any]) -> Tag:
    return Tag(**{**item, "evidence": _spans(item["evidence"])})


def _term(item: Mapping[str, Any]) -> Term:
    return Term(**{**item, "evidence": _spans(item["evidence"])})


def _finding(item: Mapping[str, Any], assessor: str) -> Finding:
    sources = tuple(Source(**source) for source in item["sources"])
    said = {**item, "suggestions": tuple(item["suggestions"]), "sources": sources}
    return Finding(**_of_guideline(said, assessor))


def _scorecard_item(item: Mapping[str, Any], assessor: str) -> ScorecardItem:
    return ScorecardItem(**_of_guideline({**item, "evidence": _spans(item["evidence"])}, assessor))


def _of_guideline(item: dict[str, Any], assessor: str) -> dict[str, Any]:
    """Return what was said with whose rule it is: before there were several it was not kept."""
    return {**item, "guideline": item.get("guideline") or assessor}
