"""Files of articles read row by row: what is one, what is dropped by which name, what is held."""

from __future__ import annotations

import csv
import gzip
import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds import article_import as rows
from monitor.feeds.article_import import DroppedRow, RowFormat, TextRow, format_of, open_rows
from monitor.feeds.web_archives import RawPage, page_lines
from monitor.records.errors import DataError, UsageError
from warc_files import page, record, write_warc

fastwarc = pytest.importorskip("fastwarc", reason="web archives need fastwarc")


def read(path: Path, format: RowFormat | None = None) -> list[Any]:
    with open_rows(path, format or format_of(path)) as (rows, size, position):
        found = list(rows)
        assert position() == size or format_of(path) == "warc"
    return found


def test_formats_by_name() -> None:
    for name, kind in [
        ("a.jsonl", "jsonl"),
        ("a.JSONL.gz", "jsonl"),
        ("a.csv", "csv"),
        ("list.txt", "urls"),
        ("CC-NEWS-1.warc.gz", "warc"),
    ]:
        assert format_of(Path(name)) == kind
    with pytest.raises(UsageError, match=r"a\.xml: its name does not tell"):
        format_of(Path("a.xml"))


@pytest.mark.parametrize(
    ("written", "within"),
    [("2004", "2004"), (2004, "2004"), ("2004-05", "2004-05"), (" 2004 ", "2004")],
)
def test_a_year_or_month_is_kept_as_that(tmp_path: Path, written: Any, within: str) -> None:
    row = {"url": "https://o.example/1", "text": "Words", "published": written}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    head = "url,text,published\r\nhttps://o.example/1,Words,"
    (tmp_path / "a.csv").write_text(f"{head}{written}\r\n")
    for name in ("a.jsonl", "a.csv"):
        (found,) = read(tmp_path / name)
        assert (found.published, found.published_in) == (None, within), name


@pytest.mark.parametrize("written", ["0204", 204, 1989, "2004-13", "2004-5", "200405", "04", True])
def test_what_is_neither_is_no_date(tmp_path: Path, written: Any) -> None:
    row = {"url": "https://o.example/1", "text": "Words", "published": written}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    (found,) = read(tmp_path / "a.jsonl")
    assert (found.why, "'published' is no" in found.says) == ("bad_line", True), found


def test_json_lines(tmp_path: Path) -> None:
    good = {"url": "https://o.example/1", "title": "A  headline", "text": "Words 🙂\r\n", "id": 7}
    lines: list[Any] = [
        good | {"language": "en-GB", "published": "2026-11-25T07:10:00Z", "more": [1]},
        {**good, "text": ""},
        {**good, "text": 5},
        {**good, "url": "ftp://o.example"},
        {**good, "language": "English"},
        {**good, "published": "someday"},
        [1],
    ]
    data = "\n\n".join(map(json.dumps, lines)).encode("utf-8-sig") + b'\nno\n\xff\n{"url":"https'
    (tmp_path / "a.jsonl").write_bytes(data)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data))
    first, *others = read(tmp_path / "a.jsonl")
    assert (first.place.at, first.place.name) == (1, "7")
    assert (first.title, first.text, first.language) == ("A headline", "Words 🙂\r\n", "en")
    assert first.published == datetime(2026, 11, 25, 7, 10, tzinfo=UTC)
    assert [(row.place.at, row.why, row.says) for row in others] == [
        (3, "no_text", "'text' is missing"),
        (5, "bad_line", "'text' is no string"),
        (7, "bad_line", "'url' is no http or https URL"),
        (9, "bad_line", "'language' is no ISO 639-1 code"),
        (11, "bad_line", "'published' is no date"),
        (13, "bad_line", "no object"),
        (14, "bad_line", "no JSON"),
        (15, "bad_line", "longer than 16,000,000 bytes, or no UTF-8"),
        (16, "bad_line", "no JSON"),
    ]
    assert read(tmp_path / "a.jsonl.gz") == [first, *others]
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(data)[:-9])
    with pytest.raises(DataError, match=r"cut\.jsonl\.gz: is damaged or cut off"):
        read(tmp_path / "cut.jsonl.gz")


