"""What a desk that runs by itself asks of its database: `Store` has these methods too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from monitor.counted import FeedChange, Item
from monitor.gaps import Candidate, Draw, Told, ToldHad
from monitor.store import (
    coverage_ledger,
    health,
    leases,
    polls,
    retention,
    samples,
    stories,
)
from monitor.store import mail_deliveries as sends
from monitor.store import trend_counts as counting
from monitor.store import withdrawn_versions as withdrawn
from monitor.store.coverage_ledger import Brought
from monitor.store.database import Database
from monitor.store.health import Happened, Standing
from monitor.store.migrate import revision_of
from monitor.store.name_masks import NameKey
from monitor.store.polls import PollResult
from monitor.store.stories import KeptStory, Place, Placed
from monitor.store.trend_counts import CountedSoFar
from monitor.store.withdrawn_versions import Compare
from monitor.types import Article, Delivery, Feed, Lease, Outcome, Visit


class DeskStore:
    """Schedule, mail, stories, counts and expiry; each method one transaction, as of `Store`."""

    _database: Database
    name_key: NameKey
    _counted: CountedSoFar

    # Feeds, looked at -----------------------------------------------------------------------

    def feed(self, feed_id: str) -> Feed:
        """Return a feed that is followed. Raises `NotFound`."""
        with self._database.reading() as connection:
            return coverage_ledger.one_feed(connection, feed_id)

    def brought(self, since: datetime, stamps: Sequence[str]) -> dict[str, Brought]:
        """Return by feed what came through it first since a moment; `stamps` judge."""
        with self._database.reading() as connection:
            return coverage_ledger.brought(connection, since, stamps)

    def brought_alone(self, feed_id: str, stamps: Sequence[str]) -> tuple[Brought, Brought]:
        """Return what came through a feed, and what of it through no other; `stamps` judge."""
        with self._database.reading() as connection:
            return coverage_ledger.alone(connection, feed_id, stamps)

    def latest_polls(self, feed_id: str, *, limit: int) -> list[PollResult]:
        """Return the latest lines of a feed's ledger, newest first."""
        with self._database.reading() as connection:
            return coverage_ledger.latest_polls(connection, feed_id, limit)

    # Operations ----------------------------------------------------------------------------

    def ping(self) -> str:
        """Return the version of the tables; raises `StoreError` where the database is away."""
        with self._database.reading() as connection:
            return revision_of(connection) or ""

    def happened(self, before: Happened) -> Happened:
        """Return what has happened so far, reading only what came after `before`."""
        with self._database.reading() as connection:
            return health.happened(connection, before)

    def standing(self, stamps: Sequence[str]) -> Standing:
        """Return how things stand: feeds, articles, and what `stamps` have still to judge."""
        with self._database.reading() as connection:
            return health.standing(connection, stamps)

    def expire(self, before: datetime, now: datetime, *, limit: int) -> int:
        """Let at most `limit` articles first seen before `before` expire; return how many did."""
        with self._database.writing() as connection:
            return retention.expire(connection, before, now, self.name_key.make, limit=limit)

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
            return polls.visits(connection)

    def save_visits(self, visits: Mapping[str, Visit], now: datetime) -> None:
        """Remember when hosts were asked last."""
        with self._database.writing() as connection:
            polls.save_visits(connection, visits, now)

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
        with self._counted.lock, self._database.reading() as connection:
            return self._counted.items(connection, since, until, stamps)

    def stored_by_outlet(self, since: datetime | None, until: datetime | None) -> dict[str, int]:
        """Return how many articles first seen in [since, until) are stored, by outlet."""
        with self._database.reading() as connection:
            return counting.stored_by_outlet(connection, since, until)

    def stored_by_day(self, bounds: Mapping[str, tuple[datetime, datetime]]) -> dict[str, int]:
        """Return how many articles were first seen within the bounds of each day."""
        with self._database.reading() as connection:
            return counting.stored_by_day(connection, bounds)

    def published(self, since: datetime, until: datetime) -> dict[str, tuple[str, datetime]]:
        """Return outlet and moment of the articles published in [since, until), by id."""
        with self._database.reading() as connection:
            return counting.published(connection, since, until)

    def undated(self) -> set[str]:
        """Return the articles that say no day of publication."""
        with self._database.reading() as connection:
            return counting.undated(connection)

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
        provisional: bool = False,
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
                provisional=provisional,
            )

    # Mail ----------------------------------------------------------------------------------

    def begin_send(
        self, delivery: Delivery, held: Iterable[str] = (), *, again: bool = False
    ) -> int | None:
        """Store an attempt and the articles it holds before the mail server is called.

        Return its id; `None` where that digest was sent, or may have been, or one of the articles
        to the same address, and it is not to be sent `again`.
        """
        with self._database.writing() as connection:
            return sends.begin(connection, delivery, held, again=again)

    def told_of(self, whose: tuple[str, str], stamp: str, ids: Iterable[str]) -> set[str]:
        """Return those of the articles of which a digest told that was sent, or may have been.

        `whose`: address and preset. Told of is also what is in a story with one that was held, by
        the rule of `stamp`.
        """
        with self._database.reading() as connection:
            return sends.told_of(connection, whose, stamp, ids)

    def held_by(self, whose: tuple[str, str], day: str) -> set[str] | None:
        """Return what the digest of a day to an address and preset held, `None` if none was had."""
        with self._database.reading() as connection:
            return sends.held_by(connection, whose, day)

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
        self, whose: Sequence[tuple[str, str]], *, since: datetime | None = None
    ) -> dict[tuple[str, str], list[Delivery]]:
        """Return by address and preset the attempts for the last day had, and for later ones.

        Newest first. With `since` those too that tell of a time after it.
        """
        with self._database.reading() as connection:
            return sends.histories(connection, whose, since)

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
        found = self.known_key(name)
        if found is not None:
            return found
        with self._database.writing() as connection:
            return sends.make_key(connection, name)

    def known_key(self, name: str) -> str | None:
        """Return a secret of this desk, if it has been made."""
        with self._database.reading() as connection:
            return sends.find_key(connection, name)

    # Stories -------------------------------------------------------------------------------

    def fold(
        self,
        stamp: str,
        judges: Sequence[str],
        place: Place,
        now: datetime,
        *,
        limit: int,
        after: int | None = None,
    ) -> int:
        """Put the next articles that `judges` find relevant or borderline into stories.

        Oldest sight first, each where `place` says; return how many there were, at most `limit`.
        With `after` only what was judged since that assessment is looked at, however much is kept.
        """
        with self._database.writing() as connection:
            return stories.fold(connection, stamp, judges, limit, place, now, after)

    def last_assessment(self) -> int:
        """Return the id of the assessment stored last, 0 where there is none."""
        with self._database.reading() as connection:
            return stories.last_assessment(connection)

    def stories_of(self, stamp: str, article_ids: Iterable[str]) -> dict[str, str]:
        """Return by article the story that `stamp` put it into; those in none are left out."""
        with self._database.reading() as connection:
            return stories.stories_of(connection, stamp, article_ids)

    def kept_stories(self, stamp: str, story_ids: Sequence[str]) -> dict[str, KeptStory]:
        """Return by id when stories were first and last seen, and how many articles they have."""
        with self._database.reading() as connection:
            return stories.kept(connection, stamp, story_ids)

    def story_leads(self, stamp: str, story_ids: Sequence[str]) -> dict[str, str]:
        """Return by story the first of its articles that people have not rejected."""
        with self._database.reading() as connection:
            return stories.leads(connection, stamp, story_ids)

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
        """Return the ids of all of a story's articles as they joined it. Raises `NotFound`."""
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
            return withdrawn.erase_withdrawn(connection, before, now, reprint, self.name_key.make)
