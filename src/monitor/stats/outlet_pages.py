"""Outlets for the pages: scorecards a page at a time, and what is told inside of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.records.errors import NotFound
from monitor.stats.trend_queries import Period, basis_of, outlets_of

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.records.counts import Item
    from monitor.stats.outlet_scorecards import Scorecard


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
    from monitor.stats.outlet_scorecards import score_outlet
    from monitor.stats.proven import outlet_basis

    wanted = name.strip().casefold()
    outlets = [one for one in outlets_of(desk, period) if wanted in one.name.casefold()]
    ids = [one.id for one in outlets]
    if after is not None and after not in ids:
        raise NotFound(f"no outlet '{after}'")
    begin = ids.index(after) + 1 if after is not None else 0
    end = len(ids) if limit is None else begin + limit
    items: dict[str, list[Item]] = {}
    for item in period.items:
        items.setdefault(item.outlet, []).append(item)
    basis = outlet_basis(basis_of(desk))
    cards = tuple(
        score_outlet(one, items.get(one.name, []), period.story_of, basis)
        for one in outlets[begin:end]
    )
    return CardList(cards, len(ids), ids[end - 1] if end < len(ids) else None)
