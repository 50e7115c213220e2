"""Which countries the model in use has figures for, as its `meta.json` says."""

import json
import shutil
from pathlib import Path

import pytest

from monitor.classify.model_files import find_model
from monitor.classify.relevance import measured_countries
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError


def models_with(folder: Path, countries: object) -> Path:
    """Make a models folder whose relevance model has such figures by country."""
    used = find_model(data_dir("models"), "relevance-en")
    copied = folder / used.parent.name / used.name
    copied.mkdir(parents=True)
    shutil.copy(used / "meta.json", copied)
    meta = json.loads((copied / "meta.json").read_text("utf-8"))
    meta["scores"].pop("countries", None)
    if countries is not None:
        meta["scores"]["countries"] = countries
    (copied / "meta.json").write_text(json.dumps(meta), "utf-8")
    return folder


def test_a_country_with_a_recall_is_measured(tmp_path: Path) -> None:
    table = {"GH": {"n": 2, "recall": None}, "US": {"n": 79, "recall": 0.9}}
    assert measured_countries(models_with(tmp_path, table)) == {"US"}


def test_a_model_without_such_figures_has_none(tmp_path: Path) -> None:
    assert measured_countries(models_with(tmp_path, None)) is None


@pytest.mark.parametrize("table", [["GH"], {"GH": 3}, {"GH": {"n": 2}}])
def test_figures_that_are_not_understood_are_named(tmp_path: Path, table: object) -> None:
    with pytest.raises(ModelError, match=r"meta\.json: scores by country"):
        measured_countries(models_with(tmp_path, table))


def test_the_shipped_model_can_be_asked() -> None:
    measured = measured_countries(data_dir("models"))
    assert measured is None or "US" in measured
