"""`monitor articles import` as it is typed: each row accounted for, killed and gone on with."""

from __future__ import annotations

import gzip
import json
import signal
import sqlite3
import time
from csv import DictReader
from pathlib import Path

import pytest

import feed_server
from desk import Desk, make_desk
from feed_server import Answer
from monitor.app import Monitor
from monitor.feeds.urls import article_id
from monitor.settings import Settings
from monitor.storage.polls import imports_of_versions
from warc_files import address, pages, record, write_warc

TEXT = "The ferry came in at noon with forty people and their goats on board. " * 4


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path / "desk")


def lines(*rows: object) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def stored(desk: Desk) -> int:
    with sqlite3.connect(desk.folder / "monitor.sqlite") as connection:
        (count,) = connection.execute("SELECT count(*) FROM imported").fetchone()
    connection.close()
    return int(count)


def test_every_row_is_accounted_for(desk: Desk) -> None:
    good = {"url": "https://o.example/1", "title": "Ferry", "text": TEXT, "id": "f1"}
    rows = [
        good,
        {**good, "url": "https://o.example/1?utm_source=x"},
        {"url": "https://o.example/2"},
    ]
    rows += [{**good, "url": "http://10.0.0.1/x"}, {**good, "url": "https://o.example/3"}]
    (desk.folder / "a.jsonl").write_text(lines(*rows))
    said = desk.type("articles", "import", "a.jsonl", "--outlet", "The Post", "--by", "ruth")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "error: a.jsonl:3: 'text' is missing\n"
        "a.jsonl: read 5 = stored 2 + 1 no_text + 1 repeated + 1 unsafe_address\n"
    )
    again = desk.type("articles", "import", "a.jsonl")
    assert "read 5 = stored 0 + 2 known + 1 no_text" in again.err
    found = desk.type("articles", "search", "ferry", "--format", "json")
    told = json.loads(found.out)["articles"]
    assert {one["outlet"] for one in told} == {"The Post"}
    with (
        Monitor(Settings(home=desk.folder)) as monitor,
        monitor.store._database.reading() as connection,
    ):
        found = imports_of_versions(connection, [told[0]["id"]])
    ((source, place),) = found.values()
    assert (source.name, source.format, source.by) == ("a.jsonl", "jsonl", "ruth")
    assert place.name == "f1"


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_an_export_comes_in_elsewhere(desk: Desk, tmp_path: Path, format: str) -> None:
    row = {
        "url": "https://o.example/1",
        "title": "'=Ferry",
        "text": TEXT + "\r\n🙂 é",
        "language": "en",
    }
    (desk.folder / "a.jsonl").write_text(lines({**row, "published": "2024-02-03T04:05:06Z"}))
    assert desk.type("articles", "import", "a.jsonl").code == 0
    words = ("export", "--format", format, "--text", "full", "-o", "out")
    assert desk.type(*words).code == 0
    other = make_desk(tmp_path / "other")
    data = str(desk.folder / "out" / f"articles.{format}")
    said = other.type("articles", "import", data)
    assert (said.code, said.err) == (0, f"{data}: read 1 = stored 1\n")
    texts = []
    for folder in (desk.folder, other.folder):
        with Monitor(Settings(home=folder)) as monitor:
            (one,) = monitor.store.due("any@1", limit=9)
            texts.append((one.id, one.title, one.text, one.sha256, one.published, one.outlet))
    assert texts[0] == texts[1]


