"""`monitor feeds` as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import feed_server
from desk import Desk, make_desk
from feed_server import Answer, FeedServer
from monitor.feeds.opml import parse_opml


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path / "desk")


@pytest.fixture(name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as server:
        yield server


def test_a_feed_comes_and_goes(desk: Desk) -> None:
    added = desk.type("feeds", "add", "https://a.example/f?a=1&b=2", "--title", "Ä & B")
    assert (added.code, added.out) == (0, "")
    assert added.err == "added: https://a.example/f?a=1&b=2\n"
    again = desk.type("feeds", "add", "https://a.example/f?a=1&b=2")
    assert (again.code, again.err) == (0, "already followed: https://a.example/f?a=1&b=2\n")
    listed = desk.type("feeds", "list")
    assert listed.out == "https://a.example/f?a=1&b=2\tnever polled\tÄ & B\n"
    assert desk.type("feeds", "remove", "https://a.example/f?a=1&b=2").code == 0
    assert desk.type("feeds", "list").out == ""


def test_a_feed_is_paused_and_resumed(desk: Desk) -> None:
    url = "https://a.example/f"
    desk.type("feeds", "add", url)
    assert desk.type("feeds", "pause", url).err == f"paused: {url}\n"
    assert desk.type("feeds", "pause", url).err == f"was paused: {url}\n"
    assert desk.type("feeds", "list").out == f"{url}\tnever polled\t (paused)\n"
    assert desk.type("feeds", "resume", url).err == f"resumed: {url}\n"
    assert desk.type("feeds", "resume", url).err == f"was not paused: {url}\n"
    assert "not followed" in desk.refuses("feeds", "pause", "https://b.example/f")


def test_what_cannot_be_followed_is_named(desk: Desk) -> None:
    assert "ftp://a.example/f" in desk.refuses("feeds", "add", "ftp://a.example/f")
    assert "https://b.example/f" in desk.refuses("feeds", "remove", "https://b.example/f")
    assert "absent.opml" in desk.refuses("feeds", "import", "absent.opml")
    (desk.folder / "page.opml").write_text("<html><body>Moved</body></html>")
    assert "page.opml: this is no OPML" in desk.refuses("feeds", "import", "page.opml")
    (desk.folder / "none.opml").write_text("<opml><body><outline text='x'/></body></opml>")
    assert "none.opml: no usable feed" in desk.refuses("feeds", "import", "none.opml")


def test_a_badly_formed_list_is_read_and_its_export_read_again(desk: Desk) -> None:
    (desk.folder / "wild.opml").write_bytes(
        b"<opml><body><outline text='News & views <UK>'>"
        b'<outline text="A & \xe9" xmlUrl="http://a.example/f?x=1&y=2" type=rss>'
        b'<outline TEXT="B" XMLURL="https://b.example/"/>'
        b'<outline text="twice" xmlUrl="https://b.example/"/>'
        b'<outline text="C" xmlUrl="gopher://c.example/"/>'
    )
    said = desk.type("feeds", "import", "wild.opml")
    assert said.code == 1
    assert "left out: gopher://c.example/" in said.err
    assert "2 added, 0 already followed, 1 left out" in said.err
    exported = desk.type("feeds", "export")
    assert exported.code == 0
    feeds = {feed.url: feed.title for feed in parse_opml(exported.out.encode())}
    assert feeds == {"http://a.example/f?x=1&y=2": "A & é", "https://b.example/": "B"}
    (desk.folder / "own.opml").write_text(exported.out, encoding="utf-8")
    back = desk.type("feeds", "import", "own.opml")
    assert (back.code, back.err) == (0, "0 added, 2 already followed, 0 left out\n")
    other = make_desk(desk.folder / "other")
    assert other.type("feeds", "import", "../own.opml").code == 0
    assert other.type("feeds", "export").out == exported.out


def test_a_site_is_asked_for_its_feeds(desk: Desk, server: FeedServer) -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="All \x1b[31mnews" href="/rss">'
        '<link rel="alternate" type="application/atom+xml" href="/atom?a=1&amp;b=2">'
    )
    kind = {"Content-Type": "text/html; charset=utf-8"}
    server.script["/"] = Answer(f"<html><head>{head}</head></html>".encode(), headers=kind)
    server.script["/plain"] = Answer(b"<html><p>Nothing here.</p></html>", headers=kind)
    server.script["/rss"] = Answer(feed_server.rss(title="All news"))
    found = desk.type("feeds", "discover", server.url)
    assert found.code == 0
    assert [line.split("\t")[0] for line in found.out.splitlines()] == [
        f"{server.url}/rss",
        f"{server.url}/atom?a=1&b=2",
    ]
    assert "\x1b" not in found.out
    itself = desk.type("feeds", "discover", f"{server.url}/rss")
    assert itself.out == f"{server.url}/rss\tAll news\n"
    assert "names no feed" in desk.refuses("feeds", "discover", f"{server.url}/plain")
    assert "status 404" in desk.refuses("feeds", "discover", f"{server.url}/absent")


def test_the_private_network_is_closed_unless_named(tmp_path: Path, server: FeedServer) -> None:
    desk = Desk(tmp_path)
    assert "allow_hosts" in desk.refuses("feeds", "discover", server.url)
    desk.type("feeds", "add", f"{server.url}/rss")
    said = desk.type("ingest")
    assert said.code == 1
    assert "127.0.0.1 is not a public address" in said.out
    assert server.requests == []


def test_removing_keeps_what_a_feed_brought(desk: Desk, server: FeedServer) -> None:
    text = f"<p>{feed_server.STORY}</p>"
    server.script["/rss"] = Answer(
        feed_server.rss(feed_server.item(f"{server.url}/1", content=text), title="Harbour")
    )
    desk.type("feeds", "add", f"{server.url}/rss", "--title", "Harbour")
    assert desk.type("ingest").out == "Harbour: fetched 1 = stored 1\n"
    assert desk.type("feeds", "remove", f"{server.url}/rss").code == 0
    assert desk.type("feeds", "list").out == ""
    desk.type("export", "--format", "jsonl", "-o", "out")
    assert len((desk.folder / "out" / "articles.jsonl").read_text().splitlines()) == 1


def test_every_address_of_a_list_is_imported_or_named(desk: Desk) -> None:
    long = "What this outlet writes about. " * 20
    (desk.folder / "wild.opml").write_text(
        f"""<opml><body><outline text="A "daily" paper" description="{long}" xmlUrl="https://a.example/"/>
        <outline text="B" xmlUrl="https://someone:s3cret@b.example/f"/>
        <outline text="C" xmlUrl="https://c.exam"""
    )
    said = desk.type("feeds", "import", "wild.opml")
    assert said.code == 1
    assert "1 added, 0 already followed, 2 left out" in said.err
    assert "left out: https://b.example/f: " in said.err
    assert "left out: https://c.exam: the file ends in this address" in said.err
    assert "s3cret" not in said.err