def test_a_line_without_end_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 100_000)
    line = json.dumps({"url": "https://o.example/1", "text": "Words"}).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"x" * 20_000_000 + b"\n" + line))
    tracemalloc.start()
    found = read(tmp_path / "a.jsonl.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(row) for row in found] == [DroppedRow, TextRow]
    assert found[1].place.at == 2
    assert peak < 3_000_000


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_tables(tmp_path: Path, mark: str) -> None:
    table = (
        f'{mark}url,sha256,title,text,outlet\r\nhttps://o.example/1,0,\'=1+1,"One\nline, more",Post'
        "\r\nhttps://o.example/2,0,two\r\n\r\nhttps://o.example/3,0,,Text,\r\n"
    )
    (tmp_path / "a.csv").write_bytes(table.encode() + b"https://o.example/4,0,,\xff,\r\n")
    one, short, three, foreign = read(tmp_path / "a.csv")
    assert (one.title, one.text, one.outlet) == ("=1+1", "One\nline, more", "Post")
    assert (short.place.at, short.says) == (4, "3 cells under 5 columns")
    assert (three.place.at, three.text) == (6, "Text")
    assert (foreign.place.at, foreign.says) == (7, "no UTF-8")


def test_what_stands_between_cells_is_seen(tmp_path: Path) -> None:
    for mark in ",;\t":
        (tmp_path / "a.csv").write_text(f'url{mark}text\nhttps://o.example/1{mark}"One, two; 3"\n')
        (row,) = read(tmp_path / "a.csv")
        assert row.text == "One, two; 3"


def test_a_quotation_mark_too_many_is_told(tmp_path: Path) -> None:
    """It does not make one text of all rows behind it."""
    lines = [f"https://o.example/{n},Text {n}\n" for n in range(3, 9)]
    open_ = 'https://o.example/2,"Two\n'
    (tmp_path / "a.csv").write_text("".join(["url,text\n", *lines[:2], open_, *lines[2:]]))
    *good, bad = read(tmp_path / "a.csv")
    assert [row.text for row in good] == ["Text 3", "Text 4"]
    said = "no CSV (unexpected end of data), up to line 8"
    assert (bad.place.at, bad.why, bad.says) == (4, "bad_line", said)
    closed = 'https://o.example/9,"Nine"\n'
    (tmp_path / "a.csv").write_text("".join(["url,text\n", open_, closed, *lines[2:]]))
    bad, *good = read(tmp_path / "a.csv")
    assert [row.text[:4] for row in good] == ["Text"] * 4
    assert bad.says.endswith(", up to line 3")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"url,title\nhttps://o.example/1,One\n", "names no column 'text'"),
        (b"url,text,Text\nhttps://o.example/1,One,Two\n", "names 'text' twice"),
        ("url,text\nhttps://o.example/1,One\n".encode("utf-16"), "its first line is no UTF-8"),
        (b'url,text\nhttps://o.example/1,"' + b"x\n" * 90_000, "line 49991: a row over 100,000"),
        (b"url,text\nhttps://o.example/1," + b"x" * 90_000, "line 2: a line over 50,000 bytes"),
    ],
)
def test_what_is_no_table(
    tmp_path: Path, table: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 50_000)
    monkeypatch.setattr(rows, "MAX_ROW_BYTES", 100_000)
    monkeypatch.setattr(csv, "field_size_limit", lambda _: None)
    (tmp_path / "a.csv").write_bytes(table)
    with pytest.raises(DataError, match=said):
        read(tmp_path / "a.csv")


def chunked(body: bytes) -> bytes:
    parts = [body[i : i + 700] for i in range(0, len(body), 700)]
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


