"""The pages `/outlets`, `/outlets/{outlet_id}` and its letter; their tables as CSV."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import HTMLResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need, need_scorecards
from monitor.api.schemas import WholeStr
from monitor.core import Monitor
from monitor.desk.letters import confirmed_flags, draft_letter, quote
from monitor.desk.outlet_pages import read_cards
from monitor.desk.story_pages import StoryChoice, read_stories
from monitor.desk.trends import Period, outlet_name, read_period, scorecard_of
from monitor.errors import NotFound
from monitor.periods import midnight
from monitor.trends import Panel, Scorecard, card_panels
from monitor.visitors import Visitor
from monitor.web.outlets_page import (
    OUTLETS,
    Inside,
    Rests,
    flag_row,
    outlet_row,
    outlets_section,
    render_letter,
    render_outlet,
    render_outlets,
)
from monitor.web.page_queries import DaysQuery, OutletsPageQuery, days_asked
from monitor.web.story_page_routes import no_such_page, seen_by
from monitor.web.trend_page_routes import csv_response

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need_scorecards)],
)
OutletId = Annotated[WholeStr, Path(max_length=200)]
Days = Annotated[DaysQuery, Query()]
FLAGS, STORIES = 50, 10
"""Shown on an outlet's page."""


@router.get("/outlets")
def outlets_page(
    query: Annotated[OutletsPageQuery, Query()], monitor: MonitorDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the outlets of a period, most stories first."""
    period = _period(query, monitor)
    try:
        found = read_cards(monitor, period, name=query.name or "", limit=OUTLETS, after=query.after)
    except NotFound as error:
        raise no_such_page("must be the last outlet of a page before") from error
    page = render_outlets(
        [outlet_row(card) for card in found.cards],
        found.total,
        visitor=visitor,
        period=period,
        asked={**query.asked(), **_days(period)},
        after=query.after or "",
        next=found.next,
        basis=_rests(monitor),
    )
    return HTMLResponse(page)


@router.get("/outlets.csv")
def outlets_table(query: Annotated[OutletsPageQuery, Query()], monitor: MonitorDep) -> Response:
    """Give the list of outlets, whole."""
    period = _period(query, monitor)
    cards = read_cards(monitor, period, name=query.name or "", limit=None).cards
    panel = Panel("outlets", outlets_section([outlet_row(card) for card in cards]))
    return csv_response((panel,), "outlets", "..".join(_days(period).values()), "outlets")


@router.get("/outlets/{outlet_id}")
def outlet_page(
    outlet_id: OutletId, query: Days, monitor: MonitorDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show how an outlet writes, as far as that is known."""
    period = _period(query, monitor)
    card = scorecard_of(monitor, period, outlet_id)
    page = render_outlet(
        card,
        visitor=visitor,
        period=period,
        asked=_days(period),
        titles=monitor.rule_titles,
        inside=_inside(monitor, visitor, period, card) if visitor.may("read") else None,
        basis=_rests(monitor),
    )
    return HTMLResponse(page)


@router.get("/outlets/{outlet_id}/{table}.csv")
def outlet_table(outlet_id: OutletId, table: str, query: Days, monitor: MonitorDep) -> Response:
    """Give one of the page's tables."""
    period = _period(query, monitor)
    panels = card_panels(scorecard_of(monitor, period, outlet_id), monitor.rule_titles)
    return csv_response(panels, table, "..".join(_days(period).values()), f"outlet-{table}")


@router.get("/outlets/{outlet_id}/letter", dependencies=[Depends(need("read"))])
def letter_page(
    outlet_id: OutletId, query: Days, monitor: MonitorDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show a letter to the editor, made of confirmed flags: to be copied, nothing is sent."""
    since, until = days_asked(query, monitor)
    name = outlet_name(monitor, outlet_id, since, until)
    letter = draft_letter(monitor, name, since, until)
    asked = _days(Period(since, until, (), {}))
    page = render_letter(letter, visitor=visitor, outlet=name, id=outlet_id, asked=asked)
    return HTMLResponse(page)


def _period(query: DaysQuery, monitor: Monitor) -> Period:
    return read_period(monitor, *days_asked(query, monitor))


def _days(period: Period) -> dict[str, str]:
    """Return the fields of the form, both days included."""
    return {"since": str(period.since), "until": str(period.last)}


def _rests(monitor: Monitor) -> Rests:
    settings = monitor.settings
    return Rests(settings.timezone, monitor.in_force.stamp, settings.serve.public_scorecards)


def _inside(monitor: Monitor, visitor: Visitor, period: Period, card: Scorecard) -> Inside:
    """Return what only who may read sees of an outlet."""
    name, zone = card.outlet.name, monitor.settings.zone
    flags = confirmed_flags(monitor, name, period.since, period.until)
    bounds = midnight(period.since, zone), midnight(period.until, zone)
    stories = read_stories(monitor, StoryChoice(*bounds, outlet=name), limit=STORIES)
    articles = {flag.article.article.id: flag.article.article for flag in flags[:FLAGS]}
    articles |= {row.lead.article.id: row.lead.article for row in stories.stories}
    seen = seen_by(monitor, visitor, articles.values())
    rows = tuple(flag_row(flag, quote(flag), period.story_of, seen) for flag in flags[:FLAGS])
    return Inside(rows, len(flags), stories, seen)
