"""`Store`: one method for each thing the program asks of its database, each one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.errors import UsageError
from monitor.store import articles, assessments, feeds, polls, reviews
from monitor.store import coverage_ledger as ledgers
from monitor.store.accounts import GateStore
from monitor.store.archive import ArchiveStore
from monitor.store.article_history import RecordStore
from monitor.store.articles import Filters
from monitor.store.database import Database, open_database
from monitor.store.desk import DeskStore
from monitor.store.forgetting import ForgetStore
from monitor.store.imports import ImportStore
from monitor.store.leases import end_claims
from monitor.store.list_store import ListStore
from monitor.store.migrate import migrate
from monitor.store.name_masks import FILE_NAME, MaskStore, NameKey
from monitor.store.polls import PollResult
from monitor.store.reviews import FeedbackStore, ReviewStore
from monitor.store.trend_counts import CountedSoFar
from monitor.store.work_queue import DueStore
from monitor.types import (
    Article,
    AssessedArticle,
    Assessment,
    Feed,
    FeedState,
    Known,
    Ledger,
    Poll,
    Review,
    Visit,
)

BUSY_TIMEOUT_S = 10.0
"""How long to wait for another program's lock: transactions here take milliseconds."""


def open_store(
    url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, name_key: Path | None = None
) -> Store:
    """Open the database at an SQLAlchemy URL (`sqlite:///FILE`, `postgresql://…`).

    Makes its tables or brings them up to date. `name_key` is the file of the key by which names are
    kept whose words are gone; default: in the folder of SQLite's file, else in the present one.

    Raises `StoreError` for a database that is locked for longer than `busy_timeout_s`, is none,
    is of a newer program or another one, or cannot be written, and for a missing driver.
    """
    database = open_database(url, busy_timeout_s=busy_timeout_s)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    folder = Path(str(database.engine.url.database)).parent if database.is_sqlite else Path()
    return Store(database, NameKey(name_key or folder / FILE_NAME))


