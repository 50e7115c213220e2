"""Labelled data is read strictly, and the project's own texts are in order."""

import gzip
import json
import re
from pathlib import Path

import pytest

from monitor.evaluate.labelled_data import read_labelled
from monitor.records.errors import DataError, ModelError
from training.rows import load_cues, read_texts

ROW = {
    "id": "a", "source": "s", "language": "en", "title": "t", "text": "x", "rel": 2,
    "form": ["forced_labour"], "response": [], "place": ["GH"], "victim": "child",
    "flow": "unknown",
}  # fmt: skip


def write(path: Path, *rows: object) -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode())
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_rows_are_read_from_plain_and_packed_files(tmp_path: Path, name: str) -> None:
    first, second = read_labelled(write(tmp_path / name, ROW, ROW | {"id": "b", "event": "e"}))
    assert (first.event, second.event) == ("a", "e")
    assert first.form == ("forced_labour",)
    assert first.sure
    assert first.place == ("GH",)


def test_where_an_article_comes_from_is_kept_where_it_is_known(tmp_path: Path) -> None:
    told = {"url": "https://a.example/1", "outlet": "Coast Daily"}
    first, second = read_labelled(write(tmp_path / "a.jsonl", ROW | told, ROW | {"url": None}))
    assert (first.url, first.outlet) == ("https://a.example/1", "Coast Daily")
    assert (second.url, second.outlet) == ("", "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"form": ["forced_labor"]}, "unknown label 'forced_labor' in 'form'"),
        ({"response": "prosecution"}, "'response' must be a list"),
        ({"place": ["Ghana"]}, "unknown label 'Ghana' in 'place'"),
        ({"place": ["ZZ"]}, "unknown label 'ZZ'"),
        ({"victim": "girl"}, "unknown label 'girl' in 'victim'"),
        ({"flow": []}, "in 'flow'"),
        ({"rel": 3}, "'rel' must be"),
        ({"rel": True}, "'rel' must be"),
        ({"text": None}, "'text' must be a string"),
        ({"lable": 1}, "unknown field 'lable'"),
    ],
)
def test_anything_unknown_names_file_and_line(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = write(tmp_path / "a.jsonl", ROW, ROW | change)
    with pytest.raises(DataError, match=r"a\.jsonl:2: .*" + re.escape(message)):
        read_labelled(path)


def test_broken_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_labelled(tmp_path / "none.jsonl")
    (tmp_path / "b.jsonl").write_bytes(b"{\n")
    with pytest.raises(DataError, match=r"b\.jsonl:1: no JSON"):
        read_labelled(tmp_path / "b.jsonl")
    (tmp_path / "c.jsonl").write_bytes(b'"\xff"\n')
    with pytest.raises(DataError, match=r"c\.jsonl:1: not UTF-8"):
        read_labelled(tmp_path / "c.jsonl")
    (tmp_path / "d.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(DataError, match=r"d\.jsonl\.gz: cannot be read"):
        read_labelled(tmp_path / "d.jsonl.gz")


def test_own_texts_cover_every_form_and_are_unique() -> None:
    rows = read_texts()
    assert len({row.id for row in rows}) == len(rows) == len({row.title + row.text for row in rows})
    forms = {form for row in rows if row.rel == 2 for form in row.form or ()}
    assert len(forms) == 11
    assert {"GH", "TH", "TL"} <= {code for row in rows for code in row.place or ()}


def test_no_demo_article_is_among_the_training_texts() -> None:
    from monitor.cli import demo_site as demo_articles

    own = {row.title for row in read_texts()}
    demo = {a.headline for outlet in demo_articles.load_outlets() for a in outlet.articles}
    assert not own & demo


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {kind: means}", "'kind' and 'phrases'"),
        ("a: {kind: mean, phrases: [x]}", "kind 'mean'"),
        ("a: {kind: means, phrases: [x], note: y}", "unknown key 'note'"),
        ("a: {kind: means, phrases: x}", "list of strings"),
        ("[", "cues.yaml"),
    ],
)
def test_a_wrong_cue_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cues.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ModelError, match=message):
        load_cues(path)
