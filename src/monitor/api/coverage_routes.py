"""`/v1/coverage`, `/v1/coverage/sample` and `/v1/found`: what may be missed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, need
from monitor.api.article_filter import Day
from monitor.api.bodies import JsonRoute
from monitor.api.coverage_schemas import CoverageAccount, FoundOut, FoundRequest, SampleOut
from monitor.api.openapi import problems
from monitor.api.problem_details import ProblemError
from monitor.core import Monitor
from monitor.desk.coverage import coverage, sample_json, sample_of, tell_elsewhere, told_json
from monitor.errors import FeedError, Forgotten, NotFound, UsageError
from monitor.periods import period_of

router = APIRouter(tags=["coverage"], dependencies=[Depends(need("read"))])
DAYS = 30
"""Told of unless others are asked for."""
_posted = APIRouter(route_class=JsonRoute, dependencies=[Depends(need("review"))])


class PeriodQuery(BaseModel):
    """Days of the desk's clock, by default the thirty that end with today."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(
        default=None, description="The first day; default the 30th from the last."
    )
    until: Day | None = Field(default=None, description="The last day; default today.")


def period_asked(query: PeriodQuery, monitor: Monitor) -> tuple[date, date]:
    """Return the days [since, until) that are asked for. Raises `UsageError`."""
    today = monitor.now().astimezone(monitor.settings.zone).date()
    return period_of(query.since, query.until, today=today, length=DAYS)


def refused(field: str, error: Exception) -> ProblemError:
    """Return the problem of a period or day that cannot be used, in our words."""
    where: list[str | int] = ["query", field]
    return ProblemError(422, "There is no such period.", errors=[(where, str(error))])


@router.get(
    "/v1/coverage",
    summary="What was covered, and what may be missed",
    response_model=None,
    response_description="Feeds, items by what became of them, languages, and two figures of gaps.",
    responses={200: {"model": CoverageAccount}, **problems(422, 503)},
)
def read_coverage(query: Annotated[PeriodQuery, Query()], monitor: MonitorDep) -> JSONResponse:
    """Return the account of a period, and as far as it is known what was missed in it."""
    try:
        return JSONResponse(coverage(monitor, *period_asked(query, monitor)))
    except UsageError as error:
        raise refused("since", error) from error


SampleDay = Annotated[Day | None, Query(description="A day that is over; default yesterday.")]


@router.post(
    "/v1/coverage/sample",
    summary="Draw a day's sample",
    response_model=None,
    response_description="The sample, drawn now or before.",
    responses={200: {"model": SampleOut}, **problems(422, 503)},
    dependencies=[Depends(need("review"))],
)
def draw_sample(monitor: MonitorDep, day: SampleDay = None) -> JSONResponse:
    """Draw the sample of a day unless that was done; it stays the same whoever asks."""
    return _sample(monitor, day, draw=True)


@router.get(
    "/v1/coverage/sample",
    summary="A day's sample to review",
    response_model=None,
    response_description="Random items below the threshold, without their scores.",
    responses={200: {"model": SampleOut}, **problems(404, 422, 503)},
)
def read_sample(monitor: MonitorDep, day: SampleDay = None) -> JSONResponse:
    """Return the sample of a day, if it is drawn; each is reviewed as any other article is."""
    try:
        return _sample(monitor, day, draw=False)
    except NotFound as error:
        detail = "No sample of this day is drawn yet: the schedule draws it, or a POST."
        raise ProblemError(404, detail) from error


def _sample(monitor: Monitor, day: Day | None, *, draw: bool) -> JSONResponse:
    chosen = day.isoformat() if day else None
    try:
        return JSONResponse(sample_json(monitor, sample_of(monitor, chosen, draw=draw)))
    except UsageError as error:
        raise refused("day", error) from error


@_posted.post(
    "/v1/found",
    summary="A case learned of elsewhere",
    response_model=None,
    response_description="The case as recorded, and what we had of it.",
    responses={200: {"model": FoundOut}, **problems(403, 404, 410, 415, 422, 503)},
)
def found(case: FoundRequest, monitor: MonitorDep) -> JSONResponse:
    """Record a case that the desk learned of elsewhere, so that gaps can be counted."""
    try:
        had, new = tell_elsewhere(monitor, case.url, note=case.note, same_as=case.same_as)
    except Forgotten:
        raise
    except (FeedError, NotFound) as error:
        field = "same_as" if isinstance(error, NotFound) else "url"
        where: list[str | int] = ["body", field]
        said = "is no article here" if field == "same_as" else "must be an http or https address"
        raise ProblemError(422, "The case cannot be recorded.", errors=[(where, said)]) from error
    return JSONResponse({**told_json(had), "new": new})


router.include_router(_posted)
