"""The pages of stories: the list and one story, in words; names stay hidden in all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Path, Query
from starlette.responses import HTMLResponse

from monitor.api.problem_details import no_such_page
from monitor.api.schemas import WholeStr
from monitor.archive.articles_found import seen_words
from monitor.archive.names_on_request import asked as asked_names
from monitor.archive.names_on_request import shown
from monitor.archive.story_details import StoryInList, StoryRead, read_stories, read_story
from monitor.archive.withdrawals import IDENTIFYING
from monitor.digest.tag_words import tag_line
from monitor.labels.countries import country_name
from monitor.labels.schemes import SCHEMES
from monitor.records.article import Article
from monitor.records.counts import outlet_id
from monitor.records.dates import bounds_of, date_words, on_clock
from monitor.records.errors import NotFound
from monitor.records.finding import Finding, Severity
from monitor.records.hidden_names import Shown
from monitor.stats.monthly_report import label_words
from monitor.storage.stories import StoryChoice
from monitor.stories.outlet_comparison import Change, Outlet, changes_of
from monitor.text.safe_text import clean, excerpt, safe_url
from monitor.web.page_frame import PageContext, PageDep, address, page_router
from monitor.web.page_queries import StoriesPageQuery
from monitor.web.trends_page import label_choices

router = page_router("read")


@router.get("/stories")
def stories_page(query: Annotated[StoriesPageQuery, Query()], page: PageDep) -> HTMLResponse:
    """Show the stories there are, newest first."""
    desk, asked = page.desk, query.asked()
    since, until = bounds_of(query.since, query.last, page.zone)
    choice = StoryChoice(since, until, query.outlet or "", query.labels(), bool(query.several))
    try:
        found = read_stories(desk, choice, after=query.after)
    except NotFound as error:
        raise no_such_page("must be the last story of a page before") from error
    outlets, countries = desk.store.story_choices(desk.stories_stamp)
    seen = seen_by(page, [row.lead.article for row in found.stories])
    return page.render(
        "stories.html",
        back=address("/stories", {**asked, "after": query.after or ""}),
        asked=asked,
        filtered=any(asked.values()),
        choices=label_choices(("form", "place"), {*countries, *filter(None, [asked["place"]])}),
        outlets=outlets,
        total=found.total,
        rows=[view_row(row, seen) for row in found.stories],
        all=seen.shown,
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
    articles = [one.assessed.article for one in (story.first, *story.others)]
    seen = seen_by(page, articles, story.versions)
    path = f"/stories/{story.id}"
    return page.render(
        "story.html",
        back=address(path, {"after": after or ""}),
        view=view_story(story, seen),
        all=seen.shown,
        next=address(path, {"after": story.next}) if story.next else None,
        first=path if after else None,
    )


def seen_by(
    page: PageContext,
    articles: Iterable[Article],
    versions: Mapping[str, Sequence[Article]] | None = None,
) -> Seen:
    """Return what a visitor may be shown of articles, and of their `versions`."""
    desk = page.desk
    names = asked_names(desk, page.visitor.name)
    # versions one by one: those of an article have one id
    every = {
        key: tuple(shown(desk, [one], ask=names)[key] for one in found)
        for key, found in (versions or {}).items()
    }
    return Seen(shown(desk, articles, ask=names), desk.rule_titles, page.zone, every)


CHANGES, CHANGE_CHARS = 6, 160
"""So many changed stretches of a text are shown, each cut at so many characters."""
OUTLETS = 6
QUOTE_CHARS = 90
_HEADINGS = {name: SCHEMES[name].heading for name in dict.fromkeys(("form", "place", *SCHEMES))}


@dataclass(frozen=True, slots=True)
class OutletName:
    """An outlet's name and the id of its page."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story in the list; `shown` is what may be shown of its first article."""

    id: str
    article: str
    shown: Shown
    href: str | None
    language: str | None
    articles: int
    when: str
    when_iso: str
    last: str
    outlets: tuple[OutletName, ...]
    more: int
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag `count` times; without `words` where they could tell who somebody is."""

    rule: str
    title: str
    severity: Severity
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What stood before, and what stands instead; either may be empty."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of a headline, the first of a text, and how many there are in it."""

    title: tuple[ChangeLine, ...]
    text: tuple[ChangeLine, ...]
    texts: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A later version of an article: `gone` where its words were withdrawn."""

    number: int
    gone: bool
    changes: Changes | None


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """One article of a story; `copied` says in words how much of its text the first has."""

    id: str
    place: int
    outlet: OutletName
    shown: Shown
    href: str | None
    language: str | None
    when: str
    when_iso: str
    first: bool
    copied: str
    changes: Changes | None
    versions: tuple[VersionLine, ...]
    carried: tuple[FlagLine, ...]
    added: tuple[FlagLine, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story's page; `labels` are what it tells of, by scheme, each with how many articles."""

    id: str
    title: str
    total: int
    outlets: int
    labels: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    cards: tuple[ArticleCard, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """By what pages are made: what may be shown of articles, rules' titles, zone.

    `versions` are what may be shown of each version of articles that have several.
    """

    shown: Mapping[str, Shown]
    titles: Mapping[str, str]
    zone: ZoneInfo
    versions: Mapping[str, Sequence[Shown]]


def view_row(row: StoryInList, seen: Seen) -> StoryRow:
    """Return a story as the list shows it."""
    article = row.lead.article
    shown = seen.shown[article.id]
    moment = article.published or row.story.first_seen
    return StoryRow(
        id=row.story.id,
        article=article.id,
        shown=shown,
        href=_href(article, shown),
        language=article.language,
        articles=row.story.articles,
        when=date_words(moment, "", seen.zone),
        when_iso=on_clock(moment, seen.zone).isoformat(timespec="minutes"),
        last=date_words(row.story.last_seen, "", seen.zone),
        outlets=tuple(_outlet(name) for name in row.outlets[:OUTLETS]),
        more=max(0, len(row.outlets) - OUTLETS),
        tags=tag_line(row.lead.tags, country_name),
    )


def view_story(story: StoryRead, seen: Seen) -> StoryView:
    """Return a story as its page shows it."""
    first = story.first.assessed.article
    named = seen.shown[first.id].title
    return StoryView(
        id=story.id,
        title=clean(named) or f"A story that {_outlet(first.outlet).name} told first",
        total=story.total,
        outlets=story.outlets,
        labels=_labels(story.labels),
        cards=tuple(_card(one, first, story, seen) for one in (story.first, *story.others)),
        next=story.next,
    )


def _card(outlet: Outlet, first: Article, story: StoryRead, seen: Seen) -> ArticleCard:
    article = outlet.assessed.article
    shown = seen.shown[article.id]
    moment = article.published or article.seen
    when = date_words(moment, "", seen.zone)
    changes = None
    if not outlet.first and not article.expired and not first.expired:
        changes = _changes(outlet.changes, first, seen.shown[first.id], article, shown)
    return ArticleCard(
        id=article.id,
        place=story.places[article.id],
        outlet=_outlet(article.outlet),
        shown=shown,
        href=_href(article, shown),
        language=article.language,
        when=when if article.published else f"first seen {when}",
        when_iso=on_clock(moment, seen.zone).isoformat(timespec="minutes"),
        first=outlet.first,
        copied="" if outlet.first else copied_words(outlet.copied),
        changes=changes,
        versions=_versions(story.versions.get(article.id, ()), seen.versions.get(article.id, ())),
        carried=_flags(outlet.carried, article, shown, seen),
        added=_flags(outlet.added, article, shown, seen),
        tags=tag_line(outlet.assessed.tags, country_name),
    )


def copied_words(share: float | None) -> str:
    """Say how much of a text stands word for word in the first."""
    if share is None:
        return ""
    if share >= 0.995:
        return "the first's text, word for word"
    if share < 0.3:
        return "a text of its own"
    return f"{100 * share:.0f} % of its text stands in the first"


def _outlet(name: str) -> OutletName:
    return OutletName(clean(name) or "unnamed outlet", outlet_id(name))


def _href(article: Article, shown: Shown) -> str | None:
    return None if shown.link_tells else safe_url(article.url)


def _labels(
    labels: Iterable[tuple[str, str, int]],
) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    found: dict[str, list[tuple[str, int]]] = {}
    for scheme, label, count in labels:
        if label != "unknown" and scheme in _HEADINGS:
            found.setdefault(scheme, []).append((clean(label_words(scheme, label)), count))
    return tuple((words, tuple(found[one])) for one, words in _HEADINGS.items() if one in found)


def _changes(
    changes: Iterable[Change], old: Article, before: Shown, new: Article, after: Shown
) -> Changes:
    """Put changes into words; headlines whole words only, texts cut."""
    every = tuple(changes)
    lines = {
        field: tuple(
            ChangeLine(
                excerpt(seen_words(old, field, change.old, before), CHANGE_CHARS),
                excerpt(seen_words(new, field, change.new, after), CHANGE_CHARS),
            )
            for change in every
            if change.field == field
        )
        for field in ("title", "text")
    }
    return Changes(lines["title"], lines["text"][:CHANGES], len(lines["text"]))


def _versions(versions: Sequence[Article], shown: Sequence[Shown]) -> tuple[VersionLine, ...]:
    """Return each version after the first with what it changed; of one withdrawn no words."""
    lines: list[VersionLine] = []
    before: tuple[Article, Shown] | None = None
    for number, (version, mask) in enumerate(zip(versions, shown, strict=True), 1):
        gone = not (version.title or version.text)
        changes = None
        if before and not gone:
            found = changes_of(before[0], version)[1]
            changes = _changes(found, before[0], before[1], version, mask)
        lines.append(VersionLine(number, gone, changes))
        before = None if gone else (version, mask)
    return tuple(lines)


def _flags(
    findings: Iterable[Finding], article: Article, shown: Shown, seen: Seen
) -> tuple[FlagLine, ...]:
    """Return one line for each rule and its words, in the order in which they come."""
    found: dict[tuple[str, str], FlagLine] = {}
    for finding in findings:
        words = ""
        if finding.rule not in IDENTIFYING:
            place = finding.start, finding.end
            words = excerpt(seen_words(article, finding.field, place, shown), QUOTE_CHARS)
        key = finding.rule, words.casefold()
        count = found[key].count + 1 if key in found else 1
        title = clean(seen.titles.get(finding.rule, finding.rule))
        found[key] = FlagLine(finding.rule, title, finding.severity, words, count)
    return tuple(found.values())
