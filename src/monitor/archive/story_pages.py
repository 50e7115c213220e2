"""Stories for the pages: newest first with filters, and one of them an article page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.records.errors import NotFound
from monitor.storage.stories import StoryChoice

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.records.article import Article, AssessedArticle
    from monitor.storage.stories import KeptStory
    from monitor.stories.outlet_comparison import Outlet

__all__ = ["StoryChoice", "StoryInList", "StoryList", "StoryRead", "read_stories", "read_story"]

STORIES, ARTICLES = 25, 12
"""On a page."""


@dataclass(frozen=True, slots=True)
class StoryInList:
    """A story with its first article and the names of its outlets."""

    story: KeptStory
    lead: AssessedArticle
    outlets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryList:
    """A page of the `total` stories there are; `next` is the id to go on from."""

    stories: tuple[StoryInList, ...]
    total: int
    next: str | None


def read_stories(
    desk: Desk, choice: StoryChoice, *, limit: int = STORIES, after: str | None = None
) -> StoryList:
    """Return stories, newest first. Raises `NotFound` where there is no story `after`."""
    store, stamp, judges = desk.store, desk.stories_stamp, desk.stamps
    found = store.newest_stories(stamp, judges, choice, limit=limit + 1, after=after)
    page = found[:limit]
    outlets = store.story_outlets(stamp, [story.id for story in page])
    first = store.story_leads(stamp, [story.id for story in page])
    leads = store.articles_by_id(list(first.values()), judges)
    rows = tuple(
        StoryInList(story, leads[first[story.id]], outlets.get(story.id, ())) for story in page
    )
    total = store.count_stories(stamp, judges, choice)
    return StoryList(rows, total, page[-1].id if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class StoryRead:
    """A story: the first article and a page of the others, in the order they were published.

    `labels` are scheme, label and number of articles. `places` say the how manyeth of `total` each
    article is, from 1. `versions` are by article, of those that have several. `next` is the id to
    go on from.
    """

    id: str
    total: int
    outlets: int
    first: Outlet
    others: tuple[Outlet, ...]
    labels: tuple[tuple[str, str, int], ...]
    places: Mapping[str, int]
    versions: Mapping[str, tuple[Article, ...]]
    next: str | None


def read_story(
    desk: Desk, story_id: str, *, limit: int = ARTICLES, after: str | None = None
) -> StoryRead:
    """Return one story. Raises `NotFound` where there is none, or no article `after` in it."""
    from monitor.stories.outlet_comparison import compare_story

    store = desk.store
    members = store.story_by_time(desk.stories_stamp, story_id)
    ids = [member.id for member in members]
    if after is not None and after not in ids:
        raise NotFound(f"no article '{after}' in the story '{story_id}'")
    begin = ids.index(after) + 1 if after is not None else 1
    shown = ids[begin : begin + limit - 1]
    found = store.articles_by_id((ids[0], *shown), desk.stamps)
    first, *others = compare_story(tuple(found.values()))
    versions = {key: tuple(store.article_versions(key)) for key in (ids[0], *shown)}
    return StoryRead(
        id=story_id,
        total=len(ids),
        outlets=len({member.outlet for member in members}),
        first=first,
        others=tuple(others),
        labels=tuple(store.story_labels(desk.stories_stamp, desk.stamps, story_id)),
        places={key: place for place, key in enumerate(ids, 1)},
        versions={key: texts for key, texts in versions.items() if len(texts) > 1},
        next=shown[-1] if begin + limit - 1 < len(ids) else None,
    )
