"""Articles with all that is kept of them, for exports: a page at a time, in flat memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from monitor.recorded import Provenance, Recorded, Version
from monitor.shapes import import_json
from monitor.store import article_history as then
from monitor.store import articles, imports, reviews, stories
from monitor.store.database import Database
from monitor.store.filters import Filters
from monitor.store.rows import chunks
from monitor.store.schema import feeds, versions
from monitor.types import AssessedArticle, Review

Key = tuple[str, str]
"""An article's id and the hash of one of its versions."""

T = TypeVar("T")


class RecordStore:
    """Reading articles whole; as of `Store`."""

    _database: Database

    def recorded(
        self,
        stamps: Sequence[str],
        filters: Filters,
        *,
        stories_stamp: str,
        moment: datetime,
        live: bool = True,
        lost: Counter[str] | None = None,
    ) -> Iterator[Recorded]:
        """Yield articles that pass `filters` with all that is kept of them, oldest sight first.

        All of it as it was at `moment`, which is now where it is `live`: what comes in while they
        are read is not among it. `stamps` judge, the rule of `stories_stamp` folds. What cannot be
        read any more is counted in `lost`, see `then`. Memory stays constant.
        """
        count = Counter[str]() if lost is None else lost
        every = then.assessed(self._database, stamps, filters, moment, count, live=live)
        for page in _pages(every, articles.PAGE):
            with self._database.reading() as connection:
                found = recorded(connection, page, stories_stamp, moment)
            yield from found


def _pages(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while page := list(islice(rest, size)):
        yield page


def recorded(
    connection: Connection, page: Sequence[AssessedArticle], stories_stamp: str, moment: datetime
) -> list[Recorded]:
    """Return a page of articles with all that was kept of them at a moment."""
    ids = [one.article.id for one in page]
    said = _reviews(connection, page, moment)
    told = stories.stories_of(connection, stories_stamp, ids, moment)
    came, texts = _came(connection, ids, moment)
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


def _reviews(
    connection: Connection, page: Sequence[AssessedArticle], moment: datetime
) -> dict[str, list[Review]]:
    """Return by article the reviews of its version that stood at a moment, oldest first."""
    current = {one.article.id: one.article.sha256 for one in page}
    found: defaultdict[str, list[Review]] = defaultdict(list)
    for some in chunks(list(current)):
        for review in reviews.of_articles(connection, some, moment):
            if review.sha256 == current[review.article_id]:
                found[review.article_id].append(review)
    return found


def _came(
    connection: Connection, ids: Sequence[str], moment: datetime
) -> tuple[dict[Key, Provenance], dict[str, list[Version]]]:
    """Return how each version came in, and by article its versions, oldest first."""
    came: dict[Key, Provenance] = {}
    found: defaultdict[str, list[Version]] = defaultdict(list)
    files = imports.of_versions(connection, ids)
    gone: Any = then.withdrawn_then(moment)
    for some in chunks(ids):
        query = (
            select(versions.c.article_id, versions.c.sha256, versions.c.fetched_at, gone)
            .add_columns(feeds.c.url)
            .join(feeds, feeds.c.id == versions.c.feed_id)
            .where(versions.c.article_id.in_(some), versions.c.fetched_at <= moment)
            .order_by(versions.c.article_id, versions.c.fetched_at, versions.c.sha256)
        )
        for article_id, sha256, fetched, withdrawn, feed in connection.execute(query):
            key = article_id, sha256
            imported = import_json(*files[key]) if key in files else None
            came[key] = Provenance(feed, fetched, imported)
            found[article_id].append(Version(sha256, fetched, withdrawn))
    return came, found
