"""Query parameters of the pages of stories, trends and outlets.

A form sends every field it has, so an empty value is no filter.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from monitor.api.article_filter import Day
from monitor.api.coverage_routes import usable
from monitor.api.schemas import QueryModel, WholeStr
from monitor.desk import Desk
from monitor.labels.schemes import FORMS, INDICATORS, RESPONSES, TOPICS, VICTIMS
from monitor.records.dates import LONGEST_DAYS, LONGEST_PUBLISHED_DAYS, period_of
from monitor.stats.trends import CHOSEN, Step

DAYS = 90  # shown unless others are asked for


_Empty = BeforeValidator(lambda value: None if value == "" else value)
_Name = Annotated[Annotated[WholeStr, Field(max_length=200)] | None, _Empty]
_Day = Annotated[Day | None, _Empty]
_Form = Annotated[Literal[FORMS] | None, _Empty]  # type: ignore[valid-type]
_Place = Annotated[Annotated[str, Field(pattern="^[A-Za-z]{2}$")] | None, _Empty]


class DaysQuery(QueryModel):
    """Days from `since` to `until`, both included; `to` is what `until` was called."""

    since: _Day = None
    until: _Day = None
    to: _Day = None

    @property
    def last(self) -> date | None:
        """The last day that is asked for."""
        return self.until or self.to

    def labels(self) -> dict[str, str]:
        """Return the labels that are asked for, by scheme."""
        found = {name: getattr(self, name, None) for name in CHOSEN}
        return {
            name: value.upper() if name == "place" else str(value)
            for name, value in found.items()
            if value
        }

    def asked(self) -> dict[str, str]:
        """Return the fields of the form, "" where nothing is asked for."""
        fields = type(self).model_fields.keys() - {"after", "to"}
        values = {name: getattr(self, name) for name in sorted(fields)} | {"until": self.last}
        return {name: "" if value is None else str(value) for name, value in values.items()} | (
            self.labels()
        )


class TrendsPageQuery(DaysQuery):
    """What is counted, in which steps, and on days of first sight or of publication."""

    dates: Annotated[Literal["first_seen", "published"] | None, _Empty] = None
    published_since: _Day = None
    published_until: _Day = None
    step: Annotated[Step | None, _Empty] = None
    form: _Form = None
    place: _Place = None
    response: Annotated[Literal[RESPONSES] | None, _Empty] = None  # type: ignore[valid-type]
    victim: Annotated[Literal[VICTIMS] | None, _Empty] = None  # type: ignore[valid-type]
    indicator: Annotated[Literal[INDICATORS] | None, _Empty] = None  # type: ignore[valid-type]
    topic: Annotated[Literal[TOPICS] | None, _Empty] = None  # type: ignore[valid-type]
    outlet: _Name = None

    @property
    def by_publication(self) -> bool:
        """Whether the days are those of publication."""
        return self.dates == "published" or bool(self.published_since or self.published_until)

    def asked(self) -> dict[str, str]:
        """Return the fields of the form."""
        found = super().asked()
        dates = "published" if self.by_publication else ""
        return {n: v for n, v in found.items() if not n.startswith("published_")} | {"dates": dates}


class StoriesPageQuery(DaysQuery):
    """Which stories, and from which on."""

    form: _Form = None
    place: _Place = None
    outlet: _Name = None
    several: Annotated[Literal["yes"] | None, _Empty] = None
    after: _Name = None


class OutletsPageQuery(DaysQuery):
    """Which outlets, and from which on."""

    name: _Name = None
    after: _Name = None


def days_asked(query: DaysQuery, desk: Desk) -> tuple[date, date]:
    """Return the days [since, until) that are asked for, by default the last 90.

    Raises `ProblemError`, 422, for what is no period.
    """
    since, until, longest = query.since, query.last, LONGEST_DAYS
    if isinstance(query, TrendsPageQuery) and query.by_publication:
        longest = LONGEST_PUBLISHED_DAYS
        since, until = query.published_since or since, query.published_until or until
    with usable("since"):
        return period_of(since, until, today=desk.today, length=DAYS, longest=longest)
