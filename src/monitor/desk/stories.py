"""Stories as the desk shows them: who was first, and what each outlet made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.decisions import is_rejected
from monitor.errors import NotFound
from monitor.shapes import finding_json, named_json, time_json

if TYPE_CHECKING:
    from monitor.core import Monitor
    from monitor.store.stories import KeptStory
    from monitor.stories import Change, Outlet
    from monitor.types import Article, AssessedArticle

MOST_COMPARED = 50
"""So many articles of a story are compared with the first; of others only the names are told."""


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Some stories, each with its most certain article, and the id to go on from."""

    stories: tuple[tuple[KeptStory, AssessedArticle], ...]
    next: str | None


def list_stories(
    monitor: Monitor,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
    after: str | None = None,
) -> StoryPage:
    """Return stories with an article first seen in [since, until), oldest story first.

    `after` is the id of the story to go on from. Raises `NotFound` if there is none.
    """
    found = monitor.store.list_stories(
        monitor.stories_stamp, since=since, until=until, limit=limit + 1, after=after
    )
    page = found[:limit]
    leads = monitor.store.story_leads(monitor.stories_stamp, [story.id for story in page])
    # no stamps: names are told, no judgements, and no model is loaded for it
    stories = tuple((story, monitor.store.article(leads[story.id], ())) for story in page)
    return StoryPage(stories, page[-1].id if len(found) > limit else None)


def page_json(page: StoryPage) -> dict[str, Any]:
    """Return a page of stories as data."""
    return {
        "stories": [{**_story_json(s), **named_json(first.article)} for s, first in page.stories],
        "next": page.next,
    }


def story_json(monitor: Monitor, story_id: str) -> dict[str, Any]:
    """Return one story with all its articles as data, without those that people rejected.

    Raises `NotFound` where there is none, or no article is left of it.
    """
    from monitor.stories import compare_story

    store, stamp = monitor.store, monitor.stories_stamp
    every = [monitor.article(key) for key in store.story_members(stamp, story_id)]
    articles = [one for one in every if not is_rejected(one)]
    kept = store.kept_stories(stamp, [story_id])
    if story_id not in kept:
        raise NotFound(f"no story '{story_id}': its articles were rejected in review")
    outlets = compare_story(articles[:MOST_COMPARED])
    more = [named_json(assessed.article) for assessed in articles[MOST_COMPARED:]]
    return {
        **_story_json(kept[story_id]),
        "stamp": stamp,
        "first": outlets[0].assessed.article.id,
        "articles": [_outlet_json(monitor, outlet) for outlet in outlets],
        "more": more,
    }


def _story_json(story: KeptStory) -> dict[str, Any]:
    return {
        "story": story.id,
        "first_seen": time_json(story.first_seen),
        "last_seen": time_json(story.last_seen),
        "count": story.articles,
    }


def _outlet_json(monitor: Monitor, outlet: Outlet) -> dict[str, Any]:
    return {
        **named_json(outlet.assessed.article),
        "relevance": outlet.assessed.relevance,
        "relevant": outlet.assessed.relevant,
        "copied": outlet.copied,
        "changes": [_change_json(change) for change in outlet.changes],
        "carried": [finding_json(finding) for finding in outlet.carried],
        "added": [finding_json(finding) for finding in outlet.added],
        "versions": _versions_json(monitor, outlet.assessed.article.id),
    }


def _versions_json(monitor: Monitor, article_id: str) -> list[dict[str, Any]]:
    """Return every version with what it changed of the one before; of one withdrawn no words."""
    from monitor.stories import changes_of

    versions = monitor.store.article_versions(article_id)
    told: list[dict[str, Any]] = []
    before: Article | None = None
    for version in versions:
        gone = not (version.title or version.text)
        compared = before and not gone
        changes = changes_of(before, version)[1] if before and compared else ()
        told.append(
            {
                "sha256": version.sha256,
                "withdrawn": gone,
                "title": version.title,
                "changes": [_change_json(change) for change in changes],
            }
        )
        before = None if gone else version
    return told


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "field": change.field,
        "old_start": change.old[0],
        "old_end": change.old[1],
        "new_start": change.new[0],
        "new_end": change.new[1],
    }
