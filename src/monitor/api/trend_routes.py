"""`/v1/trends` and `/v1/outlets`: what was written, counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field, create_model
from starlette.responses import JSONResponse

from monitor.api.access import DeskDep, need
from monitor.api.article_filter import Day
from monitor.api.coverage_routes import DAYS, CoverageFeed, PeriodQuery, usable
from monitor.api.openapi import says
from monitor.api.schemas import Model, Offset, WholeStr, told
from monitor.desk import Desk
from monitor.labels.schemes import SCHEMES
from monitor.records.dates import LONGEST_PUBLISHED_DAYS, period_of
from monitor.records.errors import UsageError
from monitor.stats.monthly_report import NOT_INCIDENCE
from monitor.stats.trend_queries import (
    Period,
    outlets_of,
    read_period,
    read_published,
    scorecard_of,
    trends_of,
)
from monitor.stats.trends import COUNTED
from monitor.stats.trends_json import scorecard_json, trends_json

_NOTE = "Coverage, not incidence."
_ENDS = "Wilson, 95 %; null where there are too few stories, or flags not looked at."


class DayOut(Model):
    """One day of the desk's clock."""

    day: str
    stored: int = told("Articles stored.")
    items: int = told("Of them about trafficking, main subject or side matter.")
    stories: int = told("Stories first told in the period on this day.")
    feed_changes: int = told("Feeds added or removed: the mix is another from here.")


class LabelOut(Model):
    """How often a label was given."""

    label: str
    items: int
    stories: int


_counts: Any = {name: (list[LabelOut], told(SCHEMES[name].counted_as)) for name in COUNTED}
_about = "By what articles tell of; most stories first."
ByScheme: Any = create_model("ByScheme", __base__=Model, __doc__=_about, **_counts)


class RuleCountOut(Model):
    """How often a rule's flags were counted."""

    rule: str
    items: int
    stories: int
    not_looked_at: int = told("Flags not counted because nobody has confirmed them.")


class BalanceOut(Model):
    """Of stories that tell of a response, how many tell of which; a story may tell of several."""

    key: str = told("Country (ISO 3166-1 alpha-2), outlet, or empty.")
    stories: int
    prosecution: int
    protection: int
    prevention: int
    partnership: int
    intervals: dict[str, list[float]] | None = told(_ENDS)


class Balances(Model):
    """Enforcement (prosecution) against protection against prevention."""

    all: BalanceOut
    countries: list[BalanceOut]
    outlets: list[BalanceOut]


class FeedChangeOut(CoverageFeed):
    """A feed that was added, or removed or paused: curves break here."""

    outlet: str
    at: str = told("RFC 3339.")
    change: Literal["added", "removed"]


class BasisOut(Model):
    """Which flags are counted."""

    guideline: str = told("The guideline in force, with its version and hash.")
    precision: float = told("Measured precision from which all of a rule's flags count.")
    min_flags: int = told("Flags on which that must have been measured.")
    rules: list[str] = told("The rules that are; of all others, confirmed flags.")
    precise_on_fewer_flags: list[str]
    note: str


class OfPeriod(Model):
    """What was counted in a period of days, the last included."""

    schema_: Literal[1] = Field(alias="schema")
    note: str = told(_NOTE)
    since: str
    until: str


class TrendsOut(OfPeriod):
    """Items and stories by day and label, flags, balance, changes of feeds."""

    dates: Literal["first_seen", "published"] = told("By which dates articles are put on days.")
    undated: Offset = told("Of `published`: items left out, as they say no day of publication.")
    timezone: str
    stored: int
    items: int
    stories: int
    outlets: int
    days: list[DayOut]
    by: ByScheme
    rules: list[RuleCountOut]
    balance: Balances
    feed_changes: list[FeedChangeOut]
    basis: BasisOut
    stamps: list[str]


class OutletOut(Model):
    """An outlet in a period."""

    id: str
    name: str
    stored: int
    items: int
    stories: int


class OutletsOut(OfPeriod):
    """Outlets with articles in the period, most stories first."""

    outlets: list[OutletOut]


class RuleShareOut(Model):
    """Of an outlet's stories, those with a counted flag of a rule."""

    rule: str
    stories: int
    not_looked_at: int = told("Flags not counted because nobody has confirmed them.")
    share: float | None
    interval: list[float] | None = told(_ENDS)


class ScorecardOut(OfPeriod):
    """Stories of an outlet with counted flags, by rule, and the balance of responses."""

    outlet: OutletOut
    min_stories: int = told("Below so many stories no share is told.")
    enough: bool
    flagged_stories: int
    not_looked_at: int = told("Flags not counted because nobody has confirmed them.")
    share: float | None = told("Null also where flags have not been looked at.")
    interval: list[float] | None = told(_ENDS)
    rules: list[RuleShareOut]
    balance: BalanceOut
    basis: BasisOut


router = APIRouter(tags=["trends"], dependencies=[Depends(need("read"))])
Asked = Annotated[PeriodQuery, Query()]
ADay = Day | None


class TrendsQuery(PeriodQuery):
    """Days of first sight or, where such are given, of publication."""

    published_since: ADay = told("Days of publication instead: the first; default the 30th.", None)
    published_until: ADay = told("Days of publication instead: the last; default today.", None)


def _read(query: PeriodQuery, desk: Desk) -> Period:
    with usable("since"):
        return read_period(desk, *query.days(desk))


@router.get("/v1/trends", **says("Trends", TrendsOut))
def trends(query: Annotated[TrendsQuery, Query()], desk: DeskDep) -> JSONResponse:
    """Return how often the followed outlets write of what: coverage, not incidence."""
    first, last = query.published_since, query.published_until
    if first is None and last is None:
        return JSONResponse(trends_json(trends_of(desk, _read(query, desk))))
    with usable("published_since"):
        if query.since is not None or query.until is not None:
            raise UsageError("days of first sight or of publication, not both")
        days = period_of(first, last, today=desk.today, length=DAYS, longest=LONGEST_PUBLISHED_DAYS)
        period = read_published(desk, *days)
    return JSONResponse(trends_json(trends_of(desk, period)))


@router.get("/v1/outlets", **says("List the outlets", OutletsOut))
def outlets(query: Asked, desk: DeskDep) -> JSONResponse:
    """Return the outlets of a period with their items and stories."""
    period = _read(query, desk)
    days = {"since": period.since.isoformat(), "until": period.last.isoformat()}
    found = [asdict(one) for one in outlets_of(desk, period)]
    return JSONResponse({"schema": 1, "note": NOT_INCIDENCE, **days, "outlets": found})


@router.get("/v1/outlets/{outlet_id}/scorecard", **says("An outlet's scorecard", ScorecardOut, 404))
def scorecard(
    outlet_id: Annotated[WholeStr, Path(description="As `/v1/outlets` names it.", max_length=200)],
    query: Asked,
    desk: DeskDep,
) -> JSONResponse:
    """Return how an outlet writes, as far as that is known: by confirmed flags."""
    period = _read(query, desk)
    card = scorecard_of(desk, period, outlet_id)
    return JSONResponse(scorecard_json(card, period.since.isoformat(), period.last.isoformat()))
