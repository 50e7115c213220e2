"""Enforcement against protection against prevention, by country and by outlet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.records.article import MEASURED_FROM
from monitor.records.confidence_interval import wilson
from monitor.records.counts import Item
from monitor.stats.stories import StoryOf, stories

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


def balance_of(items: Sequence[Item], story_of: StoryOf) -> Balance:
    """Count stories by response; most stories first."""
    told = [item for item in items if item.labels.get("response")]
    return Balance(
        _row("", told, story_of),
        _rows(told, story_of, lambda item: item.labels.get("place", ())),
        _rows(told, story_of, lambda item: (item.outlet,)),
    )


def _rows(
    items: Sequence[Item], story_of: StoryOf, keys_of: Callable[[Item], Iterable[str]]
) -> tuple[BalanceRow, ...]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        for key in keys_of(item):
            groups.setdefault(key, []).append(item)
    rows = [_row(key, group, story_of) for key, group in groups.items()]
    return tuple(sorted(rows, key=lambda row: (-row.stories, row.key)))


def _row(key: str, items: Sequence[Item], story_of: StoryOf) -> BalanceRow:
    by_side: dict[str, set[str]] = {side: set() for side in SIDES}
    for item in items:
        story = story_of.get(item.id, item.id)
        for side in item.labels["response"]:
            if side in by_side:
                by_side[side].add(story)
    n = len(stories(items, story_of))
    told = {side: len(found) for side, found in by_side.items()}
    enough = n >= MEASURED_FROM
    intervals = {side: wilson(count / n, n) for side, count in told.items()} if enough else {}
    return BalanceRow(key, n, told, intervals)
