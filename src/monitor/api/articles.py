"""`GET /v1/articles` and `GET /v1/articles/{article_id}`: what the desk has read."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, need
from monitor.api.openapi import problems
from monitor.api.problems import ProblemError
from monitor.api.schemas import ArticleDetail, ArticlePage, LanguageCode, WholeStr
from monitor.errors import NotFound
from monitor.shapes import (
    enclosure_json,
    finding_json,
    named_json,
    scorecard_json,
    tag_json,
    term_json,
    time_json,
)
from monitor.types import FORMS, AssessedArticle

router = APIRouter(tags=["articles"], dependencies=[Depends(need("read"))])


def _iso_day(value: object) -> object:
    """Refuse what pydantic would read as seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise PydanticCustomError("date_parsing", "no ISO date")
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]


class ArticleQuery(BaseModel):
    """Filters of the list; they are joined by "and"."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(default=None, description="First seen on or after this day.")
    until: Day | None = Field(default=None, description="First seen before this day.")
    form: Literal[FORMS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only this form of exploitation."
    )
    place: str | None = Field(
        default=None,
        pattern="^[A-Za-z]{2}$",
        description="Only this country, ISO 3166-1 alpha-2.",
        examples=["TH"],
    )
    relevant: bool | None = Field(
        default=None, description="Only those judged relevant, or judged not to be."
    )
    outlet: WholeStr | None = Field(
        default=None, max_length=200, description="Only this outlet, by its name."
    )
    language: LanguageCode | None = Field(default=None, description="Only this language.")
    min_relevance: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Only articles judged at least this relevant.",
    )
    limit: int = Field(default=50, ge=1, le=200, description="Articles a page.")
    after: WholeStr | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The `next` of the page before.",
    )


@router.get(
    "/v1/articles",
    summary="List articles",
    response_model=None,
    response_description="A page of articles, oldest sight first, without their texts.",
    responses={200: {"model": ArticlePage}, **problems(422, 503)},
)
def articles(query: Annotated[ArticleQuery, Query()], monitor: MonitorDep) -> JSONResponse:
    """Return stored articles and what the assessors in force say of them, a page at a time."""
    filters = query.model_dump(exclude={"limit"}, exclude_none=True)
    for bound in ("since", "until"):
        if bound in filters:
            filters[bound] = datetime.combine(filters[bound], time(), monitor.settings.zone)
    if "place" in filters:
        filters["place"] = filters["place"].upper()
    try:
        found = list(monitor.articles(limit=query.limit + 1, **filters))
    except NotFound as error:
        where: list[str | int] = ["query", "after"]
        errors = [(where, "must be the `next` of a page before")]
        raise ProblemError(422, "There is no such page.", errors=errors) from error
    page = found[: query.limit]
    following = page[-1].article.id if len(found) > query.limit else None
    return JSONResponse({"articles": [article_json(item) for item in page], "next": following})


@router.get(
    "/v1/articles/{article_id}",
    summary="Show an article",
    response_model=None,
    response_description="The article with its text.",
    responses={200: {"model": ArticleDetail}, **problems(404, 422, 503)},
)
def article(
    article_id: Annotated[WholeStr, Path(description="The article's id.", max_length=200)],
    monitor: MonitorDep,
) -> JSONResponse:
    """Return one stored article with its text and what the assessors in force say of it."""
    found = monitor.article(article_id)
    return JSONResponse({**article_json(found), "text": found.article.text})


def article_json(assessed: AssessedArticle) -> dict[str, Any]:
    """Return an article without its text, as data."""
    article = assessed.article
    return {
        **named_json(article),
        "sha256": article.sha256,
        "authors": list(article.authors),
        "categories": list(article.categories),
        "enclosures": [enclosure_json(enclosure) for enclosure in article.enclosures],
        "origin": article.origin,
        "expired": time_json(article.expired),
        "relevance": assessed.relevance,
        "relevant": assessed.relevant,
        "borderline": assessed.borderline,
        "not_judged": assessed.not_judged,
        "experimental": assessed.experimental,
        "terms": [term_json(term) for term in assessed.terms],
        "tags": [tag_json(tag) for tag in assessed.tags],
        "findings": [finding_json(finding) for finding in assessed.findings],
        "scorecard": [scorecard_json(item) for item in assessed.scorecard],
        "stamps": list(assessed.stamps),
    }
