"""Trends, scorecards of outlets and the monthly report, read from a desk's store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.desk import Desk
from monitor.feeds.urls import article_id
from monitor.records.counts import CountedItem
from monitor.records.dates import LONGEST_PUBLISHED_DAYS, days_of, midnight, month_of
from monitor.records.errors import NotFound, UsageError
from monitor.records.stamps import is_same
from monitor.review.recall_estimate import gaps_until
from monitor.rules.measured_precision import load_measured
from monitor.stats import trends
from monitor.stats.monthly_report import MonthlyReport, make_report
from monitor.stats.outlet_scorecards import OutletCount, Scorecard, list_outlets, score_outlet
from monitor.stats.trends import Basis, Trends


@dataclass(frozen=True, slots=True)
class Period:
    """The days [since, until) with what is counted in them.

    Where that goes by publication it says how many articles are `stored`, and how many items that
    say no day are left out (`undated`).
    """

    since: date
    until: date
    items: tuple[CountedItem, ...]
    story_of: Mapping[str, str]
    stored: Mapping[date, int] | None = None
    undated: int = 0

    @property
    def last(self) -> date:
        """The last of its days."""
        return self.until - timedelta(days=1)


def read_period(desk: Desk, since: date, until: date) -> Period:
    """Read what is about trafficking in the days [since, until). Raises `UsageError`."""
    days_of(since, until)
    first, last = _bounds(desk, since, until)
    items = tuple(desk.store.items(first, last, desk.stamps))
    return Period(since, until, items, _stories(desk, items))


def read_published(desk: Desk, since: date, until: date) -> Period:
    """Read what is about trafficking and was published in the days [since, until).

    An item's moment is that of its publication. Raises `UsageError`.
    """
    days = days_of(since, until, LONGEST_PUBLISHED_DAYS)
    zone = desk.settings.zone
    when = desk.store.published(*_bounds(desk, since, until))
    every = desk.store.items(None, None, desk.stamps)
    undated = desk.store.undated()
    items = tuple(replace(item, seen=when[item.id][1]) for item in every if item.id in when)
    stored = Counter(moment.astimezone(zone).date() for _, moment in when.values())
    by_day, left_out = {day: stored[day] for day in days}, sum(o.id in undated for o in every)
    return Period(since, until, items, _stories(desk, items), by_day, left_out)


def _stories(desk: Desk, items: tuple[CountedItem, ...]) -> Mapping[str, str]:
    ids = [item.id for item in items]
    # what is not folded yet is a story of its own
    return {one: one for one in ids} | desk.store.kept_stories_of(desk.stories_stamp, ids)


def _bounds(desk: Desk, since: date, until: date) -> tuple[datetime, datetime]:
    zone = desk.settings.zone
    return midnight(since, zone), midnight(until, zone)


def basis_of(desk: Desk) -> Basis:
    """Return which flags are counted: what was measured of other rules than these does not hold."""
    in_force = desk.in_force
    times = Counter(rule.id for guideline in in_force.guidelines for rule in guideline.rules)
    rows: dict[str, tuple[int, int]] = {}
    for guideline in in_force.guidelines:
        measured = None if guideline.extends else load_measured(guideline.path)
        if measured is not None and is_same(measured.guideline, guideline.stamp):
            # of an id that several have nobody knows whose flag it is
            told = {rule: row for rule, row in measured.rules.items() if times[rule] == 1}
            rows |= {rule: (row.flags, row.right) for rule, row in told.items()}
    return trends.proven_rules(in_force.stamp, rows)


def trends_of(desk: Desk, period: Period) -> Trends:
    """Count a period."""
    if period.stored is None:
        by_day = _stored(desk, period.since, period.until)
        stored = {day: sum(by_outlet.values()) for day, by_outlet in by_day.items()}
        changes = desk.store.feed_changes(*_bounds(desk, period.since, period.until))
    else:
        stored, changes = dict(period.stored), []  # feeds are of when something came in
    found = trends.count_trends(
        period.items,
        story_of=period.story_of,
        stored=stored,
        changes=changes,
        basis=basis_of(desk),
        zone=desk.settings.zone,
        stamps=desk.stamps,
        until=period.until,
    )
    if period.stored is None:
        return found
    return replace(found, dates="published", undated=period.undated)


def _stored(desk: Desk, since: date, until: date) -> Mapping[date, Mapping[str, int]]:
    """Return how many articles of [since, until) are stored, by day and outlet."""
    days = days_of(since, until)
    bounds = {day: _bounds(desk, day, day + timedelta(days=1)) for day in days}
    # a poll that began before midnight may be stored after it
    over = desk.now() - timedelta(days=1)
    return desk.store.stored_by_day_and_outlet(bounds, over)


def outlets_of(desk: Desk, period: Period) -> tuple[OutletCount, ...]:
    """Return the outlets with articles in a period, most stories first."""
    stored: Counter[str] = Counter()
    for by_outlet in _stored(desk, period.since, period.until).values():
        stored.update(by_outlet)
    return list_outlets(period.items, period.story_of, stored)


def scorecard_of(desk: Desk, period: Period, outlet_id: str) -> Scorecard:
    """Return the scorecard of an outlet, by id; raises `NotFound` for one with no article then."""
    found = outlet_of(desk, period, outlet_id)
    return score_outlet(found, period.items, period.story_of, trends.outlet_basis(basis_of(desk)))


def outlet_of(desk: Desk, period: Period, outlet_id: str) -> OutletCount:
    """Return an outlet, by id; raises `NotFound` for one with no article in a period."""
    found = next((one for one in outlets_of(desk, period) if one.id == outlet_id), None)
    if found is None:
        raise NotFound(f"no outlet '{outlet_id}' with articles in these days")
    return found


def report_of(desk: Desk, month: str) -> MonthlyReport:
    """Return the report of a month such as 2026-11. Raises `UsageError`, also for one to come."""
    since, until = month_of(month)
    today = desk.today
    if since > today:
        raise UsageError(f"{month} has not begun")
    period = read_period(desk, since, min(until, today + timedelta(days=1)))
    cards = read_cards(desk, period, limit=None).cards
    return make_report(
        trends_of(desk, period),
        [card.outlet for card in cards],
        cards,
        title=f"Coverage of trafficking in human beings, {month}",
        gaps=gaps_until(desk, period.until.isoformat()).words,
        rules=desk.rule_titles,
    )


def judge_flag(
    desk: Desk,
    article: str,
    rule: str,
    *,
    right: bool,
    reviewer: str = "",
    provisional: bool = False,
) -> int:
    """Record whether the flags of `rule` in an article are right; return how many. `NotFound`."""
    return desk.store.add_flag_verdict(
        article_id(article) if "://" in article else article,
        rule,
        stamps=desk.stamps,
        right=right,
        reviewer=reviewer,
        now=desk.now(),
        provisional=provisional,
    )


@dataclass(frozen=True, slots=True)
class CardList:
    """Scorecards of a page of the `total` outlets; `next` is the id to go on from."""

    cards: tuple[Scorecard, ...]
    total: int
    next: str | None


def read_cards(
    desk: Desk, period: Period, *, name: str = "", limit: int | None, after: str | None = None
) -> CardList:
    """Return the scorecards of outlets whose names have `name`, most stories first.

    Raises `NotFound` where there is no outlet `after`.
    """
    wanted = name.strip().casefold()
    outlets = [one for one in outlets_of(desk, period) if wanted in one.name.casefold()]
    ids = [one.id for one in outlets]
    if after is not None and after not in ids:
        raise NotFound(f"no outlet '{after}'")
    begin = ids.index(after) + 1 if after is not None else 0
    end = len(ids) if limit is None else begin + limit
    items = trends.group_items(period.items, lambda item: (item.outlet,))
    basis = trends.outlet_basis(basis_of(desk))
    cards = tuple(
        score_outlet(one, items.get(one.name, []), period.story_of, basis)
        for one in outlets[begin:end]
    )
    return CardList(cards, len(ids), ids[end - 1] if end < len(ids) else None)
