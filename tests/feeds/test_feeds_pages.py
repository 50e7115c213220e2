from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed_server import STORY, Answer, page, rss
from monitor.feeds.encoding_detection import clean, decode
from monitor.feeds.feed_discovery import Discovered, discover, discover_feeds
from monitor.feeds.page_extraction import MAX_PAGE_BYTES, extract_page
from monitor.records.errors import FeedError

URL = "https://outlet.example/news/1"


def test_an_article():
    body = page().replace(
        b"<head>",
        b"<head><meta property='article:published_time' content='2026-11-24T10:00:00Z'>",
    )
    found = extract_page(body, "text/html", URL)
    assert found is not None
    assert (found.title, found.language) == ("A page", "en")
    assert found.published is not None
    assert found.published.date() == datetime(2026, 11, 24, tzinfo=UTC).date()
    assert "Home News Sport" not in found.text
    assert found.text.startswith("Sentence 0")
    assert found.text.count("\n\n") >= 1
    assert "\n\n\n" not in found.text
    assert "".join(found.text.split()).endswith("".join(STORY.split())[-40:])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html></html>",
        b"\x00\x01\x02",
        b"<html><body><p>Short.</p></body></html>",
        b"%PDF-1.7 binary",
        b"<p>" * 20_000,
        b"x" * (MAX_PAGE_BYTES + 1),
    ],
)
def test_no_article(body):
    assert extract_page(body, "text/html", URL) is None


FRENCH = (
    "Le procès des passeurs s’est ouvert à Créteil : « Ils ont tout pris », a déclaré l’élève. "
)
CZECH = "Policie zadržela tři muže podezřelé z obchodování s lidmi, uvedl mluvčí, který řekl více. "
JAPANESE = "警察は人身売買の疑いで三人を逮捕した。被害者は港の倉庫で見つかった。"


@pytest.mark.parametrize(
    ("text", "encoding", "header", "meta"),
    [
        (FRENCH, "cp1252", "utf-8", "utf-8"),
        (FRENCH, "cp1252", "", "iso-8859-1"),
        (FRENCH, "utf-8", "iso-8859-1", "iso-8859-1"),
        (FRENCH, "cp1252", "", ""),
        (CZECH, "cp1250", "utf-8", ""),
        (JAPANESE, "iso-2022-jp", "utf-8", "utf-8"),
        (JAPANESE, "iso-2022-jp", "", ""),
        (JAPANESE, "shift_jis", "", "shift_jis"),
        (JAPANESE, "euc_jp", "x-unknown", "euc-jp"),
        (JAPANESE, "utf-16", "", ""),
    ],
)
def test_mislabelled_pages(text, encoding, header, meta):
    markup = page(text * 12, "x").decode()
    if meta:
        markup = markup.replace("<head>", f"<head><meta charset='{meta}'>")
    kind = f"text/html; charset={header}" if header else "text/html"
    found = extract_page(markup.encode(encoding), kind, URL)
    assert found is not None
    assert text.strip()[:20] in found.text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["utf-8", "utf-16", "zlib", "unicode_escape", "x"]))
def test_any_bytes_are_decoded_and_cleaned(body, label):
    text = clean(decode(body, (label,)).text)
    text.encode()
    assert "\x00" not in text


def test_discover():
    body = b"""<html><head><base href="https://cdn.example/x/">
    <link rel="alternate" type="application/rss+xml" title="All  news" href="feed.xml">
    <link rel="alternate" type="application/rss+xml" href="/x/feed.xml#again">
    <link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="https://e.example/a">
    <link rel="alternate" type="application/feed+json" href="/feed.json">
    <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
    <link rel="alternate" hreflang="fr" href="/fr"><link rel="stylesheet" href="x.css">
    <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)"></head></html>"""
    found = discover_feeds(body, "text/html", URL)
    assert [(feed.url, feed.title) for feed in found] == [
        ("https://cdn.example/x/feed.xml", "All news"),
        ("https://e.example/a", ""),
        ("https://cdn.example/feed.json", ""),
    ]
    assert discover_feeds(b"", "text/html", URL) == ()
    assert discover_feeds(b"\x00\xff", "", URL) == ()


def test_discover_on_a_site(client, server, now):
    link = b"<link rel=alternate type=application/rss+xml href=/feed title=News>"
    server.script |= {
        "/": Answer(b"<html><head>" + link + b"</head><body>Hello</body></html>"),
        "/feed": Answer(rss(title="News")),
    }
    expected = (Discovered(server.url + "/feed", "News"),)
    assert discover(client, server.url, now=now) == expected
    assert discover(client, server.url + "/feed", now=now) == expected
    with pytest.raises(FeedError, match="status 404"):
        discover(client, server.url + "/missing", now=now)
