"""Renders the list of stories and the page of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.desk.story_pages import StoryList, StoryRead
from monitor.visitors import Visitor
from monitor.web.page_frame import render
from monitor.web.stories_page import Seen, view_row, view_story
from monitor.web.trends_page import address, label_choices


def render_stories(
    found: StoryList,
    seen: Seen,
    *,
    visitor: Visitor,
    asked: Mapping[str, str],
    after: str,
    outlets: Sequence[str],
    countries: Sequence[str],
) -> str:
    """Return a page of the list; `asked` are the fields of the form, "" where nothing is chosen."""
    given = {name: value for name, value in asked.items() if value}
    places = {*countries, *filter(None, [asked["place"]])}
    return render(
        "stories.html",
        visitor=visitor,
        back=address("/stories", {**given, **({"after": after} if after else {})}),
        asked=asked,
        filtered=bool(given),
        choices=label_choices(("form",), places),
        outlets=outlets,
        total=found.total,
        rows=[view_row(row, seen) for row in found.stories],
        all=seen.shown,
        next=address("/stories", {**given, "after": found.next}) if found.next else None,
        first=address("/stories", given) if after else None,
    )


def render_story(story: StoryRead, seen: Seen, *, visitor: Visitor, after: str) -> str:
    """Return the page of a story."""
    path = f"/stories/{story.id}"
    return render(
        "story.html",
        visitor=visitor,
        back=address(path, {"after": after} if after else {}),
        view=view_story(story, seen),
        all=seen.shown,
        next=address(path, {"after": story.next}) if story.next else None,
        first=path if after else None,
    )
