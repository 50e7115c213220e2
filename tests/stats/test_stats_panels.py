"""What the pages of trends and outlets show: chosen items, steps of days, shares to plot."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.records.counts import CountedFlag, CountedItem, FeedChange
from monitor.stats.outlet_scorecards import list_outlets, score_outlet
from monitor.stats.panels import card_panels, steps_section, trend_panels
from monitor.stats.trends import (
    Step,
    Trends,
    by_step,
    choose,
    count_trends,
    fitting_step,
    outlet_basis,
    proven_rules,
)

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)
DAYS = [date(2026, 10, 30) + timedelta(days=n) for n in range(40)]
BASIS = proven_rules("g@1", {"sure": (20, 20)})


def item(n: int, outlet: str = "Echo", **labels: tuple[str, ...]) -> CountedItem:
    flags = labels.pop("flags", ())
    return CountedItem(f"i{n}", outlet, NOON + timedelta(days=n % 40), True, labels, flags)


def counted(items: list[CountedItem]) -> Trends:
    return count_trends(
        items,
        story_of={"i1": "i0"},
        stored=dict.fromkeys(DAYS, 10),
        changes=[FeedChange("https://e.example", "E", "Echo", NOON + timedelta(days=3), True)],
        basis=BASIS,
        zone=ZoneInfo("UTC"),
        stamps=("m@1",),
        until=date(2026, 12, 9),
    )


ITEMS = [
    item(n, "Echo" if n % 2 else "Post", place=("TH",), response=("prosecution",))
    for n in range(60)
]


def test_items_are_chosen_by_label_and_outlet() -> None:
    both = item(99, place=("TH", "GH"), form=("forced_labour",))
    assert choose([both, *ITEMS], {"place": "GH"}) == (both,)
    assert choose([both], {"place": "GH", "form": "forced_begging"}) == ()
    assert len(choose(ITEMS, {}, "Echo")) == 30
    assert choose(ITEMS, {}) == tuple(ITEMS)


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_steps_add_up_to_the_same(step: Step) -> None:
    trends = counted(ITEMS)
    rows = by_step(trends.days, step)
    assert sum(row.items for row in rows) == trends.items == 60
    assert sum(row.stories for row in rows) == trends.stories == 59
    assert sum(row.stored for row in rows) == trends.stored == 400
    assert len(rows) == {"day": 40, "week": 7, "month": 3}[step]
    bars = steps_section(trends, step).bars
    assert bars is not None
    assert len(bars.labels) == len(rows)
    assert len(bars.marks) == 1


def test_a_step_with_too_many_bars_is_a_longer_one() -> None:
    assert [fitting_step(days) for days in (1, 31, 90, 365, 3660)] == [
        *("day", "day", "week", "month", "month")
    ]
    assert fitting_step(90, "day") == "day"
    assert fitting_step(365, "day") == "week"
    assert fitting_step(3660, "week") == "month"


def test_balance_has_shares_with_intervals_or_says_why_not() -> None:
    few = item(100, "Small", place=("GH",), response=("prevention",))
    panels = {panel.key: panel for panel in trend_panels(counted([*ITEMS, few]), {}, "week")}
    thailand, ghana = panels["countries"].ranges
    assert (thailand.label, thailand.shares[0].count, thailand.shares[0].of) == ("Thailand", 59, 59)
    low, high = thailand.shares[0].interval
    assert 0.9 < low < high <= 1
    assert ghana.shares == ()
    assert ghana.why == "No share is told: 1 story, and a share takes 20."
    assert list(panels) == [
        *("time", "form", "place", "response", "victim", "indicator"),
        *("topic", "institution", "instrument", "vulnerability", "partnership"),
        *("countries", "outlets", "rules", "feeds"),
    ]


def test_on_an_outlets_card_only_what_a_person_confirmed_counts() -> None:
    right = (CountedFlag("sure", right=True), CountedFlag("sure"))
    items = [item(n, flags=right if n < 6 else ()) for n in range(2, 32)]
    outlet = list_outlets(items, {}, {"Echo": 40})[0]
    basis = outlet_basis(BASIS)
    assert basis.proven == frozenset()
    card = score_outlet(outlet, items, {}, basis)
    assert (card.flagged, card.unseen, card.interval) == (4, 4, None)
    flags, balance = card_panels(card, {"sure": "A rule"})
    assert [row.why for row in flags.ranges] == ["No share is told: 4 flags not looked at."] * 2
    assert flags.section.rows == (("sure", "A rule", 4, 4, "not told", "", ""),)
    assert balance.ranges[0].why == "No share is told: 0 stories, and a share takes 20."
    seen = [item(n, flags=right[:1] if n < 6 else ()) for n in range(2, 32)]
    whole, rule = card_panels(score_outlet(outlet, seen, {}, basis), {})[0].ranges
    assert (whole.shares[0].count, whole.shares[0].of, rule.shares[0].count) == (4, 30, 4)
