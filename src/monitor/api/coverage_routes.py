"""`/v1/coverage`, `/v1/coverage/sample` and `/v1/found`: what may be missed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from monitor.api.access import DeskDep, need
from monitor.api.article_filter import Day
from monitor.api.openapi import answers
from monitor.api.problem_details import ProblemError, refuse
from monitor.api.request_bodies import JsonRoute
from monitor.api.schemas import MaskedArticle, Model, WholeStr
from monitor.desk import Desk
from monitor.records.dates import period_of
from monitor.records.errors import FeedError, Forgotten, NotFound, UsageError
from monitor.review.recall_estimate import coverage, sample_json, tell_elsewhere, told_json
from monitor.review.sampling import sample_of

Had = Literal["shown", "below", "not_judged", "late", "never", "not_followed"]


class MissedOut(Model):
    """Recall among what was judged, from a random sample of what was not shown."""

    universe: str = Field(description="Of what: no recall of all there was is claimed.")
    method: str
    days: int = Field(description="Days of the window that have a sample.")
    window_days: int
    population: int = Field(description="Items below the threshold on these days.")
    offered: int = Field(description="Of them drawn.")
    reviewed: int = Field(description="Of them looked at.")
    relevant_among_reviewed: int
    missed: float = Field(description="Estimate of relevant items below the threshold.")
    missed_interval: list[float] = Field(min_length=2, max_length=2, description="95 %.")
    found: int = Field(description="Items shown that a person confirmed as relevant.")
    shown_not_reviewed: int = Field(
        description="Not looked at: all right at one end of the interval, wrong at the other."
    )
    recall: float | None
    recall_interval: list[float] | None = Field(description="95 %.")
    enough: bool = Field(description="Whether the interval is at most 20 points wide.")
    reviews_a_day_needed: int | None = Field(
        description="For that within the window, by what is known now."
    )


class ElsewhereOut(Model):
    """The share that we had of the cases that the desk learned of elsewhere."""

    cases: int
    needed: int = Field(description="Cases without which no share is told.")
    shown: int = Field(description="Shown by the desk before it was told.")
    by: dict[Had, int] = Field(description="How many of each kind.")
    share: float | None
    interval: list[float] | None = Field(description="Wilson, 95 %.")


class GapsOut(Model):
    """What may be missed, in two figures."""

    missed: MissedOut
    elsewhere: ElsewhereOut


class CoverageFeed(Model):
    """A feed without news."""

    url: str
    title: str


class CoverageFailing(CoverageFeed):
    """A feed that could not be read."""

    error: str


class CoverageFeeds(Model):
    """The feeds, each by its last poll of the period."""

    followed: int = Field(description="Now.")
    polled: int
    alive: int
    failing: list[CoverageFailing]
    silent: list[CoverageFeed] = Field(description="For longer than their own rhythm explains.")
    not_polled: int = Field(description="Followed in the period and not polled in it.")
    paused: int = Field(description="Paused by the desk, and so not polled.")


class CoverageItems(Model):
    """What became of all that was fetched."""

    fetched: int
    stored: int
    changed: int = Field(description="Of those stored: new texts of known articles.")
    dropped: dict[str, int] = Field(description="By name.")
    balanced: bool = Field(description="fetched = stored + dropped.")


class ToldOut(Model):
    """A case learned of elsewhere, and what we had of it then."""

    url: str | None = Field(description="Null where it holds a name that is hidden.")
    note: str
    at: str = Field(description="RFC 3339.")
    had: Had
    article: str | None = Field(description="Our article, if there is one.")
    same_as: str | None = Field(description="The article that a person says is the same case.")


class CoverageAccount(GapsOut):
    """The account of a period."""

    schema_: Literal[1] = Field(alias="schema")
    since: str
    until: str
    timezone: str
    feeds: CoverageFeeds
    items: CoverageItems
    not_judged: dict[str, int] = Field(description="By reason.")
    not_judged_languages: dict[str, int] = Field(description="By ISO 639 code.")
    cases: list[ToldOut] = Field(description="Learned of elsewhere in the period.")
    words: list[str] = Field(description="The gaps in sentences.")


class SampledArticle(MaskedArticle):
    """An article offered for review; its score is not told."""

    reviewed: bool


class SampleOut(Model):
    """A day's sample."""

    schema_: Literal[1] = Field(alias="schema")
    day: str
    population: int = Field(description="Items of the day below the threshold.")
    offered: int
    reviewed: int
    articles: list[SampledArticle]


