"""`monitor ingest --now` and a part of the program that cannot work, as their user meets them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import feed_server
from desk import Desk, make_desk
from feed_server import STORY, Answer, FeedServer, item, page, rss

FULL = f"<p>{STORY}</p>"


@pytest.fixture(name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as server:
        yield server


def following(folder: Path, server: FeedServer, *paths: str) -> Desk:
    desk = make_desk(folder / "desk")
    config = desk.folder / "monitor.toml"
    config.write_text('timezone = "Asia/Dili"\n' + config.read_text())
    lines = (f'<outline text="{path}" xmlUrl="{server.url}/{path}"/>' for path in paths)
    (desk.folder / "feeds.opml").write_text(f"<opml><body>{''.join(lines)}</body></opml>")
    assert desk.type("feeds", "import", "feeds.opml").code == 0
    return desk


def test_now_polls_again_what_is_not_due(tmp_path: Path, server: FeedServer) -> None:
    """A feed that answered, one refused at first, and one whose server asks to be left alone."""
    server.script = {
        "/good": Answer(rss(item("/1", content=FULL)), headers={"ETag": '"1"'}),
        "/refused": Answer(status=403),
        "/busy": Answer(status=429, headers={"Retry-After": "7200"}),
    }
    desk = following(tmp_path, server, "good", "refused", "busy")
    assert desk.type("ingest").code == 1
    idle = desk.type("ingest")
    assert (idle.code, idle.out) == (0, "")
    said = re.fullmatch(
        r"no feed is due yet: the next is good at \d\d:\d\d( on [\d-]{10})? \(Asia/Dili\);"
        r" with --now all are polled at once\n",
        idle.err,
    )
    assert said, idle.err
    server.script["/refused"] = Answer(rss(item("/2", content=FULL.replace("harbour", "court"))))
    server.requests.clear()
    again = desk.type("ingest", "--now")
    assert again.code == 0, again
    assert set(again.out.splitlines()) == {
        "good: fetched 1 = stored 0 + 1 known",
        "refused: fetched 1 = stored 1",
    }
    assert re.fullmatch(
        r"busy: left alone until [\d: on-]+ \(Asia/Dili\): its server asks for that\n", again.err
    )
    assert sorted(server.paths()) == ["/good", "/refused"]
    assert not any("if-none-match" in headers for _, headers in server.requests)


def test_an_extractor_that_cannot_work_is_told_once_and_costs_nothing(
    tmp_path: Path, server: FeedServer
) -> None:
    """lxml_html_clean is absent, as where an old pip left it out; then it is installed."""
    links = ("/1", "/2", "/3")
    server.script = {"/feed": Answer(rss(*(item(link, summary="A teaser.") for link in links)))}
    server.script |= {link: Answer(page(f"{link}. {STORY}")) for link in links}
    desk = following(tmp_path, server, "feed")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "lxml_html_clean.py").write_text("raise ImportError\n")
    path = os.pathsep.join([str(broken), os.environ.get("PYTHONPATH", "")])
    said = desk.type("ingest", PYTHONPATH=path)
    assert said.code == 1
    (line,) = said.err.splitlines()
    assert line.startswith("error: the extractor cannot work on this installation: ImportError")
    assert "lxml_html_clean" in line
    assert said.out.endswith("; 3 pages not had: 3 for want of a working extractor\n")
    digest = " ".join(desk.type("digest").out.split())
    assert "the extractor does not work as it is installed" in digest
    assert "3 article pages asked for in vain: 3 for want of a working extractor" in digest
    mended = desk.type("ingest", "--now")
    assert (mended.code, mended.out) == (0, "feed: fetched 3 = stored 3\n")
