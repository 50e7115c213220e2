"""Items and stories of a period by day, form, place, response, victim, indicator, and rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.records.counts import FeedChange, Item
from monitor.stats.balance import Balance, balance_of
from monitor.stats.proven import Basis
from monitor.stats.stories import StoryOf, flagged, open_flags, stories

Dates = Literal["first_seen", "published"]
SCHEMES = (
    *("form", "place", "response", "victim", "indicator"),
    *("topic", "institution", "instrument", "vulnerability", "partnership"),
)


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
    dates: Dates = "first_seen"
    undated: int = 0


def count_trends(
    items: Sequence[Item],
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
    return Trends(
        since=min(stored),
        until=until,
        timezone=zone.key,
        stored=sum(stored.values()),
        items=len(items),
        stories=len(stories(items, story_of)),
        outlets=len({item.outlet for item in items}),
        days=_days(items, story_of, stored, changes, zone),
        schemes={scheme: _by_label(items, story_of, scheme) for scheme in SCHEMES},
        rules=_by_rule(items, story_of, basis),
        balance=balance_of(items, story_of),
        changes=tuple(changes),
        basis=basis,
        stamps=tuple(stamps),
    )


def _days(
    items: Sequence[Item],
    story_of: StoryOf,
    stored: Mapping[date, int],
    changes: Sequence[FeedChange],
    zone: ZoneInfo,
) -> tuple[DayCount, ...]:
    by_day: dict[date, int] = dict.fromkeys(stored, 0)
    first: dict[str, date] = {}
    for item in sorted(items, key=lambda one: (one.seen, one.id)):
        day = item.seen.astimezone(zone).date()
        by_day[day] = by_day.get(day, 0) + 1
        first.setdefault(story_of.get(item.id, item.id), day)
    begun = Counter(first.values())
    changed = Counter(change.at.astimezone(zone).date() for change in changes)
    return tuple(
        DayCount(day, stored.get(day, 0), found, begun[day], changed[day])
        for day, found in sorted(by_day.items())
    )


def _by_label(items: Sequence[Item], story_of: StoryOf, scheme: str) -> tuple[Counted, ...]:
    told: dict[str, list[str]] = {}  # the stories of a label's items
    for item in items:
        story = story_of.get(item.id, item.id)
        for label in item.labels.get(scheme, ()):
            told.setdefault(label, []).append(story)
    rows = (Counted(label, len(found), len(set(found))) for label, found in told.items())
    return tuple(sorted(rows, key=lambda row: (-row.stories, -row.items, row.label)))


def _by_rule(items: Sequence[Item], story_of: StoryOf, basis: Basis) -> tuple[RuleCount, ...]:
    by_rule: dict[str, list[Item]] = {}
    for item in items:
        for rule in {flag.rule for flag in item.flags}:
            by_rule.setdefault(rule, []).append(item)
    rows = []
    for rule, having in by_rule.items():
        found = flagged(having, rule, basis)
        unseen = open_flags(having, rule, basis)
        rows.append(RuleCount(rule, len(found), len(stories(found, story_of)), unseen))
    return tuple(sorted(rows, key=lambda row: (-row.stories, -row.items, row.rule)))
