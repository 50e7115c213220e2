"""Stories (event clusters) as the desk shows them: lists, outlet comparison, a page of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.archive.names_on_request import see, seen_json
from monitor.desk import Desk
from monitor.people.masked_quotes import Redactor, mask_assessed
from monitor.records.article import Article, AssessedArticle
from monitor.records.errors import NotFound
from monitor.records.finding import Span
from monitor.records.hidden_names import Shown
from monitor.records.json_shapes import finding_json, time_json
from monitor.records.review import is_rejected
from monitor.storage.stories import KeptStory, StoryChoice
from monitor.stories.outlet_comparison import Change, OutletVersion, changes_of, compare_story

MOST_COMPARED = 50
"""So many articles of a story are compared with the first; of others only the names are told."""


def list_stories(
    desk: Desk,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
    after: str | None = None,
    who: str | None = None,
    patient: bool = False,
) -> dict[str, Any]:
    """Return stories with an article first seen in [since, until) as data, oldest story first.

    `after` is the id of the story to go on from. Names are hidden unless `who` asks, as of
    `names.see`. Raises `NotFound` if there is no such story.
    """
    store, stamp = desk.store, desk.stories_stamp
    found = store.list_stories(stamp, since=since, until=until, limit=limit + 1, after=after)
    page = found[:limit]
    leads = store.story_leads(stamp, [story.id for story in page])
    # no stamps: names are told, no judgements, and no model is loaded for it
    rows = [(story, store.article(leads[story.id], ())) for story in page]
    shown = see(desk, (lead.article for _, lead in rows), who=who, patient=patient)
    return {
        "stories": [
            {**_story_json(story), **_named_json(lead, shown[lead.article.id])}
            for story, lead in rows
        ],
        "next": page[-1].id if len(found) > limit else None,
    }


def story_json(
    desk: Desk, story_id: str, *, who: str | None = None, patient: bool = False
) -> dict[str, Any]:
    """Return one story with all its articles as data, without those that people rejected.

    Names are as in a list. Raises `NotFound` where there is none, or no article is left of it.
    """
    store, stamp = desk.store, desk.stories_stamp
    every = [desk.article(key) for key in store.story_members(stamp, story_id)]
    articles = [one for one in every if not is_rejected(one)]
    kept = store.kept_stories(stamp, [story_id])
    if story_id not in kept:
        raise NotFound(f"no story '{story_id}': its articles were rejected in review")
    shown = see(desk, (one.article for one in articles), who=who, patient=patient)
    outlets = compare_story(articles[:MOST_COMPARED])
    before = outlets[0].assessed.article
    told = []
    for outlet in outlets:
        article, may = outlet.assessed.article, shown[outlet.assessed.article.id]
        moves = Redactor(article, may)
        carried, added = (
            [] if may.withheld else [finding_json(moves.finding(finding)) for finding in some]
            for some in (outlet.carried, outlet.added)
        )
        told.append(
            {
                **_named_json(outlet.assessed, may),
                "relevance": outlet.assessed.relevance,
                "relevant": outlet.assessed.relevant,
                "copied": outlet.copied,
                "changes": _changes_json(
                    outlet.changes, (before, shown[before.id]), (article, may)
                ),
                "carried": carried,
                "added": added,
                "versions": _versions_json(desk, article.id, asked=may.asked),
            }
        )
    return {
        **_story_json(kept[story_id]),
        "stamp": stamp,
        "first": before.id,
        "articles": told,
        "more": [_named_json(one, shown[one.article.id]) for one in articles[MOST_COMPARED:]],
    }


def _story_json(story: KeptStory) -> dict[str, Any]:
    return {
        "story": story.id,
        "first_seen": time_json(story.first_seen),
        "last_seen": time_json(story.last_seen),
        "count": story.articles,
    }


def _named_json(assessed: AssessedArticle, shown: Shown) -> dict[str, Any]:
    return seen_json(mask_assessed(assessed, shown).article, shown)


def _versions_json(desk: Desk, article_id: str, *, asked: bool) -> list[dict[str, Any]]:
    """Return every version with what it changed of the one before; of one withdrawn no words."""
    ask = frozenset([article_id]) if asked else frozenset[str]()
    told: list[dict[str, Any]] = []
    before: tuple[Article, Shown] | None = None
    for version in desk.store.article_versions(article_id):
        gone = not (version.title or version.text)
        shown = desk.shown([version], ask=ask, patient=True)[article_id]
        changes: list[dict[str, Any]] = []
        if before and not gone:
            changes = _changes_json(changes_of(before[0], version)[1], before, (version, shown))
        title = None if shown.withheld else shown.title
        told.append(
            {"sha256": version.sha256, "withdrawn": gone, "title": title, "changes": changes}
        )
        before = None if gone else (version, shown)
    return told


def _changes_json(
    changes: Iterable[Change], old: tuple[Article, Shown], new: tuple[Article, Shown]
) -> list[dict[str, Any]]:
    """Return changes by their places in what is shown of both; none where one is withheld."""
    if old[1].withheld or new[1].withheld:
        return []
    before, after = Redactor(*old), Redactor(*new)
    told = []
    for change in changes:
        (was,) = before.spans([Span(change.field, *change.old)])
        (now,) = after.spans([Span(change.field, *change.new)])
        ends = {"old_start": was.start, "old_end": was.end, "new_start": now.start}
        told.append({"field": change.field, **ends, "new_end": now.end})
    return told


STORIES, ARTICLES = 25, 12  # on a page


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
    next: str | None
    total: int


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
    return StoryList(rows, page[-1].id if len(found) > limit else None, total)


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
    first: OutletVersion
    others: tuple[OutletVersion, ...]
    labels: tuple[tuple[str, str, int], ...]
    places: Mapping[str, int]
    versions: Mapping[str, tuple[Article, ...]]
    next: str | None


def read_story(
    desk: Desk, story_id: str, *, limit: int = ARTICLES, after: str | None = None
) -> StoryRead:
    """Return one story. Raises `NotFound` where there is none, or no article `after` in it."""
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
