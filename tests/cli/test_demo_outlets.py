import gzip
import http.client
import json
import re
from collections import Counter
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest

from monitor.cli import demo_site as demo_outlets
from monitor.cli.demo_site import build_site, load_outlets

OUTLETS = load_outlets()
ARTICLES = {f"{outlet.id}/{a.slug}": a for outlet in OUTLETS for a in outlet.articles}
STRONG = re.compile(
    r"traffick|slave|forced labou?r|bonded|debt bondage|servitude|forced marriage|exploit|"
    r"forced prostitution|forced begging|organ removal|child prostitut",
    re.IGNORECASE,
)
LURING = re.compile(r"traffick|slave|smuggled", re.IGNORECASE)
FORMS = {
    "sexual_exploitation",
    "forced_labour",
    "domestic_servitude",
    "forced_criminality",
    "forced_begging",
    "forced_marriage",
    "organ_removal",
    "unspecified",
}
RESPONSES = {"prevention", "protection", "prosecution", "partnership"}


@pytest.fixture(scope="module")
def outlets():
    with demo_outlets.serve() as running:
        yield running


def get(outlets, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", outlets.port, timeout=10)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=names)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def entry_urls(outlet, body):
    if outlet.feed == "json":
        return [item["url"] for item in json.loads(body)["items"]]
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [entry.link for entry in parsed.entries]


def shingles(text):
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def test_there_are_six_outlets_in_three_formats_and_more_than_forty_articles():
    assert len(OUTLETS) == 6
    assert {"rss1", "rss2", "atom", "json"} == {outlet.feed for outlet in OUTLETS}
    assert len(ARTICLES) >= 48
    assert {"GH", "TH", "TL"} <= {place for a in ARTICLES.values() for place in a.place}


def test_articles_are_of_newsroom_length():
    words = {key: sum(len(p.split()) for p in a.paragraphs) for key, a in ARTICLES.items()}
    assert {key: n for key, n in words.items() if not 150 <= n <= 450} == {}


def test_relevant_articles_without_any_strong_term():
    relevant = {key: a for key, a in ARTICLES.items() if a.kind == "relevant"}
    plain = {key for key, a in relevant.items() if not STRONG.search(a.text)}
    assert plain == {key for key, a in relevant.items() if not a.strong_term}
    assert len(plain) >= 5


def test_hard_negatives_hold_the_words_that_lure():
    lured = [a for a in ARTICLES.values() if a.kind == "negative" and LURING.search(a.text)]
    assert len(lured) >= 10
    assert Counter(a.kind for a in ARTICLES.values())["borderline"] in (3, 4)


def test_tags_are_of_the_vocabulary_and_stand_with_relevant_articles_only():
    for key, article in ARTICLES.items():
        assert set(article.form) <= FORMS, key
        assert set(article.response) <= RESPONSES, key
        assert bool(article.form) == bool(article.place) == (article.kind == "relevant"), key


def test_two_outlets_reprint_the_agency_story():
    copies = [a for a in ARTICLES.values() if a.copy_of]
    assert len(copies) == 2
    for copy in copies:
        original = ARTICLES[copy.copy_of]
        assert copy.headline != original.headline
        assert len(copy.paragraphs) < len(original.paragraphs)
        ours, theirs = shingles(copy.text), shingles(original.text)
        assert len(ours & theirs) / min(len(ours), len(theirs)) > 0.8


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_feed_parses_and_lists_pages_that_are_served(outlets, outlet):
    response, body = get(outlets, outlet.feed_path)
    assert response.status == 200
    urls = entry_urls(outlet, body)
    assert len(urls) == len(outlet.articles) + len(outlet.also_lists)
    for url in urls:
        parts = urlsplit(url)
        assert f"http://{parts.netloc}" == outlets.url
        page, _ = get(outlets, f"{parts.path}?{parts.query}")
        assert page.status == 200


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_feed_carries_full_text_only_where_the_outlet_gives_it(outlets, outlet):
    _, body = get(outlets, outlet.feed_path)
    last_words = outlet.articles[0].paragraphs[-1][-30:]
    assert (last_words in body.decode()) == outlet.full_text


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_page_holds_the_article_and_what_stands_around_it(outlet):
    site = build_site(OUTLETS, "http://127.0.0.1:1")
    for article in outlet.articles:
        page = site[article.path].body.decode()
        assert page.count("<h1") == 1
        assert article.paragraphs[-1][:20].partition("&")[0] in page
        assert "<footer" in page
        assert sum(f'href="{other.path}"' in page for other in outlet.articles) == 3
        assert not re.search(r"\$[a-z_]+\b", page), "a placeholder was left"


def test_one_article_is_seen_through_two_feeds(outlets):
    seen = Counter()
    spellings = set()
    for outlet in OUTLETS:
        for url in entry_urls(outlet, get(outlets, outlet.feed_path)[1]):
            seen[url.partition("?")[0]] += 1
            spellings.add(url)
    assert sorted(seen.values())[-2:] == [1, 2]
    assert sum("?utm_source=" in url for url in spellings) == 1
    assert set(seen) == set(demo_outlets.expected(outlets.url))


def test_unchanged_answers_304_by_etag_and_by_date(outlets):
    path = OUTLETS[0].feed_path
    first, _ = get(outlets, path)
    etag, date = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If_None_Match": etag}, {"If_Modified_Since": date}):
        again, body = get(outlets, path, **headers)
        assert (again.status, body) == (304, b"")
    # the tag decides where both are sent
    again, _ = get(outlets, path, If_None_Match='"other"', If_Modified_Since=date)
    assert again.status == 200
    again, _ = get(outlets, path, If_Modified_Since="yesterday")
    assert again.status == 200


def test_gzip_where_the_client_takes_it(outlets):
    path = OUTLETS[0].feed_path
    _, plain = get(outlets, path)
    response, packed = get(outlets, path, Accept_Encoding="gzip, deflate")
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain


def test_moved_feed_unknown_page_and_robots(outlets):
    moved, _ = get(outlets, "/siam-ledger/feed/")
    assert (moved.status, moved.headers["Location"]) == (301, "/siam-ledger/atom.xml")
    assert get(outlets, "/volta-courier/no-such-page")[0].status == 404
    robots, body = get(outlets, "/robots.txt")
    assert robots.status == 200
    assert b"User-agent: *" in body


def test_opml_names_every_feed_and_is_broken_in_one_place(outlets, tmp_path):
    text = outlets.opml(tmp_path / "feeds.opml").read_text(encoding="utf-8")
    bare = re.findall(r"&(?!\w+;)", text)
    assert len(bare) == 1
    with pytest.raises(ET.ParseError):
        ET.fromstring(text)
    mended = ET.fromstring(re.sub(r"&(?!\w+;)", "&amp;", text))
    urls = [o.attrib["xmlUrl"] for o in mended.iter("outline") if "xmlUrl" in o.attrib]
    assert len(urls) == len(OUTLETS)
    for url in urls:
        assert get(outlets, url.removeprefix(outlets.url))[0].status in (200, 301)


def test_expected_kinds_by_path_and_by_url(outlets):
    assert {outlets.url + path: kind for path, kind in demo_outlets.expected().items()} == (
        demo_outlets.expected(outlets.url)
    )
    assert Counter(demo_outlets.expected(outlets.url).values())["relevant"] >= 16