class Store(
    DeskStore,
    MaskStore,
    GateStore,
    ArchiveStore,
    ReviewStore,
    ListStore,
    FeedbackStore,
    RecordStore,
    ForgetStore,
    DueStore,
    ImportStore,
):
    """Feeds, articles and judgements. Threads may share it; use as a context manager or `close`.

    Every method raises `StoreError` where the database fails; what it was to write is then not
    written at all.
    """

    def __init__(self, database: Database, name_key: NameKey | None = None) -> None:
        self._database = database
        self.name_key = name_key or NameKey(Path(FILE_NAME))
        self._counted = CountedSoFar()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written: the database lies on a disk that can only be read."""
        return self._database.read_only

    # Feeds ---------------------------------------------------------------------------------

    def add_feeds(self, wanted: Iterable[Feed], now: datetime) -> int:
        """Follow feeds; return how many were not followed yet."""
        with self._database.writing() as connection:
            return feeds.add_feeds(connection, wanted, now)

    def remove_feed(self, url: str, now: datetime | None = None) -> bool:
        """Stop following a feed; what came through it stays. Return whether it was followed."""
        with self._database.writing() as connection:
            return feeds.remove_feed(connection, url, now or datetime.now(UTC))

    def pause_feed(self, url: str, now: datetime, *, paused: bool = True) -> bool:
        """Poll a feed no more for a while, or (`paused` False) again; return whether that is new.

        Raises `NotFound` for a feed that is not followed.
        """
        with self._database.writing() as connection:
            return feeds.pause_feed(connection, url, now, paused=paused)

    def put_off(self, feed_ids: Iterable[str], until: datetime) -> None:
        """Let feeds that were never polled wait until a moment."""
        with self._database.writing() as connection:
            feeds.put_off(connection, feed_ids, until)

    def feeds(self) -> list[Feed]:
        """Return the feeds followed, in the order they were added."""
        with self._database.reading() as connection:
            return feeds.followed_feeds(connection)

    def feed_states(self) -> dict[str, FeedState]:
        """Return by id what polling has learned of every feed followed."""
        with self._database.reading() as connection:
            return feeds.states(connection)

    def last_polls(self) -> dict[str, PollResult]:
        """Return by id the latest ledger line of every feed followed that was ever polled."""
        with self._database.reading() as connection:
            return ledgers.last_polls(connection)

    # What comes in -------------------------------------------------------------------------

    def known(self, article_ids: Iterable[str]) -> dict[str, Known]:
        """Return what is stored of those of the articles that are stored, by id."""
        with self._database.reading() as connection:
            return articles.known(connection, article_ids)

    def record_poll(
        self, poll: Poll, now: datetime, visits: Mapping[str, Visit] | None = None
    ) -> PollResult:
        """Store a feed's new state, articles, versions, sightings and ledger line, or nothing.

        `visits` to hosts are remembered with it.

        Raises `NotFound` for a feed never added, `StoreError` for a poll that does not add up.
        """
        with self._database.writing() as connection:
            if visits:
                polls.save_visits(connection, visits, now)
            return polls.record_poll(connection, poll, now)

    def record_by_hand(self, poll: Poll, now: datetime) -> PollResult:
        """Store an article that no feed brought: as `record_poll`, of a feed that is not followed.

        Raises `StoreError` for a poll that does not add up.
        """
        with self._database.writing() as connection:
            feeds.keep_unfollowed(connection, poll.feed, now)
            return polls.record_poll(connection, poll, now)

    # Judgements ----------------------------------------------------------------------------

    def due(
        self,
        stamp: str,
        *,
        limit: int,
        after: str | None = None,
        since: datetime | None = None,
    ) -> list[Article]:
        """Return articles whose current version `stamp` has not judged, oldest sight first.

        `after` is the id of the article to go on from. With `since` only what came in from then on
        is looked at, however much is stored. Raises `NotFound` if there is no such article.
        """
        with self._database.reading() as connection:
            return assessments.due(connection, stamp, limit, after, since)

    def record_assessments(
        self,
        pairs: Sequence[tuple[Article, Assessment]],
        now: datetime,
        *,
        token: str | None = None,
    ) -> int:
        """Store judgements, all or none; return how many were not stored yet.

        It ends the claims of `token`.
        """
        with self._database.writing() as connection:
            if token is not None:
                end_claims(connection, token)
            return assessments.record(connection, pairs, now)

    # Reviews -------------------------------------------------------------------------------

    def add_review(self, review: Review, now: datetime) -> int:
        """Store what a person said of a version; return its decision. Raises `NotFound`."""
        with self._database.writing() as connection:
            return reviews.add(connection, review, now)

    def reviews(self, article_id: str) -> list[Review]:
        """Return the reviews of an article that stand, oldest first. Raises `NotFound`."""
        with self._database.reading() as connection:
            return reviews.of_article(connection, article_id)

    def reviewed(self, *, provisional: bool = False) -> Iterator[tuple[Article, list[Review]]]:
        """Yield every version that was reviewed, with its reviews, oldest review first.

        Those that count; with `provisional` also those that wait to be confirmed.
        """
        return reviews.reviewed(self._database, provisional=provisional)

    # Reading -------------------------------------------------------------------------------

    def assessed(
        self,
        stamps: Sequence[str],
        *,
        limit: int | None = None,
        after: str | None = None,
        **filters: Any,
    ) -> Iterator[AssessedArticle]:
        """Yield articles with what `stamps` said of their current version, oldest sight first.

        `filters` are the fields of `Filters`; `after` is the id of the article to go on
        from. Memory stays constant however many there are; articles nobody judged are among them.

        Raises `UsageError` for an unknown filter and, at the first step, `NotFound` for `after`.
        """
        try:
            chosen = Filters(**filters)
        except TypeError as error:
            raise UsageError(f"no such filter among {', '.join(sorted(filters))}") from error
        return articles.assessed(self._database, stamps, chosen, limit=limit, after=after)

    def article(self, article_id: str, stamps: Sequence[str]) -> AssessedArticle:
        """Return one article with what `stamps` said of it. Raises `NotFound`."""
        with self._database.reading() as connection:
            return articles.article(connection, article_id, stamps)

    def article_versions(self, article_id: str) -> list[Article]:
        """Return every text an article has had, as it came in. Raises `NotFound`."""
        with self._database.reading() as connection:
            return articles.article_versions(connection, article_id)

    def ledger(
        self, since: datetime | None, until: datetime | None, stamps: Sequence[str] = ()
    ) -> Ledger:
        """Return the coverage ledger of [since, until); `None` is no bound."""
        with self._database.reading() as connection:
            return ledgers.ledger(connection, since, until, stamps)

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table, and of `errors` among the assessments."""
        with self._database.reading() as connection:
            return ledgers.counts(connection)
