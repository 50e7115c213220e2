"""Site maps and listing pages as feeds: through the same pipeline, every entry accounted for."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from feed_server import STORY, Answer, FeedServer, page
from following import NOW, follow
from monitor.feeds.listing_pages import is_article
from monitor.feeds.opml import parse_opml, render_opml
from monitor.feeds.starter_feeds import make_feed
from monitor.records.errors import FeedError
from pdf_samples import pdf

NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
XML = {"Content-Type": "application/xml"}


def urlset(*records: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset '
        f'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="{NEWS}" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"{''.join(records)}</urlset>"
    ).encode()


def news(url: str, title: str, *, days: float = 0) -> str:
    when = (NOW - timedelta(days=days, hours=1)).isoformat()
    return (
        f"<url><loc>{url}</loc><image:image><image:title>A picture</image:title></image:image>"
        "<news:news><news:publication><news:name>N</news:name><news:language>en</news:language>"
        f"</news:publication><news:publication_date>{when}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news></url>"
    )


def index(*maps: tuple[str, str]) -> bytes:
    listed = "".join(
        f"<sitemap><loc>{url}</loc><lastmod>{when}</lastmod></sitemap>" for url, when in maps
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/x">{listed}</sitemapindex>'.encode()


def test_a_news_site_map(tmp_path: Path, server: FeedServer) -> None:
    server.script["/a"] = Answer(page())
    server.script["/news.xml"] = Answer(
        urlset(
            news(f"{server.url}/a", "Boats held in harbour & searched"),
            news(f"{server.url}/b", "Days old", days=4),
            f"<url><loc>{server.url}/c</loc></url>",
            "<url><loc>https://elsewhere.example/d</loc><lastmod>2026-11-25</lastmod></url>",
            "<url><lastmod>2026-11-25</lastmod></url>",
        ),
        headers=XML,
    )
    result, (article,) = follow(tmp_path, make_feed(f"{server.url}/news.xml", kind="sitemap"))
    assert (result.fetched, result.stored) == (5, 1)
    assert result.dropped == {"no_link": 1, "off_site": 1, "old": 1, "undated": 1}
    assert article.title == "Boats held in harbour & searched"
    assert article.published == NOW - timedelta(hours=1)
    assert "harbour that day" in article.text
    again, _ = follow(tmp_path, make_feed(f"{server.url}/news.xml", kind="sitemap"))
    assert (again.stored, again.dropped["known"]) == (0, 1)
    assert server.paths().count("/a") == 1


def test_an_index_of_packed_site_maps(tmp_path: Path, server: FeedServer) -> None:
    """The newest and the news maps are asked for; one that fails costs only itself."""
    maps = {
        "/map-1.xml.gz": gzip.compress(
            urlset(f"<url><loc>{server.url}/a</loc><lastmod>2026-11-25</lastmod></url>")
        ),
        "/news.xml": urlset(news(f"{server.url}/b", "From the news map")),
    }
    server.script["/index.xml"] = Answer(
        index(
            (f"{server.url}/map-1.xml.gz", "2026-11-25"),
            (f"{server.url}/map-0.xml.gz", "2019-01-01"),
            (f"{server.url}/gone.xml", "2026-11-25"),
            (f"{server.url}/news.xml", ""),
            ("https://elsewhere.example/news.xml", "2026-11-25"),
        ),
        headers={**XML, "ETag": '"1"'},
    )
    for path, body in maps.items():
        server.script[path] = Answer(body)
    for path in ("/a", "/b"):
        server.script[path] = Answer(page())
    result, found = follow(tmp_path, make_feed(f"{server.url}/index.xml", kind="sitemap"))
    assert (result.error, result.stored) == (None, 2)
    assert [article.title for article in found] == ["A page", "From the news map"]
    assert len(result.warnings) == 1
    assert "gone.xml: status 404" in result.warnings[0]
    assert "/map-0.xml.gz" not in server.paths()
    follow(tmp_path, make_feed(f"{server.url}/index.xml", kind="sitemap"))
    (_, again) = [headers for path, headers in server.requests if path == "/index.xml"]
    assert "if-none-match" not in again, "an unchanged index says nothing of its maps"


BOMB = gzip.compress(b"<urlset>" + b" " * 20_000_000)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<rss version='2.0'><channel/></rss>", "XML of <rss>; is it a feed?"),
        (b"<html><body>x</body></html>", "XML of <html>"),
        (b"sitemap", "it is no XML"),
        (b"<urlset><url></urlset>", "broken XML"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset>&a;</urlset>", "declares XML entities"),
        (BOMB, "when unpacked"),
        (BOMB[:4000], "ends early"),
        (b"\x1f\x8bnonsense", "compressed data is broken"),
    ],
    ids=["rss", "html", "text", "broken", "entities", "bomb", "cut", "no gzip"],
)
def test_what_is_no_site_map(tmp_path: Path, server: FeedServer, body: bytes, says: str) -> None:
    server.script["/map.xml"] = Answer(body)
    result, found = follow(tmp_path, make_feed(f"{server.url}/map.xml", kind="sitemap"))
    assert says in (result.error or "")
    assert found == []


LISTING = """<html><head><title>Ministry of Labour: news</title></head><body>
<nav><a href="/news/2026/1001-a-long-headline-in-a-menu">A long headline in a menu</a></nav>
<main><a href="/news/2026/11/quarry-owner-charged"><img src="x.jpg" alt="A quarry"></a>
<h2><a href="/news/2026/11/quarry-owner-charged?utm_source=list">Quarry owner charged over
unpaid wages</a></h2><a href="/news/2026/11/quarry-owner-charged#more">Read more</a>
<a href="statements/77.pdf">Download</a>
<a href="/section/courts">All that happens in the courts</a>
<a href="/media/photo-2026-11-25.jpg">The minister in front of the quarry</a>
<a href="https://elsewhere.example/2026/11/24/story">A long headline of another site</a>
<a href="mailto:press@ministry.example">Write to our press office here</a>
<a href="#top">Back to the top of this page 2026</a></main>
<footer><a href="/about/imprint-2026-edition">Imprint of the 2026 edition here</a></footer>
</body></html>"""


def test_a_page_that_lists_articles(tmp_path: Path, server: FeedServer) -> None:
    article = page(title="Quarry owner charged").replace(
        b"<head>", b'<head><meta property="article:published_time" content="2026-11-24T08:00:00Z">'
    )
    server.script["/press/"] = Answer(LISTING.encode(), headers={"Content-Type": "text/html"})
    server.script["/news/2026/11/quarry-owner-charged"] = Answer(article)
    server.script["/press/statements/77.pdf"] = Answer(
        pdf([["Statement on wages", *[STORY[:80]] * 3]])
    )
    source = make_feed(f"{server.url}/press/", kind="page")
    result, (story, statement) = follow(tmp_path, source)
    assert (result.fetched, result.stored, result.error) == (2, 2, None)
    assert story.title == "Quarry owner charged over unpaid wages"
    assert story.published is not None
    assert story.published.date().isoformat() == "2026-11-24"
    assert story.outlet == "Ministry of Labour: news"
    assert statement.title == "Statement on wages"
    again, _ = follow(tmp_path, source)
    assert again.dropped == {"known": 2}


def test_robots_txt_holds_for_listing_pages(tmp_path: Path, server: FeedServer) -> None:
    server.script["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /press/")
    server.script["/press/"] = Answer(LISTING.encode())
    result, _ = follow(tmp_path, make_feed(f"{server.url}/press/", kind="page"))
    assert "robots.txt forbids it" in (result.error or "")
    assert "/press/" not in server.paths()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html><body><div id='root'></div></body></html>", "put together by scripts"),
        (b"<?xml version='1.0'?><rss/>", "is it a feed?"),
    ],
)
def test_a_page_without_articles(
    tmp_path: Path, server: FeedServer, body: bytes, says: str
) -> None:
    server.script["/press/"] = Answer(body)
    result, _ = follow(tmp_path, make_feed(f"{server.url}/press/", kind="page"))
    assert says in (result.error or "")


@pytest.mark.parametrize(
    ("path", "words", "is_one"),
    [
        ("/2026/11/24/boats-held", "Boats held in the harbour", True),
        ("/news/story?id=48213", "Boats held in the harbour", True),
        ("/n/boats_held_again", "Boats held in the harbour", True),
        ("/ข่าว-เรือ-ท่า", "จับเรือประมงที่ท่าเรือสองลำเมื่อวานนี้", True),
        ("/n/boats-held-again", "Read more", False),
        ("/world", "News of the world today", False),
        ("/files/2026-boats.zip", "All the boats of 2026", False),
    ],
)
def test_the_rule_for_links(path: str, words: str, is_one: bool) -> None:
    assert is_article(f"https://outlet.example{path}", words) == is_one


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://www.facebook.com/some.outlet", "Facebook"),
        ("https://m.facebook.com/some.outlet", "Facebook"),
        ("https://x.com/outlet", "X"),
        ("https://outlet.example/facebook.com", None),
        ("https://notfacebook.com/", None),
    ],
)
def test_what_cannot_be_followed_is_said(url: str, service: str | None) -> None:
    if service:
        with pytest.raises(FeedError, match=f"{service} cannot be followed: .* add articles"):
            make_feed(url)
    else:
        assert make_feed(url).url == url


def test_the_kind_survives_opml() -> None:
    sources = [
        make_feed("https://a.example/map.xml", kind="sitemap"),
        make_feed("https://b.example/press", kind="page"),
        make_feed("https://c.example/feed"),
    ]
    read = parse_opml(render_opml(sources).encode())
    assert [outline.kind for outline in read] == ["sitemap", "page", "feed"]
