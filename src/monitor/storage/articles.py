"""Stored articles: the filters, and reading articles merged with what was said of them.

Reading walks pages of its own transactions, by key: memory stays constant on both databases, and a
long export does not keep SQLite's log or PostgreSQL's dead rows from being cleared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, or_, select, type_coerce

from monitor.records.article import Article, AssessedArticle, Assessment
from monitor.records.article_record import Version
from monitor.records.errors import NotFound
from monitor.records.feed import KnownArticle
from monitor.records.review import as_decided
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.assessments import (
    any_version,
    current_articles,
    decode,
    following,
    is_withdrawn,
    speaking,
    to_article,
)
from monitor.storage.database import Database, rows_of
from monitor.storage.decisions import decided
from monitor.storage.forgetting import forgotten, refuse_forgotten, refuse_missing
from monitor.storage.full_text_search import search
from monitor.storage.reviews import reviews_in_force
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    feeds,
    in_period,
    of_version,
    reviews,
    sightings,
    story_members,
    tags,
    versions,
)
from monitor.storage.withdrawn_versions import without_words

PAGE = 200
"""Articles in memory at a time."""


def known(connection: Connection, ids: Iterable[str]) -> dict[str, KnownArticle]:
    """Return what is stored of the articles `ids`; what was forgotten is as if it had expired."""
    wanted = set(ids)
    found = dict.fromkeys(forgotten(connection, wanted), KnownArticle("summary", "", expired=True))
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows_of(connection, select(sightings), sightings.c.article_id, wanted):
        seen[row.article_id][row.feed_id] = row.feed_sha256
    columns = articles.c.id, versions.c.origin, versions.c.sha256, articles.c.page_tries
    query = current_articles().with_only_columns(*columns, articles.c.expired_at.is_not(None))
    for key, origin, sha256, tries, expired in rows_of(connection, query, articles.c.id, wanted):
        found[key] = KnownArticle(origin, sha256, seen[key], tries, bool(expired))
    return found


def article(connection: Connection, article_id: str, stamps: Sequence[str]) -> AssessedArticle:
    """Return one article with what `stamps` said of it. Raises `NotFound`."""
    row = connection.execute(current_articles().where(articles.c.id == article_id)).first()
    if row is None:
        refuse_forgotten(connection, article_id)
        raise NotFound(f"no article '{article_id}'")
    return merged(connection, [to_article(row)], stamps, None)[0]


def articles_by_id(
    connection: Connection, ids: Sequence[str], stamps: Sequence[str]
) -> dict[str, AssessedArticle]:
    """Return those of the articles that are stored, by id, with what `stamps` said of them."""
    rows = rows_of(connection, current_articles(), articles.c.id, ids)
    page = [to_article(row) for row in rows]
    return {one.article.id: one for one in merged(connection, page, stamps, None)}


def article_versions(connection: Connection, article_id: str) -> list[Article]:
    """Return every text the article has had, withdrawn ones without words. Raises `NotFound`."""
    refuse_missing(connection, article_id)
    gone = is_withdrawn(versions.c.article_id, versions.c.sha256)
    query = any_version().add_columns(gone).where(articles.c.id == article_id)
    rows = connection.execute(query.order_by(versions.c.fetched_at, versions.c.sha256))
    found = [(to_article(row[:-1]), row[-1]) for row in rows]
    return [without_words(one) if gone else one for one, gone in found]


def assessed(
    database: Database,
    stamps: Sequence[str],
    filters: ArticleFilter,
    *,
    limit: int | None,
    after: str | None,
) -> Iterator[AssessedArticle]:
    """Yield articles that pass `filters`, oldest sight first, at most `limit`.

    The database narrows by what any of the stamps or people said, the merged record decides.
    Raises `NotFound` where there is no article `after`.
    """
    left = limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        with database.reading() as connection:
            page, last, more = page_of(connection, stamps, filters, size, after)
            read = merged(connection, [to_article(row) for row in page], stamps, None)
        for one in read:
            if passes(one, filters):
                yield one
                left = None if left is None else left - 1
        if not more:
            return
        after = last


def page_of(
    connection: Connection,
    stamps: Sequence[str],
    filters: ArticleFilter,
    size: int,
    after: str | None,
    *columns: ColumnElement[Any],
) -> tuple[Sequence[Any], str | None, bool]:
    """Return rows (an id first) of the next articles that may pass, the last id, if more follow."""
    query = narrow_by_what_stays(current_articles(), filters)
    if filters.language is not None:
        query = query.where(versions.c.language == filters.language)
    if filters.story is not None:
        query = query.where(articles.c.id.in_(members_of(filters)))
    # what the database can decide of judgements, or at least narrow
    said = select(assessments.c.id).where(of_version(assessments, *CURRENT))
    said = said.where(speaking(assessments, stamps))
    if filters.shown:
        reviewed = select(reviews.c.id).where(reviews.c.article_id == articles.c.id)
        policy = tags.c.scheme.in_(("instrument", "institution"))
        named = select(tags.c.position).where(tags.c.assessment_id == assessments.c.id, policy)
        terms = type_coerce(assessments.c.payload, Text).like('%"terms":[%')
        told = or_(assessments.c.relevant, assessments.c.borderline, terms, named.exists())
        query = query.where(or_(said.where(told).exists(), reviewed.exists()))
    if filters.min_relevance is not None:
        query = query.where(said.where(assessments.c.relevance >= filters.min_relevance).exists())
    for name in ("relevant", "borderline"):
        if (wanted := getattr(filters, name)) is not None:
            judged = said.where(assessments.c[name].is_(wanted)).exists()
            query = query.where(or_(judged, decided(*CURRENT)))
    for tag in filters.labels:
        query = query.where(or_(tagged(said, *tag).exists(), decided(*CURRENT, tag=tag)))
    if columns:
        query = query.with_only_columns(*columns)
    if not filters.needs_search:
        page = connection.execute(following(connection, query, after).limit(size)).all()
        return page, page[-1].id if page else None, len(page) == size
    options: dict[str, Any] = {"newest_first": False, "undated": True}
    found = search(connection, filters, stamps, limit=size, after=after, **options)
    rows = connection.execute(query.where(articles.c.id.in_(found.ids)))
    by_key = {row.id: row for row in rows}
    page = [by_key[key] for key in found.ids if key in by_key]
    return page, found.ids[-1] if found.ids else None, found.more


def narrow_by_what_stays(query: Select[Any], filters: ArticleFilter) -> Select[Any]:
    """Add the filters of what of an article never changes: its first sight and its outlet."""
    query = query.where(*in_period(articles.c.first_seen, filters.since, filters.until))
    if filters.outlet is not None:
        query = query.where(articles.c.outlet == filters.outlet)
    return query


def members_of(filters: ArticleFilter) -> Select[Any]:
    """Return the query for the articles of the story that is asked for."""
    members = select(story_members.c.article_id)
    rule = story_members.c.stamp == filters.stories_stamp
    return members.where(rule, story_members.c.story_id == filters.story)


def tagged(said: Select[Any], scheme: str, label: str) -> Select[Any]:
    """Narrow a query of assessments to those that give a label."""
    of_it = said.join(tags, tags.c.assessment_id == assessments.c.id)
    return of_it.where(tags.c.scheme == scheme, tags.c.label == label)


def passes(one: AssessedArticle, filters: ArticleFilter) -> bool:
    """Decide on the merged record: people's word counts, but `min_relevance` is a model's."""
    least = filters.min_relevance
    return (
        (least is None or (one.relevance is not None and one.relevance >= least))
        and filters.relevant in (None, one.relevant)
        and filters.borderline in (None, one.borderline)
        and {(tag.scheme, tag.label) for tag in one.tags}.issuperset(filters.labels)
    )


def merged(
    connection: Connection, page: Sequence[Article], stamps: Sequence[str], moment: datetime | None
) -> list[AssessedArticle]:
    """Return articles with what `stamps` said of them, and people decided; or had by a `moment`."""
    if not stamps and moment is None:
        return [merge(one, {}, stamps) for one in page]
    said = _said(connection, page, stamps, moment)
    holds = reviews_in_force(connection, {one.id: one.sha256 for one in page}, moment)
    found = {one.id: merge(one, said.get(one.id, {}), stamps) for one in page}
    return [as_decided(one, holds[id_]) if id_ in holds else one for id_, one in found.items()]


def _said(
    connection: Connection, page: Sequence[Article], stamps: Sequence[str], moment: datetime | None
) -> dict[str, dict[str, Assessment]]:
    """Return by article id and stamp what was said of these versions, or had been by a moment."""
    texts = {one.id: one for one in page}
    in_force = {stamp.partition("@")[0]: stamp for stamp in reversed(stamps)}
    version = assessments.c.sha256 == articles.c.current
    query = select(assessments).join(articles, articles.c.id == assessments.c.article_id)
    query = query.where(speaking(assessments, stamps))
    query = query.where(version if moment is None else assessments.c.at <= moment)
    query = query.order_by(assessments.c.stamp.in_(stamps), assessments.c.id)
    found: dict[str, dict[str, Assessment]] = defaultdict(dict)
    for row in rows_of(connection, query, articles.c.id, texts):
        text, named = texts[row.article_id], row.stamp in stamps
        had_expired = text.expired is not None and (moment is None or text.expired <= moment)
        if row.sha256 == text.sha256 and (named or had_expired):
            found[text.id][row.stamp if named else in_force[row.assessor]] = decode(row)
    return found


def merge(one: Article, said: Mapping[str, Assessment], stamps: Sequence[str]) -> AssessedArticle:
    """Put together what assessors said of an article, in the order of `stamps`.

    The first stamp with a relevance gives it, and the two decisions with it. Without any, the
    first reason there is none: `not_judged`, `error` where the assessor failed, or `expired` where
    the text was gone before it was judged; only then, or where what judged is `experimental`, are
    there `terms`.
    """
    present = [said[stamp] for stamp in stamps if stamp in said]
    judged = next((a for a in present if a.relevance is not None), Assessment(""))
    is_judged = judged.relevance is not None
    reasons = [a.not_judged or ("error" if a.error else None) for a in present]
    reasons.append("expired" if one.expired else None)
    return AssessedArticle(
        article=one,
        relevance=judged.relevance,
        relevant=judged.relevant,
        borderline=judged.borderline,
        not_judged=None if is_judged else next(filter(None, reasons), None),
        tags=tuple(tag for a in present for tag in a.tags),
        findings=tuple(finding for a in present for finding in a.findings),
        scorecard=tuple(item for a in present for item in a.scorecard),
        stamps=tuple(a.stamp for a in present),
        terms=tuple(t for a in present for t in a.terms if not is_judged or judged.experimental),
        experimental=judged.experimental,
    )


@dataclass(frozen=True, slots=True)
class FeedSighting:
    """A feed that carried an article, and since when; `followed`: it still is."""

    feed_id: str
    title: str
    at: datetime
    followed: bool


def kept_versions(connection: Connection, article_id: str) -> list[Version]:
    """Return the texts that an article had, oldest first. Raises `NotFound`."""
    gone = is_withdrawn(versions.c.article_id, versions.c.sha256)
    query = select(versions.c.sha256, versions.c.fetched_at, gone)
    query = query.where(versions.c.article_id == article_id)
    query = query.order_by(versions.c.fetched_at, versions.c.sha256)
    found = [Version(*row) for row in connection.execute(query)]
    if not found:
        raise NotFound(f"no article '{article_id}'")
    return found


def sightings_of(connection: Connection, article_id: str) -> list[FeedSighting]:
    """Return which feeds carried an article, the first first."""
    query = (
        select(feeds.c.id, feeds.c.title, feeds.c.outlet, sightings.c.first_seen)
        .add_columns(feeds.c.removed_at.is_(None))
        .join(sightings, sightings.c.feed_id == feeds.c.id)
        .where(sightings.c.article_id == article_id)
        .order_by(sightings.c.first_seen, feeds.c.id)
    )
    rows = connection.execute(query)
    return [FeedSighting(id_, title or outlet, at, kept) for id_, title, outlet, at, kept in rows]
