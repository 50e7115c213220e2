"""Training on a small made-up corpus, and the figures it is judged by."""

import gzip
import json
import random
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify.assessors import load_classifiers
from monitor.classify.calibration import parse_calibration
from monitor.classify.cascade import FEATURES, MAIN
from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import StoryCounter, read_article
from monitor.classify.linear_model import LinearModel
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.onnx_encoder import TOLERANCE
from monitor.classify.relevance import load_relevance
from monitor.evaluate.evaluate_models import evaluate_relevance, evaluate_tags
from monitor.evaluate.evaluation_report import render_evaluation
from monitor.evaluate.linear_fit import (
    LEAST_SLOPE,
    FitOptions,
    best_f1_threshold,
    build_matrix,
    fit_calibration,
    make_folds,
    score_rows,
    threshold_for,
)
from monitor.evaluate.metrics import (
    average_precision,
    label_scores,
    recall_at_precision,
)
from monitor.labels.data_files import data_dir
from monitor.records.errors import DataError
from monitor.records.finding import SCORE_TOLERANCE
from training.relevance import train_relevance
from training.rows import load_cues
from training.tags import train_tags

MODELS = data_dir("models")
TOPICS = [
    (2, "{0} men freed from kiln in {1}", "The men in {1} were forced to work and never paid. {2}"),
    (1, "Smugglers held in {1} with {0} migrants", "One of the {0} was to be forced to work."),
    (0, "{0} tonnes of cocaine found in {1}", "Drug trafficking is on the rise in {1}."),
    (0, "{0} goals in {1}", "The team of {1} won and scored {0} times."),
]
"""`rel`, headline and text, to be filled with a number, a place and an arrest."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    draw = random.Random(1)
    for name, number in (("train", 160), ("dev", 60)):
        rows = []
        for i in range(number):
            rel, title, text = TOPICS[i % len(TOPICS)]
            place, code = draw.choice([("Ghana", "GH"), ("Nepal", "NP"), ("Texas", "US")])
            words = (draw.randint(3, 90), place, "Police held two for human trafficking.")
            row = {
                "id": f"{name}{i}", "source": "made", "language": "en", "rel": rel,
                "title": title.format(*words), "text": text.format(*words), "basis": "annotated",
            }  # fmt: skip
            if rel:
                row["form"] = ["forced_labour"]
            if rel == 2:
                row |= {
                    "response": ["prosecution", "protection"][: 1 + i % 2],
                    "place": [code], "victim": "adult", "flow": ["domestic", "cross_border"][i % 2],
                }  # fmt: skip
            rows.append(json.dumps(row))
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models")
    options = FitOptions(keep=2_000, folds=3)
    train_relevance(data, out, version="0.0.1", seed=7, options=options, released=True)
    tags = {"released": True, "ablations": False}
    train_tags(data, out, version="0.0.1", seed=7, options=options, **tags)
    return out


def test_trained_models_load_and_judge(trained: Path, data: Path) -> None:
    names = [assessor.stamp.partition("@")[0] for assessor in load_classifiers(trained)]
    assert names == ["relevance-en", "tags-en", "languages"]
    scores = evaluate_relevance(trained, data / "dev.jsonl.gz")["scores"]
    assert scores["average_precision"] == 1.0
    tags = evaluate_tags(trained, data / "dev.jsonl.gz")
    assert tags["schemes"]["place"]["micro"]["f1"] > 0.9
    assert "forced_begging" in tags["experimental"]["form"]
    for result in (evaluate_relevance(trained, data / "dev.jsonl.gz"), tags):
        assert "0.0.1" in render_evaluation(result)


def test_the_card_says_how_to_repeat(trained: Path) -> None:
    card = (find_model(trained, "relevance-en") / "README.md").read_text("utf-8")
    assert "--seed 7" in card
    assert "with the project's texts" in card


def test_the_same_seed_and_data_give_the_same_files(
    trained: Path, data: Path, tmp_path: Path
) -> None:
    options = FitOptions(keep=2_000, folds=3)
    train_relevance(
        data, tmp_path, version="0.0.1", seed=7, options=options, ablations=False, released=True
    )
    tags = {"released": True, "ablations": False}
    train_tags(data, tmp_path, version="0.0.1", seed=7, options=options, **tags)
    for name in ("relevance-en", "tags-en"):
        first, second = (load_folder(find_model(at, name)).meta for at in (trained, tmp_path))
        assert first.files == second.files
        assert first.thresholds == second.thresholds


def test_serving_scores_as_training_did(trained: Path) -> None:
    model = load_relevance(load_folder(find_model(trained, "relevance-en")))
    articles = [
        ("Men freed", "They were forced to work in Ghana."),
        ("Goals", "The team won."),
        ("", ""),
    ]
    readings = [read_article(title, text, model.cues) for title, text in articles]
    matrix = build_matrix([*readings, *readings], model.counter)
    linear = only_known(model.linear, {f: set(grams) for f, grams in matrix.grams.items()})
    batch = score_rows(linear, matrix, np.arange(3))
    for reading, row in zip(readings, batch, strict=True):
        assert linear.decide(reading, model.counter.count(reading)) == pytest.approx(row)


def only_known(linear: LinearModel, known: dict[str, set[str]]) -> LinearModel:
    """Keep the n-grams of a matrix: `score_rows` takes a model that was fitted on it."""
    vocabulary: dict[str, dict[str, int]] = {}
    kept: list[int] = []
    for field, grams in linear.vocabulary.items():
        both = [gram for gram in grams if gram in known[field]]
        vocabulary[field] = {gram: len(kept) + i for i, gram in enumerate(both)}
        kept += [grams[gram] for gram in both]
    return replace(
        linear, vocabulary=vocabulary, idf=linear.idf[kept], weights=linear.weights[:, kept]
    )


def test_story_counts_have_a_name_each() -> None:
    counter = StoryCounter(CueTable(load_cues()))
    reading = read_article("", "", CueTable(load_cues()))
    assert len(counter.count(reading)) == len(counter.names) == len(set(counter.names))


def test_folds_keep_events_together() -> None:
    events = [f"e{i // 3}" for i in range(30)]
    folds = make_folds(events, 5, seed=0)
    assert sorted(np.concatenate(folds).tolist()) == list(range(30))
    owner = {events[i]: number for number, fold in enumerate(folds) for i in fold}
    assert all(owner[events[i]] == number for number, fold in enumerate(folds) for i in fold)


scored = st.lists(
    st.tuples(st.floats(-8, 8), st.booleans()), min_size=8, max_size=60
).filter(lambda rows: 0 < sum(truth for _, truth in rows) < len(rows))  # fmt: skip


@settings(deadline=None)
@given(scored)
def test_calibration_rises_strictly_and_reads_back(rows: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in rows])
    truth = np.array([label for _, label in rows])
    fitted = fit_calibration(scores, truth)
    assert parse_calibration(asdict(fitted)) == fitted
    said = [fitted.probability(odds) for odds in np.linspace(-9, 9, 50).tolist()]
    assert all(0 < value < 1 for value in said)
    assert said == sorted(set(said))
    for odds in (-8.0, -1.0, 0.0, 0.5, 8.0):
        rise = (fitted.log_odds(odds + 1e-5) - fitted.log_odds(odds - 1e-5)) / 2e-5
        assert rise >= LEAST_SLOPE * 0.99


@given(scored, st.sampled_from([0.5, 0.8, 0.9]))
def test_a_threshold_keeps_its_precision(rows: list[tuple[float, bool]], precision: float) -> None:
    scores = np.array([score for score, _ in rows])
    truth = np.array([label for _, label in rows])
    chosen = scores >= threshold_for(scores, truth, precision)
    if recall_at_precision(truth, scores, precision) > 0 and len(set(scores.tolist())) == len(rows):
        assert truth[chosen].mean() >= precision


def test_figures_of_merit() -> None:
    truth = np.array([True, False, True, False])
    scores = np.array([0.9, 0.8, 0.7, 0.1])
    assert average_precision(truth, scores) == pytest.approx((1 + 2 / 3) / 2)
    assert recall_at_precision(truth, scores, 0.9) == 0.5
    table = label_scores([{"a"}, {"a", "b"}, set()], [{"a"}, {"b"}, {"b"}], ["a", "b"])
    assert table["labels"]["a"] == {"n": 2, "precision": 1.0, "recall": 0.5, "f1": 2 / 3}
    assert table["micro"]["precision"] == pytest.approx(2 / 3)


def test_scores_that_are_equal_are_counted_together() -> None:
    truth = np.array([True, False, True])
    scores = np.array([0.9, 0.9, 0.2])
    assert recall_at_precision(truth, scores, 0.9) == 0.0
    assert best_f1_threshold(scores, truth) == 0.2
    assert best_f1_threshold(scores, np.zeros(3, dtype=bool)) == 0.9


LABELS = st.lists(st.tuples(*[st.sets(st.sampled_from("abc"))] * 2), max_size=8)


@settings(deadline=None, max_examples=60)
@given(LABELS, st.sampled_from(["", "a", "abc"]))
def test_label_figures_are_what_counting_gives(
    pairs: list[tuple[set[str], set[str]]], labels: str
) -> None:
    table = label_scores([gold for gold, _ in pairs], [said for _, said in pairs], labels)
    occurring = {label for pair in pairs for label in pair[0] | pair[1]}
    assert list(table["labels"]) == [label for label in labels if label in occurring]
    for chosen, row in [(occurring, table["micro"]), *((k, v) for k, v in table["labels"].items())]:
        said = sum(len(answer & set(chosen)) for _, answer in pairs)
        true = sum(len(gold & set(chosen)) for gold, _ in pairs)
        hits = sum(len(gold & answer & set(chosen)) for gold, answer in pairs)
        assert row["precision"] == pytest.approx(hits / max(1, said))
        assert row["recall"] == pytest.approx(hits / max(1, true))
        assert row["f1"] == pytest.approx(2 * hits / max(1, said + true))
        assert row.get("n", true) == true


def test_data_in_another_language_is_refused(tmp_path: Path) -> None:
    row = {"id": "a", "source": "s", "language": "de", "title": "", "text": "x", "rel": 0}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row), "utf-8")
    with pytest.raises(DataError, match="no article in a language that has a relevance model"):
        evaluate_relevance(MODELS, path)


def test_the_last_bits_move_no_score_by_more_than_promised() -> None:
    cascade = load_relevance(load_folder(find_model(MODELS, "relevance-en"))).cascade
    assert cascade is not None
    fusion = cascade.fusions[MAIN]
    weight = dict(zip(FEATURES, fusion.weights, strict=True))
    # log odds are the difference of two numbers, a later window's rise that of two log odds
    moved = TOLERANCE * (2 * weight["first main"] + 4 * weight["later main"])
    curve = fusion.calibration
    # a probability rises by a quarter of its log odds at most
    assert moved * max(curve.below, curve.above) / 4 <= SCORE_TOLERANCE
