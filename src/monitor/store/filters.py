"""Which articles to read: one set of filters for command line, API, pages and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.periods import PublicationDays, published_days
from monitor.searching import read_search
from monitor.store.full_text_search import RELEVANCES, Relevance, Wanted


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles to read; `None` is no filter. Times bound the first sight: [since, until).

    `relevant` and `borderline` compare with what was judged, so that `False` leaves out articles
    not judged; `form` and `place` are labels of tags, a place in any role, `tags` more of them as
    scheme and label. `published_since` and `published_until` are days of publication, both
    included, on the clock of `timezone`. `query` is searched for as in the archive, `relevance` is
    any of these, `flag` is `any` or a severity, `rule` a rule's id. `story` is a story of the rule
    `stories_stamp`.
    `shown` leaves out what no digest has, as far as the database can tell.
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

    @property
    def published(self) -> PublicationDays | None:
        """The days of publication that are asked for."""
        zone = ZoneInfo(self.timezone)
        return published_days(self.published_since, self.published_until, zone)


def searched(filters: Filters) -> Wanted | None:
    """Return what the archive's search is asked for, `None` where it need not be asked."""
    asked = filters.query, filters.tags, filters.flag, filters.rule, filters.published
    if not any(asked) and filters.relevance is None:
        return None
    named = {"form": filters.form, "place": filters.place}
    tags = [(scheme, label) for scheme, label in named.items() if label is not None]
    return Wanted(
        words=read_search(filters.query or ""),
        tags=(*tags, *filters.tags),
        outlet=filters.outlet or "",
        language=filters.language or "",
        since=filters.since,
        until=filters.until,
        published=filters.published,
        unplaced=filters.published is not None,
        relevance=_relevance(filters),
        min_relevance=filters.min_relevance,
        flag=filters.flag or "",
        rule=filters.rule or "",
    )


def _relevance(filters: Filters) -> tuple[Relevance, ...] | None:
    asked = filters.relevance, filters.relevant, filters.borderline
    if all(one is None for one in asked):
        return None
    kept = RELEVANCES if filters.relevance is None else filters.relevance
    for name, wanted in (("relevant", filters.relevant), ("borderline", filters.borderline)):
        if wanted is not None:
            kept = tuple(n for n in kept if n != "not_judged" and (n == name) == wanted)
    return kept
