"""`GET /v1/stories` and `GET /v1/stories/{story_id}`: events as outlets told them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, NamesQuery, VisitorDep, asks_names, need
from monitor.api.article_filter import Day
from monitor.api.openapi import problems
from monitor.api.problem_details import ProblemError
from monitor.api.schemas import WholeStr
from monitor.api.story_schemas import StoryDetail, StoryPage
from monitor.desk.stories import list_stories, page_json, story_json
from monitor.errors import NotFound
from monitor.periods import bounds_of

router = APIRouter(tags=["stories"], dependencies=[Depends(need("read"))])


class StoryQuery(BaseModel):
    """Filters of the list."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(
        default=None, description="With an article first seen on or after this day."
    )
    until: Day | None = Field(
        default=None, description="With an article first seen on or before this day."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Stories a page.")
    after: WholeStr | None = Field(
        default=None, min_length=1, max_length=200, description="The `next` of the page before."
    )
    names: bool = Field(
        default=False,
        description="With the names of victims, minors and relatives, and what is withheld for"
        " them. Needs the scope `names`; each article is counted.",
    )


@router.get(
    "/v1/stories",
    summary="List stories",
    response_model=None,
    response_description="A page of stories, oldest story first.",
    responses={200: {"model": StoryPage}, **problems(403, 422, 503)},
)
def stories(
    query: Annotated[StoryQuery, Query()], monitor: MonitorDep, visitor: VisitorDep
) -> JSONResponse:
    """Return the stories that articles were folded into, a page at a time; names are hidden."""
    who = asks_names(visitor, query.names)
    since, until = bounds_of(query.since, query.until, monitor.settings.zone)
    try:
        page = list_stories(monitor, since=since, until=until, limit=query.limit, after=query.after)
    except NotFound as error:
        where: list[str | int] = ["query", "after"]
        errors = [(where, "must be the `next` of a page before")]
        raise ProblemError(422, "There is no such page.", errors=errors) from error
    return JSONResponse(page_json(monitor, page, who=who))


@router.get(
    "/v1/stories/{story_id}",
    summary="Show a story",
    response_model=None,
    response_description="The story with what each outlet changed and added.",
    responses={200: {"model": StoryDetail}, **problems(403, 404, 422, 503)},
)
def story(
    story_id: Annotated[WholeStr, Path(description="The story's id.", max_length=200)],
    monitor: MonitorDep,
    visitor: VisitorDep,
    names: NamesQuery = False,
) -> JSONResponse:
    """Return one story: who published first, what others changed, which flags they added.

    Names are hidden unless they are asked for; places are those in what is given.
    """
    return JSONResponse(story_json(monitor, story_id, who=asks_names(visitor, names)))
