"""Trends counted from stored items: by day, label and rule; enforcement against protection.

A story counts once: an outlet that prints one wire story ten times tells it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import starmap
from operator import attrgetter
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.labels.schemes import SCHEMES
from monitor.records.confidence_interval import wilson
from monitor.records.counts import CountedFlag, CountedItem, FeedChange
from monitor.records.finding import MEASURED_FROM

SIDES = ("prosecution", "protection", "prevention", "partnership")
"""The Ps, in the order in which they are told; enforcement is prosecution."""


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """Of the `stories` of one country or outlet that tell of a response, how many tell of which.

    A story may tell of several. `intervals` (Wilson, 95 %) are empty below `MEASURED_FROM`.
    """

    key: str
    stories: int
    told: Mapping[str, int]
    intervals: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Balance:
    """Which responses are told of: in all, by country of exploitation, by outlet."""

    whole: BalanceRow
    countries: tuple[BalanceRow, ...]
    outlets: tuple[BalanceRow, ...]


def balance_of(items: Sequence[CountedItem], story_of: StoryOf) -> Balance:
    """Count stories by response; most stories first."""

    def row(key: str, some: Sequence[CountedItem]) -> BalanceRow:
        n = len(stories(some, story_of))
        told = {
            side: len(stories((one for one in some if side in one.labels["response"]), story_of))
            for side in SIDES
        }
        enough = n >= MEASURED_FROM
        shares = {side: wilson(count / n, n) for side, count in told.items()} if enough else {}
        return BalanceRow(key, n, told, shares)

    def rows(keys_of: Callable[[CountedItem], Iterable[str]]) -> tuple[BalanceRow, ...]:
        found = starmap(row, group_items(told, keys_of).items())
        return tuple(sorted(found, key=lambda one: (-one.stories, one.key)))

    told = [item for item in items if item.labels.get("response")]
    places = rows(lambda item: item.labels.get("place", ()))
    return Balance(row("", told), places, rows(lambda item: (item.outlet,)))


def group_items(
    items: Iterable[CountedItem], keys_of: Callable[[CountedItem], Iterable[str]]
) -> dict[str, list[CountedItem]]:
    """Return the items under each of their keys."""
    groups: dict[str, list[CountedItem]] = {}
    for item in items:
        for key in keys_of(item):
            groups.setdefault(key, []).append(item)
    return groups


PRECISION = 0.95
"""The measured share of right flags from which on a rule's flags are counted as they are."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What flags are counted: of the `proven` rules of `guideline` all that nobody rejected.

    `nearly` are precise in what was measured, on fewer flags than would prove it.
    """

    guideline: str
    proven: frozenset[str] = frozenset()
    nearly: frozenset[str] = frozenset()


def proven_rules(guideline: str, measured: Mapping[str, tuple[int, int]]) -> Basis:
    """Return the rules measured as precise; `measured` are flags and right ones by rule.

    A rule with three flags, all right, is as likely as not below 0.95; so at least `MEASURED_FROM`
    flags are asked for, as of the severity `error`.
    """
    precise = {rule for rule, (n, right) in measured.items() if n and right >= PRECISION * n}
    proven = frozenset(rule for rule in precise if measured[rule][0] >= MEASURED_FROM)
    return Basis(guideline, proven, frozenset(precise) - proven)


def outlet_basis(basis: Basis) -> Basis:
    """Return which flags are counted on an outlet's scorecard: those that a person confirmed.

    A rule counts there by itself only where it was measured on articles of the outlet's region,
    and what was measured does not say of which region its articles are.
    """
    return replace(basis, proven=frozenset(), nearly=basis.nearly | basis.proven)


CHOSEN = ("form", "place", "response", "victim", "indicator", "topic")  # trends are filtered by
COUNTED = tuple(dict.fromkeys((*CHOSEN, *(one.name for one in SCHEMES.values() if one.trend))))
"""The schemes whose labels are counted."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many items, and how many stories, have a label."""

    label: str
    items: int
    stories: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day: articles stored, items about trafficking, stories first told in the period then.

    `changes` is how many feeds were added or removed on it.
    """

    day: date
    stored: int
    items: int
    stories: int
    changes: int = 0


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many items and stories have flags of a rule that are counted (`Basis`).

    `unseen` flags are not, because nobody has looked at them.
    """

    rule: str
    items: int
    stories: int
    unseen: int


@dataclass(frozen=True, slots=True)
class Trends:
    """A period counted. `until` is the day after the last; `stamps` judged.

    `dates` are those by which articles are put on days; `undated` items have no day of publication.
    """

    since: date
    until: date
    timezone: str
    stored: int
    items: int
    stories: int
    outlets: int
    days: tuple[DayCount, ...]
    schemes: Mapping[str, tuple[Counted, ...]]
    rules: tuple[RuleCount, ...]
    balance: Balance
    changes: tuple[FeedChange, ...]
    basis: Basis
    stamps: tuple[str, ...]
    dates: Literal["first_seen", "published"] = "first_seen"
    undated: int = 0


