"""Articles as of a moment, for exports: the text then in force, and what was said of it by then.

A moment can be read again, save where words expired, were taken back, or were forgotten since.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, exists, or_, select

from monitor.records.article import Article, AssessedArticle, Review
from monitor.records.article_record import FullRecord, Provenance, Version
from monitor.records.json_shapes import import_json
from monitor.storage import articles as stored
from monitor.storage import polls, reviews, stories
from monitor.storage.article_filter import ArticleFilter, Relevance
from monitor.storage.assessments import (
    KEPT,
    any_version,
    current_articles,
    following,
    speaking,
    to_article,
)
from monitor.storage.database import Database, chunks, rows_of
from monitor.storage.decisions import gave
from monitor.storage.schema import (
    articles,
    assessments,
    feeds,
    masks,
    of_version,
    returns,
    story_members,
    version_checks,
    versions,
)
from monitor.storage.withdrawn_versions import taken_back
from monitor.text.search_terms import places_of

Lost = Counter[str]
"""What cannot be read as it was: `expired` articles keep their judgements and have no words,
`withdrawn` ones, whose publishers took words back since, are left out. `undated` ones are left out
since nobody can tell whether they were published on the days asked for."""
Key = tuple[str, str]
"""An article's id and the hash of one of its versions."""


def recorded(
    database: Database,
    stamps: Sequence[str],
    filters: ArticleFilter,
    *,
    stories_stamp: str,
    moment: datetime,
    live: bool = True,
    lost: Counter[str] | None = None,
) -> Iterator[FullRecord]:
    """Yield articles that pass `filters` with all that is kept of them, oldest sight first.

    All of it as it was at `moment`, which is now where it is `live`: what comes in while they
    are read is not among it. `stamps` judge, the rule of `stories_stamp` clusters. What cannot be
    read any more is counted in `lost`, see `Lost`. Memory stays constant.
    """
    count = Counter[str]() if lost is None else lost
    every = _assessed(database, stamps, filters, moment, count, live=live)
    while page := list(islice(every, stored.PAGE)):
        with database.reading() as connection:
            current = {one.article.id: one.article.sha256 for one in page}
            said: defaultdict[str, list[Review]] = defaultdict(list)
            for some in chunks(list(current)):
                for review in reviews.of_articles(connection, some, moment):
                    if review.sha256 == current[review.article_id]:
                        said[review.article_id].append(review)
            story = stories.stories_of(connection, stories_stamp, current, moment)
            came, texts = _came(connection, list(current), moment)
        for one in page:
            id_ = one.article.id
            provenance = came.get((id_, one.article.sha256))
            yield FullRecord(one, tuple(said[id_]), story.get(id_), provenance, tuple(texts[id_]))


def _assessed(
    database: Database,
    stamps: Sequence[str],
    filters: ArticleFilter,
    moment: datetime,
    lost: Lost,
    *,
    live: bool,
) -> Iterator[AssessedArticle]:
    """Yield what passed `filters` at a moment (`live`: now), as it was then, oldest sight first."""
    after, more, days = None, True, filters.published
    while more:
        with database.reading() as connection:
            rows, after, more = (
                stored.page_of(connection, stamps, filters, stored.PAGE, after, articles.c.id)
                if live
                else _candidates(connection, stamps, filters, moment, after)
            )
            page = _read(connection, [row.id for row in rows], stamps, moment, lost)
            # the database knows what any assessor ever said, this is the merged record
            page = [
                one
                for one in page
                if filters.language in (None, one.article.language)
                and {(tag.scheme, tag.label) for tag in one.tags}.issuperset(filters.every_tag)
            ]
            if not live and filters.needs_search:
                page = _searched(connection, page, filters, moment, lost)
        for one in page:
            if stored.passes(one, filters):
                if days is not None:
                    held = days.holds(one.article.published, one.article.published_in)
                    lost["undated"] += held is None
                    if not held:
                        continue
                lost["expired"] += _has_expired_since(one, moment)
                yield one


def _has_expired_since(one: AssessedArticle, moment: datetime) -> bool:
    return one.article.expired is not None and one.article.expired > moment


def _candidates(
    connection: Connection,
    stamps: Sequence[str],
    filters: ArticleFilter,
    moment: datetime,
    after: str | None,
) -> tuple[Sequence[Any], str | None, bool]:
    """Return the next articles that may have passed, the last, and whether there are more."""
    query = stored.narrow_by_what_stays(current_articles(), filters)
    query = query.where(articles.c.first_seen <= moment)
    said = select(assessments.c.id).where(assessments.c.article_id == articles.c.id)
    said = said.where(assessments.c.at <= moment, speaking(assessments, stamps))
    if filters.min_relevance is not None:
        query = query.where(said.where(assessments.c.relevance >= filters.min_relevance).exists())
    for tag in filters.every_tag:
        tagged = stored.tagged(said, *tag).exists()
        query = query.where(or_(tagged, gave(articles.c.id, *tag)))
    if filters.story is not None:
        joined = stored.members_of(filters).where(story_members.c.at <= moment)
        query = query.where(articles.c.id.in_(joined))
    query = following(connection, query, after).with_only_columns(articles.c.id)
    rows = connection.execute(query.limit(stored.PAGE)).all()
    return rows, rows[-1].id if rows else after, len(rows) == stored.PAGE


