"""`POST /v1/articles/{article_id}/review`: what a person says of an article."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.bodies import JsonRoute
from monitor.api.openapi import problems
from monitor.api.problems import ProblemError
from monitor.api.schemas import Model, WholeStr
from monitor.errors import UsageError
from monitor.shapes import review_json
from monitor.types import FLOWS, FORMS, GENDERS, PROTECTIONS, RESPONSES, VICTIMS, Verdict

router = APIRouter(tags=["articles"], route_class=JsonRoute, dependencies=[Depends(need("review"))])


class ReviewTags(Model):
    """All labels that hold of each scheme looked at; an empty list says that none does."""

    form: list[Literal[FORMS]] | None = None  # type: ignore[valid-type]
    response: list[Literal[RESPONSES]] | None = None  # type: ignore[valid-type]
    place: list[Annotated[str, Field(pattern="^[A-Za-z]{2}$")]] | None = Field(
        default=None, description="Where the exploitation is, ISO 3166-1 alpha-2."
    )
    victim: list[Literal[VICTIMS]] | None = Field(  # type: ignore[valid-type]
        default=None, min_length=1, max_length=1
    )
    gender: list[Literal[GENDERS]] | None = Field(  # type: ignore[valid-type]
        default=None, min_length=1, max_length=1
    )
    flow: list[Literal[FLOWS]] | None = Field(  # type: ignore[valid-type]
        default=None, min_length=1, max_length=1
    )
    protection: list[Literal[PROTECTIONS]] | None = None  # type: ignore[valid-type]


class ReviewRequest(Model):
    """A verdict, and the tags that hold for each scheme that was looked at."""

    verdict: Verdict
    tags: ReviewTags = Field(
        default_factory=ReviewTags,
        examples=[{"form": ["forced_labour"], "place": ["TH"]}],
    )
    reviewer: WholeStr = Field(
        default="", max_length=200, description="Who says so; the latest review of each holds."
    )
    sha256: WholeStr | None = Field(
        default=None, max_length=64, description="The version that was read; the current one."
    )


class ReviewOut(Model):
    """A stored review."""

    article: str
    sha256: str
    reviewer: str
    verdict: Verdict
    tags: dict[str, list[str]]
    at: str = Field(description="RFC 3339.")


@router.post(
    "/v1/articles/{article_id}/review",
    summary="Review an article",
    response_model=None,
    response_description="The review as stored.",
    responses={200: {"model": ReviewOut}, **problems(403, 404, 415, 422, 503)},
)
def review(
    article_id: Annotated[WholeStr, Path(description="The article's id.", max_length=200)],
    said: ReviewRequest,
    monitor: MonitorDep,
    visitor: VisitorDep,
) -> JSONResponse:
    """Store what a person says of an article; training with reviews learns from it.

    Who signed in speaks under that name and no other.
    """
    if visitor.name and said.reviewer not in ("", visitor.name):
        raise ProblemError(403, "Who signed in with a token reviews under its name only.")
    try:
        stored = monitor.review(
            article_id,
            said.verdict,
            tags=said.tags.model_dump(exclude_none=True),
            reviewer=visitor.name or said.reviewer,
            sha256=said.sha256,
        )
    except UsageError as error:
        where: list[str | int] = ["body", "tags", "place"]
        errors = [(where, "must be codes of ISO 3166-1 alpha-2")]
        raise ProblemError(422, "A place is no country's code.", errors=errors) from error
    return JSONResponse(review_json(stored))
