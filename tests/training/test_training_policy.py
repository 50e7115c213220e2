"""Hand labels of policy context, and how they are counted."""

import gzip
import json
import re
from pathlib import Path

import pytest

from monitor.classify.model_files import find_model, load_folder
from monitor.classify.policy import load_policy
from monitor.evaluate.evaluation_report import render
from monitor.evaluate.labelled_data import Labelled
from monitor.labels.data_files import data_dir
from monitor.labels.schemes import POLICY_SCHEMES
from monitor.records.errors import DataError
from shared_data import SHARED, needs_shared
from training.label_files import DEVELOPMENT, HELD_OUT, HandLabels, load_hand_labels
from training.model_cards import TEMPLATES
from training.tag_scores import evaluate_policy, score_policy

NONE: dict[str, object] = {scheme: [] for scheme in POLICY_SCHEMES}
ENTRY = {"id": "a", "part": HELD_OUT, "read": 40, **NONE, "institution": ["iom"]}
MODELS = data_dir("models")
DATA = SHARED / "data" / "relevance"


def write(path: Path, *entries: object) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"part": "test"}, "unknown part 'test'"),
        ({"institution": ["nobody"]}, "unknown institution 'nobody'"),
        ({"topic": ["weather"]}, "unknown topic 'weather'"),
        ({"partnership": "funding"}, "must be a list"),
        ({"quote": "no text here"}, "exactly the keys"),
    ],
)
def test_a_wrong_label_names_file_and_line(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = write(tmp_path / "a.jsonl", ENTRY, ENTRY | {"id": "b"} | change)
    with pytest.raises(DataError, match=r"a\.jsonl:2.*" + re.escape(message)):
        load_hand_labels("policy", path)


def row(id_: str, text: str) -> Labelled:
    return Labelled(id_, id_, "s", "en", "", text, 0, "annotated", True)


def test_only_what_was_read_is_asked_about(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", ENTRY, ENTRY | {"id": "b", "institution": []})
    entries = load_hand_labels("policy", path)
    assert entries[0] == HandLabels(
        "a", HELD_OUT, 40, {**dict.fromkeys(POLICY_SCHEMES, ()), "institution": ("iom",)}
    )
    rows = [row("a", "Migrants asked the IOM for help at once. Europol helped."), row("b", "UNHCR")]
    model = load_policy(load_folder(find_model(MODELS, "policy")))
    scores = score_policy(model, rows, entries)
    table = scores[HELD_OUT]["institution"]
    assert table["rows"] == 2
    assert table["labels"]["iom"]["recall"] == 1.0
    assert "europol" not in table["labels"], "it stands behind what was read"
    assert table["micro"]["precision"] == 0.5


def events(path: Path) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["id"]: row["event"] for row in map(json.loads, lines)}


@needs_shared
def test_the_shipped_labels_are_of_train_and_dev_and_no_event_is_in_both() -> None:
    train, dev = (events(DATA / f"{name}.jsonl.gz") for name in ("train", "dev"))
    entries = load_hand_labels("policy")
    assert len(entries) == 252
    held = {dev[entry.id] for entry in entries if entry.part == HELD_OUT}
    known = {train[entry.id] for entry in entries if entry.part == DEVELOPMENT}
    assert (len(held), len(known), held & known) == (182, 70, set())
    found = evaluate_policy(MODELS, DATA / "dev.jsonl.gz")
    assert (
        found["policy"][HELD_OUT] == load_folder(find_model(MODELS, "policy")).meta.scores[HELD_OUT]
    ), "the card says what is"
    assert "topic, held-out, 182 rows" in render("labels.txt", TEMPLATES, result=found)


def test_data_without_such_articles_says_so(tmp_path: Path) -> None:
    line = {"id": "x", "event": "x", "source": "s", "language": "en", "title": "", "text": "t"}
    data = write(tmp_path / "d.jsonl", line | {"rel": 0, "url": "", "outlet": ""})
    with pytest.raises(DataError, match="none of the articles"):
        evaluate_policy(MODELS, data)
