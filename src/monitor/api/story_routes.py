"""`GET /v1/stories` and `GET /v1/stories/{story_id}`: events as outlets told them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from monitor.api.access import DeskDep, NamesQuery, VisitorDep, asks_names, need
from monitor.api.article_filter import Day
from monitor.api.openapi import answers
from monitor.api.problem_details import no_such_page, refuse
from monitor.api.schemas import ArticleFinding, Model, NamedArticle, Names, WholeStr
from monitor.archive.story_details import list_stories, story_json
from monitor.records.dates import bounds_of
from monitor.records.errors import NotFound


class StoryOut(NamedArticle):
    """A story by its first article."""

    story: str = Field(description="The story's id: that of its first article.")
    first_seen: str
    last_seen: str
    count: int = Field(ge=1, description="Articles in all.")


class StoryPage(Model):
    """One page of stories."""

    stories: list[StoryOut]
    next: str | None = Field(description="The `after` of the next page; null on the last.")


class ChangeOut(Model):
    """A stretch of the older text and what stands there in the newer, in code points."""

    field: Literal["title", "text"]
    old_start: int = Field(ge=0)
    old_end: int = Field(ge=0)
    new_start: int = Field(ge=0)
    new_end: int = Field(ge=0)


class VersionOut(Model):
    """A text that an article has had, and what it changed of the one before."""

    sha256: str
    withdrawn: bool = Field(
        description="Whether the outlet took a name or a detail out of it: nothing of it is shown."
    )
    title: str | None = Field(description="Null where it is withheld.")
    changes: list[ChangeOut]


class StoryOutlet(NamedArticle):
    """An article beside the one that was published first."""

    relevance: float | None
    relevant: bool | None
    copied: float | None = Field(
        ge=0, le=1, description="Share of its text that stands in the first's; null for the first."
    )
    changes: list[ChangeOut] = Field(description="Beside the first article.")
    carried: list[ArticleFinding] = Field(description="Findings that the first has too.")
    added: list[ArticleFinding] = Field(description="Findings that the first has not.")
    versions: list[VersionOut]


class StoryDetail(Model):
    """One story with what each outlet made of it."""

    story: str
    first_seen: str
    last_seen: str
    count: int = Field(ge=1)
    stamp: str = Field(description="The rule that joined the articles: `name@version+hash`.")
    first: str = Field(description="The id of the article that was published first.")
    articles: list[StoryOutlet] = Field(description="In the order they were published.")
    more: list[NamedArticle] = Field(description="Articles beyond those that are compared.")


router = APIRouter(tags=["stories"], dependencies=[Depends(need("read"))])


class StoryQuery(BaseModel):
    """Filters of the list."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(None, description="With an article first seen on or after this day.")
    until: Day | None = Field(None, description="With an article first seen on or before this day.")
    limit: int = Field(50, ge=1, le=200, description="Stories a page.")
    after: WholeStr | None = Field(
        None, min_length=1, max_length=200, description="The `next` of the page before."
    )
    names: Names = False


@router.get(
    "/v1/stories",
    summary="List stories",
    response_description="A page of stories, oldest story first.",
    responses=answers(StoryPage, 403, 422, 503),
)
def stories(
    query: Annotated[StoryQuery, Query()], desk: DeskDep, visitor: VisitorDep
) -> JSONResponse:
    """Return the stories that articles were folded into, a page at a time; names are hidden."""
    who = asks_names(visitor, query.names)
    since, until = bounds_of(query.since, query.until, desk.settings.zone)
    with refuse(NotFound, no_such_page()):
        page = list_stories(
            desk, since=since, until=until, limit=query.limit, after=query.after, who=who
        )
    return JSONResponse(page)


@router.get(
    "/v1/stories/{story_id}",
    summary="Show a story",
    response_description="The story with what each outlet changed and added.",
    responses=answers(StoryDetail, 403, 404, 422, 503),
)
def story(
    story_id: Annotated[WholeStr, Path(description="The story's id.", max_length=200)],
    desk: DeskDep,
    visitor: VisitorDep,
    names: NamesQuery = False,
) -> JSONResponse:
    """Return one story: who published first, what others changed, which flags they added.

    Names are hidden unless they are asked for; places are those in what is given.
    """
    return JSONResponse(story_json(desk, story_id, who=asks_names(visitor, names)))
