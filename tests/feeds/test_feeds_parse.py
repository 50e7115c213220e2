import contextlib
import gzip
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed_server import item, rss
from monitor.feeds.feed_parser import parse_feed
from monitor.feeds.html_text import tidy
from monitor.feeds.xml_repair import prepare_xml
from monitor.records.article import Enclosure
from monitor.records.errors import FeedError

URL = "https://outlet.example/feeds/all.xml"
XML = "application/rss+xml"


def parse(body, content_type=XML):
    return parse_feed(body, content_type, URL)


def only(body, content_type=XML):
    entries = parse(body, content_type).entries
    assert len(entries) == 1
    return entries[0]


RSS_091 = b"""<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>
<title>Old</title><link>http://old.example/</link><language>en-gb</language><item><title>One</title>
<link>http://old.example/1</link><description>Text.</description></item></channel></rss>"""
RSS_10 = b"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
><channel rdf:about="x">
<title>Old</title><link>http://old.example/</link></channel><item rdf:about="http://old.example/1">
<title>One</title><link>http://old.example/1</link><dc:date>2026-01-02T03:04:05+01:00</dc:date>
<dc:creator>A. Writer</dc:creator></item></rdf:RDF>"""
RSS_090 = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>Old</title>
<link>http://old.example/</link></channel><item><title>One</title><link>http://old.example/1</link>
</item></rdf:RDF>"""
ATOM = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr-CA"
 xml:base="http://old.example/deep/"><title type="html">Old &amp;amp; new</title><link href="/"/>
<entry><id>tag:old.example,2026:1</id><title type="text">1 &lt; 2 &amp;amp; 3</title>
<link rel="edit" href="edit"/><link href="1"/><updated>2026-01-02T03:04:05Z</updated>
<summary type="html">&lt;p&gt;Short.&lt;/p&gt;</summary><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>First.</p><p>Second &#x2013; last.</p></div></content>
<author><name>A. Writer</name></author></entry></feed>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Old",
        "home_page_url": "http://old.example/",
        "language": "de",
        "items": [
            {
                "id": "1",
                "url": "http://old.example/1",
                "title": "One",
                "content_html": "<p>First.</p><p>Second.</p>",
                "summary": "Short.",
                "date_published": "2026-01-02T03:04:05+01:00",
                "authors": [{"name": "A. Writer"}],
            }
        ],
    }
).encode()


@pytest.mark.parametrize(
    "body", [RSS_091, RSS_10, RSS_090, JSON], ids=["091", "1.0", "0.90", "json"]
)
def test_formats_of_every_age(body):
    feed = parse(body)
    assert (feed.title, feed.site, feed.warnings) == ("Old", "http://old.example/", ())
    entry = only(body)
    assert (entry.url, entry.title) == ("http://old.example/1", "One")


def test_dates_authors_languages():
    assert only(RSS_10).published == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert only(RSS_10).authors == ("A. Writer",)
    assert only(RSS_091).language == "en"
    assert only(JSON).published == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert (only(JSON).authors, only(JSON).language) == (("A. Writer",), "de")
    assert (only(JSON).content, only(JSON).summary) == ("First.\n\nSecond.", "Short.")


