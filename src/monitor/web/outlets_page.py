"""The pages of outlets: the list, one with its scorecard, and the letter to its editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep, need, need_scorecards
from monitor.api.problem_details import no_such_page
from monitor.api.schemas import WholeStr
from monitor.archive.story_details import StoryList, read_stories
from monitor.desk import Desk
from monitor.records.dates import date_words, midnight
from monitor.records.errors import NotFound
from monitor.records.finding import Severity
from monitor.records.hidden_names import Shown
from monitor.stats.letter_to_editor import ConfirmedFlag, confirmed_flags, draft_letter, quote
from monitor.stats.monthly_report import CONFIRMED_ONLY, NOT_INCIDENCE, ReportSection
from monitor.stats.outlet_scorecards import Scorecard
from monitor.stats.panels import Panel, card_panels
from monitor.stats.trend_queries import Period, outlet_name, read_cards, read_period, scorecard_of
from monitor.storage.stories import StoryChoice
from monitor.text.safe_text import clean, safe_url
from monitor.web.page_frame import PageContext, PageDep, address
from monitor.web.page_queries import DaysQuery, OutletsPageQuery, days_asked
from monitor.web.stories_page import Seen, seen_by, view_row
from monitor.web.svg_plots import view_panels
from monitor.web.trends_page import csv_response

router = APIRouter(include_in_schema=False, dependencies=[Depends(need_scorecards)])
OutletId = Annotated[WholeStr, Path(max_length=200)]
Days = Annotated[DaysQuery, Query()]
FLAGS, STORIES = 50, 10
"""Shown on an outlet's page."""


@router.get("/outlets")
def outlets_page(query: Annotated[OutletsPageQuery, Query()], page: PageDep) -> HTMLResponse:
    """Show the outlets of a period, most stories first."""
    period = _period(query, page.desk)
    name = query.name or ""
    try:
        found = read_cards(page.desk, period, name=name, limit=OUTLETS, after=query.after)
    except NotFound as error:
        raise no_such_page("must be the last outlet of a page before") from error
    days = _days(period)
    asked = {**query.asked(), **days}
    return page.render(
        "outlets.html",
        here="/outlets",
        asked=asked,
        rows=[outlet_row(card) for card in found.cards],
        total=found.total,
        query=address("", days),
        csv=address("/outlets.csv", asked),
        next=address("/outlets", {**asked, "after": found.next}) if found.next else None,
        first=address("/outlets", asked) if query.after else None,
        **_rests(period, page.desk),
    )


@router.get("/outlets.csv")
def outlets_table(query: Annotated[OutletsPageQuery, Query()], desk: DeskDep) -> Response:
    """Give the list of outlets, whole."""
    period = _period(query, desk)
    cards = read_cards(desk, period, name=query.name or "", limit=None).cards
    panel = Panel("outlets", outlets_section([outlet_row(card) for card in cards]))
    return csv_response((panel,), "outlets", "..".join(_days(period).values()), "outlets")


@router.get("/outlets/{outlet_id}")
def outlet_page(outlet_id: OutletId, query: Days, page: PageDep) -> HTMLResponse:
    """Show how an outlet writes, as far as that is known."""
    period = _period(query, page.desk)
    card = scorecard_of(page.desk, period, outlet_id)
    asked = _days(period)
    own = {**asked, "outlet": card.outlet.name}
    path = f"/outlets/{card.outlet.id}"
    panels = card_panels(card, page.desk.rule_titles)
    inside = _inside(page, period, card) if page.visitor.may("read") else None
    return page.render(
        "outlet.html",
        here="/outlets",
        back=address(path, asked),
        id=card.outlet.id,
        name=card.outlet.name or "unnamed outlet",
        card=card,
        asked=asked,
        query=address("", asked),
        panels=view_panels(panels, path, asked),
        inside=inside,
        confirmed=inside.flags if inside else (),
        total_confirmed=inside.total_flags if inside else 0,
        how=HOW,
        stories=[view_row(row, inside.seen) for row in inside.stories.stories] if inside else (),
        total_stories=inside.stories.total if inside else 0,
        all=inside.seen.shown if inside else {},
        all_stories=address("/stories", own),
        archive=address("/articles", own),
        **_rests(period, page.desk),
    )


@router.get("/outlets/{outlet_id}/{table}.csv")
def outlet_table(outlet_id: OutletId, table: str, query: Days, desk: DeskDep) -> Response:
    """Give one of the page's tables."""
    period = _period(query, desk)
    panels = card_panels(scorecard_of(desk, period, outlet_id), desk.rule_titles)
    return csv_response(panels, table, "..".join(_days(period).values()), f"outlet-{table}")


