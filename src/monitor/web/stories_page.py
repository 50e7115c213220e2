"""The pages of stories: the list and one story, in words; names stay hidden in all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Path, Query
from starlette.responses import HTMLResponse

from monitor.api.problem_details import no_such_page, refuse
from monitor.api.schemas import WholeStr
from monitor.archive.articles_found import seen_words
from monitor.archive.names_on_request import asked as asked_names
from monitor.archive.story_details import StoryRead, read_stories, read_story
from monitor.archive.withdrawals import IDENTIFYING
from monitor.labels.schemes import SCHEMES
from monitor.records.article import Article
from monitor.records.dates import bounds_of
from monitor.records.errors import NotFound
from monitor.records.finding import Finding
from monitor.records.hidden_names import Shown
from monitor.stats.monthly_report import label_words
from monitor.storage.stories import StoryChoice
from monitor.stories.outlet_comparison import Change, OutletVersion, changes_of
from monitor.text.safe_text import clean, excerpt
from monitor.web.page_frame import PageDep, address, outlet_words, page_router
from monitor.web.trends_page import StoriesPageQuery, label_choices

router = page_router("read")


@router.get("/stories")
def stories_page(query: Annotated[StoriesPageQuery, Query()], page: PageDep) -> HTMLResponse:
    """Show the stories there are, newest first."""
    desk, asked = page.desk, query.asked()
    since, until = bounds_of(query.since, query.last, page.zone)
    choice = StoryChoice(since, until, query.outlet or "", query.labels(), bool(query.several))
    with refuse(NotFound, no_such_page("must be the last story of a page before")):
        found = read_stories(desk, choice, after=query.after)
    outlets, countries = desk.store.story_choices(desk.stories_stamp)
    shown = page.shown([row.lead.article for row in found.stories])
    return page.render(
        "stories.html",
        back=address("/stories", {**asked, "after": query.after or ""}),
        asked=asked,
        filtered=any(asked.values()),
        choices=label_choices(("form", "place"), {*countries, *filter(None, [asked["place"]])}),
        outlets=outlets,
        total=found.total,
        rows=found.stories,
        all=shown,
        next=address("/stories", {**asked, "after": found.next}) if found.next else None,
        first=address("/stories", asked) if query.after else None,
    )


@router.get("/stories/{story_id}")
def story_page(
    story_id: Annotated[WholeStr, Path(max_length=200)],
    page: PageDep,
    after: Annotated[WholeStr | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """Show one story: who was first, and what each outlet made of it."""
    desk = page.desk
    members = desk.store.story_by_time(desk.stories_stamp, story_id)
    if after is not None and after not in {member.id for member in members}:
        raise no_such_page("must be an article of this story")
    story = read_story(desk, story_id, after=after)
    versions = (story.first, *story.others)
    shown = page.shown([one.assessed.article for one in versions])
    # versions of an article one by one: those of one have one id
    names, titles = asked_names(desk, page.visitor.name), desk.rule_titles
    masks = {
        key: [desk.shown([one], ask=names)[key] for one in found]
        for key, found in story.versions.items()
    }
    first = story.first.assessed.article
    labels: dict[str, list[tuple[str, int]]] = {scheme: [] for scheme in _HEADINGS}
    for scheme, label, count in story.labels:
        if label != "unknown" and scheme in labels:
            labels[scheme].append((clean(label_words(scheme, label)), count))
    path = f"/stories/{story.id}"
    return page.render(
        "story.html",
        back=address(path, {"after": after or ""}),
        story=story,
        title=clean(shown[first.id].title)
        or f"A story that {outlet_words(first.outlet)} told first",
        labels=[(words, labels[one]) for one, words in _HEADINGS.items() if labels[one]],
        cards=[
            _card(one, first, story, shown, masks.get(one.assessed.article.id, ()), titles)
            for one in versions
        ],
        all=shown,
        next=address(path, {"after": story.next}) if story.next else None,
        first=path if after else None,
    )


CHANGES, CHANGE_CHARS, QUOTE_CHARS = 6, 160, 90
"""So many changed stretches of a text are shown, each cut at so many characters, as quotes are."""
_HEADINGS = {name: SCHEMES[name].heading for name in dict.fromkeys(("form", "place", *SCHEMES))}
View = dict[str, Any]


def _card(
    outlet: OutletVersion,
    first: Article,
    story: StoryRead,
    seen: Mapping[str, Shown],
    masks: Sequence[Shown],
    titles: Mapping[str, str],
) -> View:
    """Return an article of a story as its page shows it; `masks` are those of its versions."""
    article = outlet.assessed.article
    shown = seen[article.id]
    changes = None
    if not outlet.first and not article.expired and not first.expired:
        changes = _changes(outlet.changes, first, seen[first.id], article, shown)
    share = outlet.copied
    copied = "" if share is None else f"{100 * share:.0f} % of its text stands in the first"
    if share is not None and share >= 0.995:
        copied = "the first's text, word for word"
    elif share is not None and share < 0.3:
        copied = "a text of its own"
    versions = []
    before: tuple[Article, Shown] | None = None
    for version, mask in zip(story.versions.get(article.id, ()), masks, strict=True):
        gone = not (version.title or version.text)  # withdrawn: of it no words
        changed = None
        if before and not gone:
            found = changes_of(before[0], version)[1]
            changed = _changes(found, before[0], before[1], version, mask)
        versions.append((gone, changed))
        before = None if gone else (version, mask)
    return {
        "article": article,
        "place": story.places[article.id],
        "shown": shown,
        "first": outlet.first,
        "copied": "" if outlet.first else copied,
        "changes": changes,
        "versions": versions,
        "carried": _flags(outlet.carried, article, shown, titles),
        "added": _flags(outlet.added, article, shown, titles),
        "tags": outlet.assessed.tags,
    }


def _changes(
    changes: Iterable[Change], old: Article, before: Shown, new: Article, after: Shown
) -> View:
    """Put changes into words, old and new: of a text the first of all its `texts`, cut."""
    lines: dict[str, list[tuple[str, str]]] = {"title": [], "text": []}
    for change in changes:
        words = seen_words(old, change.field, change.old, before)
        instead = seen_words(new, change.field, change.new, after)
        lines[change.field].append((excerpt(words, CHANGE_CHARS), excerpt(instead, CHANGE_CHARS)))
    return {**lines, "text": lines["text"][:CHANGES], "texts": len(lines["text"])}


def _flags(
    findings: Iterable[Finding], article: Article, shown: Shown, titles: Mapping[str, str]
) -> list[tuple[Finding, str, str, int]]:
    """Return for each rule and its words the last finding, title, words and how many there are."""
    found: dict[tuple[str, str], tuple[Finding, str, str, int]] = {}
    for finding in findings:
        words = ""
        if finding.rule not in IDENTIFYING:  # those could tell who somebody is
            place = finding.start, finding.end
            words = excerpt(seen_words(article, finding.field, place, shown), QUOTE_CHARS)
        key = finding.rule, words.casefold()
        count = found[key][3] + 1 if key in found else 1
        found[key] = finding, clean(titles.get(finding.rule, finding.rule)), words, count
    return list(found.values())