def test_atom():
    feed = parse(ATOM)
    assert (feed.title, feed.site, feed.language) == ("Old & new", "http://old.example/", "fr")
    (entry,) = feed.entries
    assert entry.url == "http://old.example/deep/1"
    assert entry.title == "1 < 2 &amp; 3"
    assert (entry.summary, entry.content) == ("Short.", "First.\n\nSecond – last.")
    assert (entry.guid, entry.authors) == ("tag:old.example,2026:1", ("A. Writer",))


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (b"", XML, "empty"),
        (b" \n ", XML, "empty"),
        (b"<!DOCTYPE html><html><head></head><body>Hello</body></html>", XML, "HTML page"),
        (b"<html><body>Hello</body></html>", "text/html", "HTML page"),
        (b"<!-- x -->\n<HTML lang=en>", "text/html", "HTML page"),
        (b"Not found", "text/plain", "neither XML nor JSON"),
        (b"\x00\x01\x02\xff", "application/octet-stream", "neither XML nor JSON"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "neither XML nor JSON"),
        (gzip.compress(b"<rss/>", mtime=0), XML, "neither XML nor JSON"),
        (b"<opml><body/></opml>", "text/xml", "<opml>"),
        (b'{"items": []}', "application/json", "not a JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "application/json", "items"),
        (b"{broken", "application/json", "broken JSON"),
        (b"[" * 100_000, "application/json", "broken JSON"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rss version="2.0"/>', XML, "entities"),
        (b'<!DOCTYPE r [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]><rss/>', XML, "entities"),
        (b"<!DOCTYPE r [ <rss>", XML, "does not end"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body, content_type, says):
    with pytest.raises(FeedError, match=says) as caught:
        parse(body, content_type)
    assert str(caught.value).startswith(URL)


def test_quadratic_entities_cost_nothing():
    body = b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 50_000 + b'">]><rss version="2.0"><channel><title>'
    body += b"&a;" * 50_000 + b"</title></channel></rss>"
    started = time.process_time()
    with pytest.raises(FeedError, match="entities"):
        parse(body)
    assert time.process_time() - started < 1


def test_thousands_of_attributes_are_refused():
    attributes = " ".join(f'a{n}="1"' for n in range(20_000))
    started = time.process_time()
    with pytest.raises(FeedError, match="attributes"):
        parse(rss(f"<item {attributes}><title>x</title></item>"))
    assert time.process_time() - started < 1


def test_truncated_keeps_the_whole_entries():
    whole = rss(
        item("https://e.example/1"), item("https://e.example/2"), item("https://e.example/3")
    )
    feed = parse(whole[: whole.rindex(b"</title></item>")])
    assert [entry.url[-1] for entry in feed.entries] == ["1", "2"]
    assert "broken XML" in feed.warnings[0]


@pytest.mark.parametrize("cut", range(0, 700, 37))
def test_every_truncation_is_read_or_refused(cut):
    body = rss(*(item(f"https://e.example/{n}", summary="Some <b>text</b>") for n in range(4)))
    with contextlib.suppress(FeedError):
        assert len(parse(body[:cut]).entries) <= 4


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("cp1252", "utf-8"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "us-ascii"),
        ("utf-16", "utf-8"),
        ("utf-8-sig", "windows-1252"),
        ("utf-8", "no-such-encoding"),
        ("utf-8", "unicode_escape"),
    ],
)
def test_a_lying_encoding_is_seen_through(encoding, label):
    text = (
        f'<?xml version="1.0" encoding="{label}"?>'
        + rss(item("https://e.example/1", "“Naïve” café – déjà vu"), title="É")
        .decode()
        .partition("?>")[2]
    )
    feed = parse(text.encode(encoding), f"text/xml; charset={label}")
    assert feed.title == "É"
    assert feed.entries[0].title == "“Naïve” café – déjà vu"


def test_a_lie_is_a_warning_and_a_true_label_is_not():
    body = rss(title="é“x”").decode().replace("UTF-8", "windows-1252").encode("cp1252")
    assert parse(body, "text/xml; charset=windows-1252").warnings == ()
    assert "labelled" in parse(body.replace(b"windows-1252", b"utf-8")).warnings[0]


def test_characters_that_no_store_takes_are_gone():
    title = "a\x00b\x07c &#xD800; &#0; &#xFFFF; &#x1F600; &#xD83D;&#xDE00; &#146; &#99999999;"
    entry = only(rss(item("https://e.example/1", title)))
    assert entry.title == "abc \ufffd 😀 😀 ’ \ufffd"
    lone = JSON.replace(b'"One"', rb'"One \ud800 \u0000 \ud83d\ude00"')
    assert only(lone).title == "One \ufffd 😀"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("AT&amp;T &amp; more", "AT&T & more"),
        ("AT&T & more", "AT&T & more"),
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("It&amp;#8217;s caf&eacute;", "It’s café"),
        ("&lt;b&gt;Bold&lt;/b&gt; claim", "Bold claim"),
        ("if a &lt; b then", "if a < b then"),
        ("the &amp;lt;b&amp;gt; tag", "the <b> tag"),
        ("<![CDATA[Fish &amp; chips]]>", "Fish & chips"),
        ("<![CDATA[One<script>alert(1)</script> two<iframe src='x'></iframe>]]>", "One two"),
        ("<![CDATA[One\n  two]]>", "One two"),
    ],
)
def test_titles_are_decoded_once(written, read):
    assert only(rss(item("https://e.example/1", written))).title == read


