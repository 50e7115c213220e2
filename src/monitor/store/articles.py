"""Stored articles: what polling asks of them, and reading them with what was said of them.

Reading walks pages of its own transactions, by key, instead of holding one cursor open: memory
stays constant on both databases, and an export that takes an hour does not keep SQLite's log or
PostgreSQL's dead rows from being cleared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, Text, or_, select, type_coerce

from monitor.decisions import as_decided
from monitor.errors import NotFound
from monitor.periods import PublicationDays, published_days
from monitor.searching import read_search
from monitor.store.assessments import (
    ARTICLE,
    current_articles,
    decode,
    following,
    is_withdrawn,
    speaking,
    to_article,
)
from monitor.store.database import Database, chunks
from monitor.store.decisions import decided
from monitor.store.forgetting import forgotten, refuse_forgotten
from monitor.store.full_text_search import RELEVANCES, Relevance, Wanted, search
from monitor.store.reviews import reviews_in_force
from monitor.store.schema import (
    articles,
    assessments,
    reviews,
    sightings,
    story_members,
    tags,
    versions,
)
from monitor.store.withdrawn_versions import without_words
from monitor.types import Article, AssessedArticle, Assessment, Known, Review


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles to read; `None` is no filter. Times bound the first sight: [since, until).

    `relevant` and `borderline` compare with what was judged, so that `False` leaves out articles
    not judged; `form` and `place` are labels of tags, a place in any role, `tags` more of them as
    scheme and label. `published_since` and `published_until` are days of publication, both
    included, on the clock of `timezone`. `query` is searched for as in the archive, `relevance` is
    any of these, `flag` is `any` or a severity, `rule` a rule's id. `story` is a story of the rule
    `stories_stamp`.
    `shown` leaves out what no digest has, as far as the database can tell.
    """

    since: datetime | None = None
    until: datetime | None = None
    min_relevance: float | None = None
    relevant: bool | None = None
    borderline: bool | None = None
    shown: bool = False
    form: str | None = None
    place: str | None = None
    outlet: str | None = None
    language: str | None = None
    query: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    relevance: tuple[Relevance, ...] | None = None
    flag: str | None = None
    rule: str | None = None
    story: str | None = None
    stories_stamp: str = ""
    published_since: date | None = None
    published_until: date | None = None
    timezone: str = "UTC"

    @property
    def published(self) -> PublicationDays | None:
        """The days of publication that are asked for."""
        zone = ZoneInfo(self.timezone)
        return published_days(self.published_since, self.published_until, zone)


def searched(filters: Filters) -> Wanted | None:
    """Return what the archive's search is asked for, `None` where it need not be asked."""
    asked = filters.query, filters.tags, filters.flag, filters.rule, filters.published
    if not any(asked) and filters.relevance is None:
        return None
    named = {"form": filters.form, "place": filters.place}
    tags = [(scheme, label) for scheme, label in named.items() if label is not None]
    return Wanted(
        words=read_search(filters.query or ""),
        tags=(*tags, *filters.tags),
        outlet=filters.outlet or "",
        language=filters.language or "",
        since=filters.since,
        until=filters.until,
        published=filters.published,
        unplaced=filters.published is not None,
        relevance=_relevance(filters),
        min_relevance=filters.min_relevance,
        flag=filters.flag or "",
        rule=filters.rule or "",
    )


def _relevance(filters: Filters) -> tuple[Relevance, ...] | None:
    asked = filters.relevance, filters.relevant, filters.borderline
    if all(one is None for one in asked):
        return None
    kept = RELEVANCES if filters.relevance is None else filters.relevance
    for name, wanted in (("relevant", filters.relevant), ("borderline", filters.borderline)):
        if wanted is not None:
            kept = tuple(n for n in kept if n != "not_judged" and (n == name) == wanted)
    return kept


PAGE = 200
"""Articles in memory at a time."""