def test_an_archive_is_chosen_by_publication(desk: Desk, tmp_path: Path) -> None:
    """A year or a month is accepted, kept as that, and comes out and in again as that."""
    dates = ["2003-12-31", "2004-02-03", "2005-06-01T10:00:00Z", "2004", "2004-05", "2005", ""]
    rows = [
        {"url": f"https://o.example/{n}", "title": f"Row {n}", "text": TEXT, "published": date}
        for n, date in enumerate(dates)
    ]
    (desk.folder / "a.jsonl").write_text(lines(*rows))
    said = desk.type("articles", "import", "a.jsonl")
    assert (said.code, said.err) == (0, "a.jsonl: read 7 = stored 7\n")
    asked = ("--published-since", "2004-01-01", "--published-until", "2005-01-01")
    found = desk.type("articles", "search", *asked)
    ids = {article_id(f"https://o.example/{n}"): n for n in range(len(rows))}
    assert sorted(ids[line.split("\t")[0]] for line in found.out.splitlines()) == [1, 3, 4]
    assert found.err == (
        "chosen by: published from 2004-01-01 to 2005-01-01, days included\n"
        "3 articles\n"
        "2 without a publication date that can be placed are left out\n"
    )
    made = desk.type("export", "--format", "csv", "--text", "full", "-o", "out", *asked)
    assert "2 without a publication date that can be placed are left out" in made.err
    assert "chosen by: published from 2004-01-01" in made.err
    with (desk.folder / "out" / "articles.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["title"]: (row["published"], row["published_in"]) for row in DictReader(file)}
    assert told == {
        "Row 1": ("2004-02-03T00:00:00Z", ""),
        "Row 3": ("", "2004"),
        "Row 4": ("", "2004-05"),
    }
    manifest = json.loads((desk.folder / "out" / "manifest.json").read_text())["files"][0]
    assert (manifest["filters"], manifest["undated"]) == (
        {"published_since": "2004-01-01", "published_until": "2005-01-01", "timezone": "UTC"},
        2,
    )
    again = desk.type("export", "--as-of", "out", "-o", "again")
    assert again.code == 0, again
    assert "the same bytes" in again.err
    other = make_desk(tmp_path / "other")
    assert other.type("articles", "import", str(desk.folder / "out" / "articles.csv")).code == 0
    with Monitor(Settings(home=other.folder)) as monitor:
        kept = {one.title: one.published_in for one in monitor.store.due("any@1", limit=9)}
    assert kept == {"Row 1": "", "Row 3": "2004", "Row 4": "2004-05"}


def test_addresses_are_fetched_politely(desk: Desk) -> None:
    with feed_server.serve() as server:
        server.script["/story"] = Answer(feed_server.page(title="Boats held"))
        server.script["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /kept\n")
        names = ("story", "kept", "absent", "story")
        (desk.folder / "list.txt").write_text(
            "# what we know of\n" + "".join(f"{server.url}/{name}\n" for name in names)
        )
        said = desk.type("articles", "import", "list.txt")
        assert said.code == 1
        assert "robots.txt" in said.err
        assert said.err.endswith("list.txt: read 4 = stored 1 + 2 empty + 1 known\n")
        assert server.paths().count("/story") == 1
        assert "/kept" not in server.paths()


def test_a_kill_half_way_is_gone_on_from(desk: Desk) -> None:
    """What was stored before is known then; nothing is there twice."""
    extra = [record("https://o.example/photo", b"\x89PNG", content_type="image/png")]
    write_warc(desk.folder / "pages.warc.gz", [*pages(140), *extra])
    process = desk.start("articles", "import", "pages.warc.gz")
    until = time.monotonic() + 60
    while not (desk.folder / "monitor.sqlite").exists() or not _some(desk):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = stored(desk)
    assert 0 < before < 140
    said = desk.type("articles", "import", "pages.warc.gz")
    drops = f"{before} known + 1 not_html"
    assert said.err == f"pages.warc.gz: read 141 = stored {140 - before} + {drops}\n"
    assert stored(desk) == 140
    with Monitor(Settings(home=desk.folder)) as monitor:
        one = monitor.store.article(article_id(address(0)), ()).article
    assert one.published is not None
    assert one.published.date().isoformat() == "2024-04-01"


def _some(desk: Desk) -> bool:
    try:
        return stored(desk) > 0
    except sqlite3.OperationalError:
        return False


def test_what_cannot_be_imported(desk: Desk) -> None:
    (desk.folder / "a.xml").write_text("<a/>")
    (desk.folder / "a.jsonl").write_text("")
    assert "its name does not tell" in desk.refuses("articles", "import", "a.xml")
    assert "absent.csv: No such file" in desk.refuses("articles", "import", "absent.csv")
    wrong = desk.refuses("articles", "import", "a.jsonl", "--language", "English")
    assert "'English' is no ISO 639-1 code" in wrong
    (desk.folder / "b.csv").mkdir()
    assert "b.csv: is no file" in desk.refuses("articles", "import", "b.csv")
    (desk.folder / "a.warc").write_bytes(b"no archive\r\n\r\n")
    (desk.folder / "b.jsonl").write_text(lines({"url": "https://o.example/1", "text": TEXT}))
    cut = desk.folder / "cut.jsonl.gz"
    rows = [{"url": f"https://o.example/{n}", "text": TEXT} for n in range(2, 9)]
    cut.write_bytes(gzip.compress(lines(*rows).encode())[:-8])
    all_three = desk.type("articles", "import", "a.warc", "cut.jsonl.gz", "b.jsonl")
    assert all_three.code == 1
    said = all_three.err.splitlines()
    assert said[0].startswith("error: a.warc: is damaged or cut off")
    assert said[2].startswith("error: cut.jsonl.gz: is damaged or cut off")
    assert said[3] == "cut.jsonl.gz: read 7 = stored 7", "what came before is stored"
    assert said[4] == "b.jsonl: read 1 = stored 1"