def count_trends(
    items: Sequence[CountedItem],
    *,
    story_of: StoryOf,
    stored: Mapping[date, int],
    changes: Sequence[FeedChange],
    basis: Basis,
    zone: ZoneInfo,
    stamps: Sequence[str],
    until: date,
) -> Trends:
    """Count the `items` of a period whose days are the keys of `stored` (all articles by day)."""
    rules = []
    for rule, having in group_items(items, lambda item: {flag.rule for flag in item.flags}).items():
        found = flagged(having, rule, basis)
        unseen = open_flags(having, rule, basis)
        rules.append(RuleCount(rule, len(found), len(stories(found, story_of)), unseen))
    by_day, first = Counter(dict.fromkeys(stored, 0)), dict[str, date]()
    for item in sorted(items, key=lambda one: (one.seen, one.id)):
        day = item.seen.astimezone(zone).date()
        by_day[day] += 1
        first.setdefault(story_of.get(item.id, item.id), day)
    begun = Counter(first.values())
    changed = Counter(change.at.astimezone(zone).date() for change in changes)
    days = (
        DayCount(day, stored.get(day, 0), found, begun[day], changed[day])
        for day, found in sorted(by_day.items())
    )
    return Trends(
        since=min(stored),
        until=until,
        timezone=zone.key,
        stored=sum(stored.values()),
        items=len(items),
        stories=len(stories(items, story_of)),
        outlets=len({item.outlet for item in items}),
        days=tuple(days),
        schemes={scheme: _by_label(items, story_of, scheme) for scheme in COUNTED},
        rules=tuple(sorted(rules, key=lambda row: (-row.stories, -row.items, row.rule))),
        balance=balance_of(items, story_of),
        changes=tuple(changes),
        basis=basis,
        stamps=tuple(stamps),
    )


def _by_label(items: Sequence[CountedItem], story_of: StoryOf, scheme: str) -> tuple[Counted, ...]:
    labelled = group_items(items, lambda item: item.labels.get(scheme, ()))
    pairs = labelled.items()
    rows = (Counted(label, len(some), len(stories(some, story_of))) for label, some in pairs)
    return tuple(sorted(rows, key=lambda row: (-row.stories, -row.items, row.label)))


def choose(
    items: Iterable[CountedItem], labels: Mapping[str, str], outlet: str = ""
) -> tuple[CountedItem, ...]:
    """Return the items that have of each scheme in `labels` that label; `outlet` "" is any."""
    return tuple(
        item
        for item in items
        if (not outlet or item.outlet == outlet)
        and all(label in item.labels.get(scheme, ()) for scheme, label in labels.items())
    )


Step = Literal["day", "week", "month"]
STEPS: tuple[Step, ...] = ("day", "week", "month")
MOST = 120  # more bars than that are narrower than what stands between them
_LONGEST = {"day": 1, "week": 7, "month": 28}


def fitting_step(days: int, wanted: Step | None = None) -> Step:
    """Return the `wanted` step, by default one with few bars, or the next that has not too many."""
    least: Step = "day" if days <= 31 else "week" if days <= 200 else "month"
    longer = STEPS[STEPS.index(wanted or least) :]
    return next((step for step in longer if days / _LONGEST[step] <= MOST), "month")


def by_step(days: Iterable[DayCount], step: Step) -> tuple[DayCount, ...]:
    """Add up days; each sum stands under the first day of the period that it holds days of.

    A story counts once in all: on the day on which it was first told.
    """
    groups: dict[date, list[DayCount]] = {}
    for row in days:
        back = {"day": 0, "week": row.day.weekday(), "month": row.day.day - 1}[step]
        groups.setdefault(row.day - timedelta(days=back), []).append(row)
    figures = attrgetter("stored", "items", "stories", "changes")
    return tuple(
        DayCount(rows[0].day, *map(sum, zip(*map(figures, rows), strict=True)))
        for rows in groups.values()
    )


StoryOf = Mapping[str, str]
"""The story of each article, by id; an article that is in none is one of its own."""


def stories(items: Iterable[CountedItem], story_of: StoryOf) -> set[str]:
    """Return the ids of the stories that `items` tell."""
    return {story_of.get(item.id, item.id) for item in items}


def counts(flag: CountedFlag, basis: Basis) -> bool:
    """Whether a flag is counted: confirmed by a person, or of a proven rule and not rejected."""
    return flag.right is True or (flag.right is None and flag.rule in basis.proven)


def flagged(items: Sequence[CountedItem], rule: str, basis: Basis) -> list[CountedItem]:
    """Return the items with a flag of `rule` that is counted."""
    return [item for item in items if any(f.rule == rule and counts(f, basis) for f in item.flags)]


def open_flags(items: Iterable[CountedItem], rule: str, basis: Basis) -> int:
    """Return how many flags of `rule` are not counted because nobody has looked at them."""
    return sum(
        f.rule == rule and f.right is None and rule not in basis.proven
        for item in items
        for f in item.flags
    )
