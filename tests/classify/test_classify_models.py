"""The shipped models: files, judgements and what happens to a broken folder."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from inspect import getclosurevars
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify.assessors import RelevanceAssessor, load_classifiers
from monitor.classify.model_files import find_model, list_models, load_folder
from monitor.classify.model_files import load_folder as load
from monitor.classify.relevance import load_relevance
from monitor.classify.tags import load_tags
from monitor.labels.data_files import data_dir
from monitor.records.article import Article
from monitor.records.errors import ModelError

MODELS = data_dir("models")
RELEVANCE = load_relevance(load(find_model(MODELS, "relevance-en")))
TAGS = load_tags(load(find_model(MODELS, "tags-en")))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in ("relevance-en", "tags-en", "encoder-en"):
        source = find_model(MODELS, name)
        shutil.copytree(source, tmp_path / name / source.name)
    return tmp_path


def test_shipped_models_are_whole_and_small() -> None:
    states = list_models(MODELS)
    assert {(state.name, state.used, state.problem) for state in states} >= {
        ("relevance-en", True, None),
        ("tags-en", True, None),
        ("encoder-en", True, None),
        ("people-en", True, None),
    }
    size = sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file())
    assert size < 80_000_000


@pytest.mark.parametrize("name", ["weights.npz", "vocabulary.json", "cues.json", "gate.json"])
def test_an_altered_file_is_named(copied: Path, name: str) -> None:
    path = find_model(copied, "relevance-en") / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=f"{name}.*sha256"):
        load_classifiers(copied)
    assert any(name in (state.problem or "") for state in list_models(copied))


def test_a_missing_file_is_named(copied: Path) -> None:
    (find_model(copied, "tags-en") / "places.json").unlink()
    with pytest.raises(ModelError, match=r"places\.json: missing"):
        load_classifiers(copied)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema 2"),
        ({"surprise": 1}, "unknown key 'surprise'"),
        ({"thresholds": {}}, "threshold"),
        ({"version": "9.9.9"}, r"9\.9\.9"),
        ({"files": {"../evil": "0"}}, "plain file names"),
        ({"settings": {"calibration": []}}, "calibration"),
        ({"released": False}, "no released version"),
        ({"language": 3}, "'language'"),
    ],
)
def test_a_wrong_meta_is_named(copied: Path, change: dict[str, object], message: str) -> None:
    path = find_model(copied, "relevance-en") / "meta.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ModelError, match=message):
        load_classifiers(copied)


def test_no_models_at_all(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model there"):
        load_classifiers(tmp_path)
    with pytest.raises(ModelError, match="no model there"):
        list_models(tmp_path)


def test_the_newest_released_version_is_used(copied: Path) -> None:
    old = find_model(copied, "relevance-en")
    new = old.parent / "10.0.0"
    shutil.copytree(old, new)
    meta = json.loads((new / "meta.json").read_text("utf-8")) | {"version": "10.0.0"}
    (new / "meta.json").write_text(json.dumps(meta), "utf-8")
    assert find_model(copied, "relevance-en") == new


def test_changed_files_change_the_stamps(copied: Path) -> None:
    before = [assessor.stamp for assessor in load_classifiers(copied)[:2]]
    path = find_model(copied, "relevance-en") / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["thresholds"]["relevant"] = 0.99
    path.write_text(json.dumps(meta), "utf-8")
    after = [assessor.stamp for assessor in load_classifiers(copied)[:2]]
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_models_hold_no_code() -> None:
    for name in ("relevance-en", "tags-en"):
        folder = load_folder(find_model(MODELS, name))
        assert {Path(file).suffix for file in folder.meta.files} <= {".json", ".npz"}
    encoder = load_folder(find_model(MODELS, "encoder-en"))
    assert set(encoder.meta.files) == {"encoder.onnx", "tokenizer.json"}


CASES = [
    (
        "Men freed from fishing boat",
        (
            "The skipper kept the men's passports; they were forced to work and never paid. "
            "Police arrested the owner for human trafficking."
        ),
        True,
    ),
    (
        "Heroin trafficker jailed for life",
        "A man caught with three kilograms of heroin was sentenced for drug trafficking.",
        False,
    ),
    (
        "Museum of the slave trade opens",
        "The museum tells of slaves who were shipped across the Atlantic in the 1700s.",
        False,
    ),
    ("Rain expected at the weekend", "Showers will move in from the west.", False),
]


@pytest.mark.parametrize(("title", "text", "relevant"), CASES)
def test_plain_cases(title: str, text: str, relevant: bool) -> None:
    judgement = RELEVANCE.judge(title, text)
    assert judgement.relevant is relevant
    assert relevant or not judgement.borderline


def test_what_the_feed_says_of_an_article_counts() -> None:
    body = "He broke stones all his life. " * 20
    bare = Article("1", "", "A scar each", body, "", "en", None, datetime.now(UTC), "")
    told = replace(bare, summary=CASES[0][1])
    ours = load_classifiers(MODELS)[0].assess([bare, told, replace(bare, text=told.summary)])
    assert [assessment.relevant for assessment in ours] == [False, True, True]


def test_a_case_in_the_twentieth_paragraph_counts() -> None:
    case = CASES[0][1]
    filler = "The council met on Tuesday and talked about roads, schools and the budget.\n\n" * 20
    buried, plain = (
        RELEVANCE.judge("Court round-up", text).any for text in (filler + case, filler)
    )
    assert buried > plain


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text())
def test_any_text_has_a_probability_and_exact_evidence(title: str, text: str) -> None:
    judgement = RELEVANCE.judge(title, text)
    assert 0 < judgement.main < 1
    assert 0 < judgement.any < 1
    for tag in TAGS.tag(title, text):
        assert 0 <= tag.score <= 1
        assert tag.evidence
        for span in tag.evidence:
            field = title if span.field == "title" else text
            assert 0 <= span.start < span.end <= len(field)


def test_empty_articles_are_judged() -> None:
    assert not RELEVANCE.judge("", "").relevant
    assert TAGS.tag("", "") == ()


def test_both_models_share_one_encoder() -> None:
    relevance, tags, *_ = load_classifiers(MODELS)
    assert isinstance(relevance, RelevanceAssessor)
    tagger = getclosurevars(cast("Any", tags).judge).nonlocals["labeller"]
    assert relevance.model.cascade is not None
    assert tagger.encoder is relevance.model.cascade.encoder
