"""`Monitor`: what the command line and programs open, a `Desk` with what can be done at it.

Each method hands on to the function that does it, loaded when first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.desk import Desk, utc_now
from monitor.settings import Settings, load_settings

if TYPE_CHECKING:
    from monitor.digest.render import DigestFormat
    from monitor.records.article import Review, Verdict
    from monitor.records.digest import Digest
    from monitor.records.feed import Feed
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

    def add_feeds(self, feeds: Iterable[Feed]) -> int:
        """Follow `feeds`; return how many were not followed yet."""
        return self.store.add_feeds(list(feeds), self.now())

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

    def digest(self, day: str | None = None) -> Digest:
        """Return the digest of an ISO `day` (default: today in the desk's zone), or of `all`.

        `FIRST..LAST` are all days from one to another. Raises `UsageError` for a day that is none.
        """
        from monitor.digest.render import make_digest

        return make_digest(self, day)

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
