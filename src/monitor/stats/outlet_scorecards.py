"""Outlets: what each wrote of trafficking, and how, as far as that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.records.confidence_interval import wilson
from monitor.records.counts import CountedItem, outlet_id
from monitor.records.finding import MEASURED_FROM
from monitor.stats import trends
from monitor.stats.trends import BalanceRow, Basis, StoryOf


@dataclass(frozen=True, slots=True)
class OutletCount:
    """An outlet in a period: articles stored, items about trafficking, stories they tell."""

    id: str
    name: str
    stored: int
    items: int
    stories: int


@dataclass(frozen=True, slots=True)
class RuleShare:
    """Of an outlet's stories so many have a counted flag of a rule.

    `interval` (Wilson, 95 %) is of the share; None where the outlet has too few stories, or where
    there are `unseen` flags, which nobody has looked at: the share could then be any above.
    """

    rule: str
    stories: int
    unseen: int
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """An outlet's stories, each counted once, and how many have counted flags.

    `enough` says whether there are `MEASURED_FROM` of them; for `interval` see `RuleShare`.
    """

    outlet: OutletCount
    flagged: int
    unseen: int
    interval: tuple[float, float] | None
    rules: tuple[RuleShare, ...]
    balance: BalanceRow
    enough: bool
    basis: Basis


def list_outlets(
    items: Sequence[CountedItem], story_of: StoryOf, stored: Mapping[str, int]
) -> tuple[OutletCount, ...]:
    """Return the outlets with `stored` articles (by name), most stories first."""
    by_outlet = trends.group_items(items, lambda item: (item.outlet,))
    groups: dict[str, list[CountedItem]] = {**{name: [] for name in stored}, **by_outlet}
    found = []
    for name, own in groups.items():
        told = len(trends.stories(own, story_of))
        found.append(OutletCount(outlet_id(name), name, stored.get(name, 0), len(own), told))
    return tuple(sorted(found, key=lambda one: (-one.stories, -one.stored, one.name)))


def score_outlet(
    outlet: OutletCount, items: Sequence[CountedItem], story_of: StoryOf, basis: Basis
) -> Scorecard:
    """Return an outlet's scorecard; `items` may be of all outlets."""
    own = [item for item in items if item.outlet == outlet.name]
    rows = []
    for rule in sorted({flag.rule for item in own for flag in item.flags}):
        n = len(trends.stories(trends.flagged(own, rule, basis), story_of))
        unseen = trends.open_flags(own, rule, basis)
        rows.append(RuleShare(rule, n, unseen, _interval(n, outlet.stories, unseen)))
    marked = (item for item in own if any(trends.counts(flag, basis) for flag in item.flags))
    n = len(trends.stories(marked, story_of))
    unseen = sum(row.unseen for row in rows)
    return Scorecard(
        outlet=outlet,
        flagged=n,
        unseen=unseen,
        interval=_interval(n, outlet.stories, unseen),
        rules=tuple(sorted(rows, key=lambda row: (-row.stories, -row.unseen, row.rule))),
        balance=trends.balance_of(own, story_of).whole,
        enough=outlet.stories >= MEASURED_FROM,
        basis=basis,
    )


def _interval(n: int, whole: int, unseen: int) -> tuple[float, float] | None:
    return wilson(n / whole, whole) if whole >= MEASURED_FROM and not unseen else None
