"""Samples of what was not shown, and what they say of what was missed."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import recall_simulation
from monitor.records.finding import MEASURED_FROM
from monitor.records.review import (
    SHOWN,
    CaseOutcome,
    Draw,
    DrawCandidate,
    Drawn,
    OutsideCase,
    RecallEstimate,
    Stratum,
)
from monitor.review.recall_estimate import NARROW, estimate_missed, gaps, window
from monitor.review.sampling import CUTS, allocate, draw_sample

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = [
    *(DrawCandidate(f"low-{n}", 0.0002, shown=False) for n in range(300)),
    *(DrawCandidate(f"mid-{n}", 0.004, shown=False) for n in range(40)),
    *(DrawCandidate(f"high-{n}", 0.05, shown=False) for n in range(2)),
    *(DrawCandidate(f"shown-{n}", 0.9, shown=True) for n in range(3)),
]


def drawn(day: str = "2026-11-24", size: int = 8) -> Draw:
    return draw_sample(DAY, day=day, stamp="m@1", size=size, at=NOON)


def test_a_draw_is_the_days_own_and_the_same_in_any_order() -> None:
    shuffled = random.Random(1).sample(DAY, len(DAY))
    again = draw_sample(shuffled, day="2026-11-24", stamp="m@1", size=8, at=NOON)
    assert again == drawn()
    assert {i.article_id for i in drawn("2026-11-23").offered} != {
        i.article_id for i in drawn().offered
    }


def test_every_stratum_is_drawn_from_and_probabilities_are_true() -> None:
    draw = drawn()
    assert [s.population for s in draw.strata] == [300, 40, 2, 0]
    assert sum(s.drawn for s in draw.strata) == len(draw.offered) == 8
    assert all(s.drawn for s in draw.strata[:3])
    for item in draw.offered:
        stratum = draw.strata[item.stratum]
        assert item.probability == stratum.drawn / stratum.population
    assert len(draw.shown) == 3
    # Horvitz and Thompson: the weights add up to the articles there are.
    assert sum(1 / item.probability for item in draw.offered) == pytest.approx(342)


def test_over_many_days_each_article_is_drawn_as_often_as_it_says() -> None:
    days = [f"day-{n}" for n in range(400)]
    hits = sum(any(i.article_id == "mid-0" for i in drawn(day).offered) for day in days)
    expected = drawn().strata[1].drawn / 40
    assert hits / len(days) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("size", [1, 4, 5, 50, 1000])
def test_never_more_than_there_are_and_never_none(size: int) -> None:
    populations = [300, 40, 2, 0]
    numbers = allocate(populations, size)
    assert sum(numbers) == max(3, min(size, 342))
    assert all(n <= p for n, p in zip(numbers, populations, strict=True))
    assert all(n for n, p in zip(numbers, populations, strict=True) if p)


def many(days: int, found: int, low: tuple[int, int], hits: int = 0) -> tuple[list[Draw], dict]:
    """Days alike: `low` are population and number looked at; `hits` relevant ones in all."""
    draws, said = [], {}
    for day in range(days):
        items = [Drawn(f"{day}-low-{n}", 0, low[1] / low[0]) for n in range(low[1])]
        shown = [Drawn(f"{day}-shown-{n}", SHOWN, 1.0) for n in range(found)]
        strata = (Stratum(0, 0.001, *low), *(Stratum(c, 1, 0, 0) for c in CUTS[1:]))
        draws.append(Draw(f"{day:03}", "m@1", strata, (*items, *shown), NOON))
        said |= {item.article_id: False for item in items}
        said |= {item.article_id: True for item in shown}
        if day < hits:
            said[items[0].article_id] = True
    return draws, said


def test_nothing_is_said_of_nothing() -> None:
    assert estimate_missed([], {}) == RecallEstimate()
    assert estimate_missed(many(5, 0, (100, 5))[0], {}).recall is None


def test_a_whole_stratum_looked_at_leaves_nothing_unsure() -> None:
    said = estimate_missed(*many(20, 4, (10, 10), hits=20))
    assert said.missed == pytest.approx(20)
    assert said.missed_interval == (20, 20)
    assert said.recall == pytest.approx(80 / 100)
    assert said.says


def test_few_reviews_say_nothing_and_tell_how_many_would() -> None:
    few = estimate_missed(*many(30, 3, (1000, 5)))
    assert not few.says
    assert few.recall_interval is not None
    assert few.recall_interval[1] == 1.0
    assert few.needed is not None
    assert 30 < few.needed < 90
    enough = estimate_missed(*many(90, 3, (1000, few.needed)))
    low, high = enough.recall_interval or (0, 1)
    assert high - low == pytest.approx(NARROW, abs=0.02)


def test_shown_articles_nobody_looked_at_widen_the_interval_to_both_sides() -> None:
    draws, said = many(90, 4, (100, 60))
    whole = estimate_missed(draws, said)
    half = {k: v for k, v in said.items() if "shown" not in k or k.endswith(("0", "1"))}
    part = estimate_missed(draws, half)
    assert (part.confirmed, part.unreviewed) == (180, 180)
    assert part.recall_interval[0] < whole.recall_interval[0]
    assert part.recall_interval[1] >= whole.recall_interval[1]


def test_a_window_has_ninety_days() -> None:
    assert window("2026-11-25") == "2026-08-27"
    assert window("0001-01-02") == "0001-01-01"


def test_the_interval_covers_the_truth() -> None:
    """A small version of the proof, on made-up scores of a model that misses one in five."""
    random_ = np.random.default_rng(3)
    other = np.exp(random_.normal(-8.5, 1.5, 4000)).clip(0, 0.15)
    positive = np.concatenate([random_.uniform(0.3, 1, 80), random_.choice(other, 20)])
    scores = recall_simulation.Scores(positive, positive >= 0.2, other, other >= 0.2)
    outcomes = [
        recall_simulation.simulate(scores, seed, reviews=20, days=60, items=400, every=60)
        for seed in range(40)
    ]
    assert sum(one.covered for one in outcomes) >= 0.92 * len(outcomes)
    assert 0.7 < np.mean([one.truth for one in outcomes]) < 0.9


def cases(shown: int, others: int) -> list[CaseOutcome]:
    told = [
        OutsideCase(f"https://elsewhere.example/{n}", f"{n}", "", NOON + timedelta(hours=n))
        for n in range(shown + others)
    ]
    return [CaseOutcome(one, "shown" if n < shown else "never") for n, one in enumerate(told)]


def test_a_share_of_few_cases_is_not_told() -> None:
    few = gaps(RecallEstimate(), cases(15, 4), short=True)
    assert few.figures["elsewhere"]["interval"] is None
    assert f"19 of the {MEASURED_FROM} cases needed" in few.words[1]
    many_ = gaps(RecallEstimate(), cases(15, 5), short=False)
    words = many_.words
    assert many_.figures["elsewhere"]["interval"] == pytest.approx((0.531, 0.888), abs=0.001)
    assert "15 of 20 cases had been shown (53 % to 89 %); 5 never seen" in words[1]
    assert "Neither figure is how much of all there was" in words[2]