def test_html_becomes_paragraphs():
    html = (
        "<p>One<br>line</p><script>alert(1)</script><div>Two &amp; <a href='x'>three</a></div>"
        "<ul><li>four<li>five</ul><style>p{}</style>six<img src=x onerror=alert(1)>"
    )
    entry = only(rss(item("https://e.example/1", content=html)))
    assert entry.content == "One\nline\n\nTwo & three\n\nfour\n\nfive\n\nsix"


def test_wordpress_footer_is_left_out():
    summary = '<p>Text.</p><p>The post <a href="x">A title</a> appeared first on <a>Site</a>.</p>'
    assert only(rss(item("https://e.example/1", summary=summary))).summary == "Text."


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 31 Feb 2026 10:00:00 GMT",
        "yesterday",
        "0000-00-00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "x" * 5000,
        "2026-02-30",
        "2026-13-45T99:99:99Z",
        "Mon, 99 Foo 99999 99:99:99 +9999",
    ],
)
def test_impossible_dates_are_none_and_a_warning(date):
    feed = parse(rss(item("https://e.example/1", date=date)))
    assert feed.entries[0].published is None
    assert "impossible date" in feed.warnings[0]


@pytest.mark.parametrize(
    "date",
    [
        "Wed, 25 Nov 2026 07:10:00 GMT",
        "Wed, 25 Nov 2026 08:10:00 +0100",
        "2026-11-25T07:10:00Z",
        "25 Nov 2026 07:10 UT",
        "Wed, 25 Nov 26 02:10:00 EST",
        "2026-11-25 07:10:00",
    ],
)
def test_dates_of_many_shapes(date):
    entry = only(rss(item("https://e.example/1", date=date)))
    assert entry.published == datetime(2026, 11, 25, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a?x=1&amp;y=2", "https://outlet.example/a?x=1&y=2"),
        ("/a?x=1&y=2", "https://outlet.example/a?x=1&y=2"),
        ("b", "https://outlet.example/feeds/b"),
        ("//cdn.example/c", "https://cdn.example/c"),
        ("javascript:alert(1)", ""),
        ("ftp://e.example/", ""),
        ("http://[", ""),
    ],
)
def test_links_are_made_absolute_or_dropped(link, url):
    assert only(rss(item(link))).url == url


