"""`/v1/coverage`, `/v1/coverage/sample` and `/v1/found`: what may be missed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import JSONResponse

from monitor.api.access import DeskDep, need
from monitor.api.article_filter import Day
from monitor.api.openapi import says
from monitor.api.problem_details import ProblemError, refuse
from monitor.api.request_bodies import JsonRoute
from monitor.api.schemas import MaskedArticle, Model, QueryModel, WholeStr, told
from monitor.desk import Desk
from monitor.records.dates import period_of
from monitor.records.errors import FeedError, Forgotten, NotFound, UsageError
from monitor.records.review import CaseStatus
from monitor.review.recall_estimate import coverage, sample_json, tell_elsewhere, told_json
from monitor.review.sampling import sample_of


class MissedOut(Model):
    """Recall among what was judged, from a random sample of what was not shown."""

    universe: str = told("Of what: no recall of all there was is claimed.")
    method: str
    days: int = told("Days of the window that have a sample.")
    window_days: int
    population: int = told("Items below the threshold on these days.")
    offered: int = told("Of them drawn.")
    reviewed: int = told("Of them looked at.")
    relevant_among_reviewed: int
    missed: float = told("Estimate of relevant items below the threshold.")
    missed_interval: list[float] = told("95 %.", min_length=2, max_length=2)
    found: int = told("Items shown that a person confirmed as relevant.")
    shown_not_reviewed: int = told("All right at one end of the interval, wrong at the other.")
    recall: float | None
    recall_interval: list[float] | None = told("95 %.")
    enough: bool = told("Whether the interval is at most 20 points wide.")
    reviews_a_day_needed: int | None = told("For that within the window, by what is known now.")


class ElsewhereOut(Model):
    """The share that we had of the cases that the desk learned of elsewhere."""

    cases: int
    needed: int = told("Cases without which no share is told.")
    shown: int = told("Shown by the desk before it was told.")
    by: dict[CaseStatus, int] = told("How many of each kind.")
    share: float | None
    interval: list[float] | None = told("Wilson, 95 %.")


class GapsOut(Model):
    """What may be missed, in two figures."""

    missed: MissedOut
    elsewhere: ElsewhereOut


class CoverageFeed(Model):
    """A feed without news, by its name."""

    url: str
    title: str


class CoverageFailing(CoverageFeed):
    """A feed that could not be read."""

    error: str


class CoverageFeeds(Model):
    """The feeds, each by its last poll of the period."""

    followed: int = told("Now.")
    polled: int
    alive: int
    failing: list[CoverageFailing]
    silent: list[CoverageFeed] = told("For longer than their own rhythm explains.")
    not_polled: int = told("Followed in the period and not polled in it.")
    paused: int = told("Paused by the desk, and so not polled.")


class CoverageItems(Model):
    """What became of all that was fetched."""

    fetched: int
    stored: int
    changed: int = told("Of those stored: new texts of known articles.")
    dropped: dict[str, int] = told("By name.")
    balanced: bool = told("fetched = stored + dropped.")


class ToldOut(Model):
    """A case learned of elsewhere, and what we had of it then."""

    url: str | None = told("Null where it holds a name that is hidden.")
    note: str
    at: str = told("RFC 3339.")
    had: CaseStatus
    article: str | None = told("Our article, if there is one.")
    same_as: str | None = told("The article that a person says is the same case.")


class CoverageAccount(GapsOut):
    """Feeds, items by what became of them, languages, and two figures of gaps."""

    schema_: Literal[1] = Field(alias="schema")
    since: str
    until: str
    timezone: str
    feeds: CoverageFeeds
    items: CoverageItems
    not_judged: dict[str, int] = told("By reason.")
    not_judged_languages: dict[str, int] = told("By ISO 639 code.")
    cases: list[ToldOut] = told("Learned of elsewhere in the period.")
    words: list[str] = told("The gaps in sentences.")


class SampledArticle(MaskedArticle):
    """An article offered for review; its score is not told."""

    reviewed: bool


class SampleOut(Model):
    """A day's random sample of items below the threshold, without their scores."""

    schema_: Literal[1] = Field(alias="schema")
    day: str
    population: int = told("Items of the day below the threshold.")
    offered: int
    reviewed: int
    articles: list[SampledArticle]


class FoundRequest(Model):
    """A case that the desk learned of elsewhere."""

    url: WholeStr = Field(max_length=4000, examples=["https://news.example/farm-raid"])
    note: WholeStr = told("How it was learned of.", "", max_length=2000)
    same_as: WholeStr | None = told("Our article about it, by id or URL.", None, max_length=4000)


class FoundOut(ToldOut):
    """A case as recorded, and what we had of it."""

    new: bool = told("False where its URL was recorded before, which stays.")


router = APIRouter(tags=["coverage"], route_class=JsonRoute, dependencies=[Depends(need("read"))])
_REVIEW = [Depends(need("review"))]
DAYS = 30  # told of unless others are asked for


class PeriodQuery(QueryModel):
    """Days of the desk's clock, by default the thirty that end with today."""

    since: Day | None = told("The first day; default the 30th from the last.", None)
    until: Day | None = told("The last day; default today.", None)

    def days(self, desk: Desk) -> tuple[date, date]:
        """Return the days [since, until) that are asked for. Raises `UsageError`."""
        return period_of(self.since, self.until, today=desk.today, length=DAYS)


@contextmanager
def usable(field: str) -> Iterator[None]:
    """Say of a period or day that cannot be used why, in our words."""
    try:
        yield
    except UsageError as error:
        errors = [(("query", field), str(error))]
        raise ProblemError(422, "There is no such period.", errors=errors) from error


@router.get("/v1/coverage", **says("What was covered, and what may be missed", CoverageAccount))
def read_coverage(query: Annotated[PeriodQuery, Query()], desk: DeskDep) -> JSONResponse:
    """Return the account of a period, and as far as it is known what was missed in it."""
    with usable("since"):
        return JSONResponse(coverage(desk, *query.days(desk)))


SampleDay = Annotated[Day | None, Query(description="A day that is over; default yesterday.")]


@router.post("/v1/coverage/sample", **says("Draw a day's sample", SampleOut), dependencies=_REVIEW)
def draw_sample(desk: DeskDep, day: SampleDay = None) -> JSONResponse:
    """Draw the sample of a day unless that was done; it stays the same whoever asks."""
    return _sample(desk, day, draw=True)


@router.get("/v1/coverage/sample", **says("A day's sample to review", SampleOut, 404))
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
    **says("A case learned of elsewhere", FoundOut, 403, 404, 410, 415),
    dependencies=_REVIEW,
)
def found(case: FoundRequest, desk: DeskDep) -> JSONResponse:
    """Record a case that the desk learned of elsewhere, so that gaps can be counted."""
    try:
        had, new = tell_elsewhere(desk, case.url, note=case.note, same_as=case.same_as)
    except Forgotten:
        raise
    except (FeedError, NotFound) as error:
        errors = [(("body", "url"), "must be an http or https address")]
        if isinstance(error, NotFound):
            errors = [(("body", "same_as"), "is no article here")]
        raise ProblemError(422, "The case cannot be recorded.", errors=errors) from error
    return JSONResponse({**told_json(had), "new": new})
