"""`Store`: the database as the program asks it, one method and one transaction for each question.

The queries stand in a module for each subject, as functions of a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection

from monitor.records.article import AssessedArticle
from monitor.records.counts import CountedItem
from monitor.records.errors import UsageError
from monitor.records.hidden_names import Seal
from monitor.storage import (
    article_history,
    articles,
    assessments,
    coverage_ledger,
    decisions,
    feeds,
    forgetting,
    full_text_search,
    health,
    mail_deliveries,
    name_masks,
    polls,
    retention,
    reviews,
    samples,
    search_index,
    sign_in,
    stories,
    trend_counts,
    withdrawn_versions,
    work_queue,
)
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.database import PATIENCE_S, Database, open_database
from monitor.storage.migrate import migrate, revision_of
from monitor.storage.name_masks import FILE_NAME, NameKey
from monitor.storage.trend_counts import CountedSoFar, Days

P = ParamSpec("P")
R = TypeVar("R")


def open_store(
    url: str, *, busy_timeout_s: float = PATIENCE_S, name_key: Path | None = None
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
    folder = database.file.parent if database.is_sqlite else Path()
    return Store(database, NameKey(name_key or folder / FILE_NAME))


def _read(ask: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Store, P], R]:
    """Return the method that asks in a transaction in which all queries see the same state."""

    @wraps(ask)
    def method(self: Store, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._database.reading() as connection:
            return ask(connection, *args, **kwargs)

    return method


def _write(do: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Store, P], R]:
    """Return the method that writes in a transaction of its own, all or nothing."""

    @wraps(do)
    def method(self: Store, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._database.writing() as connection:
            return do(connection, *args, **kwargs)

    return method


def _seal(
    do: Callable[Concatenate[Connection, Callable[[], Seal], P], R],
) -> Callable[Concatenate[Store, P], R]:
    """Return the method that writes, with what keeps hidden names whose words it takes away."""

    @wraps(do)
    def method(self: Store, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._database.writing() as connection:
            return do(connection, self.name_key.make, *args, **kwargs)

    return method


def _whole(do: Callable[Concatenate[Database, P], R]) -> Callable[Concatenate[Store, P], R]:
    """Return the method of a function that opens its transactions itself."""

    @wraps(do)
    def method(self: Store, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return do(self._database, *args, **kwargs)

    return method


class Store:
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

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written: the database lies on a disk that can only be read."""
        return self._database.read_only

    def ping(self) -> str:
        """Return the version of the tables; raises `StoreError` where the database is away."""
        with self._database.reading() as connection:
            return revision_of(connection) or ""

    # Stamps of earlier programs
    present_stamps = _read(assessments.present_stamps)

    def carry_over(self, present: Mapping[str, str], now: datetime) -> None:
        """Give what was recorded under earlier stamps, the keys, the `present` ones of the same."""
        with self._database.reading() as connection:
            waiting = assessments.waiting_stamps(connection, present)
        if waiting:
            with self._database.writing() as connection:
                assessments.carry_over(connection, present, now)

    # Feeds and their polls
    add_feeds = _write(feeds.add_feeds)
    remove_feed = _write(feeds.remove_feed)
    pause_feed = _write(feeds.pause_feed)
    put_off = _write(feeds.put_off)
    feed = _read(feeds.feed)
    feed_states = _read(feeds.states)
    feed_changes = _read(feeds.changes)
    visits = _read(polls.visits)
    save_visits = _write(polls.save_visits)
    record_poll = _write(polls.record_poll)
    record_by_hand = _write(polls.record_by_hand)
    last_polls = _read(polls.last_polls)
    latest_polls = _read(polls.latest_polls)
    ledger = _read(coverage_ledger.ledger)
    brought = _read(coverage_ledger.brought)
    brought_alone = _read(coverage_ledger.brought_alone)
    record_import = _write(polls.record_import)

    # Articles
    known = _read(articles.known)
    article = _read(articles.article)
    article_versions = _read(articles.article_versions)
    kept_versions = _read(articles.kept_versions)
    sightings = _read(articles.sightings_of)
    articles_by_id = _read(articles.articles_by_id)
    recorded = _whole(article_history.recorded)

    def assessed(
        self,
        stamps: Sequence[str],
        *,
        limit: int | None = None,
        after: str | None = None,
        **filters: Any,
    ) -> Iterator[AssessedArticle]:
        """Yield articles with what `stamps` said of their current version, oldest sight first.

        `filters` are the fields of `ArticleFilter`; `after` is the id of the article to go on
        from. Memory stays constant however many there are; articles nobody judged are among them.

        Raises `UsageError` for an unknown filter and, at the first step, `NotFound` for `after`.
        """
        try:
            chosen = ArticleFilter(**filters)
        except TypeError as error:
            raise UsageError(f"no such filter among {', '.join(sorted(filters))}") from error
        return articles.assessed(self._database, stamps, chosen, limit=limit, after=after)

    # The archive's search
    search = _read(full_text_search.search)
    choices = _read(full_text_search.choices)
    fill_index = _write(search_index.fill)
    count_unindexed = _read(search_index.count_due)
    empty_index = _write(search_index.empty)

    # Judgements, and sharing what is due
    due = _read(assessments.due)
    record_assessments = _write(assessments.record)
    last_assessment = _read(assessments.last_assessment)
    claim_due = _whole(assessments.claim_due)
    claim_unmasked = _whole(name_masks.claim_unmasked)
    claims = _whole(work_queue.claims)
    renew_claims = _whole(work_queue.renew_claims)
    drop_claims = _whole(work_queue.drop_claims)
    take_lease = _write(work_queue.take_lease)
    drop_lease = _write(work_queue.drop_lease)

    # Stories
    fold = _write(stories.fold)
    stories_of = _read(stories.stories_of)
    kept_stories = _read(stories.kept)
    story_leads = _read(stories.leads)
    story_members = _read(stories.members)
    list_stories = _read(stories.listed)
    newest_stories = _read(stories.newest)
    count_stories = _read(stories.count)
    story_outlets = _read(stories.outlets)
    story_by_time = _read(stories.by_time)
    story_labels = _read(stories.labels)
    story_choices = _read(stories.choices)

    # Reviews, decisions, samples
    decide = _write(decisions.record)
    undo = _write(decisions.undo)
    judge_decision = _write(decisions.judge)
    decision = _read(decisions.decision)
    last_act = _read(decisions.last)
    decision_flags = _read(decisions.flags_of)
    waiting_decisions = _read(decisions.waiting)
    count_waiting_decisions = _read(decisions.count_waiting)
    add_review = _write(reviews.add)
    reviewed = _whole(reviews.reviewed)
    shown_articles = _read(reviews.shown_articles)
    said = _read(reviews.said)
    flags_said = _read(reviews.flags_said)
    flags_told = _read(reviews.flags_told)
    claim = _write(reviews.claim)
    claimed = _read(reviews.claimed)
    add_practice = _write(reviews.add_practice)
    practised = _read(reviews.practised)
    count_reviewed = _read(reviews.count_reviewed)
    count_reviews = _read(reviews.count_reviews)
    count_feedback = _write(reviews.count_feedback)
    feedback = _read(reviews.feedback)
    candidates = _read(samples.candidates)
    waiting = _read(samples.waiting)
    add_draw = _write(samples.add_draw)
    draws = _read(samples.draws)
    verdicts = _read(samples.verdicts)
    add_told = _write(samples.add_told)
    told = _read(samples.told_cases)
    had = _read(samples.had)

    # Hidden names, and who asked for them
    masks = _read(name_masks.masks_of)
    record_masks = _write(name_masks.record_masks)
    older_versions = _read(name_masks.older_versions)
    erased_next = _read(name_masks.erased_next)
    incomplete = _read(name_masks.incomplete)
    next_incomplete = _read(name_masks.next_incomplete)
    mask_groups = _read(name_masks.groups_of)
    record_complete = _write(name_masks.record_complete)
    lift_names = _write(name_masks.lift_names)
    unlift_names = _write(name_masks.unlift_names)
    ask_names = _write(name_masks.ask_names)
    hide_names = _write(name_masks.hide_names)
    asked = _read(name_masks.asked)
    asking_times = _read(name_masks.asking_times)

    # What goes for good
    expire = _seal(retention.expire)
    count_expired = _read(retention.count_expired)
    clear_file = _whole(retention.clear_file)
    check_versions = _write(withdrawn_versions.check_versions)
    erase_withdrawn = _seal(withdrawn_versions.erase_withdrawn)
    taken_back = _read(withdrawn_versions.taken_back)
    forget = _seal(forgetting.forget)
    forgotten = _read(forgetting.forgotten)
    tombstones = _read(forgetting.all_tombstones)
    last_forgotten = _read(forgetting.last_forgotten)
    count_forgotten = _read(forgetting.count_forgotten)
    held = _read(forgetting.held)

    # Mail
    begin_send = _write(mail_deliveries.begin)
    finish_send = _write(mail_deliveries.finish)
    told_of = _read(mail_deliveries.told_of)
    held_by = _read(mail_deliveries.held_by)
    deliveries = _read(mail_deliveries.latest)
    delivery_histories = _read(mail_deliveries.histories)
    unsubscribe = _write(mail_deliveries.unsubscribe)
    restore_recipient = _write(mail_deliveries.restore)
    unsubscribed = _read(mail_deliveries.all_unsubscribed)
    known_key = _read(mail_deliveries.find_key)

    def key(self, name: str) -> str:
        """Return a secret of this desk, made when first asked for."""
        if (found := self.known_key(name)) is not None:
            return found
        with self._database.writing() as connection:
            return mail_deliveries.make_key(connection, name)

    # Who may sign in
    add_token = _write(sign_in.add_token)
    revoke_token = _write(sign_in.revoke_token)
    tokens = _read(sign_in.all_tokens)
    live_tokens = _read(sign_in.live_tokens)
    find_token = _whole(sign_in.find_token)
    find_session = _whole(sign_in.find_session)
    sign_out = _whole(sign_in.sign_out)

    # Counting
    counts = _read(health.counts)
    happened = _read(health.happened)
    standing = _read(health.standing)
    published = _read(trend_counts.published)
    undated = _read(trend_counts.undated)
    add_flag_verdict = _write(trend_counts.add_flag_verdict)
    confirmed_flags = _read(trend_counts.confirmed_flags)

    def items(
        self, since: datetime | None, until: datetime | None, stamps: Sequence[str]
    ) -> list[CountedItem]:
        """Return what is about trafficking among the articles first seen in [since, until)."""
        with self._counted.lock, self._database.reading() as connection:
            return self._counted.items(connection, since, until, stamps)

    def kept_stories_of(self, stamp: str, article_ids: Sequence[str]) -> dict[str, str]:
        """Return what `stories_of` does, reading only what was not asked for before."""
        with self._counted.lock, self._database.reading() as connection:
            return self._counted.stories(connection, stamp, article_ids)

    def stored_by_day_and_outlet(self, days: Days, over: datetime) -> dict[date, Mapping[str, int]]:
        """Return how many articles were first seen on each day, by outlet."""
        with self._counted.lock, self._database.reading() as connection:
            return self._counted.by_outlet(connection, days, over)

    # last: within this class the names no longer mean the modules
    feeds = _read(feeds.followed_feeds)
    sign_in = _write(sign_in.sign_in)
    reviews = _read(reviews.of_article)
