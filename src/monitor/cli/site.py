"""The demo's outlets as a web site: feeds in four formats, article pages, front pages.

Pure: `build_site` gives everything that is served as a mapping from path to `Resource`, so that a
test can read it without a server. XML names are written with their prefixes (`dc:creator`) and
declared on the root by hand: that is how newsroom software writes feeds, and parsers meet it so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from string import Template
from xml.etree.ElementTree import Element, SubElement, tostring

from monitor.cli.demo_site import DATA, Article, Outlet

LEAD_PARAGRAPHS = 3
RELATED = 3
FEED_TYPES = {
    "rss1": "application/rdf+xml",
    "rss2": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
ROBOTS = "User-agent: *\nDisallow: /*/search\nDisallow: /*/wp-admin/\nAllow: /\n"


@dataclass(frozen=True, slots=True)
class Resource:
    """What is served at one path; `location` makes it a permanent redirect."""

    body: bytes
    media_type: str
    modified: datetime
    location: str = ""

    @property
    def etag(self) -> str:
        """A weak tag: the gzipped and the plain body share it."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a feed: an article and the absolute URL it is listed under."""

    article: Article
    url: str


def build_site(outlets: Sequence[Outlet], base: str) -> dict[str, Resource]:
    """Render everything; `base` is the server's URL without a slash at its end."""
    articles = {f"{o.id}/{a.slug}": a for o in outlets for a in o.articles}
    latest = max(article.published for article in articles.values())
    site = {"/robots.txt": Resource(ROBOTS.encode(), "text/plain; charset=utf-8", latest)}
    for outlet in outlets:
        newest = outlet.articles[0].published
        feed = FEED_WRITERS[outlet.feed](outlet, base, feed_entries(outlet, articles, base))
        media_type = f"{FEED_TYPES[outlet.feed]}; charset=utf-8"
        site[outlet.feed_path] = Resource(feed, media_type, newest)
        if outlet.moved_from:
            old = f"/{outlet.id}/{outlet.moved_from}"
            site[old] = Resource(b"", "text/plain", newest, location=outlet.feed_path)
        site[f"/{outlet.id}/"] = _html(front_page(outlet, base), newest)
        template = Template((DATA / "pages" / f"{outlet.id}.html").read_text(encoding="utf-8"))
        for article in outlet.articles:
            page = template.substitute(_page_values(outlet, article, base))
            site[article.path] = _html(page, article.published)
    return site


def feed_entries(outlet: Outlet, articles: Mapping[str, Article], base: str) -> list[Entry]:
    """List what the outlet's feed holds, newest first: its own articles and borrowed ones."""
    entries = [Entry(article, base + article.path) for article in outlet.articles]
    for listing in outlet.also_lists:
        article = articles[listing.article]
        entries.append(Entry(article, f"{base}{article.path}?{listing.query}"))
    return sorted(entries, key=lambda entry: entry.article.published, reverse=True)


def front_page(outlet: Outlet, base: str) -> str:
    """Render the outlet's front page: headlines, and a link to the feed in its head."""
    return (
        f'<!DOCTYPE html>\n<html lang="{outlet.language}"><head><meta charset="utf-8">'
        f"<title>{escape(outlet.name)}</title>"
        f'<link rel="alternate" type="{FEED_TYPES[outlet.feed]}" href="{base}{outlet.feed_path}">'
        f"</head><body><h1>{escape(outlet.name)}</h1><p>{escape(outlet.tagline)}</p><ul>\n"
        f"{_links(outlet.articles)}\n</ul></body></html>\n"
    )


