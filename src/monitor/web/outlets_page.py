"""Renders the list of outlets, the page of one, and the letter to its editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.desk.letters import ConfirmedFlag
from monitor.desk.story_pages import StoryList
from monitor.desk.trends import Period
from monitor.digest.safe import clean, safe_url
from monitor.digest.times import date_words
from monitor.masks import Shown
from monitor.trends import NOT_INCIDENCE, Scorecard, card_panels
from monitor.trends.letter import Letter
from monitor.trends.report import Section
from monitor.trends.words import CONFIRMED_ONLY
from monitor.types import Severity
from monitor.visitors import Visitor
from monitor.web.page_frame import render
from monitor.web.panels import view_panels
from monitor.web.stories_page import Seen, view_row
from monitor.web.trends_page import address

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
