"""`monitor ingest` on feeds as the world serves them: named, survived, and nothing lost."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

import feed_server
import serving
from desk import Desk, Said, make_desk
from feed_server import STORY, Answer, item, page, rss
from light_desk import LightDesk
from monitor.cli.doctor import Setup, examine_database
from monitor.settings import Settings

MEGABYTE = 1_000_000


def big_announced(handler: BaseHTTPRequestHandler) -> None:
    """Say that 60 MB are coming, and send as much as is wanted."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(60 * MEGABYTE))
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" " * MEGABYTE)


def big_unannounced(handler: BaseHTTPRequestHandler) -> None:
    """The same 60 MB of a feed in chunks, so that only counting tells."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    chunk = (item("https://outlet.example/1", content=STORY) * 1000).encode()[:MEGABYTE]
    for _ in range(60):
        handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


@dataclass(frozen=True)
class Rounds:
    """What a desk said that polled its feeds three times, two of them whole again by the third."""

    desk: Desk
    base: str
    first: Said
    second: Said
    third: Said


def script(base: str) -> dict[str, feed_server.Script]:
    def full(name: str, title: str = "A title") -> str:
        return item(f"{base}/{name}", title, content=f"<p>{name}. {STORY}</p>")

    cut = rss(full("cut-1"), full("cut-2"), full("cut-3"))
    return {
        "/good": Answer(rss(full("good-1"), item(f"{base}/page", "With a page"))),
        "/page": Answer(page(), headers={"Content-Type": "text/html"}),
        "/html": Answer(page(), headers={"Content-Type": "application/rss+xml"}),
        "/empty": Answer(b""),
        "/truncated": Answer(cut[: cut.rindex(b"<link>") + 20]),
        "/whole": Answer(cut),
        "/interrupted": Answer(cut[: cut.index(b"cut-2")].replace(b"cut-", b"int-"), cut=5000),
        "/big": big_announced,
        "/bigger": big_unannounced,
        "/lying": Answer(
            rss(full("lying", "Café in Bogotá")).decode().encode("latin-1"),
            headers={"Content-Type": "text/xml; charset=utf-8"},
        ),
        "/loop": Answer(status=302, headers={"Location": "/pool"}),
        "/pool": Answer(status=302, headers={"Location": "/loop"}),
        "/pageless": Answer(rss(item(f"{base}/gone", "Its page is gone", summary="A few words."))),
        "/inward": Answer(status=302, headers={"Location": "http://169.254.169.254/latest"}),
    }


FEEDS = ("good", "html", "empty", "truncated", "interrupted", "big", "bigger", "lying", "loop")
FEEDS = (*FEEDS, "pageless", "inward")
REASONS = {
    "html": "HTML",
    "empty": "empty",
    "big": "10,000,000 bytes",
    "bigger": "10,000,000 bytes",
    "loop": "redirect",
    "inward": "169.254.169.254 is not a public address",
}


@pytest.fixture(scope="module", name="rounds")
def _rounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rounds]:
    desk = make_desk(tmp_path_factory.mktemp("broken") / "desk", "min_interval_s = 0")
    with feed_server.serve() as server:
        server.script = script(server.url)
        lines = (f'<outline text="{name}" xmlUrl="{server.url}/{name}"/>' for name in FEEDS)
        (desk.folder / "feeds.opml").write_text(f"<opml><body>{''.join(lines)}</body></opml>")
        assert desk.type("feeds", "import", "feeds.opml").code == 0
        first = desk.type("ingest")
        second = desk.type("ingest")
        server.script["/html"] = server.script["/good"]
        server.script["/truncated"] = server.script["/whole"]
        yield Rounds(desk, server.url, first, second, desk.type("ingest"))


def lines(said: Said) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in said.out.splitlines())


def stored(desk: Desk) -> dict[str, tuple[str, str]]:
    """Title and text of each stored article by the last part of its URL."""
    said = desk.type("export", "--format", "jsonl", "-o", "out", "--text", "full")
    assert said.code == 0, said.err
    rows = map(json.loads, (desk.folder / "out" / "articles.jsonl").read_text().splitlines())
    return {Path(row["url"]).name: (row["title"], row["text"]) for row in rows}


def test_each_broken_feed_is_named_with_its_reason(rounds: Rounds) -> None:
    assert rounds.first.code == 1
    assert "Traceback" not in rounds.first.err
    said = lines(rounds.first)
    assert set(said) == set(FEEDS)
    failed = {name: line for name, line in said.items() if line.startswith("failed: ")}
    assert set(failed) == set(REASONS)
    for name, reason in REASONS.items():
        assert f"{rounds.base}/{name}" in failed[name]
        assert reason in failed[name], failed[name]


def test_what_was_mended_is_said(rounds: Rounds) -> None:
    said = dict(line.split(": warning: ") for line in rounds.first.err.splitlines())
    assert "broken XML" in said["truncated"]
    assert said["interrupted"]
    assert said["lying"] == "labelled with another encoding, read as cp1252"
    assert f"{rounds.base}/gone" in said["pageless"]
    assert "good" not in said


def test_what_is_readable_is_stored_and_stays(rounds: Rounds) -> None:
    said = lines(rounds.first)
    assert said["good"] == "fetched 2 = stored 2"
    assert said["truncated"].startswith("fetched 2 = stored 2; not whole: ")
    assert "cut off after 2 whole entries" in said["truncated"]
    assert said["interrupted"].startswith("fetched 1 = stored 1; not whole: ")
    assert "cut off after 1 whole entry" in said["interrupted"]
    assert said["lying"] == "fetched 1 = stored 1"
    assert said["pageless"] == "fetched 1 = stored 1; 1 page not had: 1 not found (404, 410)"
    articles = stored(rounds.desk)
    names = {"good-1", "page", "cut-1", "cut-2", "cut-3", "int-1", "lying", "gone"}
    assert set(articles) == names
    assert articles["lying"][0] == "Café in Bogotá"
    assert "Sentence 19 tells" in articles["page"][1]
    assert articles["gone"] == ("Its page is gone", "A few words.")


def test_a_second_round_loses_and_doubles_nothing(rounds: Rounds) -> None:
    assert rounds.second.code == 1
    said = lines(rounds.second)
    assert said["good"] == "fetched 2 = stored 0 + 2 known"
    assert {name for name, line in said.items() if " = stored 0" not in line} == set(REASONS)


def test_a_feed_that_recovers_is_read_again(rounds: Rounds) -> None:
    assert rounds.third.code == 1
    said = lines(rounds.third)
    assert said["html"] == "fetched 2 = stored 0 + 2 duplicate"
    assert said["truncated"] == "fetched 3 = stored 1 + 2 known"
    assert {name for name, line in said.items() if line.startswith("failed")} == {
        *REASONS.keys() - {"html"}
    }


CUTS = ("cut", "short", "zipped")


def cut_script(base: str) -> dict[str, feed_server.Script]:
    """Six articles each, of which three came: cut by its maker, on the way, and when packed."""

    def feed(name: str) -> bytes:
        odd = [hashlib.shake_256(b"%d" % n).hexdigest(4000) for n in range(6)]  # packs badly
        return rss(
            *(
                item(f"{base}/{name}-{n}", f"Title {n}", content=f"{STORY} {odd[n]}")
                for n in range(6)
            )
        )

    def half(name: str) -> bytes:
        return feed(name)[: feed(name).index(f"{name}-3".encode()) + 40]

    packed = gzip.compress(feed("zipped"))
    zipped = {"Content-Encoding": "gzip"}
    return {
        "/cut": Answer(half("cut"), headers={"ETag": '"1"'}),
        "/short": Answer(half("short"), cut=9000),
        "/zipped": Answer(packed[: len(packed) * 3 // 5], headers=zipped),
        "/all/cut": Answer(feed("cut")),
        "/all/short": Answer(feed("short")),
        "/all/zipped": Answer(packed, headers=zipped),
    }


def test_a_feed_that_is_cut_is_told_everywhere_and_asked_for_whole(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "min_interval_s = 0")
    with feed_server.serve() as server:
        server.script = cut_script(server.url)
        outlines = (f'<outline text="{name}" xmlUrl="{server.url}/{name}"/>' for name in CUTS)
        (desk.folder / "feeds.opml").write_text(f"<opml><body>{''.join(outlines)}</body></opml>")
        assert desk.type("feeds", "import", "feeds.opml").code == 0
        said = desk.type("ingest")
        assert said.code == 1
        for name in CUTS:
            line = lines(said)[name]
            assert line.startswith("fetched 3 = stored 3; not whole: "), line
            assert "cut off after 3 whole entries" in line
        listed = desk.type("feeds", "list").out
        assert listed.count("cut off after 3 whole entries") == len(CUTS), listed
        settings = Settings(home=desk.folder)
        checks = examine_database(Setup(settings, None, datetime.now(UTC)))
        [told] = [check for check in checks if check.part == "feeds"]
        assert told.status == "warning"
        assert told.found.startswith("3 of 3 failed at the last poll")
        assert told.found.count("cut off after 3 whole entries") == len(CUTS)
        digest = " ".join(desk.type("digest").out.split())
        assert "3 of 3 feeds could not be read whole" in digest
        assert "No feed could be read whole, so little can be said about this day." in digest
        assert "3 feeds polled, 3 failed, 0 silent Could not be read whole:" in digest
        assert digest.count("cut off after 3 whole entries; last read") == len(CUTS), digest
        with (
            LightDesk(settings) as monitor,
            serving.serve(monitor, lifespan="off") as address,
        ):
            html = {"accept": "text/html"}
            page_ = httpx.get(f"{address}/feeds", headers=html, timeout=60).text
        assert page_.count("cut off after 3 whole entries; last read") == len(CUTS)
        for name in CUTS:
            server.script[f"/{name}"] = server.script[f"/all/{name}"]
        server.requests.clear()
        whole = desk.type("ingest")
        assert {name: lines(whole)[name] for name in CUTS} == dict.fromkeys(
            CUTS, "fetched 6 = stored 3 + 3 known"
        )
        assert not any("if-none-match" in headers for _, headers in server.requests)
        with LightDesk(settings) as monitor:
            states = monitor.store.feed_states().values()
        assert {(state.failures, state.error) for state in states} == {(0, None)}
