"""Counting each story once: an outlet that prints one wire story ten times tells it once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.records.counts import Flag, Item
from monitor.stats.proven import Basis

StoryOf = Mapping[str, str]
"""The story of each article, by id; an article that is in none is one of its own."""


def stories(items: Iterable[Item], story_of: StoryOf) -> set[str]:
    """Return the ids of the stories that `items` tell."""
    return {story_of.get(item.id, item.id) for item in items}


def counts(flag: Flag, basis: Basis) -> bool:
    """Whether a flag is counted: confirmed by a person, or of a proven rule and not rejected."""
    return flag.right is True or (flag.right is None and flag.rule in basis.proven)


def flagged(items: Sequence[Item], rule: str, basis: Basis) -> list[Item]:
    """Return the items with a flag of `rule` that is counted."""
    return [item for item in items if any(f.rule == rule and counts(f, basis) for f in item.flags)]


def open_flags(items: Iterable[Item], rule: str, basis: Basis) -> int:
    """Return how many flags of `rule` are not counted because nobody has looked at them."""
    return sum(
        f.rule == rule and f.right is None and rule not in basis.proven
        for item in items
        for f in item.flags
    )
