"""Exports read back: nothing lost, nothing given away, nothing half written."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_samples import BODY as OPENING
from digest_samples import TAGS, TITLE, article, finding
from monitor.export import jsonl
from monitor.export.exporter import export as corpus_export
from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical
from monitor.records.article_record import FullRecord
from monitor.records.errors import UsageError
from monitor.records.finding import SCORE_TOLERANCE, Span
from monitor.records.tag import Tag
from monitor.storage.work_queue import holder_name
from monitor.text.safe_text import unguard

BODY = OPENING + " The hearing goes on in the port's old customs house next week." * 40
IN_BODY = finding(BODY, "skipper", field="text", scope="body", severity="warning")
RICH = article(text=BODY, tags=TAGS, findings=(finding(TITLE, "Sex slave"), IN_BODY))
NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [
        *("=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "'=1", "''=x", "'quoted'", '"', '""', ","),
        *("a;b", "a\r\nb", "a\rb", "\u2028", "\ufeff", "\x00", "\x85", "＝1", "NA", "", " x "),
    ]
)


def export(records, folder, *, text="quotes", include_reserved=False, **options):
    policy = PublicationPolicy(text=text, include_reserved=include_reserved, restricted=True)
    return corpus_export(map(FullRecord, records), folder, policy=policy, **options)


def published(assessed, text="full"):
    return publish(canonical(FullRecord(assessed)), PublicationPolicy(text=text, restricted=True))


def export_lines(tmp_path, *records, **options):
    report = export(records, tmp_path, format="jsonl", **options)
    return [json.loads(line) for line in report.path.read_text(encoding="utf-8").splitlines()]


def read_csv(source):
    return list(csv.DictReader(io.StringIO(source.removeprefix("\ufeff"), newline="")))


def csv_rows(tmp_path, *records, text="none"):
    path = export(records, tmp_path, format="csv", text=text).path
    return read_csv(path.read_bytes().decode("utf-8"))


def spans(record):
    yield from record["findings"]
    for tag in record["tags"]:
        yield from tag["evidence"]


def test_line_has_the_contracts_keys(tmp_path):
    quotes, full = (export_lines(tmp_path, RICH, text=text)[0] for text in ("quotes", "full"))
    keys = [
        *("schema", "id", "url", "title", "outlet", "language", "published", "seen", "sha256"),
        *("relevance", "relevant", "tags", "findings", "stamps"),
        *("authors", "categories", "enclosures", "mining", "mining_policy"),
        *("borderline", "not_judged", "experimental", "judged", "scorecard", "reviews", "story"),
        *("provenance", "versions", "length", "flow_region"),
    ]
    assert list(quotes) == keys
    assert list(full) == [*keys[:9], "text", *keys[9:]]
    assert full["text"] == BODY
    assert full["published"] == "2026-11-25T07:10:00Z"


@pytest.mark.parametrize("text", ["quotes", "full"])
def test_offsets_give_the_match(tmp_path, text):
    (record,) = export_lines(tmp_path, RICH, text=text)
    fields = {"title": TITLE, "text": BODY}
    found = list(spans(record))
    assert len(found) == 6
    for span in found:
        assert fields[span["field"]][span["start"] : span["end"]] == span["match"]


def test_quotes_hold_the_spans_and_no_other_text(tmp_path):
    export([RICH], tmp_path, format="jsonl")
    line = (tmp_path / "articles.jsonl").read_text(encoding="utf-8")
    assert "kept their passports in a locked cabin" in line
    assert "Police in the port" not in line
    assert "Secret tail" not in line


def test_none_holds_offsets_only(tmp_path):
    (record,) = export_lines(tmp_path, RICH, text="none")
    assert len(list(spans(record))) == 6
    for span in spans(record):
        assert "match" not in span
        assert span["end"] > span["start"]
    line = json.dumps(record)
    assert "skipper" not in line
    assert "passports" not in line
    assert "survivors of trafficking" not in line


@pytest.mark.parametrize("text", ["none", "quotes", "full"])
def test_csv_row(tmp_path, text):
    report = export([RICH], tmp_path, format="csv", text=text)
    raw = report.path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfid,url,")
    with report.path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["tags"] == (
        "place:GH:exploitation;form:forced_labour;response:prosecution;victim:unknown"
    )
    assert (row["findings_error"], row["findings_warning"], row["findings_suggestion"]) == (
        *("1", "1", "0"),
    )
    assert (row["relevance"], row["relevant"], row["not_judged"]) == ("0.97", "TRUE", "")
    assert row["stamps"] == "relevance-en@1.0.0+0123456789ab"
    assert row.get("text") == (BODY if text == "full" else None)


def test_how_sure_findings_are_is_exported(tmp_path):
    sure, known = replace(IN_BODY, confidence=0.93), replace(IN_BODY, confidence=0.4)
    some = article(text=BODY, findings=(known, sure, IN_BODY))
    (record,) = export_lines(tmp_path, some)
    assert [f["confidence"] for f in record["findings"]] == [0.4, 0.93, None]
    rows = csv_rows(tmp_path, some, RICH)
    assert [row["findings_confidence"] for row in rows] == ["0.93", ""]


def test_formulas_are_guarded(tmp_path):
    for cell in ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"):
        (row,) = csv_rows(tmp_path, article(title=cell, outlet=cell))
        assert row["title"] == f"'{cell}"
        assert unguard(row["outlet"]) == cell


@given(NASTY, NASTY, NASTY)
@settings(max_examples=10, deadline=None)
def test_csv_round_trip(title, text, outlet):
    with TemporaryDirectory() as folder:
        odd = article(title=title, text=text, outlet=outlet)
        (row,) = csv_rows(Path(folder), odd, text="full")
    assert [unguard(row[name]) for name in ("title", "text", "outlet")] == [title, text, outlet]
    assert not any(value and value[0] in "=+-@\t\r\n" for value in row.values())


@given(st.text(max_size=80), st.text(min_size=1, max_size=80), st.data())
@settings(max_examples=150, deadline=None)
def test_jsonl_round_trip(title, text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = finding(text, text[start:end], field="text", scope="body")
    found = replace(found, start=start, end=end)
    tags = (Tag("form", "other", 0.5, (Span("text", start, end),)),)
    odd = article(title=title, text=text, tags=tags, findings=(found,))
    line = jsonl.article_line(published(odd).values)
    assert line.splitlines() == [line[:-1]]
    line.encode("utf-8")
    record = json.loads(line)
    assert (record["title"], record["text"]) == (title, text)
    for span in spans(record):
        assert record["text"][span["start"] : span["end"]] == span["match"]


def test_manifest_vouches_for_each_file(tmp_path):
    now = datetime(2026, 11, 26, 8, tzinfo=UTC)
    export(
        [RICH, article("a2")], tmp_path, format="csv", filters={"form": "forced_labour"}, now=now
    )
    export([RICH], tmp_path, format="jsonl", text="full")
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    tables = [f"{name}.csv" for name in ("findings", "reviews", "scorecard", "tags")]
    assert [entry["file"] for entry in manifest["files"]] == [
        *("articles.csv", "articles.jsonl", "ctdc.csv", "ctdc_limits.json"),
        *tables,
    ]
    for entry in manifest["files"]:
        raw = (tmp_path / entry["file"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(raw).hexdigest()
        assert entry["stamps"] == ["relevance-en@1.0.0+0123456789ab"]
        assert entry["score_tolerance"] == SCORE_TOLERANCE
    table, lines, *_ = manifest["files"]
    assert (table["rows"], table["filters"], table["created"]) == (
        *(2, {"form": "forced_labour"}, "2026-11-26T08:00:00Z"),
    )
    assert (lines["rows"], lines["text"], lines["created"]) == (1, "full", None)
    assert table["lost"] == {"finding_sources": 2}
    assert not lines["lost"]
    loss = json.loads((tmp_path / "loss.json").read_text())
    assert loss.pop("withheld_articles") is None  # all is given, since it is restricted
    assert loss == {"schema": 1, "format": "jsonl", "articles": 1, "lost": {}}


def test_broken_manifest_is_written_anew(tmp_path):
    for broken in ("{", "[]", '{"files": [1]}', '{"files": 3}'):
        (tmp_path / "manifest.json").write_text(broken)
        report = export([RICH], tmp_path, format="csv")
        assert len(json.loads(report.manifest.read_text())["files"]) == 7


def test_same_records_same_bytes(tmp_path):
    for form in ("jsonl", "csv"):
        for place in ("one", "two"):
            export(iter([RICH, article("a2")]), tmp_path / place, format=form)
    for name in ("articles.jsonl", "articles.csv", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_failure_half_way_leaves_the_old_file(tmp_path):
    def records():
        yield article("a2")
        raise RuntimeError("the store went away")

    first = export([RICH], tmp_path, format="jsonl")
    before, there = first.path.read_bytes(), {path.name for path in tmp_path.iterdir()}
    with pytest.raises(RuntimeError):
        export(records(), tmp_path, format="jsonl")
    assert first.path.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == there
    with pytest.raises(RuntimeError):
        export(records(), tmp_path / "new" / "folder", format="jsonl")
    assert not (tmp_path / "new").exists()


def test_what_a_killed_export_left_goes_with_the_next(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    names = (holder_name(), holder_name().replace(str(os.getpid()), str(ended.pid)))
    for home in (tmp_path, tmp_path / "out"):
        home.mkdir(exist_ok=True)
        for name in names:
            (home / f".out.{name}.0123.part").mkdir()
    export([RICH], tmp_path / "out", format="jsonl")
    left = {path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".")}
    assert left == {f".out.{names[0]}.0123.part"}  # somebody is still at that


def test_nothing_to_export_is_an_empty_file(tmp_path):
    assert export([], tmp_path / "a", format="jsonl").path.read_bytes() == b""
    report = export([], tmp_path / "b", format="csv")
    assert report.rows == 0
    assert read_csv(report.path.read_text(encoding="utf-8")) == []


def test_wrong_calls(tmp_path):
    with pytest.raises(UsageError, match="jsonl, csv, parquet"):
        export([], tmp_path, format="xlsx")
    with pytest.raises(UsageError, match="none, quotes, full"):
        export([], tmp_path, format="csv", text="all")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        export([], tmp_path / "file", format="csv")


def test_files_of_somebody_else_stay(tmp_path):
    for name in ("README.md", "articles.csv"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
        (folder / name).write_text("mine")
        with pytest.raises(UsageError, match=f"{name}, of no export"):
            export([RICH], folder, format="csv")
        assert {path.read_text() for path in folder.iterdir()} == {"mine"}
        (folder / name).unlink()
        assert export([RICH], folder, format="csv").rows == 1  # and once more, over its own
        assert export([RICH], folder, format="csv").rows == 1
        assert (folder / "notes.txt").read_text() == "mine"


def test_words_of_what_is_reserved_are_not_exported(tmp_path):
    """The headline names the article; no text, no quotation, no rule's prose."""
    reserved = replace(
        RICH, article=replace(RICH.article, mining="reserved", mining_policy="https://p/")
    )
    for degree in ("none", "quotes", "full"):
        report = export([reserved, RICH], tmp_path, format="jsonl", text=degree)
        first, second = map(json.loads, report.path.read_text(encoding="utf-8").splitlines())
        assert report.withheld("reserved") == (degree != "none")
        assert (first["mining"], first["mining_policy"]) == ("reserved", "https://p/")
        assert (second["mining"], second["mining_policy"]) == (None, None)
        assert "text" not in first
        assert "passports" not in json.dumps(first)
        assert not any("match" in span for span in spans(first))
        (entry,) = json.loads(report.manifest.read_text())["files"]
        assert entry["reserved"] == report.withheld("reserved")
    table_report = export([reserved, RICH], tmp_path, format="csv", text="full")
    rows = read_csv(table_report.path.read_text(encoding="utf-8"))
    assert (rows[0]["text"], rows[0]["mining"]) == ("", "reserved")
    assert rows[1]["text"]
    given = export([reserved], tmp_path, format="jsonl", text="full", include_reserved=True)
    assert json.loads(given.path.read_text(encoding="utf-8"))["text"] == reserved.article.text
    assert given.withheld("reserved") == 0


def test_parquet_names_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)  # as where it is not installed
    with pytest.raises(UsageError, match=r"pip install '\.\[parquet\]'"):
        export([RICH], tmp_path / "out", format="parquet")
    assert list(tmp_path.iterdir()) == []
