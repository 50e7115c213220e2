"""Promotion: nothing worse than the floors takes over, and floors only rise."""

import gzip
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from monitor.classify.model_files import (
    find_model,
    load_folder,
    pack_arrays,
    read_meta,
    save_folder,
)
from monitor.evaluate.evaluate_models import evaluate_relevance
from monitor.evaluate.labelled_data import file_sha256
from monitor.labels.data_files import data_dir
from monitor.records.errors import DataError, ModelError
from shared_data import SHARED, needs_shared
from training.promote import Floors, kept_apart, promote, read_floors, write_floors
from training.rows import GROUPS

TITLES = [
    (2, "Two charged with human trafficking after women freed from brothel"),
    (2, "Men forced to work without pay freed from brick kiln"),
    (0, "Rain expected at the weekend"),
    (0, "Council votes on the budget"),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    rows = [
        {
            "id": str(i), "source": "made", "language": "en", "title": title, "rel": rel,
            "text": "It was told on Monday.", "basis": "annotated",
        }
        for i, (rel, title) in enumerate(TITLES)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def models(tmp_path: Path, data: Path) -> Path:
    """The shipped relevance model, a trial version of the same files, and floors for `data`."""
    folder = tmp_path / "models"
    shipped = data_dir("models")
    used = find_model(shipped, "relevance-en")
    for name in ("relevance-en", "encoder-en"):
        if (shipped / name).exists():
            source = find_model(shipped, name)
            shutil.copytree(source, folder / name / source.name)
    shutil.copytree(used, folder / "relevance-en" / "9.0.0")
    trial = folder / "relevance-en" / "9.0.0" / "meta.json"
    change_meta(trial, version="9.0.0", released=False)
    write_floors(folder, floors_of(data, 0.5))
    return folder


def change_meta(path: Path, **change: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")


def floors_of(data: Path, floor: float) -> dict[str, Floors]:
    figures = {"average_precision": floor, "recall_at_precision_0.90": floor}
    sha256 = file_sha256(data)
    return {
        "relevance-en": Floors(data.name, sha256, "evaluate", figures, within=0.001),
        "tags-en": Floors(data.name, sha256, "evaluate", {"form": 0.1}),
    }


def test_a_version_that_holds_the_floors_takes_over_and_raises_them(
    models: Path, data: Path
) -> None:
    assert find_model(models, "relevance-en").name != "9.0.0"
    done = promote(models, "relevance-en", "9.0.0", data)
    assert done.refused == ()
    assert done.reached["average_precision"] == 1.0
    assert find_model(models, "relevance-en").name == "9.0.0"
    assert load_folder(find_model(models, "relevance-en")).meta.released
    floors = read_floors(models)
    assert floors == floors_of(data, 1.0)
    assert done.floors["average_precision"] == (0.5, 1.0)
    again = promote(models, "relevance-en", "9.0.0", data)
    assert again.floors == {}
    assert read_floors(models) == floors


def test_a_worse_version_is_refused_and_nothing_changes(models: Path, data: Path) -> None:
    folder = load_folder(models / "relevance-en" / "9.0.0")
    meta = {k: v for k, v in asdict(folder.meta).items() if k not in ("schema", "files")}
    content = {name: blob for name, blob in folder.content.items() if name != "gate.json"}
    settings = {k: v for k, v in meta["settings"].items() if k not in ("cascade", "shut")}
    meta["settings"] = settings
    arrays = folder.arrays("weights.npz")
    turned = {
        name: arrays[name] if "story_" in name or name == "idf" else -arrays[name]
        for name in arrays
    }
    turned["story_weights"] = -arrays["story_weights"]
    content["weights.npz"] = pack_arrays(turned)
    save_folder(folder.path, meta, content, "upside down")
    before = (models / "floors.json").read_bytes()
    done = promote(models, "relevance-en", "9.0.0", data)
    assert len(done.refused) == 2
    assert "average_precision is" in done.refused[0]
    assert find_model(models, "relevance-en").name != "9.0.0"
    assert (models / "floors.json").read_bytes() == before


def test_a_version_behind_the_one_in_use_is_refused(models: Path, data: Path) -> None:
    promote(models, "relevance-en", "9.0.0", data)
    names = sorted(p.name for p in (models / "relevance-en").iterdir())
    older = names[0]
    assert "newer" in promote(models, "relevance-en", older, data).refused[0]


def test_other_data_and_unknown_models_are_errors(models: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such version"):
        promote(models, "relevance-en", "8.0.0", data)
    other = tmp_path / "other.jsonl"
    other.write_text(data.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(DataError, match="other sha256"):
        promote(models, "relevance-en", "9.0.0", other)
    with pytest.raises(ModelError, match="no model there"):
        promote(models, "weather-en", "1.0.0", data)
    encoder = find_model(models, "encoder-en").name
    with pytest.raises(ModelError, match="with the relevance model that uses it"):
        promote(models, "encoder-en", encoder, data)


def test_an_evaluation_lists_errors_by_id_and_no_text(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    row = {
        "id": "w", "source": "made", "language": "en", "rel": 2, "basis": "annotated",
        "title": "Rain expected", "text": "Showers will move in.",
    }  # fmt: skip
    path.write_text(json.dumps(row), "utf-8")
    (error,) = evaluate_relevance(models, path)["errors"]
    assert error["id"] == "w"
    assert error["kind"] == "missed"
    assert "Rain" not in json.dumps(error)


def travels(figure: float) -> dict[str, object]:
    keys = ("average_precision", "recall_at_precision_0.90")
    parts = {part: dict.fromkeys(keys, figure) for part in ("mean", "worst", "regional")}
    return {**parts, "groups": {key: {} for key in GROUPS}}


def test_a_version_has_to_travel_too(models: Path, data: Path) -> None:
    path = models / "relevance-en" / "9.0.0" / "meta.json"
    floor = Floors("regional", "00", "evaluate sources", {"worst_average_precision": 0.8})
    write_floors(models, {**floors_of(data, 0.5), "relevance-en/sources": floor})
    scores = json.loads(path.read_text("utf-8"))["scores"]
    for sources, told in (({}, "not measured"), (travels(0.7), "0.7, its floor is 0.8")):
        change_meta(path, scores=scores | {"sources": sources})
        done = promote(models, "relevance-en", "9.0.0", data)
        assert [told in sentence for sentence in done.refused] == [True]
    some = travels(0.9) | {"groups": {"alerts": {}}}
    change_meta(path, scores=scores | {"sources": some})
    assert "not measured" in promote(models, "relevance-en", "9.0.0", data).refused[0]
    change_meta(path, scores=scores | {"sources": travels(0.9)})
    done = promote(models, "relevance-en", "9.0.0", data)
    assert done.refused == ()
    assert done.floors["sources worst_average_precision"] == (0.8, 0.9)
    raised = read_floors(models)["relevance-en/sources"]
    assert raised.at_least == {"worst_average_precision": 0.9}


def some_kept_apart(folder: Path) -> Path:
    """A few of the annotated articles kept apart, with the texts beside: all take a minute."""
    data = SHARED / "data"
    (folder / "spans").mkdir(parents=True)
    (folder / "relevance").symlink_to(data / "relevance")
    chosen = {item.id for item in kept_apart(data / "spans" / "train.jsonl.gz")[9:19]}
    lines = gzip.decompress((data / "spans" / "train.jsonl.gz").read_bytes()).decode().splitlines()
    few = [line for line in lines if json.loads(line)["id"] in chosen]
    path = folder / "spans" / "train.jsonl"
    path.write_text("\n".join(few), "utf-8")
    return path


@needs_shared
def test_a_judge_is_promoted_by_the_articles_kept_apart(tmp_path: Path) -> None:
    """One that lets every flag be as loud as its rule is refused: fewer of them were marked."""
    spans, models = some_kept_apart(tmp_path / "data"), tmp_path / "models"
    used = find_model(data_dir("models"), "rules-en")
    for version in ("9.0.0", "9.1.0"):
        shutil.copytree(used, models / "rules-en" / version)
        meta = models / "rules-en" / version / "meta.json"
        change_meta(meta, version=version, released=False)
    change_meta(meta, thresholds=dict(read_meta(used).thresholds) | {"suggestion": 0, "silent": 0})
    low = Floors("some", file_sha256(spans), "again", {"loud_matched": 1, "loud_share_matched": 0})
    write_floors(models, {"rules-en": low})
    assert promote(models, "rules-en", "9.0.0", spans).refused == ()
    assert read_floors(models)["rules-en"].at_least["loud_share_matched"] > 0
    refused = promote(models, "rules-en", "9.1.0", spans).refused
    assert refused
    assert [said for said in refused if "loud_share_matched" in said] == [*refused]
    assert find_model(models, "rules-en").name == "9.0.0"
