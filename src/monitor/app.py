"""`Monitor`: what the command line and programs open, a `Desk` with what can be done at it.

Each method hands on to the function that does it, loaded when first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from monitor.desk import Desk, utc_now
from monitor.settings import Settings, load_settings

if TYPE_CHECKING:
    from monitor.digest.render import DigestFormat
    from monitor.digest.view import DigestView
    from monitor.feeds.feed_discovery import Discovered
    from monitor.feeds.politeness import Manners
    from monitor.records.article import Review, Verdict
    from monitor.records.digest import Digest
    from monitor.records.feed import Feed
    from monitor.records.hidden_names import Shown
    from monitor.records.review import CoverageGaps
    from monitor.storage.polls import PollResult


def open_monitor(
    settings: Settings | None = None, *, now: Callable[[], datetime] = utc_now
) -> Monitor:
    """Return a `Monitor` over `settings` (default: as the present folder and environment say)."""
    return Monitor(settings or load_settings(), now=now)


class Monitor(Desk):
    """Checks drafts, follows feeds, judges articles, and tells of them.

    Use as a context manager, or call `close`.
    """

    @cached_property
    def stories_stamp(self) -> str:
        """The stamp of the rule that folds articles into stories."""
        from monitor.stories.clustering import stories_stamp

        return self.carried([stories_stamp()])[0]

    # Feeds ---------------------------------------------------------------------------------

    def add_feeds(self, feeds: Iterable[Feed]) -> int:
        """Follow `feeds`; return how many were not followed yet."""
        return self.store.add_feeds(list(feeds), self.now())

    def discover(self, site: str) -> Sequence[Discovered]:
        """Return the feeds that the page at `site` names; raises `FeedError` without a page."""
        from monitor.feeds.feed_discovery import discover_at

        return discover_at(self, site)

    @property
    def manners(self) -> Manners:
        """What is known of hosts: kept for as long as this object, visits in the store."""
        from monitor.feeds.politeness import manners_of

        return manners_of(self)

    def ingest(
        self,
        *,
        all_feeds: bool = False,
        report: Callable[[Feed, PollResult], None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> int:
        """Poll what is due, or `all_feeds`; store what is new; return how many feeds were due."""
        from monitor.feeds.ingest import ingest_due

        return ingest_due(self, all_feeds=all_feeds, report=report, stopped=stopped)

    def next_due(self) -> tuple[Feed, datetime] | None:
        """Return which feed is due first, and when; `None` where none is asked (any more)."""
        from monitor.feeds.ingest import next_due

        return next_due(self)

    def waited_for(self) -> list[tuple[Feed, datetime]]:
        """Return the feeds whose servers asked us to wait (Retry-After), and until when."""
        from monitor.feeds.ingest import waited_for

        return waited_for(self)

    # Articles ------------------------------------------------------------------------------

    def assess(
        self,
        *,
        report: Callable[[str, int], None] | None = None,
        stopped: Callable[[], bool] | None = None,
        wait: bool = False,
    ) -> dict[str, dict[str, int]]:
        """Run every assessor on what is due; return what was `assessed` and `failed`, by stamp."""
        from monitor.jobs.work_queue import assess_due

        return assess_due(self, report=report, stopped=stopped, wait=wait)

    def fold(self, *, report: Callable[[int], None] | None = None) -> int:
        """Put what is relevant or borderline and in no story yet into stories; return how many."""
        from monitor.stories.clustering import fold_due

        return fold_due(self, report=report)

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
        from monitor.review.review_queue import add_review

        return add_review(
            self,
            article_id,
            verdict,
            tags=tags,
            reviewer=reviewer,
            sha256=sha256,
            provisional=provisional,
        )

    # What is told --------------------------------------------------------------------------

    def digest(self, day: str | None = None) -> Digest:
        """Return the digest of an ISO `day` (default: today in the desk's zone), or of `all`.

        `FIRST..LAST` are all days from one to another. Raises `UsageError` for a day that is none.
        """
        from monitor.digest.render import make_digest

        return make_digest(self, day)

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
        from monitor.digest.render import digest_between

        return digest_between(self, since, until, day=day, oldest=oldest)

    def gaps(self, until: str, *, short: bool = False) -> CoverageGaps:
        """Return what may be missed, as far as the samples of days before `until` (ISO) tell."""
        from monitor.review.recall_estimate import gaps_until

        return gaps_until(self, until, short=short)

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
        from monitor.digest.render import show_digest

        return show_digest(self, digest, format, evidence=evidence, ask=ask, patient=patient)

    def view_digest(self, digest: Digest, shown: Mapping[str, Shown]) -> DigestView:
        """Return `digest` as pages show it: cleaned, cut and named, without names not `shown`."""
        from monitor.digest.view import view_digest
        from monitor.labels.countries import country_name

        title = self.settings.digest.title
        return view_digest(digest, title=title, country_name=country_name, shown=shown)

    def rules(self) -> Sequence[dict[str, Any]]:
        """Return every rule of the guidelines in force, as data."""
        from monitor.rules.rule_descriptions import rules_json

        return rules_json(self.in_force)

    def rule(self, name: str) -> dict[str, Any] | None:
        """Return one rule with its limits, known figures, law by country and measured precision.

        `name` is `id`, or `guideline/id`; where several guidelines have an id, it is the first's.
        """
        from monitor.rules.rule_descriptions import describe_ruled

        return describe_ruled(self.in_force, name)