def known(connection: Connection, ids: Iterable[str]) -> dict[str, Known]:
    """Return what is stored of those of the articles `ids` that are stored.

    What was forgotten is known, stored or not, as if it had expired.
    """
    found: dict[str, Known] = {}
    for some in chunks(sorted(set(ids))):
        seen: dict[str, dict[str, str]] = defaultdict(dict)
        query = select(sightings).where(sightings.c.article_id.in_(some))
        for row in connection.execute(query):
            seen[row.article_id][row.feed_id] = row.feed_sha256
        current = current_articles().add_columns(articles.c.page_tries)
        found |= dict.fromkeys(forgotten(connection, some), Known("summary", "", expired=True))
        query = current.with_only_columns(
            articles.c.id,
            versions.c.origin,
            versions.c.sha256,
            articles.c.page_tries,
            articles.c.expired_at,
        ).where(articles.c.id.in_(some))
        for row in connection.execute(query):
            expired = row.expired_at is not None
            found[row.id] = Known(row.origin, row.sha256, seen[row.id], row.page_tries, expired)
    return found


def article(connection: Connection, article_id: str, stamps: Sequence[str]) -> AssessedArticle:
    """Return one article with what `stamps` said of it. Raises `NotFound`."""
    row = connection.execute(current_articles().where(articles.c.id == article_id)).first()
    if row is None:
        refuse_forgotten(connection, article_id)
        raise NotFound(f"no article '{article_id}'")
    return merged(connection, [to_article(row)], stamps)[0]


def some_assessed(
    connection: Connection, ids: Sequence[str], stamps: Sequence[str]
) -> list[AssessedArticle]:
    """Return articles in the order of `ids`, with what `stamps` said of them."""
    found = by_id(connection, ids, stamps)
    return [found[key] for key in ids]


def by_id(
    connection: Connection, ids: Sequence[str], stamps: Sequence[str]
) -> dict[str, AssessedArticle]:
    """Return those of the articles that are stored, by id, with what `stamps` said of them."""
    found: dict[str, AssessedArticle] = {}
    for some in chunks(sorted(set(ids))):
        query = current_articles().where(articles.c.id.in_(some))
        rows = [to_article(row) for row in connection.execute(query)]
        found.update((one.article.id, one) for one in merged(connection, rows, stamps))
    return found


def article_versions(connection: Connection, article_id: str) -> list[Article]:
    """Return every text the article has had, as it came in. Raises `NotFound`.

    Of a version that was withdrawn the words are left out, whether erased yet or not.
    """
    query = (
        select(*ARTICLE, is_withdrawn(versions.c.article_id, versions.c.sha256))
        .join_from(articles, versions, versions.c.article_id == articles.c.id)
        .where(articles.c.id == article_id)
        .order_by(versions.c.fetched_at, versions.c.sha256)
    )
    refuse_forgotten(connection, article_id)
    found = [(to_article(row[:-1]), row[-1]) for row in connection.execute(query)]
    if not found:
        raise NotFound(f"no article '{article_id}'")
    return [without_words(one) if gone else one for one, gone in found]


