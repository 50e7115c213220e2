"""Hand labels of gender and protection, and how they are counted."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.records.errors import DataError
from monitor.records.tag import Tag
from shared_data import SHARED, needs_shared
from training import tag_scores
from training.label_files import DEVELOPMENT, HELD_OUT, VICTIMS_FILE, HandLabels, load_hand_labels
from training.tags import experimental, measured

ENTRY = {"id": "a", "part": HELD_OUT, "read": 4, "gender": "male", "protection": ["return"]}


def write(path: Path, *entries: object) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), "utf-8")
    return path


def test_labels_are_read(tmp_path: Path) -> None:
    (entry,) = load_hand_labels("victims", write(tmp_path / "a.jsonl", ENTRY))
    assert entry == HandLabels("a", HELD_OUT, 4, {"gender": ("male",), "protection": ("return",)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"part": "test"}, "unknown part 'test'"),
        ({"read": -1}, "number of code points"),
        ({"gender": "girl"}, "unknown gender 'girl'"),
        ({"protection": ["visa"]}, "unknown protection 'visa'"),
        ({"protection": "return"}, "must be a list"),
        ({"quote": "no text here"}, "exactly the keys"),
        ({"id": "a"}, "twice"),
    ],
)
def test_a_wrong_label_names_the_file(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = write(tmp_path / "a.jsonl", ENTRY, ENTRY | {"id": "b"} | change)
    with pytest.raises(DataError, match=r"a\.jsonl.*" + re.escape(message)):
        load_hand_labels("victims", path)


@needs_shared
def test_the_shipped_labels_are_of_relevant_rows_and_no_event_is_in_both_parts() -> None:
    names = ("train", "dev", "regional")
    rows: dict[str, Labelled] = {}
    for name in names:
        path = SHARED / "data" / "relevance" / f"{name}.jsonl.gz"
        rows |= {row.id: row for row in read_labelled(path) if row.rel == 2}
    entries = load_hand_labels("victims")
    assert {entry.id for entry in entries} == rows.keys()
    events = {
        part: {rows[entry.id].event for entry in entries if entry.part == part}
        for part in (DEVELOPMENT, HELD_OUT)
    }
    assert not events[DEVELOPMENT] & events[HELD_OUT]
    assert all(entry.read <= len(rows[entry.id].text) for entry in entries)


def test_the_label_file_holds_no_text() -> None:
    lines = VICTIMS_FILE.read_text("utf-8").splitlines()
    assert {key for line in lines for key in json.loads(line)} == set(ENTRY)


def test_only_what_the_annotator_read_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = HandLabels("a", HELD_OUT, 4, {"gender": ("male",), "protection": ("return",)})
    monkeypatch.setattr(tag_scores, "load_hand_labels", lambda _kind: [entry])
    seen: list[tuple[str, str]] = []

    def tag(title: str, text: str) -> tuple[Tag, ...]:
        seen.append((title, text))
        return (Tag("gender", "male", 0.9), Tag("protection", "shelter", 0.9))

    row = Labelled("a", "a", "s", "en", "Title", "read not read", 2, "annotated", sure=True)
    model = cast("Any", SimpleNamespace(tag=tag))
    scores = tag_scores.score_victims(model, [row])["victims"][HELD_OUT]
    assert seen == [("Title", "read")]
    assert scores["gender"]["micro"]["f1"] == 1.0
    assert scores["protection"]["micro"]["f1"] == 0.0


def test_labels_with_few_examples_are_experimental() -> None:
    few = experimental([])
    assert few["gender"] == ["male", "both"]
    assert few["protection"] == ["shelter", "compensation", "residence", "non_punishment"]
    assert measured([])["gender"] == ["female", "male", "both"]