def _read(
    connection: Connection, ids: Sequence[str], stamps: Sequence[str], moment: datetime, lost: Lost
) -> list[AssessedArticle]:
    """Return articles in the order of `ids` as they were, without those that were not there."""
    # by article the text that was in force: came last, or came back
    latest: dict[str, tuple[datetime, bool, bool, str]] = {}
    now = articles.c.current == versions.c.sha256
    came = select(versions.c.article_id, versions.c.fetched_at, versions.c.sha256, now)
    came = came.join(articles, articles.c.id == versions.c.article_id)
    came = came.where(versions.c.fetched_at <= moment)
    back = select(returns.c.article_id, returns.c.at, returns.c.sha256)
    back = back.where(returns.c.at <= moment)
    for id_, at, sha256, last in rows_of(connection, came, versions.c.article_id, ids):
        when = at, False, bool(last), sha256
        latest[id_] = max(latest.get(id_, when), when)
    for id_, at, sha256 in rows_of(connection, back, returns.c.article_id, ids):
        when = at, True, False, sha256
        latest[id_] = max(latest.get(id_, when), when)
    wanted = {id_: sha256 for id_, (*_, sha256) in latest.items()}
    found: dict[str, Article] = {}
    for some in chunks(ids):
        hashes = {wanted[one] for one in some if one in wanted}
        query = any_version().where(articles.c.id.in_(some), versions.c.sha256.in_(hashes), KEPT)
        for one in map(to_article, connection.execute(query)):
            if wanted.get(one.id) == one.sha256:
                found[one.id] = one
    gone = taken_back(connection, [(one.id, one.sha256) for one in found.values()])
    lost["withdrawn"] += len(gone)
    page = [found[id_] for id_ in ids if id_ in found and id_ not in gone]
    return stored.merged(connection, page, stamps, moment)


def _searched(
    connection: Connection,
    page: list[AssessedArticle],
    filters: ArticleFilter,
    moment: datetime,
    lost: Lost,
) -> list[AssessedArticle]:
    """Return those that a search would have found then; what lost its words since is `lost`."""
    words, verdicts, flag = filters.words, filters.verdicts, filters.flag
    kept = []
    for one in page:
        severities = {finding.severity for finding in one.findings}
        flagged = not flag or (bool(severities) if flag == "any" else flag in severities)
        ruled = not filters.rule or any(found.rule == filters.rule for found in one.findings)
        if flagged and ruled and (verdicts is None or _verdict(one) in verdicts):
            kept.append(one)
    if not words:
        return kept
    # where names are hidden, by which nobody is found
    hidden: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    texts = {one.article.id: one.article.sha256 for one in kept}
    query = select(masks.c.article_id, masks.c.sha256, masks.c.spans)
    for row in rows_of(connection, query, masks.c.article_id, texts):
        if texts[row.article_id] == row.sha256:
            for name, start, end in row.spans:
                hidden[row.article_id, name].append((start, end))
    lost["expired"] += sum(_has_expired_since(one, moment) for one in kept)

    def stands(article: Article, term: Any) -> bool:
        fields = ((article.title, "title"), (article.text, "text"))
        return any(places_of(text, [term], hidden[article.id, name]) for text, name in fields)

    def has(one: Article) -> bool:
        """Whether all that is wanted stands in a text, and nothing that is not."""
        wanted = all(any(stands(one, term) for term in terms) for terms in words.wanted)
        return wanted and not any(stands(one, term) for term in words.unwanted)

    return [one for one in kept if has(one.article)]


def _verdict(one: AssessedArticle) -> Relevance:
    if one.relevant is None:
        return "not_judged"
    return "relevant" if one.relevant else "borderline" if one.borderline else "not_relevant"


def _came(
    connection: Connection, ids: Sequence[str], moment: datetime
) -> tuple[dict[Key, Provenance], dict[str, list[Version]]]:
    """Return how each version came in, and by article its versions, oldest first."""
    came: dict[Key, Provenance] = {}
    found: defaultdict[str, list[Version]] = defaultdict(list)
    files = polls.imports_of_versions(connection, ids)
    mine = of_version(version_checks, versions.c.article_id, versions.c.sha256)
    gone: Any = exists().where(mine, version_checks.c.why != "", version_checks.c.at <= moment)
    query = select(versions.c.article_id, versions.c.sha256, versions.c.fetched_at, gone)
    query = query.add_columns(feeds.c.url).join(feeds, feeds.c.id == versions.c.feed_id)
    query = query.where(versions.c.fetched_at <= moment)
    query = query.order_by(versions.c.article_id, versions.c.fetched_at, versions.c.sha256)
    for article_id, sha256, fetched, withdrawn, feed in rows_of(
        connection, query, versions.c.article_id, ids
    ):
        key = article_id, sha256
        imported = import_json(*files[key]) if key in files else None
        came[key] = Provenance(feed, fetched, imported)
        found[article_id].append(Version(sha256, fetched, withdrawn))
    return came, found