def test_a_permalink_guid_is_a_link_and_another_is_not():
    permalink = '<item><title>x</title><guid isPermaLink="true">https://e.example/1</guid></item>'
    assert only(rss(permalink)).url == "https://e.example/1"
    assert only(rss('<item><title>x</title><guid isPermaLink="false">17</guid></item>')).url == ""


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>x</title><guid>abc</guid></item>"),
        rss("<item><title>x</title><guid>/news/1</guid></item>"),
        rss('<item><title>x</title><guid isPermaLink="false">abc</guid></item>'),
        rss("<item><title>x</title><guid>abc</guid></item>").replace(
            b"<rss ", b'<rss xml:base="https://other.example/" '
        ),
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>abc</id><title>x</title></entry></feed>',
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/"><entry>
        <id>abc</id><title>x</title></entry></feed>""",
        b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "abc", "title": "x"}]}',
    ],
)
def test_an_id_that_is_no_address_becomes_none(body):
    assert only(body).url == ""


def test_an_id_stays_as_it_is_written():
    assert only(rss("<item><title>x</title><guid>abc</guid></item>")).guid == "abc"
    based = rss("<item><title>x</title><guid>https://e.example/1?a=1&amp;b=2</guid></item>")
    based = based.replace(b"<rss ", b'<rss xml:base="https://other.example/" ')
    assert only(based).url == "https://e.example/1?a=1&b=2"
    with_link = "<item><guid>abc</guid><title>x</title><link>/abc</link></item>"
    assert only(rss(with_link)).url == "https://outlet.example/abc"


RICH = """<item><title>x</title><link>/1</link><category>Courts</category><category>Crime &amp;
law</category><category>Courts</category><dc:creator>Ama Mensah</dc:creator><dc:creator>Kofi
&lt;b&gt;Boateng&lt;/b&gt;</dc:creator><enclosure url="/a.jpg" type="image/JPEG" length="1"/>
<enclosure url="javascript:x" type="image/jpeg"/><media:content url="https://user:pw@e.example/b.mp4"
type="video/mp4"/></item>"""
NAMESPACES = (
    b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
)


def test_bylines_categories_and_enclosures():
    entry = only(rss(RICH).replace(b"<rss ", NAMESPACES))
    assert entry.authors == ("Ama Mensah", "Kofi Boateng")
    assert entry.categories == ("Courts", "Crime & law")
    assert entry.enclosures == (
        Enclosure("https://outlet.example/a.jpg", "image/jpeg"),
        Enclosure("https://e.example/b.mp4", "video/mp4"),
    )


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("<author>desk@e.example (Ama Mensah)</author>", ("Ama Mensah",)),
        ("<author>Ama Mensah &lt;ama@outlet.news&gt;</author>", ("Ama Mensah",)),
        ("<author>Ama Mensah</author>", ("Ama Mensah",)),
        ("<author>desk@e.example</author>", ("desk@e.example",)),
        ("<author></author>", ()),
        ("", ()),
    ],
)
def test_the_name_of_an_author_and_not_the_address(author, names):
    assert only(rss(f"<item><title>x</title><link>/1</link>{author}</item>")).authors == names


def test_an_atom_entry_has_the_authors_of_its_feed():
    body = ATOM.replace(b"<author><name>A. Writer</name></author></entry>", b"</entry>")
    body = body.replace(b"<entry>", b"<author><name>The Desk</name></author><entry>")
    assert only(body).authors == ("The Desk",)
    listed = JSON.replace(b'"authors": [{"name": "A. Writer"}]', b'"tags": ["a", 1, "b"]')
    listed = listed.replace(b'"title": "Old"', b'"title": "Old", "author": {"name": "The Desk"}')
    assert (only(listed).authors, only(listed).categories) == (("The Desk",), ("a", "b"))


def test_an_item_of_rdf_has_the_creator_of_its_channel_and_one_of_rss_no_editor():
    creator = b"<dc:creator>A. Writer</dc:creator>"
    body = RSS_10.replace(creator, b"").replace(b"</link></channel>", b"</link>%s</channel>")
    assert only(body.replace(b"%s", b"<dc:creator>The Desk</dc:creator>")).authors == ("The Desk",)
    editor = "<managingEditor>desk@e.example (The Editor)</managingEditor>"
    assert only(rss(item("/1"), channel=editor)).authors == ()


def test_one_author_of_a_json_feed_as_an_object():
    one = JSON.replace(b'[{"name": "A. Writer"}]', b'{"name": "A. Writer"}')
    assert only(one).authors == ("A. Writer",)
    none = JSON.replace(b'[{"name": "A. Writer"}]', b'[], "author": {"name": "The Desk"}')
    assert only(none).authors == ("The Desk",)


def test_a_category_is_told_by_its_label():
    terms = b'<category term="thb-1" label="Trafficking"/><category term="Courts"/></entry>'
    assert only(ATOM.replace(b"</entry>", terms)).categories == ("Trafficking", "Courts")


@pytest.mark.parametrize(
    ("links", "site"),
    [
        ('<link/><atom:link href="/home" rel="alternate"/>', "/home"),
        ('<atom:link href="/home" rel="alternate"/><link/>', "/home"),
        ('<link>https://e.example/</link><atom:link href="/feeds/all.xml"/>', "https://e.example/"),
        ('<atom:link href="/feeds/all.xml" rel="self"/>', ""),
        ("<link>https://outlet.example/feeds/all.xml</link>", "/feeds/all.xml"),
    ],
)
def test_the_site_of_a_feed(links, site):
    atom = b'<rss xmlns:atom="http://www.w3.org/2005/Atom" '
    body = f'<rss version="2.0"><channel><title>T</title>{links}{item("/1")}</channel></rss>'
    found = parse(body.encode().replace(b"<rss ", atom)).site
    assert found == (f"https://outlet.example{site}" if site.startswith("/") else site)


def test_control_characters_of_json_are_gone():
    body = JSON.replace(b'"id": "1"', rb'"id": "a\u0000b"').replace(b'"One"', rb'"O\u0007ne\ud800"')
    entry = only(body)
    assert (entry.guid, entry.title) == ("ab", "One\ufffd")


def test_attachments_of_a_json_feed():
    files = b'"attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg"}, 7, {"url": ""}], "id"'
    entry = only(JSON.replace(b'"id"', files))
    assert entry.enclosures == (Enclosure("https://outlet.example/a.mp3", "audio/mpeg"),)


def test_what_a_feed_says_of_itself():
    channel = (
        "<description>&lt;p&gt;News from\n the coast &amp;amp; beyond.&lt;/p&gt;</description>"
        "<pubDate>Tue, 24 Nov 2026 07:00:00 GMT</pubDate>"
        "<lastBuildDate>mié, 25 nov 2026 07:10:00 GMT</lastBuildDate>"
    )
    feed = parse(rss(channel=channel))
    assert feed.description == "News from the coast & beyond."
    assert feed.updated == datetime(2026, 11, 25, 7, 10, tzinfo=UTC)
    assert parse(ATOM).updated is None
    told = JSON.replace(b'"items"', b'"description": "About", "items"', 1)
    assert parse(told).description == "About"


def test_lists_without_end_are_cut():
    many = "".join(f"<category>{n}</category>" for n in range(500))
    entry = only(rss(f"<item><link>/1</link><title>x</title>{many}</item>"))
    assert len(entry.categories) == 50
    long = only(
        rss(f"<item><link>/1</link><title>x</title><category>{'x' * 9000}</category></item>")
    )
    assert len(long.categories[0]) == 300


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (rss()[:-30], "cut off"),
        (rss(item("/1"))[:-60], "cut off"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel><title>A', "cut off"),
        (rss().replace(b"</title>", b""), "broken XML .mismatched tag., and no entry"),
        (rss(channel="<a><b></a></b>"), "broken XML .mismatched tag."),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>', "cut off"),
        (JSON[:60], "broken JSON"),
    ],
)
def test_a_broken_feed_without_an_entry_is_none(body, says):
    with pytest.raises(FeedError, match=says):
        parse(body)


def test_a_well_formed_feed_without_an_entry_is_one():
    assert parse(rss()).entries == ()
    assert parse(b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title></feed>').title == "A"
    undeclared = parse(rss(channel="<sy:updatePeriod>hourly</sy:updatePeriod>"))
    assert "unbound prefix" in undeclared.warnings[0]


def test_a_json_feed_that_does_not_say_so():
    body = JSON.replace(b'"version": "https://jsonfeed.org/version/1.1", ', b"")
    feed = parse(body, "application/json")
    assert (feed.title, len(feed.entries)) == ("Old", 1)
    assert feed.warnings == ("no 'version' of jsonfeed.org: read as a JSON Feed for its shape",)
    other = JSON.replace(b"https://jsonfeed.org/version/1.1", b"1.1")
    assert len(parse(other, "application/json").entries) == 1
    for no_feed in (
        b'{"items": [1, 2]}',
        b'{"items": [{"id": 1}]}',
        b'{"items": {}}',
        b'[{"id": 1}]',
    ):
        with pytest.raises(FeedError, match="not a JSON Feed"):
            parse(no_feed, "application/json")


@pytest.mark.parametrize("tag", ["embed", "object", "iframe", "VIDEO", "audio", "canvas"])
def test_text_after_a_player_that_does_not_close_is_kept(tag):
    content = f"<p>Before <{tag} src='a.swf'> after.</p>"
    assert only(rss(item("/1", content=content))).content == "Before after."
    closed = f"<p>Before <{tag} src='a.swf'>cannot play</{tag}> after.</p>"
    if tag != "embed":
        assert only(rss(item("/1", content=closed))).content == "Before after."


def test_ttl():
    assert parse(rss(channel="<ttl>60</ttl>")).ttl_s == 3600
    assert parse(rss(channel="<ttl>soon</ttl>")).ttl_s is None
    assert parse(rss(channel="<ttl>99999999</ttl>")).ttl_s == 7 * 86_400


def test_json_items_of_the_wrong_shape_are_counted():
    body = b"""{"version": "https://jsonfeed.org/version/1", "title": 5, "items": [
      7, {}, {"id": 3, "url": "/a", "title": ["x"], "date_published": "2026-02-30T00:00:00Z"}]}"""
    feed = parse(body, "application/json")
    assert [entry.url for entry in feed.entries] == ["", "", "https://outlet.example/a"]
    assert len(feed.warnings) == 2


@pytest.mark.parametrize(
    "body",
    [
        rss("<item></item>" * 10_001),
        rss("<item>" + "<x>" * 300_001),
        JSON.replace(b'"items": [', b'"items": [' + b"{}," * 10_000),
    ],
    ids=["entries", "tags", "items"],
)
def test_too_much_is_refused(body):
    with pytest.raises(FeedError, match="more than"):
        parse(body)


_SNIPPETS = st.sampled_from(
    [
        b"<rss version='2.0'>",
        b"<channel>",
        b"<item>",
        b"</item>",
        b"<title>",
        b"</title>",
        b"<link>",
        b"<![CDATA[",
        b"]]>",
        b"&",
        b"&amp;",
        b"&#xD800;",
        b"&#0;",
        b"<!--",
        b"-->",
        b"<!DOCTYPE ",
        b"[",
        b"<feed xmlns='http://www.w3.org/2005/Atom'>",
        b"<entry>",
        b"<content type='xhtml'>",
        b"<div>",
        b"<pubDate>",
        b"\x00",
        b"\xff",
        b"<?xml version='1.0' encoding='utf-16'?>",
        b"{",
        b'"items":',
        b"<guid>",
        b"http://[",
        b"<content type='application/octet-stream'>",
        b"=",
        b"<itunes:author>",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.binary() | st.lists(_SNIPPETS | st.binary(max_size=5), max_size=25).map(b"".join),
    st.sampled_from([XML, "text/html", "application/json", "text/xml; charset=utf-16", ""]),
)
def test_arbitrary_bytes_raise_nothing_but_feed_error(body, content_type):
    with contextlib.suppress(FeedError):
        for entry in parse(body, content_type).entries:
            for text in (entry.title, entry.summary, entry.content, entry.url, entry.guid):
                text.encode()
                assert "\x00" not in text


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
_KEYS = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "authors",
        "author",
        "date_published",
        "language",
    ]
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(_KEYS, _values, max_size=6) | _values, max_size=4))
def test_arbitrary_json_items_are_each_an_entry(items):
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    assert len(parse(body).entries) == len(items)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a  b\t\xa0c \u2028 d", "a b c d"),
        (" a \n \n\n \r\n\nb\n", "a\n\nb"),
        ("a\nb\n\nc", "a\nb\n\nc"),
        ("\u3000a\u3000 b\u3000\nc", "a\u3000 b\nc"),
    ],
)
def test_single_spaces_and_one_blank_line(written: str, read: str) -> None:
    assert tidy(written) == read


def test_an_open_cdata_section_and_one_after_another() -> None:
    text = "<a><![CDATA[&#1;x & y]]><![CDATA[]]>&nbsp;& z<![CDATA[<b>"
    assert prepare_xml(text) == "<a><![CDATA[x & y]]><![CDATA[]]>\xa0&amp; z<![CDATA[<b>"