def write_rss2(outlet: Outlet, base: str, entries: Sequence[Entry]) -> bytes:
    """Write RSS 2.0; with `content:encoded` where the outlet gives its full text."""
    root = Element("rss", {"version": "2.0"})
    for prefix, name in (
        ("atom", "http://www.w3.org/2005/Atom"),
        ("content", "http://purl.org/rss/1.0/modules/content/"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
    ):
        root.set(f"xmlns:{prefix}", name)
    channel = SubElement(root, "channel")
    _text(channel, "title", outlet.name)
    _text(channel, "link", f"{base}/{outlet.id}/")
    _text(channel, "description", outlet.tagline)
    _text(channel, "language", outlet.language.lower())
    _text(channel, "lastBuildDate", format_datetime(entries[0].article.published))
    feed_url = base + outlet.feed_path
    SubElement(
        channel,
        "atom:link",
        {"href": feed_url, "rel": "self", "type": FEED_TYPES["rss2"]},
    )
    for entry in entries:
        item = SubElement(channel, "item")
        _text(item, "title", entry.article.headline)
        _text(item, "link", entry.url)
        _text(item, "guid", entry.url).set("isPermaLink", "true")
        _text(item, "pubDate", format_datetime(entry.article.published))
        _text(item, "dc:creator", entry.article.author)
        _text(item, "description", f"<p>{escape(entry.article.summary)}</p>")
        if outlet.full_text:
            _text(item, "content:encoded", _full_text(outlet, entry))
    return _xml(root)


def write_rss1(outlet: Outlet, base: str, entries: Sequence[Entry]) -> bytes:
    """Write RSS 1.0, which is RDF: the channel lists its items, which stand beside it."""
    root = Element("rdf:RDF")
    root.set("xmlns", "http://purl.org/rss/1.0/")
    root.set("xmlns:rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#")
    root.set("xmlns:dc", "http://purl.org/dc/elements/1.1/")
    channel = SubElement(root, "channel", {"rdf:about": base + outlet.feed_path})
    _text(channel, "title", outlet.name)
    _text(channel, "link", f"{base}/{outlet.id}/")
    _text(channel, "description", outlet.tagline)
    _text(channel, "dc:language", outlet.language)
    sequence = SubElement(SubElement(channel, "items"), "rdf:Seq")
    for entry in entries:
        SubElement(sequence, "rdf:li", {"rdf:resource": entry.url})
        item = SubElement(root, "item", {"rdf:about": entry.url})
        _text(item, "title", entry.article.headline)
        _text(item, "link", entry.url)
        _text(item, "description", entry.article.summary)
        _text(item, "dc:creator", entry.article.author)
        _text(item, "dc:date", entry.article.published.isoformat())
    return _xml(root)


def write_atom(outlet: Outlet, base: str, entries: Sequence[Entry]) -> bytes:
    """Write Atom 1.0; with `content` where the outlet gives its full text."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": outlet.language})
    _text(root, "title", outlet.name)
    _text(root, "subtitle", outlet.tagline)
    _text(root, "id", f"{base}/{outlet.id}/")
    _text(root, "updated", entries[0].article.published.isoformat())
    SubElement(root, "link", {"rel": "self", "href": base + outlet.feed_path})
    SubElement(root, "link", {"rel": "alternate", "href": f"{base}/{outlet.id}/"})
    for entry in entries:
        article = entry.article
        item = SubElement(root, "entry")
        _text(item, "title", article.headline)
        SubElement(item, "link", {"rel": "alternate", "type": "text/html", "href": entry.url})
        _text(item, "id", f"tag:{outlet.id}.example,2026:{article.slug}")
        _text(item, "published", article.published.isoformat())
        _text(item, "updated", article.published.isoformat())
        _text(SubElement(item, "author"), "name", article.author)
        _text(item, "summary", article.summary)
        if outlet.full_text:
            _text(item, "content", _full_text(outlet, entry)).set("type", "html")
    return _xml(root)


def write_json_feed(outlet: Outlet, base: str, entries: Sequence[Entry]) -> bytes:
    """Write JSON Feed 1.1; items without full text carry their summary as `content_text`."""
    items = []
    for entry in entries:
        article = entry.article
        item = {
            "id": entry.url,
            "url": entry.url,
            "title": article.headline,
            "summary": article.summary,
            "date_published": article.published.isoformat(),
            "authors": [{"name": article.author}],
        }
        if outlet.full_text:
            item["content_html"] = _full_text(outlet, entry)
        else:
            item["content_text"] = article.summary
        items.append(item)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "description": outlet.tagline,
        "home_page_url": f"{base}/{outlet.id}/",
        "feed_url": base + outlet.feed_path,
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


FEED_WRITERS: Mapping[str, Callable[[Outlet, str, Sequence[Entry]], bytes]] = {
    "rss1": write_rss1,
    "rss2": write_rss2,
    "atom": write_atom,
    "json": write_json_feed,
}


def _text(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child


def _xml(root: Element) -> bytes:
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _html(page: str, modified: datetime) -> Resource:
    return Resource(page.encode(), "text/html; charset=utf-8", modified)


def _paragraphs(paragraphs: Sequence[str]) -> str:
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)


def _full_text(outlet: Outlet, entry: Entry) -> str:
    """Return the body as publishing software puts it into a feed, its own footer included."""
    return (
        f"{_paragraphs(entry.article.paragraphs)}\n"
        f'<p>The post <a href="{escape(entry.url)}">{escape(entry.article.headline)}</a> '
        f"appeared first on {escape(outlet.name)}.</p>"
    )


def _links(articles: Sequence[Article]) -> str:
    return "\n".join(f'<li><a href="{a.path}">{escape(a.headline)}</a></li>' for a in articles)


def _page_values(outlet: Outlet, article: Article, base: str) -> dict[str, str]:
    """Return what a page template may name; HTML-escaped save for the ready-made parts."""
    place = outlet.articles.index(article)
    others = outlet.articles[place + 1 :] + outlet.articles[:place]
    linked_data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline,
        "datePublished": article.published.isoformat(),
        "author": {"@type": "Person", "name": article.author},
    }
    plain = {
        "url": base + article.path,
        "home": f"{base}/{outlet.id}/",
        "outlet": outlet.name,
        "tagline": outlet.tagline,
        "language": outlet.language,
        "feed_url": base + outlet.feed_path,
        "feed_type": FEED_TYPES[outlet.feed],
        "headline": article.headline,
        "summary": article.summary,
        "author": article.author,
        "published": article.published.isoformat(),
        "date": article.published.strftime(outlet.date_format),
    }
    return {name: escape(value) for name, value in plain.items()} | {
        "lead": _paragraphs(article.paragraphs[:LEAD_PARAGRAPHS]),
        "rest": _paragraphs(article.paragraphs[LEAD_PARAGRAPHS:]),
        "related": _links(others[:RELATED]),
        # a "</script>" inside a JSON string would end the element
        "json_ld": json.dumps(linked_data, ensure_ascii=False).replace("</", "<\\/"),
    }