def test_web_archives(tmp_path: Path) -> None:
    """However it was sent: packed, in chunks, in its headers' charset, cut, or no page at all."""
    latin = page(3).replace(b"harbour", "café".encode("latin-1"))
    bomb = gzip.compress(b"<html>" + b"a" * 40_000_000)
    records = [
        record("https://o.example/plain", page(0)),
        record("https://o.example/gzip", gzip.compress(page(1)), encoding="gzip"),
        record("https://o.example/undone", page(2), encoding="gzip"),
        record(
            "https://o.example/chunks", chunked(page(2)), headers="Transfer-Encoding: chunked\r\n"
        ),
        record("https://o.example/latin", latin, content_type="text/html; charset=iso-8859-1"),
        record(
            "https://o.example/mine",
            page(4),
            headers="tdm-reservation: 1\r\nX-Robots-Tag: noai\r\n",
        ),
        record("https://o.example/request", b"", kind="request"),
        record("https://o.example/bomb", bomb, encoding="gzip"),
        record("https://o.example/torn", gzip.compress(page(1))[:90] + b"!", encoding="gzip"),
        record("https://o.example/huge", b"<html>" + b"a" * 3_100_000),
        record("https://o.example/gone", b"<html>", status="404 Not Found"),
        record("https://o.example/photo", b"\x89PNG", content_type="image/png"),
        record("https://o.example/last", page(5)),
    ]
    for name in ("a.warc", "a.warc.gz"):
        tracemalloc.start()
        found = read(write_warc(tmp_path / name, records))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 12_000_000
        said = [row.why if isinstance(row, DroppedRow) else row.raw.url[18:] for row in found]
        assert said[:6] == ["plain", "gzip", "undone", "chunks", "latin", "mine"]
        assert said[6:] == ["broken", "broken", "too_long", "status", "not_html", "last"]
    assert [found[i].raw.body for i in (0, 1, 2, 3)] == [page(i) for i in (0, 1, 2, 2)]
    assert found[0].raw.captured == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert found[5].raw.terms.mining == "reserved"
    assert "café" in json.loads(page_lines([found[4].raw])[0])["text"]  # type: ignore[arg-type]
    (tmp_path / "no.warc").write_bytes(b"This is no archive.\r\n" * 9)
    with pytest.raises(DataError, match=r"no\.warc: is damaged"):
        read(tmp_path / "no.warc")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_web_archive_that_is_cut_off(tmp_path: Path, name: str) -> None:
    """Half a page is no article; nor is one whose length is a lie, with all that it swallows."""
    records = [record(f"https://o.example/{n}", page(n)) for n in range(3)]
    lying = records[1].replace(b"Content-Length: 1", b"Content-Length: 9", 1)
    path = write_warc(tmp_path / name, records)
    path.write_bytes(path.read_bytes()[:-300])
    for said in (["0", "1", "broken"], ["0", "broken"]):
        found: list[Any] = []
        with open_rows(path, "warc") as opened, pytest.raises(DataError, match="is not whole"):
            found.extend(opened[0])
        assert [getattr(row, "why", "") or row.raw.url[-1] for row in found] == said
        write_warc(path, [records[0], lying, records[2]])


def test_pages_for_classifying() -> None:
    line, none, kept = page_lines(
        [
            RawPage("https://o.example/1", page(0), "text/html"),
            RawPage("https://o.example/2", b"<html><p>Hello", "text/html"),
            '{"id": "a", "text": "b"}',
        ]
    )
    found = json.loads(line)  # type: ignore[arg-type]
    assert (found["id"], found["language"]) == ("https://o.example/1", "en")
    assert found["text"].startswith(f"{'Prosecutors charged'}")
    assert none == {
        "id": "https://o.example/2",
        "relevance": None,
        "relevant": None,
        "not_judged": "no_text",
        "tags": [],
        "stamps": [],
    }
    assert kept == '{"id": "a", "text": "b"}'