def assessed(
    database: Database,
    stamps: Sequence[str],
    filters: Filters,
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
            page, last, more = _page(connection, stamps, filters, size, after)
            read = merged(connection, page, stamps)
        for one in read:
            if passes(one, filters):
                yield one
                left = None if left is None else left - 1
        if not more:
            return
        after = last


def _page(
    connection: Connection, stamps: Sequence[str], filters: Filters, size: int, after: str | None
) -> tuple[list[Article], str | None, bool]:
    """Return the next articles that may pass, the id to go on after, and whether there are more."""
    query = _narrow(current_articles(), stamps, filters)
    if (wanted := searched(filters)) is None:
        rows = connection.execute(following(connection, query, after).limit(size))
        page = [to_article(row) for row in rows]
        return page, page[-1].id if page else None, len(page) == size
    found = search(connection, wanted, stamps, limit=size, after=after, newest_first=False)
    rows = connection.execute(query.where(articles.c.id.in_(found.ids)))
    by_key = {one.id: one for one in map(to_article, rows)}
    page = [by_key[key] for key in found.ids if key in by_key]
    return page, found.ids[-1] if found.ids else None, found.more


def page_ids(
    connection: Connection, stamps: Sequence[str], filters: Filters, after: str | None
) -> tuple[list[str], str | None, bool]:
    """Return a page of articles that may pass, the id to go on after, whether there are more."""
    query = _narrow(current_articles(), stamps, filters).with_only_columns(articles.c.id)
    if (wanted := searched(filters)) is None:
        rows = connection.execute(following(connection, query, after).limit(PAGE))
        page = list(rows.scalars())
        return page, page[-1] if page else None, len(page) == PAGE
    found = search(connection, wanted, stamps, limit=PAGE, after=after, newest_first=False)
    kept = set(connection.execute(query.where(articles.c.id.in_(found.ids))).scalars())
    page = [key for key in found.ids if key in kept]
    return page, found.ids[-1] if found.ids else None, found.more


def _narrow(query: Select[Any], stamps: Sequence[str], filters: Filters) -> Select[Any]:
    """Add what the database can decide, or at least narrow."""
    query = narrow_by_what_stays(query, filters)
    if filters.language is not None:
        query = query.where(versions.c.language == filters.language)
    if filters.story is not None:
        query = query.where(articles.c.id.in_(_members(filters)))
    return _narrow_by_what_was_said(query, stamps, filters)


def narrow_by_what_stays(query: Select[Any], filters: Filters) -> Select[Any]:
    """Add the filters of what of an article never changes: its first sight and its outlet."""
    if filters.since is not None:
        query = query.where(articles.c.first_seen >= filters.since)
    if filters.until is not None:
        query = query.where(articles.c.first_seen < filters.until)
    if filters.outlet is not None:
        query = query.where(articles.c.outlet == filters.outlet)
    return query


def _members(filters: Filters) -> Select[Any]:
    return select(story_members.c.article_id).where(
        story_members.c.stamp == filters.stories_stamp,
        story_members.c.story_id == filters.story,
    )


def _narrow_by_what_was_said(
    query: Select[Any], stamps: Sequence[str], filters: Filters
) -> Select[Any]:
    said = select(assessments.c.id).where(
        assessments.c.article_id == articles.c.id,
        assessments.c.sha256 == articles.c.current,
        speaking(assessments, stamps),
    )
    if filters.shown:
        reviewed = select(reviews.c.id).where(reviews.c.article_id == articles.c.id)
        query = query.where(or_(said.where(_may_be_shown()).exists(), reviewed.exists()))
    version = articles.c.id, articles.c.current
    if filters.min_relevance is not None:
        query = query.where(said.where(assessments.c.relevance >= filters.min_relevance).exists())
    if filters.relevant is not None:
        judged = said.where(assessments.c.relevant.is_(filters.relevant)).exists()
        query = query.where(or_(judged, decided(*version)))
    if filters.borderline is not None:
        judged = said.where(assessments.c.borderline.is_(filters.borderline)).exists()
        query = query.where(or_(judged, decided(*version)))
    for scheme, label in (("form", filters.form), ("place", filters.place)):
        if label is not None:
            tagged = said.join(tags, tags.c.assessment_id == assessments.c.id)
            tagged = tagged.where(tags.c.scheme == scheme, tags.c.label == label)
            query = query.where(or_(tagged.exists(), decided(*version, tag=(scheme, label))))
    return query


def _may_be_shown() -> ColumnElement[bool]:
    """Return the condition that an assessment says something for which a digest has an article."""
    policy = tags.c.scheme.in_(("instrument", "institution"))
    named = select(tags.c.position).where(tags.c.assessment_id == assessments.c.id, policy)
    terms = type_coerce(assessments.c.payload, Text).like('%"terms":[%')
    return or_(assessments.c.relevant, assessments.c.borderline, terms, named.exists())


def passes(one: AssessedArticle, filters: Filters) -> bool:
    """Decide on the merged record: people's word counts, else that of the first who has one.

    A `min_relevance` is of what a model said.
    """
    there = {(tag.scheme, tag.label) for tag in one.tags}
    named = (("form", filters.form), ("place", filters.place))
    return (
        (
            filters.min_relevance is None
            or (one.relevance is not None and one.relevance >= filters.min_relevance)
        )
        and (filters.relevant is None or one.relevant == filters.relevant)
        and (filters.borderline is None or one.borderline == filters.borderline)
        and all((scheme, label) in there for scheme, label in named if label is not None)
    )


def merged(
    connection: Connection, page: Sequence[Article], stamps: Sequence[str]
) -> list[AssessedArticle]:
    """Return articles with what `stamps` said of them, and what people decided before that.

    Without stamps nothing of either is asked.
    """
    if not stamps:
        return [merge(one, {}, stamps) for one in page]
    said = _said(connection, page, stamps)
    holds = reviews_in_force(connection, {one.id: one.sha256 for one in page})
    return [with_decision(merge(one, said.get(one.id, {}), stamps), holds) for one in page]


def with_decision(one: AssessedArticle, holds: Mapping[str, Review]) -> AssessedArticle:
    """Return an article as it holds by the review of it, if there is one."""
    review = holds.get(one.article.id)
    return one if review is None else as_decided(one, review)


def _said(
    connection: Connection, found_articles: Sequence[Article], stamps: Sequence[str]
) -> dict[str, dict[str, Assessment]]:
    """Return by article id and stamp what was said of the current versions.

    Of an article that expired, an assessor's latest word stands under its stamp in force.
    """
    in_force = {stamp.partition("@")[0]: stamp for stamp in reversed(stamps)}
    found: dict[str, dict[str, Assessment]] = defaultdict(dict)
    for some in chunks([one.id for one in found_articles]):
        query = (
            select(assessments)
            .join(
                articles,
                (articles.c.id == assessments.c.article_id)
                & (articles.c.current == assessments.c.sha256),
            )
            .where(articles.c.id.in_(some), speaking(assessments, stamps))
            .order_by(assessments.c.stamp.in_(stamps), assessments.c.id)
        )
        for row in connection.execute(query).mappings():
            stamp = row["stamp"] if row["stamp"] in stamps else in_force[row["assessor"]]
            found[row["article_id"]][stamp] = decode(row)
    return found


def merge(one: Article, said: Mapping[str, Assessment], stamps: Sequence[str]) -> AssessedArticle:
    """Put together what assessors said of an article, in the order of `stamps`.

    The first stamp with a relevance gives it, and the two decisions with it. Without any, the
    first reason there is none: `not_judged`, `error` where the assessor failed, or `expired` where
    the text was gone before it was judged; only then, or
    where what judged is `experimental`, are there `terms`.
    """
    present = [said[stamp] for stamp in stamps if stamp in said]
    judged = next((a for a in present if a.relevance is not None), None)
    experimental = judged is not None and judged.experimental
    reasons = [a.not_judged or ("error" if a.error else None) for a in present]
    reasons.append("expired" if one.expired else None)
    return AssessedArticle(
        article=one,
        relevance=judged.relevance if judged else None,
        relevant=judged.relevant if judged else None,
        borderline=judged.borderline if judged else None,
        not_judged=None if judged else next((reason for reason in reasons if reason), None),
        tags=tuple(tag for a in present for tag in a.tags),
        findings=tuple(finding for a in present for finding in a.findings),
        scorecard=tuple(item for a in present for item in a.scorecard),
        stamps=tuple(a.stamp for a in present),
        terms=() if judged and not experimental else tuple(t for a in present for t in a.terms),
        experimental=experimental,
    )
