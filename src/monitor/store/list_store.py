"""What the pages of stories, trends and outlets ask: `Store` has these methods too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from monitor.store import articles, stories, trend_counts
from monitor.store.database import Database
from monitor.store.stories import KeptStory, Member, StoryChoice
from monitor.store.trend_counts import Bounds, Confirmed, CountedSoFar
from monitor.types import AssessedArticle


class ListStore:
    """Lists of stories, and counts that are kept; each method one transaction, as of `Store`."""

    _database: Database
    _counted: CountedSoFar

    def newest_stories(
        self,
        stamp: str,
        judges: Sequence[str],
        choice: StoryChoice,
        *,
        limit: int,
        after: str | None = None,
    ) -> list[KeptStory]:
        """Return stories, newest first, from the id `after` on; `judges` gave the labels.

        Raises `NotFound` where there is no story `after`.
        """
        with self._database.reading() as connection:
            return stories.newest(connection, stamp, judges, choice, limit=limit, after=after)

    def count_stories(self, stamp: str, judges: Sequence[str], choice: StoryChoice) -> int:
        """Return how many stories there are of a choice."""
        with self._database.reading() as connection:
            return stories.count(connection, stamp, judges, choice)

    def story_outlets(self, stamp: str, story_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return by story the names of its outlets, in the order in which they joined."""
        with self._database.reading() as connection:
            return stories.outlets(connection, stamp, story_ids)

    def story_by_time(self, stamp: str, story_id: str) -> list[Member]:
        """Return a story's articles, the one published first first. Raises `NotFound`."""
        with self._database.reading() as connection:
            return stories.by_time(connection, stamp, story_id)

    def articles_by_id(
        self, ids: Sequence[str], stamps: Sequence[str]
    ) -> dict[str, AssessedArticle]:
        """Return those of the articles that are stored, by id, with what `stamps` said of them."""
        with self._database.reading() as connection:
            return articles.by_id(connection, ids, stamps)

    def story_labels(
        self, stamp: str, judges: Sequence[str], story_id: str
    ) -> list[tuple[str, str, int]]:
        """Return scheme, label and number of articles of what `judges` say a story tells of."""
        with self._database.reading() as connection:
            return stories.labels(connection, stamp, judges, story_id)

    def story_choices(self, stamp: str) -> tuple[list[str], list[str]]:
        """Return the outlets that tell stories, and the countries that articles tell of."""
        with self._database.reading() as connection:
            return stories.choices(connection, stamp)

    def kept_stories_of(self, stamp: str, article_ids: Sequence[str]) -> dict[str, str]:
        """Return what `stories_of` does, reading only what was not asked for before."""
        with self._counted.lock, self._database.reading() as connection:
            return self._counted.stories(connection, stamp, article_ids)

    def stored_by_day_and_outlet(
        self, days: Bounds, over: datetime
    ) -> dict[date, Mapping[str, int]]:
        """Return how many articles were first seen on each day, by outlet.

        What ended by `over` gets no more, and is read once.
        """
        with self._counted.lock, self._database.reading() as connection:
            return self._counted.by_outlet(connection, days, over)

    def confirmed_flags(self, outlet: str, since: datetime, until: datetime) -> list[Confirmed]:
        """Return the flags of an outlet's articles first seen then that people confirmed."""
        with self._database.reading() as connection:
            return trend_counts.confirmed_flags(connection, outlet, since, until)
