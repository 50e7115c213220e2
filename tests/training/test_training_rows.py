"""What models learn from: files that may be there, labels of mined rows, what is held out."""

import gzip
import json
from pathlib import Path

import pytest

from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.records.errors import DataError
from shared_data import SHARED, needs_shared
from training.label_files import MINED, MINED_FILE, load_mined_labels
from training.rows import (
    LARGE,
    POOL,
    REGIONAL,
    TRAIN,
    TRAIN2,
    held_out_events,
    is_kept_apart,
    load_chosen,
    load_rows,
)


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


def raw(name: str, source: str, **more: object) -> dict[str, object]:
    return {"id": name, "source": source, "language": "en", "title": "A", "text": "b", **more}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    labels = {"rel": 2, "basis": "annotated"}
    write(tmp_path / TRAIN, [raw("t1", "one", **labels), raw("t2", "two", event="e", **labels)])
    return tmp_path


def test_only_train_must_be_there(data: Path, tmp_path: Path) -> None:
    rows = load_rows(data)
    assert [row.id for row in rows.news] == ["t1", "t2"]
    assert (rows.regional, rows.mined, rows.chosen, rows.weak) == ([], [], [], [])
    assert rows.own
    (tmp_path / TRAIN).unlink()
    with pytest.raises(DataError, match="no such file"):
        load_rows(data)


def test_sources_and_events_are_left_out_everywhere(data: Path) -> None:
    more = raw("r1", "three", event="e", rel=0, basis="annotated")
    write(data / REGIONAL, [more, raw("r2", "one", rel=0, basis="annotated")])
    rows = load_rows(data)
    assert [row.id for row in rows.without(events={"e"}).news] == ["t1", "r2"]
    assert [row.id for row in rows.without(sources={"one"}).news] == ["t2", "r1"]
    assert len(rows.without(sources={"monitor_texts"}).own) == 0


def test_of_chosen_rows_the_events_kept_apart_are_not_learned_from(data: Path) -> None:
    assert [is_kept_apart(event) for event in ("event 99", "event 235")] == [True, False]
    both = [raw(e, "s", event=e, rel=2, basis="annotated") for e in ("event 99", "event 235")]
    write(data / TRAIN2, both)
    rows = load_rows(data)
    assert [row.id for row in rows.chosen] == ["event 235"]
    assert rows.chosen[0] not in rows.news
    assert [row.id for row in load_chosen(data, TRAIN2, apart=True)] == ["event 99"]
    assert not rows.without(sources={"s"}).chosen


def row(event: str, rel: int) -> Labelled:
    return Labelled(f"{event}{rel}", event, "s", "en", "", "", rel, "annotated", sure=True)


def test_a_famous_case_is_never_held_out() -> None:
    news = [row(f"e{i}", 2) for i in range(60)] + [row("famous", 2)] * (LARGE + 1)
    held = [held_out_events(news, 6, seed) for seed in range(12)]
    assert all("famous" not in events and 0 < len(events) <= 11 for events in held)


def test_rows_of_the_pool_get_the_labels_that_were_given(tmp_path: Path) -> None:
    pool, labels = tmp_path / POOL, tmp_path / "mined.jsonl"
    write(pool, [raw("p1", "feed"), raw("p2", "feed"), raw("p3", "feed")])
    given = [
        {"id": "p1", "rel": 0, "why": "peril", "sure": False},
        {"id": "p3", "rel": 2, "sure": True, "form": ["forced_marriage"], "place": ["PK"]},
    ]
    labels.write_text("".join(json.dumps(each) + "\n" for each in given), "utf-8")
    first, second = read_labelled(pool, load_mined_labels(labels))
    assert (first.id, first.rel, first.sure, first.basis) == ("p1", 0, False, MINED)
    assert (second.rel, second.form, second.place) == (2, ("forced_marriage",), ("PK",))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "mined.jsonl:1: no JSON"),
        ("[]", "must be an object"),
        ('{"rel": 0}', "'id' must be a string"),
        ('{"id": "a", "rel": 0}', "must have rel and sure"),
        ('{"id": "a", "rel": 0, "sure": true}', "'why' must be one of"),
        ('{"id": "a", "rel": 2, "why": "war", "sure": true}', "'why' must be one of"),
        ('{"id": "a", "rel": 1, "why": "boredom", "sure": true}', "'why' must be one of"),
        ('{"id": "a", "rel": 2, "sure": true, "text": "x"}', "unknown field 'text'"),
        ('{"id": "a", "rel": 2, "sure": true}\n' * 2, "'a' is labelled twice"),
    ],
)
def test_a_wrong_label_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "mined.jsonl"
    path.write_text(line, "utf-8")
    with pytest.raises(DataError, match=message):
        load_mined_labels(path)


def test_the_labels_keep_no_text() -> None:
    lines = MINED_FILE.read_text("utf-8").splitlines()
    assert max(map(len, lines)) < 300
    assert all(set(json.loads(line)) & {"title", "text", "url"} == set() for line in lines)


@needs_shared
def test_every_label_has_its_article() -> None:
    pool = SHARED / "data" / "relevance" / POOL
    assert len(read_labelled(pool, load_mined_labels())) == len(load_mined_labels())
