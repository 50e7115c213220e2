"""`Store`: one method for each thing the program asks of its database, each one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from monitor.counted import FeedChange, Item
from monitor.errors import UsageError
from monitor.gaps import Candidate, Draw, Told, ToldHad
from monitor.store import (
    articles,
    assessments,
    counting,
    feeds,
    hosts,
    leases,
    measures,
    polls,
    retention,
    reviews,
    samples,
    sends,
    stories,
    withdrawn,
)
from monitor.store import ledger as ledgers
from monitor.store.database import Database, open_database
from monitor.store.measures import Happened, Standing
from monitor.store.migrate import migrate, revision_of
from monitor.store.polls import PollResult
from monitor.store.stories import KeptStory, Place, Placed
from monitor.store.withdrawn import Compare
from monitor.types import (
    Article,
    AssessedArticle,
    Assessment,
    Delivery,
    Feed,
    FeedState,
    Known,
    Lease,
    Ledger,
    Outcome,
    Poll,
    Review,
    Visit,
)

BUSY_TIMEOUT_S = 10.0
"""How long to wait for another program's lock: transactions here take milliseconds."""


def open_store(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Open the database at an SQLAlchemy URL (`sqlite:///FILE`, `postgresql://…`).

    Makes its tables or brings them up to date.

    Raises `StoreError` for a database that is locked for longer than `busy_timeout_s`, is none,
    is of a newer program or another one, or cannot be written, and for a missing driver.
    """
    database = open_database(url, busy_timeout_s=busy_timeout_s)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


class Store:
    """Feeds, articles and judgements. Threads may share it; use as a context manager or `close`.

    Every method raises `StoreError` where the database fails; what it was to write is then not
    written at all.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

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

    # Feeds ---------------------------------------------------------------------------------

    def add_feeds(self, wanted: Iterable[Feed], now: datetime) -> int:
        """Follow feeds; return how many were not followed yet."""
        with self._database.writing() as connection:
            return feeds.add_feeds(connection, wanted, now)

    def remove_feed(self, url: str, now: datetime | None = None) -> bool:
        """Stop following a feed; what came through it stays. Return whether it was followed."""
        with self._database.writing() as connection:
            return feeds.remove_feed(connection, url, now or datetime.now(UTC))

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
                hosts.save_visits(connection, visits, now)
            return polls.record_poll(connection, poll, now)

    def record_by_hand(self, poll: Poll, now: datetime) -> PollResult:
        """Store an article that no feed brought: as `record_poll`, of a feed that is not followed.

        Raises `StoreError` for a poll that does not add up.
        """
        with self._database.writing() as connection:
            feeds.keep_unfollowed(connection, poll.feed, now)
            return polls.record_poll(connection, poll, now)

    # Judgements ----------------------------------------------------------------------------

    def due(self, stamp: str, *, limit: int, after: str | None = None) -> list[Article]:
        """Return articles whose current version `stamp` has not judged, oldest sight first.

        `after` is the id of the article to go on from. Raises `NotFound` if there is none.
        """
        with self._database.reading() as connection:
            return assessments.due(connection, stamp, limit, after)

    def record_assessments(self, pairs: Sequence[tuple[Article, Assessment]], now: datetime) -> int:
        """Store judgements, all or none; return how many were not stored yet."""
        with self._database.writing() as connection:
            return assessments.record(connection, pairs, now)

    # Reviews -------------------------------------------------------------------------------

    def add_review(self, review: Review, now: datetime) -> None:
        """Store what a person said of a version. Raises `NotFound` where there is none."""
        with self._database.writing() as connection:
            reviews.add(connection, review, now)

    def reviews(self, article_id: str) -> list[Review]:
        """Return every review of an article, oldest first. Raises `NotFound`."""
        with self._database.reading() as connection:
            return reviews.of_article(connection, article_id)

    def reviewed(self) -> Iterator[tuple[Article, list[Review]]]:
        """Yield every version that was reviewed, with its reviews, oldest review first."""
        return reviews.reviewed(self._database)

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

        `filters` are the fields of `articles.Filters`; `after` is the id of the article to go on
        from. Memory stays constant however many there are; articles nobody judged are among them.

        Raises `UsageError` for an unknown filter and, at the first step, `NotFound` for `after`.
        """
        try:
            chosen = articles.Filters(**filters)
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

    # Operations ----------------------------------------------------------------------------

    def ping(self) -> str:
        """Return the version of the tables; raises `StoreError` where the database is away."""
        with self._database.reading() as connection:
            return revision_of(connection) or ""

    def happened(self, before: Happened) -> Happened:
        """Return what has happened so far, reading only what came after `before`."""
        with self._database.reading() as connection:
            return measures.happened(connection, before)

    def standing(self, stamps: Sequence[str]) -> Standing:
        """Return how things stand: feeds, articles, and what `stamps` have still to judge."""
        with self._database.reading() as connection:
            return measures.standing(connection, stamps)

    def expire(self, before: datetime, now: datetime, *, limit: int) -> int:
        """Let at most `limit` articles first seen before `before` expire; return how many did."""
        with self._database.writing() as connection:
            return retention.expire(connection, before, now, limit=limit)

    def count_expired(self) -> int:
        """Return how many articles have expired so far."""
        with self._database.reading() as connection:
            return retention.count_expired(connection)

    def clear_file(self) -> bool:
        """Take what expired out of SQLite's log and empty pages; return whether all was done."""
        return retention.clear_file(self._database)

    # Politeness ----------------------------------------------------------------------------

    def visits(self) -> dict[str, Visit]:
        """Return when each host was asked last, by its name."""
        with self._database.reading() as connection:
            return hosts.visits(connection)

    def save_visits(self, visits: Mapping[str, Visit], now: datetime) -> None:
        """Remember when hosts were asked last."""
        with self._database.writing() as connection:
            hosts.save_visits(connection, visits, now)

    def take_lease(self, wanted: Lease, is_free: Callable[[Lease], bool]) -> Lease:
        """Take the schedule where nobody has it, or `is_free` says so of it; return who has it."""
        with self._database.writing() as connection:
            return leases.take(connection, wanted, is_free)

    def drop_lease(self, token: str) -> None:
        """Give the schedule back, if whoever has `token` has it."""
        with self._database.writing() as connection:
            leases.drop(connection, token)

    # What may be missed --------------------------------------------------------------------

    def candidates(
        self, since: datetime, until: datetime, stamps: Sequence[str]
    ) -> list[Candidate]:
        """Return what `stamps` judged of the articles first seen in [since, until)."""
        with self._database.reading() as connection:
            return samples.candidates(connection, since, until, stamps)

    def waiting(self, since: datetime, until: datetime, stamps: Sequence[str]) -> int:
        """Return how many articles of [since, until) some of `stamps` has still to judge."""
        with self._database.reading() as connection:
            return samples.waiting(connection, since, until, stamps)

    def add_draw(self, draw: Draw) -> bool:
        """Store a day's sample; return False, and change nothing, where the day has one."""
        with self._database.writing() as connection:
            return samples.add_draw(connection, draw)

    def draws(self, since: str, until: str) -> list[Draw]:
        """Return the samples of the ISO days [since, until), oldest first."""
        with self._database.reading() as connection:
            return samples.draws(connection, since, until)

    def verdicts(self, ids: Iterable[str]) -> dict[str, bool]:
        """Return of those of the articles that people reviewed whether they are relevant."""
        with self._database.reading() as connection:
            return samples.verdicts(connection, ids)

    def add_told(self, case: Told) -> bool:
        """Record a case learned of elsewhere; return False where its URL was. Raises `NotFound`."""
        with self._database.writing() as connection:
            return samples.add_told(connection, case)

    def told(self, since: datetime | None = None, until: datetime | None = None) -> list[Told]:
        """Return the cases learned of elsewhere in [since, until), oldest first."""
        with self._database.reading() as connection:
            return samples.told_cases(connection, since, until)

    def had(
        self, cases: Sequence[Told], stamps: Sequence[str], followed: Sequence[bool]
    ) -> list[ToldHad]:
        """Say of each case what we had; `followed`: a feed of its outlet is followed."""
        with self._database.reading() as connection:
            return samples.had(connection, cases, stamps, followed)

    # Counting ------------------------------------------------------------------------------

    def items(
        self, since: datetime | None, until: datetime | None, stamps: Sequence[str]
    ) -> list[Item]:
        """Return what is about trafficking among the articles first seen in [since, until)."""
        with self._database.reading() as connection:
            return counting.items(connection, since, until, stamps)

    def stored_by_outlet(self, since: datetime | None, until: datetime | None) -> dict[str, int]:
        """Return how many articles first seen in [since, until) are stored, by outlet."""
        with self._database.reading() as connection:
            return counting.stored_by_outlet(connection, since, until)

    def stored_by_day(self, bounds: Mapping[str, tuple[datetime, datetime]]) -> dict[str, int]:
        """Return how many articles were first seen within the bounds of each day."""
        with self._database.reading() as connection:
            return counting.stored_by_day(connection, bounds)

    def feed_changes(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> list[FeedChange]:
        """Return the feeds added or removed in [since, until), oldest first."""
        with self._database.reading() as connection:
            return counting.changes(connection, since, until)

    def add_flag_verdict(
        self,
        article_id: str,
        rule: str,
        *,
        right: bool,
        stamps: Sequence[str],
        reviewer: str,
        now: datetime,
    ) -> int:
        """Record a word on every flag of `rule` in an article; return how many. See `counting`."""
        with self._database.writing() as connection:
            return counting.add_flag_verdict(
                connection,
                article_id,
                rule,
                right=right,
                stamps=stamps,
                reviewer=reviewer,
                now=now,
            )

    # Mail ----------------------------------------------------------------------------------

    def begin_send(self, delivery: Delivery, *, again: bool = False) -> int | None:
        """Store an attempt before the mail server is called; return its id.

        `None` where that digest was sent, or may have been, and it is not to be sent `again`.
        """
        with self._database.writing() as connection:
            return sends.begin(connection, delivery, again=again)

    def finish_send(
        self, id_: int, outcome: Outcome, now: datetime, *, reason: str = "", lasting: bool = False
    ) -> None:
        """Store what became of an attempt."""
        with self._database.writing() as connection:
            sends.finish(connection, id_, outcome, reason, lasting, now)

    def deliveries(self, *, since: datetime | None = None) -> list[Delivery]:
        """Return attempts to deliver, newest first."""
        with self._database.reading() as connection:
            return sends.latest(connection, since=since)

    def delivery_histories(
        self, whose: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Delivery]]:
        """Return by address and preset the attempts for the last day had, and for later ones."""
        with self._database.reading() as connection:
            return sends.histories(connection, whose)

    def unsubscribe(self, address: str, now: datetime) -> bool:
        """Send no more to an address; return whether that is new."""
        with self._database.writing() as connection:
            return sends.unsubscribe(connection, address, now)

    def restore_recipient(self, address: str) -> bool:
        """Send to an address again; return whether it had unsubscribed."""
        with self._database.writing() as connection:
            return sends.restore(connection, address)

    def unsubscribed(self) -> dict[str, datetime]:
        """Return the addresses that want no more mail, with when they said so."""
        with self._database.reading() as connection:
            return sends.all_unsubscribed(connection)

    def key(self, name: str) -> str:
        """Return a secret of this desk, made when first asked for."""
        with self._database.reading() as connection:
            found = sends.find_key(connection, name)
        if found is not None:
            return found
        with self._database.writing() as connection:
            return sends.make_key(connection, name)

    # Stories -------------------------------------------------------------------------------

    def fold(
        self, stamp: str, judges: Sequence[str], place: Place, now: datetime, *, limit: int
    ) -> int:
        """Put the next articles that `judges` find relevant or borderline into stories.

        Oldest sight first, each where `place` says; return how many there were, at most `limit`.
        """
        with self._database.writing() as connection:
            return stories.fold(connection, stamp, judges, limit, place, now)

    def stories_of(self, stamp: str, article_ids: Iterable[str]) -> dict[str, str]:
        """Return by article the story that `stamp` put it into; those in none are left out."""
        with self._database.reading() as connection:
            return stories.stories_of(connection, stamp, article_ids)

    def kept_stories(self, stamp: str, story_ids: Sequence[str]) -> dict[str, KeptStory]:
        """Return by id when stories were first and last seen, and how many articles they have."""
        with self._database.reading() as connection:
            return stories.kept(connection, stamp, story_ids)

    def list_stories(
        self,
        stamp: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int,
        after: str | None = None,
    ) -> list[KeptStory]:
        """Return stories with an article first seen in [since, until), oldest story first.

        `after` is the id of the story to go on from. Raises `NotFound` if there is none.
        """
        with self._database.reading() as connection:
            return stories.listed(
                connection, stamp, since=since, until=until, limit=limit, after=after
            )

    def story_members(self, stamp: str, story_id: str) -> list[str]:
        """Return the ids of a story's articles as they joined it. Raises `NotFound`."""
        with self._database.reading() as connection:
            return stories.members(connection, stamp, story_id)

    # What was taken back -------------------------------------------------------------------

    def check_versions(self, compare: Compare, now: datetime, *, limit: int) -> tuple[int, int]:
        """Compare older versions with those in force; return how many, and how many withdrawn."""
        with self._database.writing() as connection:
            return withdrawn.check_versions(connection, compare, now, limit)

    def erase_withdrawn(
        self, before: datetime, now: datetime, reprint: Callable[[Article], Placed]
    ) -> int:
        """Erase for good the words of versions withdrawn before a moment; return how many.

        An article that was folded by such a version is found by its current one from now on.
        """
        with self._database.writing() as connection:
            return withdrawn.erase_withdrawn(connection, before, now, reprint)