class FoundRequest(Model):
    """A case that the desk learned of elsewhere."""

    url: WholeStr = Field(max_length=4000, examples=["https://news.example/farm-raid"])
    note: WholeStr = Field("", max_length=2000, description="How it was learned of.")
    same_as: WholeStr | None = Field(
        None, max_length=4000, description="Our article about it, by id or URL."
    )


class FoundOut(ToldOut):
    """A case as recorded."""

    new: bool = Field(description="False where its URL was recorded before, which stays.")


router = APIRouter(tags=["coverage"], route_class=JsonRoute, dependencies=[Depends(need("read"))])
_REVIEW = [Depends(need("review"))]
DAYS = 30
"""Told of unless others are asked for."""


class PeriodQuery(BaseModel):
    """Days of the desk's clock, by default the thirty that end with today."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(None, description="The first day; default the 30th from the last.")
    until: Day | None = Field(None, description="The last day; default today.")


def period_asked(query: PeriodQuery, desk: Desk) -> tuple[date, date]:
    """Return the days [since, until) that are asked for. Raises `UsageError`."""
    today = desk.now().astimezone(desk.settings.zone).date()
    return period_of(query.since, query.until, today=today, length=DAYS)


@contextmanager
def usable(field: str) -> Iterator[None]:
    """Say of a period or day that cannot be used why, in our words."""
    try:
        yield
    except UsageError as error:
        errors = [(("query", field), str(error))]
        raise ProblemError(422, "There is no such period.", errors=errors) from error


@router.get(
    "/v1/coverage",
    summary="What was covered, and what may be missed",
    response_description="Feeds, items by what became of them, languages, and two figures of gaps.",
    responses=answers(CoverageAccount, 422, 503),
)
def read_coverage(query: Annotated[PeriodQuery, Query()], desk: DeskDep) -> JSONResponse:
    """Return the account of a period, and as far as it is known what was missed in it."""
    with usable("since"):
        account = coverage(desk, *period_asked(query, desk))
    return JSONResponse(account)


SampleDay = Annotated[Day | None, Query(description="A day that is over; default yesterday.")]


@router.post(
    "/v1/coverage/sample",
    summary="Draw a day's sample",
    response_description="The sample, drawn now or before.",
    responses=answers(SampleOut, 422, 503),
    dependencies=_REVIEW,
)
def draw_sample(desk: DeskDep, day: SampleDay = None) -> JSONResponse:
    """Draw the sample of a day unless that was done; it stays the same whoever asks."""
    return _sample(desk, day, draw=True)


@router.get(
    "/v1/coverage/sample",
    summary="A day's sample to review",
    response_description="Random items below the threshold, without their scores.",
    responses=answers(SampleOut, 404, 422, 503),
)
def read_sample(desk: DeskDep, day: SampleDay = None) -> JSONResponse:
    """Return the sample of a day, if it is drawn; each is reviewed as any other article is."""
    detail = "No sample of this day is drawn yet: the schedule draws it, or a POST."
    with refuse(NotFound, ProblemError(404, detail)):
        return _sample(desk, day, draw=False)


def _sample(desk: Desk, day: Day | None, *, draw: bool) -> JSONResponse:
    with usable("day"):
        sample = sample_of(desk, day.isoformat() if day else None, draw=draw)
    return JSONResponse(sample_json(desk, sample))


@router.post(
    "/v1/found",
    summary="A case learned of elsewhere",
    response_description="The case as recorded, and what we had of it.",
    responses=answers(FoundOut, 403, 404, 410, 415, 422, 503),
    dependencies=_REVIEW,
)
def found(case: FoundRequest, desk: DeskDep) -> JSONResponse:
    """Record a case that the desk learned of elsewhere, so that gaps can be counted."""
    try:
        had, new = tell_elsewhere(desk, case.url, note=case.note, same_as=case.same_as)
    except Forgotten:
        raise
    except (FeedError, NotFound) as error:
        unknown = isinstance(error, NotFound)
        said = "is no article here" if unknown else "must be an http or https address"
        errors = [(("body", "same_as" if unknown else "url"), said)]
        raise ProblemError(422, "The case cannot be recorded.", errors=errors) from error
    return JSONResponse({**told_json(had), "new": new})
