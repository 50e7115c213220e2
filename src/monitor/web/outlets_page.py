"""Renders the list of outlets, the page of one, and the letter to its editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import HTMLResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need, need_scorecards
from monitor.api.schemas import WholeStr
from monitor.core import Monitor
from monitor.desk.letters import ConfirmedFlag, confirmed_flags, draft_letter, quote
from monitor.desk.outlet_pages import read_cards
from monitor.desk.story_pages import StoryChoice, StoryList, read_stories
from monitor.desk.trends import Period, outlet_name, read_period, scorecard_of
from monitor.digest.safe import clean, safe_url
from monitor.digest.times import date_words
from monitor.errors import NotFound
from monitor.masks import Shown
from monitor.periods import midnight
from monitor.trends import NOT_INCIDENCE, Panel, Scorecard, card_panels
from monitor.trends.letter import Letter
from monitor.trends.report import Section
from monitor.trends.words import CONFIRMED_ONLY
from monitor.types import Severity
from monitor.visitors import Visitor
from monitor.web.page_frame import render
from monitor.web.page_queries import DaysQuery, OutletsPageQuery, days_asked
from monitor.web.stories_page import Seen, no_such_page, seen_by, view_row
from monitor.web.svg_plots import view_panels
from monitor.web.trends_page import address, csv_response

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
        basis=_basis(monitor),
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
        basis=_basis(monitor),
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


def _basis(monitor: Monitor) -> Rests:
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


OUTLETS = 50
"""On a page."""
HOW = (
    "A flag is confirmed in review, or with the command “monitor reviews flag ARTICLE RULE right”."
)
PRIVATE = "These pages are for who may read at this desk; others do not see them."
OPEN = "Visitors without sign-in may see scorecards, without stories, flags and letters."


@dataclass(frozen=True, slots=True)
class Rests:
    """On what figures rest: clock and guideline; `public` is whether anybody may see them."""

    timezone: str
    guideline: str
    public: bool


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


def outlets_section(rows: Sequence[OutletRow]) -> Section:
    """Return the list as a table."""
    return Section(
        "Outlets",
        (),
        ("outlet", "stored", "items", "stories", "flagged", "share flagged"),
        tuple((r.name, r.stored, r.items, r.stories, r.flagged, r.share) for r in rows),
    )


def render_outlets(
    rows: Sequence[OutletRow],
    total: int,
    *,
    visitor: Visitor,
    period: Period,
    asked: Mapping[str, str],
    after: str,
    next: str | None,
    basis: Rests,
) -> str:
    """Return a page of the `total` outlets."""
    given = {name: value for name, value in asked.items() if value}
    days = {name: value for name, value in given.items() if name != "name"}
    return render(
        "outlets.html",
        visitor=visitor,
        here="/outlets",
        asked=asked,
        rows=rows,
        total=total,
        query=address("", days),
        csv=address("/outlets.csv", given),
        next=address("/outlets", {**given, "after": next}) if next else None,
        first=address("/outlets", given) if after else None,
        **_rests(period, basis),
    )


def render_outlet(
    card: Scorecard,
    *,
    visitor: Visitor,
    period: Period,
    asked: Mapping[str, str],
    titles: Mapping[str, str],
    basis: Rests,
    inside: Inside | None,
) -> str:
    """Return an outlet's page; what is `inside` only for who may read."""
    given = {name: value for name, value in asked.items() if value}
    path = f"/outlets/{card.outlet.id}"
    return render(
        "outlet.html",
        visitor=visitor,
        here="/outlets",
        back=address(path, given),
        id=card.outlet.id,
        name=card.outlet.name or "unnamed outlet",
        card=card,
        asked=asked,
        query=address("", given),
        panels=view_panels(card_panels(card, titles), path, given),
        inside=inside,
        confirmed=inside.flags if inside else (),
        total_confirmed=inside.total_flags if inside else 0,
        how=HOW,
        stories=[view_row(row, inside.seen) for row in inside.stories.stories] if inside else (),
        total_stories=inside.stories.total if inside else 0,
        all=inside.seen.shown if inside else {},
        all_stories=address("/stories", {**given, "outlet": card.outlet.name}),
        archive=address("/articles", {**given, "outlet": card.outlet.name}),
        **_rests(period, basis),
    )


def render_letter(
    letter: Letter | None,
    *,
    visitor: Visitor,
    outlet: str,
    id: str,
    asked: Mapping[str, str],
) -> str:
    """Return the page with the letter to an outlet's editor, or with how to confirm flags."""
    given = {name: value for name, value in asked.items() if value}
    return render(
        "letter.html",
        visitor=visitor,
        here="/outlets",
        name=outlet or "unnamed outlet",
        id=id,
        asked=asked,
        query=address("", given),
        letter=letter,
        how=HOW,
    )


def _rests(period: Period, basis: Rests) -> dict[str, object]:
    """Return what every page of figures says of them."""
    return {
        "note": NOT_INCIDENCE,
        "private": OPEN if basis.public else PRIVATE,
        "since": period.since,
        "last": period.last,
        "timezone": basis.timezone,
        "foot": (CONFIRMED_ONLY, f"Guideline: {basis.guideline}"),
    }
