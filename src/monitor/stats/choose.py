"""Which items are counted: those with the labels, and of the outlet, that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.records.counts import Item


@dataclass(frozen=True, slots=True)
class Choice:
    """What items must have: of each scheme in `labels` that label; `outlet` "" is any."""

    labels: Mapping[str, str] = field(default_factory=dict)
    outlet: str = ""

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.labels or self.outlet)


def choose(items: Iterable[Item], choice: Choice) -> tuple[Item, ...]:
    """Return the items that have all that is asked for."""
    return tuple(
        item
        for item in items
        if (not choice.outlet or item.outlet == choice.outlet)
        and all(label in item.labels.get(scheme, ()) for scheme, label in choice.labels.items())
    )
