"""The demo's outlets and articles, as data: what `data/articles/*.yaml` holds.

The demo's outlets as a web site: feeds in four formats, article pages, front pages.

Pure: `build_site` gives everything that is served as a mapping from path to `Resource`, so that a
test can read it without a server. XML names are written with their prefixes (`dc:creator`) and
declared on the root by hand: that is how newsroom software writes feeds, and parsers meet it so.

The demo's outlets on a local HTTP server.

    python -m monitor.cli.demo_site --port 8765 --opml feeds.opml     # until Ctrl-C

Answers as decent outlets do: ETag, Last-Modified and 304, gzip, robots.txt, 404, and one feed
that has moved (301).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

DATA = Path(__file__).resolve().parent / "demo_data"

Kind = Literal["relevant", "borderline", "negative"]
FeedFormat = Literal["rss1", "rss2", "atom", "json"]


@dataclass(frozen=True, slots=True)
class Article:
    """One invented article and what a desk should make of it.

    `form`, `response` and `place` (where the exploitation happened, or what the policy concerns)
    are filled for relevant articles only; `copy_of` names an agency story as `outlet/slug`.
    """

    slug: str
    path: str
    headline: str
    summary: str
    paragraphs: tuple[str, ...]
    published: datetime
    author: str
    country: str
    kind: Kind
    strong_term: bool
    note: str
    form: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    copy_of: str = ""

    @property
    def text(self) -> str:
        """Everything a reader sees of it: headline, summary, body."""
        return "\n\n".join((self.headline, self.summary, *self.paragraphs))


@dataclass(frozen=True, slots=True)
class Listing:
    """An article of another outlet that a feed lists too, under a query of its own."""

    article: str
    query: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet: its house style and its articles, newest first."""

    id: str
    name: str
    tagline: str
    country: str
    language: str
    feed: FeedFormat
    path: str
    full_text: bool
    date_format: str
    moved_from: str
    also_lists: tuple[Listing, ...]
    articles: tuple[Article, ...]

    @property
    def feed_path(self) -> str:
        """Where the feed is served."""
        return f"/{self.id}/{self.path}"


def load_outlets(directory: Path = DATA / "articles") -> tuple[Outlet, ...]:
    """Read every outlet, ordered by id."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe")
    return tuple(_outlet(yaml.load(path)) for path in sorted(directory.glob("*.yaml")))


def _outlet(record: Mapping[str, Any]) -> Outlet:
    fields = dict(record)
    article_path = f"/{fields['id']}/{fields.pop('article_path')}"
    articles = [_article(article, article_path) for article in fields.pop("articles")]
    listings = tuple(Listing(**listing) for listing in fields.pop("also_lists", ()))
    return Outlet(
        **{"moved_from": "", **fields},
        also_lists=listings,
        articles=tuple(sorted(articles, key=lambda a: a.published, reverse=True)),
    )


def _article(record: Mapping[str, Any], article_path: str) -> Article:
    fields = dict(record)
    published = datetime.fromisoformat(fields.pop("published"))
    paragraphs = tuple(p.strip() for p in fields.pop("body").strip().split("\n\n"))
    number = 20_000_000 + zlib.crc32(fields["slug"].encode()) % 1_000_000
    path = article_path.format(slug=fields["slug"], published=published, number=number)
    for name in ("form", "response", "place", "origin"):
        fields[name] = tuple(fields.get(name, ()))
    return Article(path=path, paragraphs=paragraphs, published=published, **fields)


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


HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Outlets:
    """The running server. `url` has no slash at its end."""

    url: str
    port: int

    def opml(self, path: Path) -> Path:
        """Write the list of feeds, badly formed in one place on purpose, and return `path`."""
        template = (DATA / "feeds.opml").read_text(encoding="utf-8")
        path.write_text(template.replace("{port}", str(self.port)), encoding="utf-8")
        return path

    def expected(self) -> dict[str, Kind]:
        """Return what a desk should make of each article, by its URL."""
        return expected(self.url)


def expected(base: str = "") -> dict[str, Kind]:
    """Return the kind of every article by URL; by path where no `base` is given."""
    return {base + a.path: a.kind for outlet in load_outlets() for a in outlet.articles}


@contextmanager
def serve(port: int = 0) -> Iterator[Outlets]:
    """Serve the outlets on the loopback address until the block ends; port 0 takes a free one."""
    with _Server((HOST, port), _Handler) as server:
        outlets = Outlets(f"http://{HOST}:{server.server_port}", server.server_port)
        server.site = build_site(load_outlets(), outlets.url)
        # poll often: leaving the block waits for one poll
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield outlets
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Mapping[str, Resource]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away; tell of everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "DemoOutlets"
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo's own output is what matters."""

    def _answer(self) -> None:
        resource = self.server.site.get(self.path.partition("?")[0])
        if resource is None:
            page = b"<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>"
            self._send(HTTPStatus.NOT_FOUND, page, {"Content-Type": "text/html; charset=utf-8"})
        elif resource.location:
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", {"Location": resource.location})
        else:
            self._send_resource(resource)

    def _send_resource(self, resource: Resource) -> None:
        headers = {
            "ETag": resource.etag,
            "Last-Modified": format_datetime(resource.modified.astimezone(UTC), usegmt=True),
            "Vary": "Accept-Encoding",
        }
        if self._is_current(resource):
            self._send(HTTPStatus.NOT_MODIFIED, None, headers)
            return
        headers["Content-Type"] = resource.media_type
        body = resource.body
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self._send(HTTPStatus.OK, body, headers)

    def _is_current(self, resource: Resource) -> bool:
        """Whether the client has this version; its ETag, where it sends one, decides alone."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return resource.etag in {tag.strip() for tag in tags.split(",")}
        since = self.headers.get("If-Modified-Since")
        return since is not None and resource.modified <= _http_date(since)

    def _send(self, status: HTTPStatus, body: bytes | None, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)


def _http_date(text: str) -> datetime:
    """Read an HTTP date; one that cannot be read is long past, so that the body is sent."""
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--opml", type=Path, metavar="FILE", help="write the list of feeds here")
    options = parser.parse_args()
    with serve(options.port) as outlets:
        print(f"Six sample outlets at {outlets.url}; Ctrl-C ends them.", flush=True)
        if options.opml:
            print(f"Their feeds: {outlets.opml(options.opml)}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("\nClosed.")


if __name__ == "__main__":
    main()
