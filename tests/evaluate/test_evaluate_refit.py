"""Refitting the shipped relevance model from a desk's reviews, and promotion on held-out ones."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.classify.features import read_article
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.relevance import load_relevance
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.learn_from_reviews import (
    is_held_out,
    promote_on_reviews,
    refit_relevance,
    split_rows,
)
from monitor.labels.data_files import data_dir
from monitor.records.errors import DataError, UsageError

NAME = "relevance-en"
PLACES = ("Accra", "Dili", "Lagos", "Chiang Mai", "Kumasi", "Baucau", "Tema", "Phuket", "Takoradi")
ABOUT = {
    2: "{0} zorbing men freed from kiln in {1}. They were forced to work there and never paid.",
    1: "Smugglers held with {0} migrants in {1}. One of the {0} was to be forced to work.",
    0: "The {1} team won the game by {0} goals. The crowd sang for hours after the match.",
}


def row(number: int, rel: int) -> Labelled:
    text = ABOUT[rel].format(number + 3, PLACES[number % len(PLACES)])
    title, _, rest = text.partition(". ")
    name = f"review:{rel}-{number}"
    return Labelled(
        name, name, "review", "en", f"{title} {number}", f"{rest} Item {number * 7919}.", rel,
        "review", sure=True, said_at=f"2026-11-{1 + number % 28:02}T09:00:00+00:00",
    )  # fmt: skip


ROWS = [row(number, rel) for number in range(70) for rel in (2, 1, 0)]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The shipped relevance model, with a linear stage alone: the encoder takes its time."""
    folder = tmp_path / "models"
    used = find_model(data_dir("models"), NAME)
    shutil.copytree(used, folder / NAME / used.name)
    path = folder / NAME / used.name / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["settings"].pop("cascade")
    path.write_text(json.dumps(meta), "utf-8")
    return folder


def test_rows_held_out_and_their_copies_are_never_learned_from() -> None:
    learned, held = split_rows(ROWS)
    assert 0.1 < len(held) / len(ROWS) < 0.35
    assert [each for each in learned if is_held_out(replace(each, event=each.id))] == []
    copy = replace(held[0], id="copy", event="review:elsewhere")
    assert not is_held_out(copy)
    again, same = split_rows([*ROWS, copy])
    assert "copy" not in {each.id for each in again}
    assert same == held


def test_a_refitted_model_has_learned_and_says_from_what(models: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    meta = refit_relevance(models, out, ROWS, version="9.0.0")
    folder = load_folder(out / NAME / "9.0.0")
    base = load_relevance(load_folder(find_model(models, NAME)))
    model = load_relevance(folder)
    odds = []
    for each in (base, model):
        reading = read_article("Zorbing again", "The zorbing men were held there.", each.cues)
        odds.append(each.log_odds(reading)[0])
    assert odds[1] > odds[0]
    known = [set(each.linear.vocabulary["full"]) for each in (base, model)]
    assert "zorbing" in known[1] - known[0]
    assert known[0] <= known[1]
    moved = model.linear.weights[:, : base.linear.weights.shape[1]]
    assert np.abs(moved).max() < 2 * np.abs(base.linear.weights).max()
    training = meta["training"]
    assert training["from"]["version"] == find_model(models, NAME).name
    assert sum(training["reviews_rel"].values()) == len(split_rows(ROWS)[0])
    assert training["reviews_until"] == max(each.said_at for each in ROWS)
    assert not folder.meta.released
    card = (folder.path / "README.md").read_text("utf-8")
    for words in ("refitted from a desk's reviews", "held out, the version before", "| 1.000 |"):
        assert words in card
    again = refit_relevance(models, tmp_path / "again", ROWS, version="9.0.0")
    assert again["files"] == meta["files"]


def test_a_version_that_does_no_worse_is_put_to_use(models: Path) -> None:
    refit_relevance(models, models, ROWS, version="9.0.0")
    done = promote_on_reviews(models, NAME, "9.0.0", ROWS)
    assert done.refused == ()
    assert find_model(models, NAME).name == "9.0.0"
    assert done.reached["average_precision"] >= done.before["average_precision"]


def test_a_version_that_does_worse_is_refused_and_says_where(models: Path) -> None:
    wrong = [replace(each, rel=2 - each.rel) for each in ROWS]
    refit_relevance(models, models, wrong, version="9.0.0")
    done = promote_on_reviews(models, NAME, "9.0.0", ROWS)
    used = find_model(models, NAME).name
    assert done.refused
    assert all(line.startswith(f"{NAME} 9.0.0: ") and used in line for line in done.refused)
    assert used != "9.0.0"


def test_too_few_reviews_teach_and_prove_nothing(models: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too few reviews to learn from"):
        refit_relevance(models, tmp_path, ROWS[:12], version="9.0.0")
    version = find_model(models, NAME).name
    with pytest.raises(DataError, match="too few reviews held out"):
        promote_on_reviews(models, NAME, version, ROWS[:12])
    with pytest.raises(UsageError, match="only relevance-en"):
        promote_on_reviews(models, "tags-en", version, ROWS)
