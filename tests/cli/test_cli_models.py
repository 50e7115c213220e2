"""`monitor models` and `evaluate` as they are typed, and what a broken model does."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from itertools import islice
from pathlib import Path

import pytest

from desk import Desk
from monitor.classify.model_files import list_models
from shared_data import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(name="damaged")
def _damaged(tmp_path: Path) -> Path:
    """A copy of the program in which one byte of the relevance model's weights is another."""
    copy = tmp_path / "program"
    leave = shutil.ignore_patterns("__pycache__")
    for name in ("src", "guidelines", "models"):
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    [used] = [m for m in list_models(copy / "models") if m.used and m.name == "relevance-en"]
    [weights] = used.path.glob("*.npz")
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    return weights


def of(weights: Path) -> dict[str, str]:
    """The environment in which the copy is the program."""
    return {"PYTHONPATH": os.fspath(weights.parents[3] / "src")}


def test_models_are_listed_and_whole(desk: Desk) -> None:
    listed = desk.type("models", "list")
    assert (listed.code, listed.err) == (0, "")
    names = [line.split("\t") for line in listed.out.splitlines()]
    assert {name for name, _, state in names if state == "in use"} == {
        "encoder-en",
        "people-en",
        "policy",
        *(f"relevance-{language}" for language in ("en", "es", "fr", "id", "pt", "tet", "th")),
        "rules-en",
        "tags-en",
    }
    verified = desk.type("models", "verify")
    assert verified.code == 0
    assert verified.out.splitlines() == [f"{name} {version}: whole" for name, version, _ in names]


def test_a_damaged_model_is_named_by_all_who_need_it(desk: Desk, damaged: Path) -> None:
    problem = f"{damaged}: is not the file that meta.json describes (wrong sha256)"
    verified = desk.type("models", "verify", **of(damaged))
    assert verified.code == 1
    assert problem in verified.out
    assert verified.out.count(": whole\n") == verified.out.count("\n") - 1
    (desk.folder / "in.jsonl").write_text('{"id": "a", "text": "x"}\n')
    (desk.folder / "out.jsonl").write_text("of an earlier run")
    words = ("classify", "in.jsonl", "-o", "out.jsonl")
    assert desk.refuses(*words, **of(damaged)) == f"error: {problem}\n"
    assert (desk.folder / "out.jsonl").read_text() == "of an earlier run"
    assert problem in desk.refuses("assess", **of(damaged))
    draft = b"Police said the two child prostitutes were found."
    assert desk.type("check", "-", stdin=draft, **of(damaged)).code == 1, "it needs no model"


def test_a_line_that_cannot_be_used_names_file_and_line(desk: Desk) -> None:
    row = {"id": "1", "title": "t", "text": "x", "language": "en", "source": "own", "rel": 2}
    (desk.folder / "data.jsonl").write_text(
        json.dumps(row) + "\n" + json.dumps({**row, "form": ["slavery"]}) + "\n"
    )
    said = desk.refuses("evaluate", "tags", "data.jsonl")
    assert "data.jsonl:2: unknown label 'slavery' in 'form'" in said
    (desk.folder / "marks.jsonl").write_text('{"id": "1"\n')
    said = desk.refuses("evaluate", "guideline", "marks.jsonl")
    assert "marks.jsonl, line 1: not JSON" in said
    assert "absent.jsonl.gz" in desk.refuses("evaluate", "guideline", "absent.jsonl.gz")
    assert desk.type("evaluate", "weather", "data.jsonl").code == 2
    wrong = desk.type("train", "relevance", ".", "--version", "1.0.1", "-o", "models")
    assert wrong.code == 2
    assert "error: .: cannot be read" in wrong.err
    assert not (desk.folder / "models").exists()


@needs_shared
def test_the_models_are_measured(desk: Desk) -> None:
    """On some rows: what all of them give is held by the floors."""
    few = desk.folder / "few.jsonl"
    with gzip.open(SHARED / "data" / "relevance" / "dev.jsonl.gz") as lines:
        few.write_bytes(b"".join(islice(lines, 400)))
    said = desk.type("evaluate", "relevance", "few.jsonl", "--format", "json")
    assert said.code == 0, said.err
    measured = json.loads(said.out)
    [used] = [m for m in list_models(ROOT / "models") if m.used and m.name == "relevance-en"]
    assert measured["model"] == f"relevance-en {used.version}"
    assert measured["scores"]["average_precision"] >= 0.93
    table = desk.type("evaluate", "tags", "few.jsonl")
    assert table.code == 0, table.err
    for scheme in ("form", "response", "place"):
        assert scheme in table.out
