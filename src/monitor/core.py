"""`Monitor`: the one object behind command line, API and pages, and the only place that wires.

Everything heavy is opened when first needed, so that a draft can be checked without a database
and a digest printed without spaCy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from monitor.config import Settings, data_dir, load_settings
from monitor.drafts import by_rules
from monitor.gaps import Gaps
from monitor.labels import check_labels
from monitor.names import Named
from monitor.types import AssessedArticle, Assessor, Digest, Feed, Review, Verdict

if TYPE_CHECKING:
    from monitor.digest import DigestFormat
    from monitor.digest.view import DigestView
    from monitor.feeds import Discovered, Manners
    from monitor.guidelines import InForce
    from monitor.masks import Shown
    from monitor.store import FoldedSoFar, JudgedSoFar, PollResult, Store

BATCH = 64
"""Articles judged in one transaction: small enough to lose little when killed."""
WATCHED_BATCH = 16
"""The same where it may be said to stop in between: seconds of work, not a minute's."""


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def open_monitor(
    settings: Settings | None = None, *, now: Callable[[], datetime] = utc_now
) -> Monitor:
    """Return a `Monitor` over `settings` (default: as the present folder and environment say)."""
    return Monitor(settings or load_settings(), now=now)


class Monitor(Named):
    """Checks drafts, follows feeds, judges articles, and tells of them.

    Use as a context manager, or call `close`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.settings = settings
        self.now = now
        self.sleep = sleep
        self._open = ExitStack()

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
        """Close the database, if it was opened."""
        self._open.close()

    # What is opened when needed ------------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        """The database of feeds, articles and judgements."""
        from monitor.store import open_store

        settings = self.settings
        opened = open_store(settings.database_url, name_key=settings.names_key)
        return self._open.enter_context(opened)

    @cached_property
    def measured_countries(self) -> frozenset[str] | None:
        """Where it was measured how well articles are found; `None`: nowhere by itself."""
        from monitor.classify import measured_countries

        return measured_countries(data_dir("models"))

    @by_rules
    def assessors(self, in_force: InForce) -> tuple[Assessor, ...]:
        """Everything that judges a stored article, in the order it is run."""
        from monitor.classify import relevance_of
        from monitor.guidelines import GuidelineAssessor

        guidelines = [
            GuidelineAssessor(
                ruling.guideline,
                disable=ruling.disable,
                severity=ruling.severity,
                relevance=relevance_of(self.classifiers, ruling.guideline.language),
            )
            for ruling in in_force.rulings
        ]
        return (*self.classifiers, *guidelines)

    @property
    def stamps(self) -> tuple[str, ...]:
        """The stamps of the assessors in force."""
        return self.carried(assessor.stamp for assessor in self.assessors)

    # Feeds ---------------------------------------------------------------------------------

    def add_feeds(self, feeds: Iterable[Feed]) -> int:
        """Follow `feeds`; return how many were not followed yet."""
        return self.store.add_feeds(list(feeds), self.now())

    def discover(self, site: str) -> Sequence[Discovered]:
        """Return the feeds that the page at `site` names; raises `FeedError` without a page."""
        from monitor.feeds import discover, open_client

        with open_client(self.settings.fetch) as client:
            return discover(client, site, now=self.now())

    @cached_property
    def manners(self) -> Manners:
        """What is known of hosts: kept for as long as this object, visits in the store."""
        from monitor.feeds import Manners

        least = self.settings.fetch.host_spacing_s
        return Manners(least, self.now, known=self.store.visits(), sleep=self.sleep)

    def ingest(
        self,
        *,
        all_feeds: bool = False,
        report: Callable[[Feed, PollResult], None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> int:
        """Poll what is due, store what is new; return how many feeds were due.

        With `all_feeds` what is not due is polled too, and as if for the first time (no 304), so
        that a changed setting shows; only a server that asked us to wait (Retry-After) is not.

        Each feed is stored in one transaction together with its ledger line, so that a kill loses
        at most work that the next run does again. `report` is told of each feed when stored. Once
        `stopped` says so no request is begun, and what is not whole yet is left to the next run.
        """
        from monitor.feeds import askable_feeds, collect, due_feeds, open_client

        now = self.now()
        states = self.store.feed_states()
        if all_feeds:
            due = askable_feeds(self.store.feeds(), states, now)
            states = {id_: replace(s, etag=None, modified=None) for id_, s in states.items()}
        else:
            due = due_feeds(self.store.feeds(), states, now, self.settings.fetch.min_interval_s)
        self.manners.stopped = stopped

        def deliver(poll: Any) -> None:
            result = self.store.record_poll(poll, self.now(), self.manners.take_changed())
            if report:
                report(poll.feed, result)

        with open_client(self.settings.fetch, self.manners) as client:
            collect(
                [(feed, states[feed.id]) for feed in due],
                client=client,
                known=self.store.known,
                now=self.now,
                deliver=deliver,
            )
        if visits := self.manners.take_changed():
            self.store.save_visits(visits, self.now())
        return len(due)

    def next_due(self) -> tuple[Feed, datetime] | None:
        """Return which feed is due first, and when; `None` where none is asked (any more)."""
        from monitor.feeds import next_due

        store, least = self.store, self.settings.fetch.min_interval_s
        return next_due(store.feeds(), store.feed_states(), self.now(), least)

    def waited_for(self) -> list[tuple[Feed, datetime]]:
        """Return the feeds whose servers asked us to wait (Retry-After), and until when."""
        feeds, states = self.store.feeds(), self.store.feed_states()
        now = self.now()
        wishes = ((feed, states[feed.id].not_before) for feed in feeds if feed.id in states)
        return [(feed, until) for feed, until in wishes if until is not None and until > now]

    def assess(
        self,
        *,
        report: Callable[[str, int], None] | None = None,
        stopped: Callable[[], bool] | None = None,
        wait: bool = False,
    ) -> dict[str, dict[str, int]]:
        """Run every assessor on what is due; return per stamp how many were `assessed`, `failed`.

        Other processes may do so too: each article is judged by one of them. With `wait` it ends
        when they have, and does what one of them left. `report` is told the stamp and the number
        judged after each batch. It ends after the batch in hand once `stopped` says so.
        """
        from monitor.judging import judge_due

        self.carried(self.stamps)
        return judge_due(
            self.store,
            self.assessors,
            self.judged,
            self.now,
            size=WATCHED_BATCH if stopped else BATCH,
            report=report or (lambda _stamp, _number: None),
            stopped=stopped or (lambda: False),
            wait=self.sleep if wait else None,
        )

    @cached_property
    def judged(self) -> JudgedSoFar:
        """Up to when everything is judged: kept for as long as this object."""
        from monitor.store import JudgedSoFar

        return JudgedSoFar()

    @cached_property
    def folded(self) -> FoldedSoFar:
        """Up to which judgement everything is in a story: kept for as long as this object."""
        from monitor.store import FoldedSoFar

        return FoldedSoFar()

    def fold(self, *, report: Callable[[int], None] | None = None) -> int:
        """Put what is relevant or borderline and in no story yet into stories; return how many.

        In the order of first sight, a batch a transaction: a kill loses nothing that is not done
        again, to the same stories. An article keeps its place whatever its text becomes. `report`
        is told the number after each batch.
        """
        from monitor.fold import fold_due

        judges = self.carried(assessor.stamp for assessor in self.classifiers)
        rule = (self.stories_stamp, *judges)
        return fold_due(self.store, rule, self.now(), self.folded, size=BATCH, report=report)

    # What is told --------------------------------------------------------------------------

    def digest(self, day: str | None = None) -> Digest:
        """Return the digest of an ISO `day` (default: today in the desk's zone), or of `all`.

        `FIRST..LAST` are all days from one to another. Raises `UsageError` for a day that is none.
        """
        from monitor.digest import day_bounds

        zone = self.settings.zone
        if day is None:
            day = self.now().astimezone(zone).date().isoformat()
        return self.digest_between(*day_bounds(day, zone), day=day)

    def digest_between(
        self,
        since: datetime | None,
        until: datetime | None,
        *,
        day: str,
        oldest: datetime | None = None,
    ) -> Digest:
        """Return the digest of what was first seen in [since, until), called `day`.

        With `oldest` its articles are those of [oldest, until); its account is the same.
        """
        from monitor.digest import build_digest, note_unmeasured
        from monitor.digest.due import TROUBLE_DAYS, undelivered
        from monitor.fold import kept_groups

        found = build_digest(
            self.store.assessed(
                self.stamps, since=oldest or since, until=until, shown=oldest is not None
            ),
            day=day,
            timezone=self.settings.timezone,
            ledger=self.store.ledger(since, until, self.stamps),
            stamps=self.stamps,
            group=kept_groups(self.store, self.stories_stamp),
        )
        mailed = self.store.deliveries(since=self.now() - timedelta(days=TROUBLE_DAYS))
        found = replace(found, undelivered=undelivered(mailed))
        country = self.settings.check.country.strip().upper()  # known to be one since it was read
        last = until - timedelta(seconds=1) if until is not None else self.now()
        end = last.astimezone(self.settings.zone).date().isoformat()
        found = replace(found, gaps=self.gaps(end, short=True))
        return note_unmeasured(found, self.measured_countries, country)

    @property
    def relevance_stamps(self) -> tuple[str, ...]:
        """The stamps of the models that say what is relevant."""
        return tuple(s for s in self.stamps if s.startswith("relevance-"))

    def gaps(self, until: str, *, short: bool = False) -> Gaps:
        """Return what may be missed, as far as the samples of days before `until` (ISO) tell."""
        from monitor.feeds import same_outlet
        from monitor.sampling import estimate_missed, gaps, share_had, window

        draws = self.store.draws(window(until), until)
        stamp = " ".join(self.relevance_stamps)
        draws = [draw for draw in draws if draw.stamp == stamp]
        ids = {item.article_id for draw in draws for item in draw.items}
        cases = self.store.told()
        feeds = self.store.feeds() if cases else []
        followed = [same_outlet(case.url, feeds) for case in cases]
        had = self.store.had(cases, self.relevance_stamps, followed)
        missed = estimate_missed(draws, self.store.verdicts(ids))
        return gaps(missed, share_had(had), short=short)

    def render_digest(
        self,
        digest: Digest,
        format: DigestFormat,
        *,
        evidence: bool = False,
        ask: frozenset[str] = frozenset(),
        patient: bool = False,
    ) -> str:
        """Return `digest` in one of its formats, names hidden as by `shown`.

        `evidence` is for text and Markdown.
        """
        from monitor.countries import country_name
        from monitor.digest import articles_in, render_digest

        settings = self.settings.digest
        if format in ("atom", "jsonfeed"):  # as mail: whole, and without names whoever asks
            ask, patient = frozenset(), True
        return render_digest(
            digest,
            format,
            title=settings.title,
            country_name=country_name,
            evidence=evidence,
            public_url=settings.public_url,
            shown=self.shown(articles_in(digest), ask=ask, patient=patient),
        )

    def view_digest(self, digest: Digest, shown: Mapping[str, Shown]) -> DigestView:
        """Return `digest` as pages show it: cleaned, cut and named, without names not `shown`."""
        from monitor.countries import country_name
        from monitor.digest.view import view_digest

        title = self.settings.digest.title
        return view_digest(digest, title=title, country_name=country_name, shown=shown)

    def articles(
        self, *, limit: int | None = None, after: str | None = None, **filters: Any
    ) -> Iterator[AssessedArticle]:
        """Yield stored articles with what is said of them, oldest sight first."""
        return self.store.assessed(self.stamps, limit=limit, after=after, **filters)

    def article(self, article_id: str) -> AssessedArticle:
        """Return one stored article; raises `NotFound`."""
        return self.store.article(article_id, self.stamps)

    def review(
        self,
        article_id: str,
        verdict: Verdict,
        *,
        tags: Mapping[str, Iterable[str]] | None = None,
        reviewer: str = "",
        sha256: str | None = None,
        provisional: bool = False,
    ) -> Review:
        """Store what a person says of an article; of its current version unless `sha256` is given.

        What is `provisional` counts once a reviewer confirms it. Raises `NotFound`, and
        `UsageError` for a label that is none.
        """
        version = sha256 or self.store.article(article_id, ()).article.sha256
        now, labels = self.now(), check_labels(tags or {})
        said = Review(article_id, version, reviewer, verdict, labels, now, None, provisional)
        return replace(said, decision=self.store.add_review(said, now))

    def rules(self) -> Sequence[dict[str, Any]]:
        """Return every rule of the guidelines in force, as data."""
        from monitor.guidelines import rule_json

        return [rule_json(of, rule) for of in self.guidelines for rule in of.rules]

    def rule(self, name: str) -> dict[str, Any] | None:
        """Return one rule with its limits, known figures, law by country and measured precision.

        `name` is `id`, or `guideline/id`; where several guidelines have an id, it is the first's.
        """
        from monitor.guidelines import describe_ruled

        return describe_ruled(self.in_force, name)

    def ready(self) -> dict[str, Any]:
        """Open all that telling needs; raises what is wrong, returns the stamps in force."""
        self.store.ping()
        return {"stamps": list(self.stamps)}
