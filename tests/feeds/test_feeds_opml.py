import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.opml import OpmlFeed, parse_opml, render_opml
from monitor.feeds.starter_feeds import make_feed, starter_opml
from monitor.feeds.urls import feed_id
from monitor.records.errors import FeedError
from monitor.records.feed import Feed


def opml(body, head='<?xml version="1.0" encoding="UTF-8"?><opml version="2.0">'):
    return f"{head}<head><title>x</title></head><body>{body}</body></opml>".encode()


ONE = '<outline type="rss" text="One" xmlUrl="https://e.example/1" htmlUrl="https://e.example/"/>'


def test_a_good_file():
    assert parse_opml(opml(ONE)) == [OpmlFeed("https://e.example/1", "One", "https://e.example/")]


@pytest.mark.parametrize(
    ("body", "feeds"),
    [
        (
            '<outline text="Q & A" xmlUrl="https://e.example/?a=1&b=2"/>',
            [("https://e.example/?a=1&b=2", "Q & A")],
        ),
        (
            '<outline text="a < b > c" xmlUrl="https://e.example/1"/>',
            [("https://e.example/1", "a < b > c")],
        ),
        (
            "<outline text=Bare type=rss xmlUrl=https://e.example/1 />",
            [("https://e.example/1", "Bare")],
        ),
        (
            '<outline text="The "Quoted" one" xmlUrl="https://e.example/1"/>',
            [("https://e.example/1", 'The "Quoted" one')],
        ),
        (
            "<outline text=\"a=b > c d=e\" xmlUrl='https://e.example/1?a=b'></outline>",
            [("https://e.example/1?a=b", "a=b > c d=e")],
        ),
        ('<OUTLINE TEXT="Big" XMLURL="https://e.example/1"/>', [("https://e.example/1", "Big")]),
        (
            "<outline text='Single' xmlurl='https://e.example/1'/>",
            [("https://e.example/1", "Single")],
        ),
        (
            '<outline title="Title" text="Text" xmlUrl=" https://e.example/1 "/>',
            [("https://e.example/1", "Title")],
        ),
        (
            '<outline text="Caf&eacute;" xmlUrl="https://e.example/1"/>',
            [("https://e.example/1", "Café")],
        ),
        ('<outline text="No URL" type="rss"/>', []),
        ('<outline text="Empty" xmlUrl=""/>', []),
        (ONE + ONE, [("https://e.example/1", "One")]),
        (f"<outline text='unclosed'>{ONE}", [("https://e.example/1", "One")]),
        ('<outline text="bad" xmlUrl="not a url"/>', [("not a url", "bad")]),
        (
            '<outline text="a\x00b&#0;c" xmlUrl="https://e.example/1"/>',
            [("https://e.example/1", "abc")],
        ),
    ],
)
def test_files_as_they_are_found(body, feeds):
    assert [(feed.url, feed.title) for feed in parse_opml(opml(body))] == feeds


TWO = ONE.replace("/1", "/2")
LONG = "A long description of what this outlet writes about. " * 8


@pytest.mark.parametrize(
    ("body", "feeds"),
    [
        (
            f"""<outline text="The "Quoted" one" description="{LONG}the "daily" {LONG}"
            xmlUrl="https://e.example/1"/>{TWO}""",
            ["https://e.example/1", "https://e.example/2"],
        ),
        (
            f"<outline text='It's {LONG}' xmlUrl='https://e.example/1'/>",
            ["https://e.example/1"],
        ),
        (
            f'<outline text="a "b" {LONG}\n\n{LONG}\n" type="rss"\n xmlUrl="https://e.example/1"/>',
            ["https://e.example/1"],
        ),
        (
            f'<outline text="never closed {LONG} xmlUrl="https://e.example/1"/>{TWO}',
            ["https://e.example/1", "https://e.example/2"],
        ),
        (
            '<outline text="a"xmlUrl="https://e.example/1"htmlUrl="https://e.example/"/>',
            ["https://e.example/1"],
        ),
        (
            f'<outline text="a <!-- b" xmlUrl="https://e.example/1"/>{TWO}<!-- x -->',
            ["https://e.example/1", "https://e.example/2"],
        ),
        (
            f'<!-- {ONE} -->\n<!-- "--><outline text="a "b" c" xmlUrl="https://e.example/2"/>',
            ["https://e.example/2"],
        ),
        (
            '<outline text="<b>bold</b> "x" <br/>" xmlUrl="https://e.example/1?a=1&copy=2"/>',
            ["https://e.example/1?a=1&copy=2"],
        ),
        (
            '<outline text="x" xmlUrl="https://e.example/1" xmlUrl="https://e.example/1"/>',
            ["https://e.example/1"],
        ),
        ('<outline my:tag="1" text="x" xmlUrl="https://e.example/1"/>', ["https://e.example/1"]),
        ('<outline type="RSS" text="x" url="https://e.example/1"/>', ["https://e.example/1"]),
        ('<outline type="link" text="x" url="https://e.example/1"/>', []),
        (f"<outline text='a\"b'>{ONE}</outline></outline>{ONE.replace('1', '2')}", None),
    ],
    ids=lambda value: "",
)
def test_no_outline_swallows_an_address(body, feeds):
    feeds = ["https://e.example/1", "https://e.example/2"] if feeds is None else feeds
    assert [feed.url for feed in parse_opml(opml(body))] == feeds


