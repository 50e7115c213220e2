"""A relevance model trained with the shipped encoder behind it: from data files to judgements."""

import gzip
import json
import random
import shutil
from pathlib import Path

import pytest

from monitor.classify.model_files import find_model, load_folder
from monitor.classify.model_stamps import encoder_folder
from monitor.classify.relevance import load_relevance
from monitor.evaluate.evaluate_models import evaluate_relevance_folder
from monitor.evaluate.linear_fit import FitOptions
from monitor.labels.data_files import data_dir
from training.__main__ import fit
from training.relevance import train_relevance

MODELS = data_dir("models")
TOPICS = [
    (2, "{0} men freed from kiln", "They were forced to work and never paid. Two were charged."),
    (1, "Smugglers held with {0} migrants", "One of them was to be forced to work, police said."),
    (0, "{0} tonnes of cocaine found", "Drug trafficking is on the rise, said the customs office."),
    (0, "{0} goals in the final", "The team won and scored {0} times before the break."),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    draw = random.Random(4)
    for name, number in (("train", 120), ("dev", 40)):
        rows = []
        for i in range(number):
            rel, title, text = TOPICS[i % len(TOPICS)]
            count = draw.randint(3, 90)
            row = {
                "id": f"{name}{i}", "source": "made", "language": "en", "rel": rel,
                "title": title.format(count), "text": text.format(count), "basis": "annotated",
            }  # fmt: skip
            rows.append(json.dumps(row))
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder that holds the shipped encoder."""
    folder = tmp_path_factory.mktemp("models")
    encoder = find_model(MODELS, "encoder-en")
    shutil.copytree(encoder, folder / "encoder-en" / encoder.name)
    return folder


def test_a_model_is_fused_with_an_encoder(data: Path, out: Path) -> None:
    encoder = find_model(out, "encoder-en")
    options = FitOptions(keep=2_000, folds=3)
    meta = train_relevance(
        data, out, version="0.0.1", seed=7, options=options, ablations=False, encoder=encoder
    )
    folder = load_folder(out / "relevance-en" / "0.0.1")
    assert not folder.meta.released
    second = encoder_folder(folder)
    assert second is not None
    assert second.path == encoder
    model = load_relevance(folder)
    assert model.cascade is not None
    assert model.gate is not None
    said = evaluate_relevance_folder(folder, data / "dev.jsonl.gz")
    assert said["scores"]["average_precision"] == 1.0
    assert meta["scores"]["dev"] | {"countries": said["scores"]["countries"]} == said["scores"]
    assert {"dev_crossed", "held_out", "stages", "gate"} <= meta["scores"].keys()
    card = (folder.path / "README.md").read_text("utf-8")
    assert f"--encoder {encoder.name}" in card
    assert "both on every article" in card


def test_the_newest_encoder_there_is_taken(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fit("relevance", data, version="0.0.1", output=tmp_path)
    assert "linear alone" in capsys.readouterr().err
    assert load_relevance(load_folder(tmp_path / "relevance-en" / "0.0.1")).cascade is None
