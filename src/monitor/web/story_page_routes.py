"""The pages `/stories` and `/stories/{story_id}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import HTMLResponse

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.problem_details import ProblemError
from monitor.api.schemas import WholeStr
from monitor.core import Monitor
from monitor.countries import country_name
from monitor.desk.names import asked, shown
from monitor.desk.story_pages import StoryChoice, read_stories, read_story
from monitor.errors import NotFound
from monitor.masks import Shown
from monitor.types import Article
from monitor.visitors import Visitor
from monitor.web.page_queries import StoriesPageQuery, bounds_asked
from monitor.web.stories import render_stories, render_story
from monitor.web.stories_page import Seen

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need("read"))],
)


@router.get("/stories")
def stories_page(
    query: Annotated[StoriesPageQuery, Query()], monitor: MonitorDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the stories there are, newest first."""
    since, until = bounds_asked(query, monitor)
    choice = StoryChoice(since, until, query.outlet or "", query.labels(), bool(query.several))
    try:
        found = read_stories(monitor, choice, after=query.after)
    except NotFound as error:
        raise no_such_page("must be the last story of a page before") from error
    outlets, countries = monitor.store.story_choices(monitor.stories_stamp)
    page = render_stories(
        found,
        seen_by(monitor, visitor, [row.lead.article for row in found.stories]),
        visitor=visitor,
        asked=query.asked(),
        after=query.after or "",
        outlets=outlets,
        countries=countries,
    )
    return HTMLResponse(page)


@router.get("/stories/{story_id}")
def story_page(
    story_id: Annotated[WholeStr, Path(max_length=200)],
    monitor: MonitorDep,
    visitor: VisitorDep,
    after: Annotated[WholeStr | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """Show one story: who was first, and what each outlet made of it."""
    members = monitor.store.story_by_time(monitor.stories_stamp, story_id)
    if after is not None and after not in {member.id for member in members}:
        raise no_such_page("must be an article of this story")
    story = read_story(monitor, story_id, after=after)
    articles = [one.assessed.article for one in (story.first, *story.others)]
    seen = seen_by(monitor, visitor, articles, story.versions)
    return HTMLResponse(render_story(story, seen, visitor=visitor, after=after or ""))


def seen_by(
    monitor: Monitor,
    visitor: Visitor,
    articles: Iterable[Article],
    versions: Mapping[str, Sequence[Article]] | None = None,
) -> Seen:
    """Return what a visitor may be shown of articles, and of their `versions`."""
    names = asked(monitor, visitor.name)
    every: dict[str, tuple[Shown, ...]] = {}
    for key, found in (versions or {}).items():
        # one by one: versions of an article have one id
        every[key] = tuple(shown(monitor, [one], ask=names)[key] for one in found)
    return Seen(
        shown=shown(monitor, articles, ask=names),
        titles=monitor.rule_titles,
        zone=monitor.settings.zone,
        country_name=country_name,
        versions=every,
    )


def no_such_page(why: str) -> ProblemError:
    """Return the problem of a cursor that is none, in our words."""
    where: list[str | int] = ["query", "after"]
    return ProblemError(422, "There is no such page.", errors=[(where, why)])
