"""Cards and tables are laid out from figures; a figure that is not there is an error."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from monitor.classify.model_files import find_model, load_folder
from monitor.evaluate.evaluation_report import columns, render_evaluation
from monitor.labels.data_files import data_dir
from training.model_cards import model_card

MODELS = data_dir("models")


@pytest.fixture(scope="module", name="tags_meta")
def _tags_meta() -> dict[str, Any]:
    return asdict(load_folder(find_model(MODELS, "tags-en")).meta)


def test_a_card_tells_every_label_of_the_model(tags_meta: dict[str, Any]) -> None:
    card = model_card(tags_meta, {})
    for scheme, scores in tags_meta["scores"]["dev"].items():
        assert f"### {scheme} ({scores['rows']} rows)\n\n| label | n | precision |" in card
        for label, row in scores["labels"].items():
            cells = (label, str(row["n"]), *(f"{row[key]:.3f}" for key in ("precision", "recall")))
            assert f"| {' | '.join(cells)} |" in card
    assert "{" not in card


def test_a_figure_that_is_missing_is_no_gap_in_the_card(tags_meta: dict[str, Any]) -> None:
    with pytest.raises(UndefinedError, match="dev"):
        model_card({**tags_meta, "scores": {}}, {})


@pytest.mark.parametrize("name", ["relevance-es", "relevance-pt", "relevance-th", "encoder-en"])
def test_a_shipped_card_is_what_its_figures_make(name: str) -> None:
    folder: Path = find_model(MODELS, name)
    loaded = load_folder(folder)
    made = model_card(asdict(loaded.meta), loaded.content)
    assert made.splitlines()[0] == (folder / "README.md").read_text("utf-8").splitlines()[0]
    assert made.endswith(".\n")


def test_columns_are_as_wide_as_their_cells() -> None:
    rows = [("rule", "recall"), ("a-long-name", 0.5), ("b", 1)]
    assert columns(rows) == "rule         recall\na-long-name   0.500\nb                 1"
    assert columns("rule | recall\na-long-name | 0.500\nb | 1\n") == columns(rows)


def test_ids_from_the_data_stay_whole_in_the_table() -> None:
    scores = load_folder(find_model(MODELS, "relevance-en")).meta.scores["dev"]
    error = {"id": "a | b", "kind": "missed", "relevance": 0.1, "any": 0.2, "shown": "no"}
    told = render_evaluation({"model": "m", "data": "d", "scores": scores, "errors": [error]})
    assert told.endswith(
        "id       kind  relevance    any  shown\na | b  missed      0.100  0.200     no"
    )


def test_labels_with_few_examples_are_named() -> None:
    result = {"model": "m", "data": "d", "schemes": {}}
    told = render_evaluation(
        {**result, "experimental": {"form": ["*"], "flow": [], "a": ["b", "c"]}}
    )
    assert told.endswith("experimental (under 20 examples): form: all others; a: b, c")
