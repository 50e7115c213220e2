"""The pages of outlets: the list, one with its scorecard, and the letter to its editor."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep, need, need_scorecards
from monitor.api.problem_details import no_such_page, refuse
from monitor.api.schemas import WholeStr
from monitor.archive.story_details import read_stories
from monitor.desk import Desk
from monitor.records.dates import midnight
from monitor.records.errors import NotFound
from monitor.stats.letter_to_editor import confirmed_flags, draft_letter, quote
from monitor.stats.monthly_report import CONFIRMED_ONLY, NOT_INCIDENCE, ReportSection
from monitor.stats.outlet_scorecards import Scorecard
from monitor.stats.panels import Panel, card_panels
from monitor.stats.trend_queries import Period, outlet_of, read_cards, read_period, scorecard_of
from monitor.storage.stories import StoryChoice
from monitor.text.safe_text import clean
from monitor.web.page_frame import PageContext, PageDep, address, page_router
from monitor.web.svg_plots import view_panels
from monitor.web.trends_page import DaysQuery, OutletsPageQuery, csv_response, days_asked

router = page_router(need_scorecards, "/outlets")
OutletId = Annotated[WholeStr, Path(max_length=200)]
Days = Annotated[DaysQuery, Query()]
FLAGS, STORIES = 50, 10  # shown on an outlet's page


@router.get("/outlets")
def outlets_page(query: Annotated[OutletsPageQuery, Query()], page: PageDep) -> HTMLResponse:
    """Show the outlets of a period, most stories first."""
    period = _period(query, page.desk)
    name = query.name or ""
    with refuse(NotFound, no_such_page("must be the last outlet of a page before")):
        found = read_cards(page.desk, period, name=name, limit=OUTLETS, after=query.after)
    days = _days(period)
    asked = {**query.asked(), **days}
    return page.render(
        "outlets.html",
        asked=asked,
        rows=[(card, _share(card)) for card in found.cards],
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
    columns = ("outlet", "stored", "items", "stories", "flagged", "share flagged")
    counts = attrgetter("stored", "items", "stories")
    rows = tuple(
        (card.outlet.name or "unnamed outlet", *counts(card.outlet), card.flagged, _share(card))
        for card in cards
    )
    panel = Panel("outlets", ReportSection("Outlets", (), columns, rows))
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
        back=address(path, asked),
        id=card.outlet.id,
        name=card.outlet.name or "unnamed outlet",
        card=card,
        asked=asked,
        query=address("", asked),
        panels=view_panels(panels, path, asked),
        inside=inside,
        how=HOW,
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
    name = outlet_of(page.desk, Period(since, until, (), {}), outlet_id).name
    asked = _days(Period(since, until, (), {}))
    return page.render(
        "letter.html",
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


def _inside(page: PageContext, period: Period, card: Scorecard) -> dict[str, Any]:
    """Return what only who may read sees: confirmed flags, stories, and names asked for."""
    desk = page.desk
    name, zone = card.outlet.name, desk.settings.zone
    flags = confirmed_flags(desk, name, period.since, period.until)
    bounds = midnight(period.since, zone), midnight(period.until, zone)
    found = read_stories(desk, StoryChoice(*bounds, outlet=name), limit=STORIES)
    articles = {flag.article.article.id: flag.article.article for flag in flags[:FLAGS]}
    articles |= {row.lead.article.id: row.lead.article for row in found.stories}
    titles = desk.rule_titles
    return {
        "confirmed": flags[:FLAGS],
        "quote": quote,
        "title": lambda rule: clean(titles.get(rule, rule)),
        "story_of": period.story_of,
        "total_confirmed": len(flags),
        "stories": found.stories,
        "total_stories": found.total,
        "all": page.shown(articles.values()),
    }


OUTLETS = 50  # on a page
_FLAG = "monitor reviews flag ARTICLE RULE right"
HOW = f"A flag is confirmed in review, or with the command “{_FLAG}”."
PRIVATE = "These pages are for who may read at this desk; others do not see them."
OPEN = "Visitors without sign-in may see scorecards, without stories, flags and letters."


def _share(card: Scorecard) -> str:
    """Say which share of an outlet's stories is flagged, or why that cannot be said."""
    if not card.enough:
        return f"too few (n = {card.outlet.stories})"
    if card.interval is None:
        return f"not told: {card.unseen} flag{'' if card.unseen == 1 else 's'} not looked at"
    low, high = card.interval
    return f"{100 * card.flagged / card.outlet.stories:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


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
