"""Articles with all that is kept of them, for exports: a page at a time, in flat memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from monitor.recorded import Provenance, Recorded, Version
from monitor.store import articles, reviews, stories
from monitor.store.database import Database
from monitor.store.filters import Filters
from monitor.store.rows import chunks
from monitor.store.schema import feeds, versions
from monitor.store.withdrawn import is_withdrawn
from monitor.types import AssessedArticle, Review

Key = tuple[str, str]
"""An article's id and the hash of one of its versions."""

T = TypeVar("T")


class RecordStore:
    """Reading articles whole; as of `Store`."""

    _database: Database

    def recorded(
        self, stamps: Sequence[str], filters: Filters, *, stories_stamp: str
    ) -> Iterator[Recorded]:
        """Yield articles that pass `filters` with all that is kept of them, oldest sight first.

        `stamps` judge, the rule of `stories_stamp` folds. Memory stays constant.
        """
        every = articles.assessed(self._database, stamps, filters, limit=None, after=None)
        for page in _pages(every, articles.PAGE):
            with self._database.reading() as connection:
                found = recorded(connection, page, stories_stamp)
            yield from found


def _pages(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while page := list(islice(rest, size)):
        yield page


def recorded(
    connection: Connection, page: Sequence[AssessedArticle], stories_stamp: str
) -> list[Recorded]:
    """Return a page of articles with all that is kept of them."""
    ids = [one.article.id for one in page]
    said = _reviews(connection, page)
    told = stories.stories_of(connection, stories_stamp, ids)
    came, texts = _came(connection, ids)
    return [
        Recorded(
            one,
            reviews=tuple(said[one.article.id]),
            story=told.get(one.article.id),
            provenance=came.get((one.article.id, one.article.sha256)),
            versions=tuple(texts[one.article.id]),
        )
        for one in page
    ]


def _reviews(connection: Connection, page: Sequence[AssessedArticle]) -> dict[str, list[Review]]:
    """Return by article the reviews of its current version that stand, oldest first."""
    current = {one.article.id: one.article.sha256 for one in page}
    found: defaultdict[str, list[Review]] = defaultdict(list)
    for some in chunks(list(current)):
        for review in reviews.of_articles(connection, some):
            if review.sha256 == current[review.article_id]:
                found[review.article_id].append(review)
    return found


def _came(
    connection: Connection, ids: Sequence[str]
) -> tuple[dict[Key, Provenance], dict[str, list[Version]]]:
    """Return how each version came in, and by article its versions, oldest first."""
    came: dict[Key, Provenance] = {}
    found: defaultdict[str, list[Version]] = defaultdict(list)
    gone: Any = is_withdrawn(versions.c.article_id, versions.c.sha256)
    for some in chunks(ids):
        query = (
            select(versions.c.article_id, versions.c.sha256, versions.c.fetched_at, gone)
            .add_columns(feeds.c.url)
            .join(feeds, feeds.c.id == versions.c.feed_id)
            .where(versions.c.article_id.in_(some))
            .order_by(versions.c.article_id, versions.c.fetched_at, versions.c.sha256)
        )
        for article_id, sha256, fetched, withdrawn, feed in connection.execute(query):
            came[article_id, sha256] = Provenance(feed, fetched)
            found[article_id].append(Version(sha256, fetched, withdrawn))
    return came, found
