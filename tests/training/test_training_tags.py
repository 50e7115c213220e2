"""Labels of indicators, and how tags are counted."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.classify.model_files import find_model, load_folder
from monitor.classify.tags import load_tags
from monitor.evaluate.evaluate_models import score_scheme
from monitor.evaluate.labelled_data import Labelled
from monitor.labels.data_files import data_dir
from monitor.labels.schemes import INDICATORS
from monitor.records.errors import DataError
from shared_data import SHARED, needs_shared
from training.gazetteer import build_gazetteer, ordinary_words
from training.label_files import DEVELOPMENT, HELD_OUT, INDICATORS_FILE, load_hand_labels
from training.rows import read_texts
from training.tag_scores import score_regions
from training.tags import TAG_TEXTS, load_tag_cues, own_texts

ENTRY = {
    "id": "a", "part": DEVELOPMENT, "read": 40,
    "indicators": [{"label": "deception", "field": "text", "start": 3, "end": 9}],
    "places": [{"country": "LK", "role": "origin"}],
}  # fmt: skip
ROW = Labelled("a", "a", "s", "en", "", "x", 2, "annotated", sure=True)


def write(path: Path, *entries: object) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), "utf-8")
    return path


def test_labels_are_read(tmp_path: Path) -> None:
    (entry,) = load_hand_labels("indicators", write(tmp_path / "a.jsonl", ENTRY))
    assert entry.labels == {"indicator": ("deception",), "role": ("origin LK",)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"part": "test"}, "unknown part 'test'"),
        ({"read": -1}, "number of code points"),
        ({"indicators": [{"label": "lies", "field": "text", "start": 0, "end": 2}]}, "'lies'"),
        ({"indicators": [{"label": "deception", "field": "body", "start": 0, "end": 2}]}, "'body'"),
        ({"indicators": [{"label": "deception", "field": "text", "start": 2, "end": 41}]}, "read"),
        ({"indicators": [{"label": "deception"}]}, "missing"),
        ({"places": [{"country": "LK", "role": "exploitation"}]}, "'exploitation'"),
        ({"places": [{"country": "Sri Lanka", "role": "origin"}]}, "'Sri Lanka'"),
        ({"quote": "no text here"}, "exactly the keys"),
    ],
)
def test_a_wrong_label_names_file_and_line(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = write(tmp_path / "a.jsonl", ENTRY, ENTRY | {"id": "b"} | change)
    with pytest.raises(DataError, match=r"a\.jsonl:2: .*" + re.escape(message)):
        load_hand_labels("indicators", path)


def test_an_article_is_labelled_once(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="twice"):
        load_hand_labels("indicators", write(tmp_path / "a.jsonl", ENTRY, ENTRY))


def test_the_shipped_labels_hold_two_halves_and_no_text() -> None:
    entries = load_hand_labels("indicators")
    parts = [entry.part for entry in entries]
    assert parts.count(DEVELOPMENT) == parts.count(HELD_OUT) == 40
    keys = {
        key for line in INDICATORS_FILE.read_text("utf-8").splitlines() for key in json.loads(line)
    }
    assert keys == {"id", "part", "read", "indicators", "places"}


@needs_shared
def test_the_shipped_labels_point_at_words_of_train() -> None:
    from monitor.evaluate.labelled_data import read_labelled

    rows = {r.id: r for r in read_labelled(SHARED / "data" / "relevance" / "train.jsonl.gz")}
    for entry in map(json.loads, INDICATORS_FILE.read_text("utf-8").splitlines()):
        row = rows[entry["id"]]
        assert row.rel == 2
        for mark in entry["indicators"]:
            whole = row.title if mark["field"] == "title" else row.text
            words = whole[mark["start"] : mark["end"]]
            assert words.strip() == words != ""


def test_every_indicator_has_cues_and_no_phrase_has_braces_left() -> None:
    cues = load_tag_cues()
    assert {f"ilo_{label}" for label in INDICATORS} <= cues.index.keys()
    for group in cues.groups:
        for phrase in group.phrases:
            assert re.sub(r"\{[^{}]*\}", "", phrase).count("{") == 0, phrase


def test_texts_of_the_taggers_are_no_one_elses() -> None:
    rows = own_texts()
    assert len({row.id for row in rows}) == len(rows)
    responses = {label for row in read_texts(TAG_TEXTS) for label in row.response or ()}
    assert responses == {"prevention", "protection", "prosecution", "partnership"}


def test_texts_for_responses_have_all_kinds_alone_together_and_none_from_everywhere() -> None:
    rows = read_texts(TAG_TEXTS)
    combinations = {frozenset(row.response or ()) for row in rows}
    assert len(combinations) == 16, "every combination of the four, and none"
    assert sum(not row.response for row in rows) >= 20
    assert len({country for row in rows for country in row.place or ()}) >= 70


def test_own_texts_call_surrogacy_and_the_taking_of_eggs_by_one_name() -> None:
    told = [row for row in read_texts() if row.rel == 2]
    surrogacy = {
        form
        for row in told
        if "surroga" in row.title.lower() or "wombs for hire" in row.title
        for form in row.form or ()
    }
    assert surrogacy == {"illegal_adoption", "organ_removal"}  # one text is about both
    eggs = {form for row in told if " eggs eight" in row.title for form in row.form or ()}
    assert eggs == {"organ_removal"}


def test_what_is_said_of_an_unlabelled_row_counts_by_scheme() -> None:
    unknown = replace(ROW, victim="unknown", response=())
    victim = score_scheme("victim", ("child", "adult", "both"), [unknown], [{"child"}])
    assert victim["micro"]["precision"] == 0.0
    assert victim["rows"] == 1
    assert victim["micro_without_majority"]["precision"] == 0.0
    response = score_scheme("response", ("prevention",), [unknown], [{"prevention"}])
    assert response["rows"] == 0


def test_the_majority_label_is_left_out_of_the_second_figure() -> None:
    rows = [replace(ROW, place=("US",)), replace(ROW, place=("LK",))]
    scores = score_scheme("place", (), rows, [{"US"}, {"US"}])
    assert scores["micro"]["f1"] == 0.5
    assert scores["micro_without_majority"]["f1"] == 0.0


def test_every_region_has_figures_of_its_own() -> None:
    model = load_tags(load_folder(find_model(data_dir("models"), "tags-en")))
    ghana = replace(
        ROW, title="Children trafficked to fish on Lake Volta in Ghana", place=("GH", "TG")
    )
    unplaced = replace(ROW, title="Human trafficking explained", form=("unspecified",))
    regions = score_regions(model, [ghana, unplaced, replace(ghana, rel=1)])
    assert regions["Africa"]["n"] == regions["no place"]["n"] == 1
    assert regions["Africa"]["place"] == pytest.approx(2 / 3)
    assert regions["Africa"]["form"] is regions["no place"]["place"] is None
    assert regions["no place"]["form"] == 1.0


def test_ordinary_words_are_no_places() -> None:
    texts = ["Reading is fun", "They like reading", "He lives in Lima", "Lima again", "A bath time"]
    words = ordinary_words(texts)
    assert {"reading", "bath"} <= words
    assert "lima" not in words
    names = build_gazetteer({"guelph"})["names"]
    assert "guelph" not in names
    assert names["nanaimo"] == ["CA", "town"]
    assert names["belize"] == ["BZ", "name"]
