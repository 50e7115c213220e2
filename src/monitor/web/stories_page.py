"""The pages of stories: the list and one story, in words; names stay hidden in all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Path, Query
from starlette.responses import HTMLResponse

from monitor.api.problem_details import no_such_page, refuse
from monitor.api.schemas import WholeStr
from monitor.archive.articles_found import seen_words
from monitor.archive.names_on_request import asked as asked_names
from monitor.archive.story_details import StoryInList, StoryRead, read_stories, read_story
from monitor.archive.withdrawals import IDENTIFYING
from monitor.digest.tag_words import tag_line
from monitor.labels.countries import country_name
from monitor.records.article import Article
from monitor.records.counts import outlet_id
from monitor.records.dates import bounds_of, date_words, on_clock
from monitor.records.errors import NotFound
from monitor.records.finding import Finding
from monitor.records.hidden_names import Shown
from monitor.stats.monthly_report import label_words
from monitor.storage.stories import StoryChoice
from monitor.stories.outlet_comparison import Change, OutletVersion, changes_of
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
    with refuse(NotFound, no_such_page("must be the last story of a page before")):
        found = read_stories(desk, choice, after=query.after)
    outlets, countries = desk.store.story_choices(desk.stories_stamp)
    seen = seen_by(page, [row.lead.article for row in found.stories])
    return page.render(
        "stories.html",
        back=address("/stories", {**asked, "after": query.after or ""}),
        asked=asked,
        filtered=any(asked.values()),
        choices=label_choices(("form",), {*countries, *filter(None, [asked["place"]])}),
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
) -> Visible:
    """Return what a visitor may be shown of articles, and of their `versions`."""
    desk = page.desk
    names = asked_names(desk, page.visitor.name)
    # versions one by one: those of an article have one id
    every = {
        key: tuple(desk.shown([one], ask=names)[key] for one in found)
        for key, found in (versions or {}).items()
    }
    return Visible(desk.shown(articles, ask=names), desk.rule_titles, page.zone, every)


CHANGES, CHANGE_CHARS = 6, 160
"""So many changed stretches of a text are shown, each cut at so many characters."""
OUTLETS = 6
QUOTE_CHARS = 90
SCHEMES = {
    "form": "Form",
    "place": "Place",
    "response": "Response",
    "victim": "Victims",
    "gender": "Gender",
    "flow": "Flow",
    "protection": "Help",
    "indicator": "Indicators",
    "institution": "Institutions",
    "instrument": "Instruments",
    "topic": "Topics",
    "vulnerability": "At risk by",
    "partnership": "Partnership",
}


@dataclass(frozen=True, slots=True)
class Visible:
    """By what pages are made: what may be shown of articles, rules' titles, zone.

    `versions` are what may be shown of each version of articles that have several.
    """

    shown: Mapping[str, Shown]
    titles: Mapping[str, str]
    zone: ZoneInfo
    versions: Mapping[str, Sequence[Shown]]


def view_row(row: StoryInList, seen: Visible) -> SimpleNamespace:
    """Return a story as the list shows it; `shown` is what may be shown of its first article."""
    article = row.lead.article
    shown = seen.shown[article.id]
    moment = article.published or row.story.first_seen
    return SimpleNamespace(
        id=row.story.id,
        article=article.id,
        shown=shown,
        href=_href(article, shown),
        language=article.language,
        articles=row.story.articles,
        when=date_words(moment, "", seen.zone),
        when_iso=on_clock(moment, seen.zone).isoformat(timespec="minutes"),
        last=date_words(row.story.last_seen, "", seen.zone),
        outlets=[_outlet(name) for name in row.outlets[:OUTLETS]],
        more=max(0, len(row.outlets) - OUTLETS),
        tags=tag_line(row.lead.tags, country_name),
    )


def view_story(story: StoryRead, seen: Visible) -> SimpleNamespace:
    """Return a story as its page shows it."""
    first = story.first.assessed.article
    named = seen.shown[first.id].title
    return SimpleNamespace(
        id=story.id,
        title=clean(named) or f"A story that {_outlet(first.outlet)['name']} told first",
        total=story.total,
        outlets=story.outlets,
        labels=_labels(story.labels),
        cards=[_card(one, first, story, seen) for one in (story.first, *story.others)],
    )


def _card(
    outlet: OutletVersion, first: Article, story: StoryRead, seen: Visible
) -> SimpleNamespace:
    article = outlet.assessed.article
    shown = seen.shown[article.id]
    moment = article.published or article.seen
    when = date_words(moment, "", seen.zone)
    changes = None
    if not outlet.first and not article.expired and not first.expired:
        changes = _changes(outlet.changes, first, seen.shown[first.id], article, shown)
    return SimpleNamespace(
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


def _outlet(name: str) -> dict[str, str]:
    return {"name": clean(name) or "unnamed outlet", "id": outlet_id(name)}


def _href(article: Article, shown: Shown) -> str | None:
    return None if shown.link_tells else safe_url(article.url)


def _labels(labels: Iterable[tuple[str, str, int]]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return what the articles tell of, by scheme, each label with how many articles."""
    found: dict[str, list[tuple[str, int]]] = {scheme: [] for scheme in SCHEMES}
    for scheme, label, count in labels:
        if label != "unknown" and scheme in SCHEMES:
            found[scheme].append((clean(label_words(scheme, label)), count))
    return [(SCHEMES[scheme], counts) for scheme, counts in found.items() if counts]


def _changes(
    changes: Iterable[Change], old: Article, before: Shown, new: Article, after: Shown
) -> dict[str, Any]:
    """Put changes into words, old and new: of headlines whole, of a text the first, cut.

    `texts` is how many there are in the text.
    """
    lines: dict[str, list[tuple[str, str]]] = {"title": [], "text": []}
    for change in changes:
        words = seen_words(old, change.field, change.old, before)
        instead = seen_words(new, change.field, change.new, after)
        lines[change.field].append((excerpt(words, CHANGE_CHARS), excerpt(instead, CHANGE_CHARS)))
    return {**lines, "text": lines["text"][:CHANGES], "texts": len(lines["text"])}


def _versions(versions: Sequence[Article], shown: Sequence[Shown]) -> list[SimpleNamespace]:
    """Return each version after the first with what it changed; of one withdrawn no words."""
    lines = []
    before: tuple[Article, Shown] | None = None
    for number, (version, mask) in enumerate(zip(versions, shown, strict=True), 1):
        gone = not (version.title or version.text)
        changes = None
        if before and not gone:
            found = changes_of(before[0], version)[1]
            changes = _changes(found, before[0], before[1], version, mask)
        lines.append(SimpleNamespace(number=number, gone=gone, changes=changes))
        before = None if gone else (version, mask)
    return lines


def _flags(
    findings: Iterable[Finding], article: Article, shown: Shown, seen: Visible
) -> list[SimpleNamespace]:
    """Return one line for each rule and its words, in the order in which they come.

    Without `words` where they could tell who somebody is.
    """
    found: dict[tuple[str, str], SimpleNamespace] = {}
    for finding in findings:
        words = ""
        if finding.rule not in IDENTIFYING:
            place = finding.start, finding.end
            words = excerpt(seen_words(article, finding.field, place, shown), QUOTE_CHARS)
        before = found.get((finding.rule, words.casefold()))
        found[finding.rule, words.casefold()] = SimpleNamespace(
            rule=finding.rule,
            title=clean(seen.titles.get(finding.rule, finding.rule)),
            severity=finding.severity,
            words=words,
            count=before.count + 1 if before else 1,
        )
    return list(found.values())