def test_a_value_keeps_its_quotes_however_long():
    (feed,) = parse_opml(opml(f'<outline text="{LONG} a "b" c" xmlUrl="https://e.example/1"/>'))
    assert feed.title == " ".join(f'{LONG} a "b" c'.split())


def test_folders_of_a_broken_file():
    body = f'<outline text="A "1""><outline text="B">{ONE}</outline></outline>' + ONE.replace(
        "/1", "/2"
    )
    first, second = parse_opml(opml(body))
    assert (first.folders, second.folders) == (('A "1"', "B"), ())


def test_an_address_that_is_cut_is_named_and_one_before_the_cut_is_kept():
    data = opml(ONE + ONE.replace("/1", "/22222"))
    cut = data[: data.rindex(b"2222")]
    assert [(feed.url, feed.problem) for feed in parse_opml(cut)] == [
        ("https://e.example/1", ""),
        ("https://e.example/2", "the file ends in this address"),
    ]
    later = data[: data.rindex(b"Url")]
    assert [feed.problem for feed in parse_opml(later)] == ["", ""]


_mess = st.text(st.sampled_from("ab =\"'<>&/\n-!x:"), max_size=30)


@given(st.lists(_mess, min_size=1, max_size=5))
def test_every_address_of_a_mess_comes_out(titles):
    """Whatever stands in a title short of an attribute of its own, no address is lost."""
    body = "".join(
        f'<outline text="{title}" xmlUrl="https://e.example/{n}"/>'
        for n, title in enumerate(titles)
    )
    urls = {feed.url for feed in parse_opml(opml(body))}
    assert urls == {f"https://e.example/{n}" for n in range(len(titles))}


def test_a_large_broken_file_is_read_in_linear_time():
    body = '<outline text="a "b" c" xmlUrl="https://e.example/1"/>' + " " * 200_000
    body += '<outline text="' + 'x" ' * 100_000 + '" xmlUrl="https://e.example/2"/>'
    body += "<!-- " * 20_000 + "<outline a" * 1000
    started = time.process_time()
    assert len(parse_opml(opml(body))) == 2
    assert time.process_time() - started < 2


def test_folders():
    body = f'<outline text="A"><outline text="B">{ONE}</outline></outline>' + ONE.replace(
        "/1", "/2"
    )
    first, second = parse_opml(opml(body))
    assert (first.folders, second.folders) == (("A", "B"), ())


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "utf-8"])
def test_wrong_encodings_and_byte_order_marks(encoding):
    data = opml(ONE.replace("One", "Café “x”")).decode().encode(encoding)
    assert parse_opml(data)[0].title == "Café “x”"


def test_truncated():
    data = opml(ONE + ONE.replace("/1", "/2"))
    assert len(parse_opml(data[: data.rindex(b"<outline") + 20])) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  ",
        b"hello",
        b"\x89PNG\r\n\x00",
        b"<html><body/></html>",
        b"<rss version='2.0'/>",
        b"{}",
        b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>',
        b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><outline text="&a;"/></opml>',
    ],
)
def test_what_is_no_opml_is_named(data):
    with pytest.raises(FeedError, match=r"^feeds\.opml: "):
        parse_opml(data, name="feeds.opml")


def test_an_external_doctype_is_not_loaded():
    data = b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd">' + opml(ONE).partition(b"?>")[2]
    assert len(parse_opml(data)) == 1


_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(
    lambda text: " ".join(text.split())
)
_feeds = st.builds(
    lambda n, title: Feed(f"{n}", f"https://e.example/?a={n}&b=<", title or "x", ""),
    st.integers(0, 50),
    _text,
)


@given(st.lists(_feeds, max_size=6, unique_by=lambda feed: feed.url))
def test_what_is_written_is_read_again(feeds):
    clean = [feed for feed in feeds if "\ufeff" not in feed.title]
    again = parse_opml(render_opml(clean).encode())
    assert [(f.url, f.title) for f in again] == [(f.url, f.title) for f in clean]


@given(
    st.binary()
    | st.text().map(
        lambda text: opml(f'<outline xmlUrl="{text}"/>') if text.isascii() else b"<opml>"
    )
)
def test_arbitrary_bytes_raise_nothing_but_feed_error(data):
    with contextlib.suppress(FeedError):
        parse_opml(data)


def test_feeds_of_the_desk_are_written():
    feed = make_feed("https://e.example/feed?a=1&b=2", title="A & B")
    assert [f.url for f in parse_opml(render_opml([feed]).encode())] == [feed.url]


def test_the_starter_list():
    listed = parse_opml(starter_opml().encode())
    feeds = [make_feed(feed.url, title=feed.title, site=feed.site) for feed in listed]
    assert 25 <= len(feeds) == len({feed.id for feed in feeds})
    assert all(feed.url.startswith("https://") and feed.site for feed in feeds)


def test_make_feed():
    feed = make_feed(" feed://www.E.example/rss?b=1&a=2 ")
    assert (feed.url, feed.title, feed.outlet) == (
        "https://www.e.example/rss?b=1&a=2",
        "",
        "",
    )
    assert make_feed(feed.url, title=feed.url).title == ""
    assert feed.id == feed_id("http://www.e.example/rss?a=2&b=1")
    assert make_feed("feed:http://e.example/").url == "http://e.example/"
    for bad in ("", "e.example/feed", "ftp://e.example/", "https://user:x@e.example/"):
        with pytest.raises(FeedError):
            make_feed(bad)