@router.get("/outlets/{outlet_id}/letter", dependencies=[Depends(need("read"))])
def letter_page(outlet_id: OutletId, query: Days, page: PageDep) -> HTMLResponse:
    """Show a letter to the editor, made of confirmed flags: to be copied, nothing is sent."""
    since, until = days_asked(query, page.desk)
    name = outlet_name(page.desk, outlet_id, since, until)
    asked = _days(Period(since, until, (), {}))
    return page.render(
        "letter.html",
        here="/outlets",
        name=name or "unnamed outlet",
        id=outlet_id,
        asked=asked,
        query=address("", asked),
        letter=draft_letter(page.desk, name, since, until),
        how=HOW,
    )


def _period(query: DaysQuery, desk: Desk) -> Period:
    return read_period(desk, *days_asked(query, desk))


def _days(period: Period) -> dict[str, str]:
    """Return the fields of the form, both days included."""
    return {"since": str(period.since), "until": str(period.last)}


def _inside(page: PageContext, period: Period, card: Scorecard) -> Inside:
    """Return what only who may read sees of an outlet."""
    desk = page.desk
    name, zone = card.outlet.name, desk.settings.zone
    flags = confirmed_flags(desk, name, period.since, period.until)
    bounds = midnight(period.since, zone), midnight(period.until, zone)
    stories = read_stories(desk, StoryChoice(*bounds, outlet=name), limit=STORIES)
    articles = {flag.article.article.id: flag.article.article for flag in flags[:FLAGS]}
    articles |= {row.lead.article.id: row.lead.article for row in stories.stories}
    seen = seen_by(page, articles.values())
    rows = tuple(flag_row(flag, quote(flag), period.story_of, seen) for flag in flags[:FLAGS])
    return Inside(rows, len(flags), stories, seen)


OUTLETS = 50
"""On a page."""
HOW = (
    "A flag is confirmed in review, or with the command “monitor reviews flag ARTICLE RULE right”."
)
PRIVATE = "These pages are for who may read at this desk; others do not see them."
OPEN = "Visitors without sign-in may see scorecards, without stories, flags and letters."


@dataclass(frozen=True, slots=True)
class OutletRow:
    """An outlet in the list; `share` says how many of its stories are flagged, or why not."""

    id: str
    name: str
    stored: int
    items: int
    stories: int
    flagged: int
    share: str


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A confirmed flag; without `words` where they could tell who somebody is."""

    rule: str
    title: str
    severity: Severity
    words: str
    shown: Shown
    href: str | None
    day: str
    story: str


@dataclass(frozen=True, slots=True)
class Inside:
    """What only who may read sees of an outlet: confirmed flags, stories, and names asked for."""

    flags: tuple[FlagRow, ...]
    total_flags: int
    stories: StoryList
    seen: Seen


def outlet_row(card: Scorecard) -> OutletRow:
    """Return an outlet as the list shows it."""
    one = card.outlet
    return OutletRow(
        one.id,
        one.name or "unnamed outlet",
        one.stored,
        one.items,
        one.stories,
        card.flagged,
        share_words(card),
    )


def share_words(card: Scorecard) -> str:
    """Say which share of an outlet's stories is flagged, or why that cannot be said."""
    if not card.enough:
        return f"too few (n = {card.outlet.stories})"
    if card.interval is None:
        return f"not told: {card.unseen} flag{'' if card.unseen == 1 else 's'} not looked at"
    low, high = card.interval
    return f"{100 * card.flagged / card.outlet.stories:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def flag_row(flag: ConfirmedFlag, words: str, story_of: Mapping[str, str], seen: Seen) -> FlagRow:
    """Return a confirmed flag as a page shows it, `words` quoted."""
    article, finding = flag.article.article, flag.finding
    shown = seen.shown[article.id]
    moment = article.published or article.seen
    return FlagRow(
        rule=finding.rule,
        title=clean(seen.titles.get(finding.rule, finding.rule)),
        severity=finding.severity,
        words=words,
        shown=shown,
        href=None if shown.link_tells else safe_url(article.url),
        day=date_words(moment, "", seen.zone).partition(",")[0],
        story=story_of.get(article.id, ""),
    )


def outlets_section(rows: Sequence[OutletRow]) -> ReportSection:
    """Return the list as a table."""
    return ReportSection(
        "Outlets",
        (),
        ("outlet", "stored", "items", "stories", "flagged", "share flagged"),
        tuple((r.name, r.stored, r.items, r.stories, r.flagged, r.share) for r in rows),
    )


def _rests(period: Period, desk: Desk) -> dict[str, Any]:
    """Return what every page of figures says of them: on what they rest, and who may see them."""
    return {
        "note": NOT_INCIDENCE,
        "private": OPEN if desk.settings.serve.public_scorecards else PRIVATE,
        "since": period.since,
        "last": period.last,
        "timezone": desk.settings.timezone,
        "foot": (CONFIRMED_ONLY, f"Guideline: {desk.in_force.stamp}"),
    }
