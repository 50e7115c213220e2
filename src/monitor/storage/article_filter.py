"""Filter of articles: the one set of conditions for lists, search, API, pages and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.records.dates import PublicationDays, published_days
from monitor.text.search_terms import Search, read_search

Relevance = Literal["relevant", "borderline", "not_relevant", "not_judged"]
RELEVANCES: tuple[Relevance, ...] = ("relevant", "borderline", "not_relevant", "not_judged")


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; all of it must hold, `None` and empty ask nothing.

    Times bound the first sight: [since, until). `published_since` and `published_until` are days of
    publication, both included, on the clock of `timezone`. `relevant` and `borderline` compare with
    what was judged, so that `False` leaves out articles not judged; `relevance` is any of these. Of
    all three people's word counts where they decided; `min_relevance` is of what a model said.
    `form` and `place` are labels of tags, a place in any role, `tags` more of them as scheme and
    label. `query` is searched for as in the archive, `flag` is `any` or a severity, `rule` a rule's
    id. `story` is a story of the rule `stories_stamp`. `shown` leaves out what no digest has, as
    far as the database can tell.

    Raises `UsageError` for days of publication that end before they begin.
    """

    since: datetime | None = None
    until: datetime | None = None
    min_relevance: float | None = None
    relevant: bool | None = None
    borderline: bool | None = None
    shown: bool = False
    form: str | None = None
    place: str | None = None
    outlet: str | None = None
    language: str | None = None
    query: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    relevance: tuple[Relevance, ...] | None = None
    flag: str | None = None
    rule: str | None = None
    story: str | None = None
    stories_stamp: str = ""
    published_since: date | None = None
    published_until: date | None = None
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        """Look whether the days can be read."""
        _ = self.published

    @property
    def words(self) -> Search:
        """What is searched for; raises `UsageError` for an operator that is not read."""
        return read_search(self.query or "")

    @property
    def labels(self) -> list[tuple[str, str]]:
        """The form and the place that are asked for, as scheme and label."""
        named = (("form", self.form), ("place", self.place))
        return [(scheme, label) for scheme, label in named if label is not None]

    @property
    def every_tag(self) -> tuple[tuple[str, str], ...]:
        """All tags that are asked for, as scheme and label."""
        return (*self.labels, *self.tags)

    @property
    def published(self) -> PublicationDays | None:
        """The days of publication that are asked for."""
        zone = ZoneInfo(self.timezone)
        return published_days(self.published_since, self.published_until, zone)

    @property
    def verdicts(self) -> tuple[Relevance, ...] | None:
        """What of `RELEVANCES` passes `relevance`, `relevant` and `borderline`; `None`: all."""
        if self.relevance is None and self.relevant is None and self.borderline is None:
            return None
        kept = RELEVANCES if self.relevance is None else self.relevance
        for name, wanted in (("relevant", self.relevant), ("borderline", self.borderline)):
            if wanted is not None:
                kept = tuple(n for n in kept if n != "not_judged" and (n == name) == wanted)
        return kept

    @property
    def needs_search(self) -> bool:
        """Whether only the archive's search can tell what passes."""
        asked = self.query, self.tags, self.flag, self.rule, self.published
        return any(asked) or self.relevance is not None
