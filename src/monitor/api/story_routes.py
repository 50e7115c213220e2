"""`GET /v1/stories` and `GET /v1/stories/{story_id}`: events as outlets told them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from monitor.api.access import DeskDep, NamesQuery, VisitorDep, asks_names, need
from monitor.api.article_filter import Day
from monitor.api.openapi import says
from monitor.api.problem_details import no_such_page, refuse
from monitor.api.schemas import (
    AFTER,
    ArticleFinding,
    Model,
    NamedArticle,
    Names,
    Offset,
    QueryModel,
    WholeStr,
    told,
)
from monitor.archive.story_details import list_stories, story_json
from monitor.records.dates import bounds_of
from monitor.records.errors import NotFound
from monitor.records.finding import FieldName


class StoryOut(NamedArticle):
    """A story by its first article."""

    story: str = told("The story's id: that of its first article.")
    first_seen: str
    last_seen: str
    count: int = told("Articles in all.", ge=1)


class StoryPage(Model):
    """A page of stories, oldest story first."""

    stories: list[StoryOut]
    next: str | None = told("The `after` of the next page; null on the last.")


class ChangeOut(Model):
    """A stretch of the older text and what stands there in the newer, in code points."""

    field: FieldName
    old_start: Offset
    old_end: Offset
    new_start: Offset
    new_end: Offset


class VersionOut(Model):
    """A text that an article has had, and what it changed of the one before.

    `withdrawn`: the outlet took a name or a detail out of it, so nothing of it is shown.
    """

    sha256: str
    withdrawn: bool
    title: str | None = told("Null where it is withheld.")
    changes: list[ChangeOut]


class StoryOutlet(NamedArticle):
    """An article beside the one that was published first."""

    relevance: float | None
    relevant: bool | None
    copied: float | None = told("Share of its text that is the first's; else null.", ge=0, le=1)
    changes: list[ChangeOut] = told("Beside the first article.")
    carried: list[ArticleFinding] = told("Findings that the first has too.")
    added: list[ArticleFinding] = told("Findings that the first has not.")
    versions: list[VersionOut]


class StoryDetail(Model):
    """One story with what each outlet made of it."""

    story: str
    first_seen: str
    last_seen: str
    count: int = Field(ge=1)
    stamp: str = told("The rule that joined the articles: `name@version+hash`.")
    first: str = told("The id of the article that was published first.")
    articles: list[StoryOutlet] = told("In the order they were published.")
    more: list[NamedArticle] = told("Articles beyond those that are compared.")


router = APIRouter(tags=["stories"], dependencies=[Depends(need("read"))])


class StoryQuery(QueryModel):
    """Filters of the list."""

    since: Day | None = told("With an article first seen on or after this day.", None)
    until: Day | None = told("With an article first seen on or before this day.", None)
    limit: int = told("Stories a page.", 50, ge=1, le=200)
    after: WholeStr | None = told(AFTER, None, min_length=1, max_length=200)
    names: Names = False


@router.get("/v1/stories", **says("List stories", StoryPage, 403))
def stories(query: Annotated[StoryQuery, Query()], desk: DeskDep, visitor: VisitorDep) -> Response:
    """Return the stories that articles were folded into, a page at a time; names are hidden."""
    who = asks_names(visitor, query.names)
    since, until = bounds_of(query.since, query.until, desk.settings.zone)
    with refuse(NotFound, no_such_page()):
        page = list_stories(
            desk, since=since, until=until, limit=query.limit, after=query.after, who=who
        )
    return JSONResponse(page)


@router.get("/v1/stories/{story_id}", **says("Show a story", StoryDetail, 403, 404))
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
