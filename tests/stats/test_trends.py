"""Trends, outlets and balance: counts that an outlet's reprints do not swell."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.records.counts import CountedFlag, CountedItem, FeedChange, outlet_id
from monitor.stats.outlet_scorecards import list_outlets, score_outlet
from monitor.stats.trends import Trends, balance_of, count_trends, proven_rules
from monitor.stats.trends_json import scorecard_json, trends_json

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
BASIS = proven_rules("g@1", {"sure": (20, 19), "few": (3, 3), "poor": (40, 20)})


def item(name: str, day: int = 0, outlet: str = "Echo", **labels: tuple[str, ...]) -> CountedItem:
    flags = labels.pop("flags", ())
    return CountedItem(name, outlet, NOON + timedelta(days=day), True, labels, flags)


REPRINTS = [item(f"r{n}", n % 3, form=("forced_labour",), place=("TH",)) for n in range(10)]
ITEMS = [*REPRINTS, item("x", 1, "Post", form=("forced_begging",), place=("TH", "GH"))]
STORY_OF = {f"r{n}": "r0" for n in range(10)}


def counted(items: list[CountedItem], changes: tuple[FeedChange, ...] = ()) -> Trends:
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(3)]
    return count_trends(
        items,
        story_of=STORY_OF,
        stored=dict.fromkeys(days, 50),
        changes=changes,
        basis=BASIS,
        zone=ZoneInfo("Africa/Accra"),
        stamps=("m@1",),
        until=date(2026, 11, 4),
    )


def test_one_story_printed_ten_times_counts_once() -> None:
    found = counted(ITEMS)
    assert (found.items, found.stories, found.outlets, found.stored) == (11, 2, 2, 150)
    assert [(row.items, row.stories) for row in found.days] == [(4, 1), (4, 1), (3, 0)]
    assert sum(row.stories for row in found.days) == found.stories
    places = [(row.label, row.items, row.stories) for row in found.schemes["place"]]
    assert places == [("TH", 11, 2), ("GH", 1, 1)]
    assert found.schemes["indicator"] == ()


def test_a_day_is_that_of_the_desks_clock() -> None:
    late = CountedItem("l", "Echo", datetime(2026, 11, 1, 23, 30, tzinfo=UTC), True, {})
    found = count_trends(
        [late],
        story_of={},
        stored={date(2026, 11, 1): 0, date(2026, 11, 2): 1},
        changes=(),
        basis=BASIS,
        zone=ZoneInfo("Asia/Bangkok"),
        stamps=(),
        until=date(2026, 11, 3),
    )
    assert [row.items for row in found.days] == [0, 1]


def test_changes_of_feeds_are_marked() -> None:
    change = FeedChange("https://e.example/rss", "E", "Echo", NOON + timedelta(days=1), True)
    found = counted(ITEMS, (change,))
    assert [row.changes for row in found.days] == [0, 1, 0]
    told = trends_json(found)["feed_changes"][0]
    assert (told["change"], told["at"]) == ("added", "2026-11-02T12:00:00Z")


@pytest.mark.parametrize(
    ("rule", "right", "counts"),
    [
        ("sure", None, True),
        ("sure", False, False),
        ("few", None, False),
        ("few", True, True),
        ("poor", None, False),
        ("poor", True, True),
    ],
)
def test_which_flags_are_counted(rule: str, right: bool | None, counts: bool) -> None:
    found = counted([item("a", flags=(CountedFlag(rule, right),))]).rules
    assert [row.stories for row in found] == [int(counts)]
    assert found[0].unseen == int(right is None and rule != "sure")


def test_a_rule_is_proven_by_enough_flags_alone() -> None:
    assert BASIS.proven == {"sure"}
    assert BASIS.nearly == {"few"}
    assert proven_rules("g@1", {}).proven == frozenset()


def test_the_note_stands_on_everything() -> None:
    outlet = list_outlets(ITEMS, STORY_OF, {"Echo": 20})[0]
    card = scorecard_json(score_outlet(outlet, ITEMS, STORY_OF, BASIS), "a", "b")
    for told in (trends_json(counted(ITEMS)), card):
        assert told["note"].startswith("Coverage, not incidence")


def test_outlets_with_their_stories() -> None:
    found = list_outlets(ITEMS, STORY_OF, {"Echo": 20, "Post": 5, "Silent": 3})
    assert [(o.name, o.stored, o.items, o.stories) for o in found] == [
        ("Echo", 20, 10, 1),
        ("Post", 5, 1, 1),
        ("Silent", 3, 0, 0),
    ]
    assert len({one.id for one in found}) == 3
    assert found[0].id == outlet_id("Echo")


def test_few_stories_have_no_share_and_many_have_an_interval() -> None:
    flag = (CountedFlag("few", right=True),)
    many = [item(f"m{n}", flags=flag if n < 5 else ()) for n in range(20)]
    outlet = list_outlets(many, {}, {"Echo": 20})[0]
    card = score_outlet(outlet, many, {}, BASIS)
    assert card.enough
    assert card.interval == pytest.approx((0.112, 0.469), abs=0.001)
    folded = {one.id: "m0" for one in many[:2]}
    outlet = list_outlets(many, folded, {"Echo": 20})[0]
    card = score_outlet(outlet, many, folded, BASIS)
    assert (outlet.stories, card.flagged, card.enough, card.interval) == (19, 4, False, None)


def test_no_share_is_told_while_flags_wait_for_a_look() -> None:
    many = [item(f"m{n}", flags=(CountedFlag("few"),) if n == 0 else ()) for n in range(30)]
    outlet = list_outlets(many, {}, {"Echo": 30})[0]
    told = scorecard_json(score_outlet(outlet, many, {}, BASIS), "a", "b")
    assert (told["enough"], told["not_looked_at"], told["share"]) == (True, 1, None)
    assert told["rules"][0]["interval"] is None


def test_balance_counts_stories_of_each_side() -> None:
    items = [
        item("a", response=("prosecution", "protection"), place=("TH",)),
        item("b", response=("prosecution",), place=("TH", "GH")),
        item("c", outlet="Post", response=("prevention",)),
        item("d", place=("TH",)),
    ]
    found = balance_of(items, {"b": "a"})
    assert (found.whole.stories, dict(found.whole.told)) == (
        2,
        {"prosecution": 1, "protection": 1, "prevention": 1, "partnership": 0},
    )
    assert [(row.key, row.stories) for row in found.countries] == [("GH", 1), ("TH", 1)]
    assert [row.key for row in found.outlets] == ["Echo", "Post"]
    assert found.whole.intervals == {}
