"""The second stage: what the encoder reads, that it is the same everywhere, and what it decides."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from inspect import getclosurevars
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify.assessors import RelevanceAssessor, load_classifiers
from monitor.classify.calibration import Calibration
from monitor.classify.cascade import ANY, FEATURES, Fusion, read_features, relevance_odds
from monitor.classify.encoder import TITLE_CHARS, Memory, later_stretch, load_encoder
from monitor.classify.features import read_article
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.model_stamps import encoder_folder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.relevance import load_relevance, without_appended
from monitor.classify.tokenizer import load_tokenizer
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError

MODELS = data_dir("models")
FOLDER = load_folder(find_model(MODELS, "relevance-en"))
SECOND = encoder_folder(FOLDER)
assert SECOND is not None
MODEL = load_relevance(FOLDER, SECOND)
ENCODER = load_encoder(SECOND)
CASE = (
    "Eleven women were told they would work in a hotel. Their passports were taken, they were "
    "locked in a flat above a bar and made to see clients until a debt was paid. Police have "
    "charged two recruiters with human trafficking."
)
FILLER = "The council met on Tuesday and talked about roads, schools and next year's budget.\n\n"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in ("relevance-en", "tags-en", "encoder-en"):
        source = find_model(MODELS, name)
        shutil.copytree(source, tmp_path / name / source.name)
    return tmp_path


def always(_: object) -> bool:
    """Read on whatever the first window says."""
    return True


def test_the_same_text_scores_the_same_alone_in_any_batch_and_in_threads() -> None:
    articles = [("Women freed", CASE), ("Budget", FILLER * 9), ("", "x"), ("Court", FILLER + CASE)]
    alone = [ENCODER.outputs(*article) for article in articles]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda article: ENCODER.outputs(*article), articles * 4))
    for i, heads in enumerate(together):
        for head, numbers in heads.items():
            assert np.array_equal(numbers, alone[i % len(articles)][head])
    judged = [MODEL.judge(*article) for article in articles]
    assert [said for said, _ in MODEL.judge_all(articles[::-1])] == judged[::-1]


def test_what_was_read_before_is_not_read_again() -> None:
    encoder = replace(ENCODER, memory=Memory(size=1))
    first = encoder.outputs("Women freed", CASE)
    assert encoder.outputs("Women freed", CASE) is first
    assert encoder.outputs("Women freed", FILLER) is not first
    again = encoder.outputs("Women freed", CASE)
    assert again is not first
    assert all(np.array_equal(first[head], again[head]) for head in ENCODER.heads)


def test_taggers_find_what_relevance_has_read() -> None:
    relevance, tags = load_classifiers(MODELS)[:2]
    assert isinstance(relevance, RelevanceAssessor)
    tagger = getclosurevars(cast("Any", tags).judge).nonlocals["labeller"]
    assert relevance.model.cascade is not None
    assert tagger.encoder is relevance.model.cascade.encoder
    assert tagger.encoder.memory is not None


def test_every_head_has_a_number_for_each_label() -> None:
    heads = ENCODER.outputs("Women freed", CASE)
    assert {head: len(row) for head, row in heads.items()} == {
        head: len(labels) for head, labels in ENCODER.heads.items()
    }
    assert ENCODER.heads["relevance"] == ["other", "borderline", "relevant"]


def test_the_encoder_tells_a_case_from_other_trades() -> None:
    main, any_ = relevance_odds(ENCODER.outputs("Women freed from bar", CASE)["relevance"])
    other, _ = relevance_odds(
        ENCODER.outputs("Cocaine seized", "Drug trafficking is on the rise.")["relevance"]
    )
    assert main > 0 > other
    assert any_ > main


def test_a_later_passage_is_read_where_cues_stand() -> None:
    text = FILLER * 40 + CASE + "\n\n" + FILLER * 5
    reading = read_article("Court round-up", text, MODEL.cues)
    article = "Court round-up", text, reading, MODEL.cues
    first, later = ENCODER.windows(*article, always)
    assert later is not None
    assert ENCODER.windows(*article, lambda _: False)[1] is None
    assert relevance_odds(later["relevance"])[1] > relevance_odds(first["relevance"])[1] + 1
    start = later_stretch(reading, MODEL.cues, 1_000)
    assert start is not None
    assert text[start:].startswith(CASE[:30])
    plain = FILLER * 40
    nothing = "", plain, read_article("", plain, MODEL.cues), MODEL.cues
    assert ENCODER.windows(*nothing, always)[1] is None


def test_a_later_passage_is_read_where_the_first_leaves_it_open() -> None:
    assert MODEL.cascade is not None
    text = FILLER * 40 + CASE + "\n\n" + FILLER * 5
    article = "Court round-up", text, read_article("Court round-up", text, MODEL.cues), MODEL.cues
    read, unread = (
        read_features((0.0, 0.0), MODEL.cascade.encoder, later_from, *article)
        for later_from in (-30.0, 30.0)
    )
    assert read[:4] == unread[:4]
    assert read[FEATURES.index("later any")] > 1
    assert unread[4:] == (0.0, 0.0)


def test_a_short_text_has_no_later_passage() -> None:
    reading = read_article("Women freed", CASE, MODEL.cues)
    assert ENCODER.windows("Women freed", CASE, reading, MODEL.cues, always)[1] is None


def test_a_buried_case_is_shown() -> None:
    said = MODEL.judge("Court round-up: seven cases from this week", FILLER * 20 + CASE)
    assert said.relevant or said.borderline
    plain = MODEL.judge("Court round-up: seven cases from this week", FILLER * 20)
    assert not plain.relevant
    assert not plain.borderline


APPENDED = [
    (
        "The office also prosecutes human trafficking, which is the use of force, fraud or "
        "coercion to compel labour or commercial sex. Call the hotline if you see something."
    ),
    (
        "Human trafficking is a crime in which people are exploited through force, fraud or "
        "coercion. Anyone who suspects trafficking should call the national hotline."
    ),
    (
        "The District Attorney's Office is a member of the county task force against human "
        "trafficking, which works with police and service providers."
    ),
    (
        "About us: the unit investigates homicide, fraud, sexual assault and human trafficking. "
        "Tips can be left at the number below."
    ),
]
OTHER_CRIMES = [
    (
        "Teenager charged after stolen car chase",
        (
            "A 17-year-old was arrested on Friday after a chase through the suburbs in a stolen "
            "car. Nobody was hurt. He faces charges of theft and reckless driving."
        ),
    ),
    (
        "Man sentenced to 12 years for armed robberies of petrol stations",
        (
            "A 29-year-old man was sentenced to twelve years in state prison for robbing four "
            "petrol stations over two weeks in May. He carried a pistol and fled on a motorcycle. "
            "The judge said that the clerks would live with the fear for years."
        ),
    ),
    (
        "Father convicted of assaulting his daughter",
        (
            "A jury found a 41-year-old father guilty on Thursday of assaulting his daughter over "
            "several years. She told a teacher, who called the police. He faces 15 years to life."
        ),
    ),
]


@pytest.mark.parametrize("appended", APPENDED, ids=lambda text: text[:20])
@pytest.mark.parametrize(("title", "text"), OTHER_CRIMES, ids=lambda text: text[:20])
def test_an_appended_paragraph_fools_nobody(title: str, text: str, appended: str) -> None:
    assert not MODEL.judge(title, f"{text}\n\n{appended}").relevant


def test_an_appended_paragraph_takes_nothing_from_a_case() -> None:
    title = "Two charged with human trafficking after women freed from brothel"
    assert without_appended(title, f"{CASE} {APPENDED[0]}", MODEL.cues) == f"{CASE} {APPENDED[0]}"
    said = MODEL.judge("Two recruiters charged", f"{CASE}\n\n{APPENDED[1]}")
    assert said.relevant


@given(st.text(), st.text())
def test_leaving_out_keeps_offsets(title: str, text: str) -> None:
    for whole in (text, f"{text}. {APPENDED[0]} {text}"):
        told = without_appended(title, whole, MODEL.cues)
        assert len(told) == len(whole)
        assert all(ours in (theirs, " ") for ours, theirs in zip(told, whole, strict=True))


OTHER_HEADLINES = [
    (
        "Bakery wins national prize for its rye loaf",
        (
            "The bakery on Mill Road has won the prize for the third time. ... Read more: Two held "
            "for human trafficking after raid on massage parlour ... Weather: rain"
        ),
    ),
    (
        "School board approves new bus routes",
        "The board voted 5-2 on Monday. Also in the news: Man jailed for trafficking of women.",
    ),
]


@pytest.mark.parametrize(("title", "text"), OTHER_HEADLINES, ids=lambda text: text[:20])
def test_other_headlines_in_a_snippet_fool_nobody(title: str, text: str) -> None:
    said = MODEL.judge(title, text)
    assert not said.relevant
    assert not said.borderline


def test_only_the_uncertain_is_read() -> None:
    weather = ("Rain expected at the weekend", "Showers will move in from the west.")
    clear = ("Two charged with human trafficking after women freed from brothel", CASE)
    said = MODEL.judge_all([weather, clear])
    assert said[0][1] is False
    assert [judgement.relevant for judgement, _ in said] == [False, True]


def test_a_later_window_never_lowers_and_borderline_counts_as_any() -> None:
    low, high = ({"relevance": np.array(row, np.float32)} for row in ([3, 0, -3], [-3, 0, 3]))

    def features(*windows: Any) -> dict[str, float]:
        encoder = cast("Any", SimpleNamespace(windows=lambda *_: windows))
        reading = read_article("", "", MODEL.cues)
        row = read_features([0.0, 0.0], encoder, 0.0, "", "", reading, MODEL.cues)
        return dict(zip(FEATURES, row, strict=True))

    falling, rising = features(high, low), features(low, high)
    assert falling["later main"] == falling["later any"] == 0
    assert rising["later main"] == pytest.approx(12)
    main, any_ = relevance_odds(np.array([0, 9, 0], np.float32))
    assert main == 0
    assert any_ > 8


def test_a_sum_is_calibrated() -> None:
    fusion = Fusion((1.0, 0, 2.0, 0, 0, 0), Calibration(1.0, 1.0, 0.0))
    assert fusion.probability((1.0, 5, 1.0, 5, 5, 5)) == pytest.approx(1 / (1 + np.exp(-3.0)))


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json"])
def test_an_altered_encoder_is_named(copied: Path, name: str) -> None:
    path = find_model(copied, "encoder-en") / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=f"{name}.*sha256"):
        load_classifiers(copied)


def test_another_encoder_is_refused(copied: Path) -> None:
    path = find_model(copied, "relevance-en") / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["settings"]["cascade"]["encoder"]["files"]["encoder.onnx"] = "0" * 64
    path.write_text(json.dumps(meta), "utf-8")
    with pytest.raises(ModelError, match="is not made for"):
        load_classifiers(copied)


STRANGE = (
    "Boy, 11, dives for nets on the lake after his uncle sold him",
    (
        "He was nine when his uncle handed him to a fisherman for 300 cedis. He dives at dawn to "
        "free tangled nets and has never been to school. Police took him and four others off it."
    ),
)
"""In words that no newspaper of the training data had for it."""


def test_where_the_linear_model_sees_nothing_the_encoder_answers_alone() -> None:
    cascade = MODEL.cascade
    assert cascade is not None
    told, reading = MODEL.read(*STRANGE)
    linear = MODEL.log_odds(reading)
    assert linear[ANY] < cascade.lower
    assert MODEL.is_strange(*STRANGE, linear)
    main, any_ = cascade.probabilities(linear, STRANGE[0], told, reading, MODEL.cues, strange=True)
    other = cascade.probabilities([-9.0, -9.0], STRANGE[0], told, reading, MODEL.cues, strange=True)
    assert (main, any_) == other
    judgement, asked = MODEL.judge_all([STRANGE])[0]
    assert asked
    assert (judgement.main, judgement.relevant) == (main, True)
    assert not MODEL.is_strange("Rain at the weekend", "Showers are expected.", [-9.0, -9.0])


FLAT = {"below": 0.0, "above": 1.0, "offset": 0.0}
STEPS = {"knots": [0.0], "values": [0.5], "slope": 1.0, "intercept": 0.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"encoder": {"name": "../x", "version": "1"}}, "no plain name"),
        ({"encoder": {}}, "names no encoder"),
        ({"fusions": []}, "cascade"),
        ({"fusions": [{"weights": [-1] * 6, "calibration": {}}] * 2}, "none below 0"),
        ({"lower": None}, "cascade"),
        ({"strange": None}, "cascade"),
        ({"alone": []}, "cascade"),
        ({"later_from": "often"}, "cascade"),
        ({"fusions": [{"weights": [1] * 6, "calibration": FLAT}] * 2}, "must be above 0"),
        ({"fusions": [{"weights": [1] * 6, "calibration": STEPS}] * 2}, "nothing else"),
    ],
)
def test_a_wrong_cascade_is_named(copied: Path, change: dict[str, object], message: str) -> None:
    path = find_model(copied, "relevance-en") / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["settings"]["cascade"] |= change
    path.write_text(json.dumps(meta), "utf-8")
    with pytest.raises(ModelError, match=message):
        load_classifiers(copied)


def test_the_encoder_is_in_the_stamps(copied: Path) -> None:
    before = [assessor.stamp for assessor in load_classifiers(copied)[:2]]
    path = find_model(copied, "encoder-en") / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["training"]["note"] = "another"
    path.write_text(json.dumps(meta), "utf-8")
    after = [assessor.stamp for assessor in load_classifiers(copied)[:2]]
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_what_is_no_model_is_an_error() -> None:
    with pytest.raises(ModelError, match=r"x\.onnx: no ONNX model"):
        EncoderSession(b"no model", "x.onnx").run([1])
    with pytest.raises(ModelError, match=r"t\.json: no tokenizer"):
        load_tokenizer(b"{}", limit=8, where="t.json")


def test_an_encoder_folder_is_checked() -> None:
    assert SECOND is not None
    for change, message in (
        ({"settings": {}}, "max_tokens"),
        ({"labels": {}}, "relevance"),
    ):
        folder = replace(SECOND, meta=replace(SECOND.meta, **change))
        with pytest.raises(ModelError, match=message):
            load_encoder(folder)
    with pytest.raises(ModelError, match="lists no file"):
        load_encoder(replace(SECOND, content={}))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.text(st.characters(codec=None), max_size=400))
def test_any_text_can_be_read(title: str, text: str) -> None:
    tokens = ENCODER.tokenizer.split(f"{title[:TITLE_CHARS]}\n{text}")
    assert 2 <= len(tokens.ids) <= ENCODER.tokenizer.limit
    assert 0 <= tokens.end <= len(title) + len(text) + 1
    numbers = ENCODER.outputs(title, text)["relevance"]
    assert np.isfinite(numbers).all()