def test_a_user_name_and_password_are_never_printed(desk: Desk) -> None:
    address = "https://someone:s3cret@a.example/f"
    for command in ("add", "remove", "discover"):
        said = desk.refuses("feeds", command, address)
        assert "https://a.example/f" in said
        assert "s3cret" not in said
        assert "someone" not in said


def test_what_a_feed_says_of_itself_is_listed_and_exported(desk: Desk, server: FeedServer) -> None:
    about = (
        "<description>News &amp;amp; views</description>"
        "<lastBuildDate>Wed, 25 Nov 2026 07:10:00 GMT</lastBuildDate>"
    )
    server.script["/feed"] = Answer(feed_server.rss(title="The Coast", channel=about))
    server.script["/gone"] = Answer(status=410)
    for path in ("/feed", "/gone"):
        desk.type("feeds", "add", f"{server.url}{path}")
    assert server.paths() == [], "to add a feed asks nobody: its first poll is its one GET"
    assert desk.type("ingest").code == 1
    assert sorted(server.paths()) == ["/feed", "/gone"]
    whole, gone = desk.type("feeds", "list").out.splitlines()
    assert whole.endswith("The Coast: fetched 0 = stored 0\t2026-11-25\tNews & views")
    assert gone.endswith(
        "gone (410): the publisher has removed this feed; it is asked no more unless added anew"
    )
    assert ' description="News &amp; views"' in desk.type("feeds", "export").out
    assert "the publisher has removed this feed" in " ".join(desk.type("digest").out.split())
    server.requests.clear()
    desk.type("ingest", "--now")
    assert server.paths() == ["/feed"], "gone is gone"
    desk.type("feeds", "add", f"{server.url}/gone")
    desk.type("ingest")
    assert server.paths() == ["/feed", "/gone"]
