"""Fitting the second stage on made-up scores, and the measures of probabilities."""

import numpy as np
import pytest

from monitor.classify.cascade import FEATURES
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.linear_fit import fit_calibration
from monitor.evaluate.metrics import (
    calibration_error,
    chance_error,
    kind_of,
    reliability,
    reliability_plot,
)
from training.second_stage import (
    MAIN_WEIGHTS,
    MARGIN,
    StackingSample,
    cross_fuse,
    fit_fusions,
    fit_positive,
    lower_limit,
    upper_limit,
)


def row(number: int, rel: int, title: str = "", basis: str = "annotated") -> Labelled:
    return Labelled(
        id=str(number), event=f"e{number // 2}", source="made", language="en", title=title,
        text="", rel=rel, basis=basis, sure=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def sample() -> StackingSample:
    """Rows whose encoder scores say more than the linear ones, and both more than one."""
    draw = np.random.default_rng(5)
    rel = draw.choice([0, 1, 2], 600, p=[0.6, 0.15, 0.25])
    signal = rel[:, None] * np.array([1.5, 1.5, 3.0, 3.0]) - 2
    scores = signal + draw.normal(0, 1.5, (600, 4))
    features = np.hstack([scores, np.zeros((600, 2))])
    rows = [row(i, int(value)) for i, value in enumerate(rel)]
    return StackingSample(
        rows, features, np.ones(600), np.arange(600) >= 300, np.zeros(600, dtype=bool)
    )


def test_the_better_score_weighs_more_and_none_weighs_below_nothing(sample: StackingSample) -> None:
    main, any_ = fit_fusions(sample, np.arange(600))
    weight = dict(zip(FEATURES, any_.weights, strict=True))
    assert weight["first any"] > weight["linear any"] > 0
    assert {n: w for n, w in zip(FEATURES, main.weights, strict=True) if w} == MAIN_WEIGHTS
    assert min(*main.weights, *any_.weights) >= 0
    assert any_.weights[FEATURES.index("linear main")] == 0


def test_a_fusion_finds_what_a_single_score_does_not(sample: StackingSample) -> None:
    crossed = cross_fuse(sample, 5, seed=0)
    assert (crossed[:, 1] >= crossed[:, 0]).all()
    truth = sample.rel == 2
    order = np.argsort(-crossed[:, 0])
    alone = np.argsort(-sample.features[:, 0])
    assert truth[order[:150]].mean() > truth[alone[:150]].mean() + 0.1
    assert calibration_error(truth, crossed[:, 0]) < 0.08


def test_rows_of_an_event_never_judge_themselves(sample: StackingSample) -> None:
    turned = StackingSample(
        [row(i, 2 - r.rel) if r.event == "e7" else r for i, r in enumerate(sample.rows)],
        sample.features, sample.weight, sample.is_dev, sample.is_regional,
    )  # fmt: skip
    here = [i for i, r in enumerate(sample.rows) if r.event == "e7"]
    assert np.array_equal(cross_fuse(sample, 5, 0)[here], cross_fuse(turned, 5, 0)[here])


def test_the_fit_is_the_same_whatever_the_order(sample: StackingSample) -> None:
    order = np.random.default_rng(1).permutation(600)
    truth = sample.rel == 2
    first = fit_positive(sample.features[:, :3], truth, sample.weight)
    second = fit_positive(sample.features[order, :3], truth[order], sample.weight)
    assert first == pytest.approx(second, abs=1e-3)


def test_rows_of_one_kind_are_likely_that_kind() -> None:
    for truth in (True, False):
        fitted = fit_calibration(np.linspace(-3, 3, 300), np.full(300, truth))
        said = [fitted.probability(x) for x in (-2, 0, 2)]
        assert said == sorted(set(said))
        assert min(said) > 0.9 if truth else max(said) < 0.1


def test_limits_keep_what_they_promise() -> None:
    odds = np.arange(1000.0) / 100
    found = np.arange(1000) >= 500
    limit = lower_limit(odds, found)
    assert (odds[found] >= limit + MARGIN).mean() >= 0.995
    rel = np.array([0, 2, 1, 2, 2, 2])
    assert upper_limit(np.array([0.0, 1, 3.5, 4.5, 5, 6]), rel) == 4
    assert upper_limit(np.zeros(6), rel) == float("inf")


def test_perfect_probabilities_show_no_more_than_chance() -> None:
    draw = np.random.default_rng(2)
    scores = draw.random(20_000)
    truth = draw.random(20_000) < scores
    assert calibration_error(truth, scores) < 0.02
    assert chance_error(scores[:100]) > chance_error(scores)
    curve = reliability(truth, scores)
    assert len(curve) == 10
    assert sum(bin_["rows"] for bin_ in curve) == int((scores > 0.02).sum())
    plot = reliability_plot(curve)
    assert plot.count("o") == 10
    assert "1.0 said" in plot


def test_hard_negatives_are_sorted_by_headline_then_text() -> None:
    assert kind_of(row(1, 0, "Cocaine haul at the border")) == "drugs, arms, wildlife"
    assert kind_of(row(1, 0, "Smugglers held")) == "people smuggling"
    assert kind_of(row(1, 0, "Museum of the slave trade")) == "slavery in history"
    assert kind_of(row(1, 0, "Goals")) == "other"


def test_a_calibration_is_fitted_where_the_encoder_is_asked(sample: StackingSample) -> None:
    every = np.arange(600)
    asked = sample.features[:, 0] < 1
    main, _ = fit_fusions(sample, every, asked)
    whole, _ = fit_fusions(sample, every)
    assert main.weights == whole.weights
    assert main.calibration != whole.calibration
    said = np.array([main.probability(row) for row in sample.features[asked].tolist()])
    assert abs(said.mean() - (sample.rel[asked] == 2).mean()) < 0.02
