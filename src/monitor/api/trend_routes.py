"""`/v1/trends` and `/v1/outlets`: what was written, counted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, need
from monitor.api.article_filter import Day
from monitor.api.coverage_routes import DAYS, PeriodQuery, period_asked, refused
from monitor.api.openapi import problems
from monitor.api.schemas import WholeStr
from monitor.api.trends_schemas import OutletsOut, ScorecardOut, TrendsOut
from monitor.core import Monitor
from monitor.desk.trends import (
    Period,
    outlets_of,
    read_period,
    read_published,
    scorecard_of,
    trends_of,
)
from monitor.errors import UsageError
from monitor.periods import LONGEST_PUBLISHED_DAYS, period_of
from monitor.trends import NOT_INCIDENCE, outlet_json, scorecard_json, trends_json

router = APIRouter(tags=["trends"], dependencies=[Depends(need("read"))])
Asked = Annotated[PeriodQuery, Query()]


class TrendsQuery(PeriodQuery):
    """Days of first sight or, where such are given, of publication."""

    published_since: Day | None = Field(
        default=None, description="Days of publication instead: the first; default the 30th."
    )
    published_until: Day | None = Field(
        default=None, description="Days of publication instead: the last; default today."
    )


def _read(query: PeriodQuery, monitor: Monitor) -> Period:
    try:
        return read_period(monitor, *period_asked(query, monitor))
    except UsageError as error:
        raise refused("since", error) from error


@router.get(
    "/v1/trends",
    summary="Trends",
    response_model=None,
    response_description="Items and stories by day and label, flags, balance, changes of feeds.",
    responses={200: {"model": TrendsOut}, **problems(422, 503)},
)
def trends(query: Annotated[TrendsQuery, Query()], monitor: MonitorDep) -> JSONResponse:
    """Return how often the followed outlets write of what: coverage, not incidence."""
    if query.published_since is None and query.published_until is None:
        return JSONResponse(trends_json(trends_of(monitor, _read(query, monitor))))
    try:
        return JSONResponse(trends_json(trends_of(monitor, _read_published(query, monitor))))
    except UsageError as error:
        raise refused("published_since", error) from error


def _read_published(query: TrendsQuery, monitor: Monitor) -> Period:
    if query.since is not None or query.until is not None:
        raise UsageError("days of first sight or of publication, not both")
    today = monitor.now().astimezone(monitor.settings.zone).date()
    first, last = query.published_since, query.published_until
    days = period_of(first, last, today=today, length=DAYS, longest=LONGEST_PUBLISHED_DAYS)
    return read_published(monitor, *days)


@router.get(
    "/v1/outlets",
    summary="List the outlets",
    response_model=None,
    response_description="Outlets with articles in the period, most stories first.",
    responses={200: {"model": OutletsOut}, **problems(422, 503)},
)
def outlets(query: Asked, monitor: MonitorDep) -> JSONResponse:
    """Return the outlets of a period with their items and stories."""
    period = _read(query, monitor)
    return JSONResponse(
        {
            "schema": 1,
            "note": NOT_INCIDENCE,
            "since": period.since.isoformat(),
            "until": period.last.isoformat(),
            "outlets": [outlet_json(one) for one in outlets_of(monitor, period)],
        }
    )


@router.get(
    "/v1/outlets/{outlet_id}/scorecard",
    summary="An outlet's scorecard",
    response_model=None,
    response_description="Stories with counted flags, by rule, and the balance of responses.",
    responses={200: {"model": ScorecardOut}, **problems(404, 422, 503)},
)
def scorecard(
    outlet_id: Annotated[WholeStr, Path(description="As `/v1/outlets` names it.", max_length=200)],
    query: Asked,
    monitor: MonitorDep,
) -> JSONResponse:
    """Return how an outlet writes, as far as that is known: by confirmed flags."""
    period = _read(query, monitor)
    card = scorecard_of(monitor, period, outlet_id)
    return JSONResponse(scorecard_json(card, period.since.isoformat(), period.last.isoformat()))
