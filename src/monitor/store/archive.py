"""What the archive asks of its database: `Store` has these methods too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from monitor.errors import NotFound
from monitor.recorded import Version
from monitor.store import articles as stored
from monitor.store import search_index
from monitor.store.assessments import is_withdrawn
from monitor.store.database import Database
from monitor.store.full_text_search import Found, Wanted, choices, search
from monitor.store.schema import feeds, sightings, versions
from monitor.types import AssessedArticle


@dataclass(frozen=True, slots=True)
class Seen:
    """A feed that carried an article, and since when; `followed`: it still is."""

    feed_id: str
    title: str
    at: datetime
    followed: bool


class ArchiveStore:
    """Searching, and what is known of an article besides its text; as of `Store`."""

    _database: Database

    def search(
        self,
        wanted: Wanted,
        stamps: Sequence[str],
        *,
        limit: int,
        after: str | None = None,
        newest_first: bool = True,
    ) -> Found:
        """Return which articles are wanted, a page at a time; raises `NotFound` for `after`."""
        with self._database.reading() as connection:
            return search(
                connection, wanted, stamps, limit=limit, after=after, newest_first=newest_first
            )

    def choices(self, stamps: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return what articles can be filtered by, of what there is."""
        with self._database.reading() as connection:
            return choices(connection, stamps)

    def some_assessed(self, ids: Sequence[str], stamps: Sequence[str]) -> list[AssessedArticle]:
        """Return articles by id, in that order, with what `stamps` said of them."""
        with self._database.reading() as connection:
            return stored.some_assessed(connection, ids, stamps)

    def fill_index(self, *, limit: int) -> int:
        """Take in the newest `limit` articles that cannot be searched yet; return how many."""
        with self._database.writing() as connection:
            return search_index.fill(connection, limit)

    def count_unindexed(self) -> int:
        """Return how many articles cannot be searched yet."""
        with self._database.reading() as connection:
            return search_index.count_due(connection)

    def empty_index(self) -> None:
        """Empty the index, so that every article is due to be taken in."""
        with self._database.writing() as connection:
            search_index.empty(connection)

    def kept_versions(self, article_id: str) -> list[Version]:
        """Return the texts that an article had, oldest first. Raises `NotFound`."""
        gone = is_withdrawn(versions.c.article_id, versions.c.sha256)
        query = (
            select(versions.c.sha256, versions.c.fetched_at, gone)
            .where(versions.c.article_id == article_id)
            .order_by(versions.c.fetched_at, versions.c.sha256)
        )
        with self._database.reading() as connection:
            found = [Version(*row) for row in connection.execute(query)]
        if not found:
            raise NotFound(f"no article '{article_id}'")
        return found

    def sightings(self, article_id: str) -> list[Seen]:
        """Return which feeds carried an article, the first first."""
        query = (
            select(feeds.c.id, feeds.c.title, feeds.c.outlet, sightings.c.first_seen)
            .add_columns(feeds.c.removed_at.is_(None))
            .join(sightings, sightings.c.feed_id == feeds.c.id)
            .where(sightings.c.article_id == article_id)
            .order_by(sightings.c.first_seen, feeds.c.id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Seen(id_, title or outlet, at, kept) for id_, title, outlet, at, kept in rows]
