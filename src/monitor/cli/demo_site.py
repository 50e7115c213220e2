"""The demo's six invented outlets as a web site on this machine.

Their articles are `demo_data/articles/*.yaml`. `build_site` renders all that is served, pages and
feeds in four formats, by path. `serve` answers as decent outlets do: ETag, Last-Modified and 304,
gzip, robots.txt, 404, and one feed that has moved (301).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any, Literal, NamedTuple

DATA = Path(__file__).resolve().parent / "demo_data"

Kind = Literal["relevant", "borderline", "negative"]


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """An invented article and what a desk should make of it; `text` is all that a reader sees.

    `form`, `response` and `place` (where the exploitation happened, or what the policy concerns)
    are filled for relevant ones only; `copy_of` names an agency story as `outlet/slug`.
    """

    slug: str
    path: str
    headline: str
    author: str
    summary: str
    paragraphs: list[str]
    text: str
    published: datetime
    country: str
    kind: Kind
    strong_term: bool
    note: str
    form: Sequence[str] = ()
    response: Sequence[str] = ()
    place: Sequence[str] = ()
    origin: Sequence[str] = ()
    copy_of: str = ""


@dataclass(frozen=True, slots=True)
class DemoOutlet:
    """An outlet: its house style and its articles, newest first.

    `also_lists` are articles of others that its feed has too: `article`, and a `query` of its own.
    """

    id: str
    name: str
    tagline: str
    country: str
    language: str
    feed: str
    feed_path: str
    full_text: bool
    date_format: str
    articles: list[DemoArticle]
    moved_from: str = ""
    also_lists: Sequence[Mapping[str, str]] = ()


def load_outlets() -> list[DemoOutlet]:
    """Read every outlet, ordered by id."""
    from ruamel.yaml import YAML

    found = []
    for file in sorted((DATA / "articles").glob("*.yaml")):
        outlet = YAML(typ="safe").load(file)
        folder, article_path, articles = f"/{outlet['id']}/", outlet.pop("article_path"), []
        for told in outlet.pop("articles"):
            published = datetime.fromisoformat(told.pop("published"))
            paragraphs = [p.strip() for p in told.pop("body").strip().split("\n\n")]
            number = 20_000_000 + zlib.crc32(told["slug"].encode()) % 1_000_000
            path = article_path.format(slug=told["slug"], published=published, number=number)
            text = "\n\n".join((told["headline"], told["summary"], *paragraphs))
            article = DemoArticle(
                path=folder + path, paragraphs=paragraphs, text=text, published=published, **told
            )
            articles.append(article)
        articles.sort(key=lambda article: article.published, reverse=True)
        feed_path = folder + outlet.pop("path")
        found.append(DemoOutlet(feed_path=feed_path, articles=articles, **outlet))
    return found


LEAD_PARAGRAPHS, RELATED = 3, 3
FEED_TYPES = {
    "rss1": "application/rdf+xml",
    "rss2": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
PAGE_TYPE = "text/html; charset=utf-8"
ROBOTS = "User-agent: *\nDisallow: /*/search\nDisallow: /*/wp-admin/\nAllow: /\n"


@dataclass(frozen=True, slots=True)
class DemoResource:
    """What is served at one path; `location` makes it a permanent redirect."""

    body: bytes
    media_type: str
    modified: datetime
    location: str = ""

    @property
    def etag(self) -> str:
        """A weak tag: the gzipped and the plain body share it."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:20]}"'


Entries = Sequence[tuple[DemoArticle, str]]
"""The articles of a feed with the absolute URLs that they are listed under, newest first."""


def build_site(outlets: Sequence[DemoOutlet], base: str) -> dict[str, DemoResource]:
    """Render everything; `base` is the server's URL without a slash at its end."""
    articles = {f"{o.id}/{a.slug}": a for o in outlets for a in o.articles}
    latest = max(article.published for article in articles.values())
    site = {"/robots.txt": DemoResource(ROBOTS.encode(), "text/plain; charset=utf-8", latest)}
    for outlet in outlets:
        newest, feed_type = outlet.articles[0].published, FEED_TYPES[outlet.feed]
        listed = [(article, base + article.path) for article in outlet.articles]
        for other in outlet.also_lists:
            article = articles[other["article"]]
            listed.append((article, f"{base}{article.path}?{other['query']}"))
        listed.sort(key=lambda entry: entry[0].published, reverse=True)
        write = _write_json_feed if outlet.feed == "json" else _write_xml_feed
        feed = write(outlet, base, listed)
        site[outlet.feed_path] = DemoResource(feed, f"{feed_type}; charset=utf-8", newest)
        if outlet.moved_from:
            old = f"/{outlet.id}/{outlet.moved_from}"
            site[old] = DemoResource(b"", "text/plain", newest, location=outlet.feed_path)
        front = (
            f'<!DOCTYPE html>\n<html lang="{outlet.language}"><head><meta charset="utf-8">'
            f"<title>{escape(outlet.name)}</title>"
            f'<link rel="alternate" type="{feed_type}" href="{base}{outlet.feed_path}">'
            f"</head><body><h1>{escape(outlet.name)}</h1><p>{escape(outlet.tagline)}</p><ul>\n"
            f"{_links(outlet.articles)}\n</ul></body></html>\n"
        )
        site[f"/{outlet.id}/"] = DemoResource(front.encode(), PAGE_TYPE, newest)
        template = Template((DATA / "pages" / f"{outlet.id}.html").read_text(encoding="utf-8"))
        for article in outlet.articles:
            page = template.substitute(_page_values(outlet, article, base))
            site[article.path] = DemoResource(page.encode(), PAGE_TYPE, article.published)
    return site


def _write_xml_feed(outlet: DemoOutlet, base: str, entries: Entries) -> bytes:
    """Write RSS or Atom by its template, whose marked parts are written for each article."""
    text = (DATA / "feeds" / f"{outlet.feed}.xml").read_text(encoding="utf-8")
    first, *lines = text.splitlines()
    values = [
        {name: escape(value, quote=False) for name, value in _values(outlet, base, *one).items()}
        for one in entries
    ]
    if not outlet.full_text:
        lines = [line for line in lines if "$full_text" not in line]
    parts = "".join(line.strip() for line in lines).split("<!-- each -->")
    written = [
        Template(part).substitute(each)
        for number, part in enumerate(parts)
        for each in (values if number % 2 else values[:1])
    ]
    return f"{first}\n{''.join(written)}".encode()


def _values(outlet: DemoOutlet, base: str, article: DemoArticle, url: str) -> dict[str, str]:
    """Return what templates may name."""
    return {
        "id": outlet.id,
        "outlet": outlet.name,
        "tagline": outlet.tagline,
        "home": f"{base}/{outlet.id}/",
        "feed_url": base + outlet.feed_path,
        "feed_type": FEED_TYPES[outlet.feed],
        "language": outlet.language,
        "language_tag": outlet.language.lower(),
        "slug": article.slug,
        "url": url,
        "headline": article.headline,
        "author": article.author,
        "summary": article.summary,
        "summary_html": f"<p>{escape(article.summary)}</p>",
        "full_text": _full_text(outlet, article, url),
        "published": article.published.isoformat(),
        "mail_date": format_datetime(article.published),
        "date": article.published.strftime(outlet.date_format),
    }


def _write_json_feed(outlet: DemoOutlet, base: str, entries: Entries) -> bytes:
    """Write JSON Feed 1.1; items without full text carry their summary as `content_text`."""
    items = []
    for article, url in entries:
        whole = {"content_html": _full_text(outlet, article, url)} if outlet.full_text else None
        items.append(
            {
                "id": url,
                "url": url,
                "title": article.headline,
                "summary": article.summary,
                "date_published": article.published.isoformat(),
                "authors": [{"name": article.author}],
                **(whole or {"content_text": article.summary}),
            }
        )
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


def _paragraphs(paragraphs: Sequence[str]) -> str:
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)


def _full_text(outlet: DemoOutlet, article: DemoArticle, url: str) -> str:
    """Return the body as publishing software puts it into a feed, its own footer included."""
    return (
        f"{_paragraphs(article.paragraphs)}\n"
        f'<p>The post <a href="{escape(url)}">{escape(article.headline)}</a> '
        f"appeared first on {escape(outlet.name)}.</p>"
    )


def _links(articles: Sequence[DemoArticle]) -> str:
    return "\n".join(f'<li><a href="{a.path}">{escape(a.headline)}</a></li>' for a in articles)


def _page_values(outlet: DemoOutlet, article: DemoArticle, base: str) -> dict[str, str]:
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
    plain = _values(outlet, base, article, base + article.path)
    return {name: escape(value) for name, value in plain.items()} | {
        "lead": _paragraphs(article.paragraphs[:LEAD_PARAGRAPHS]),
        "rest": _paragraphs(article.paragraphs[LEAD_PARAGRAPHS:]),
        "related": _links(others[:RELATED]),
        # a "</script>" inside a JSON string would end the element
        "json_ld": json.dumps(linked_data, ensure_ascii=False).replace("</", "<\\/"),
    }


HOST = "127.0.0.1"


class RunningSite(NamedTuple):
    """The running server. `url` has no slash at its end."""

    url: str
    port: int

    def opml(self, path: Path) -> Path:
        """Write the list of feeds, badly formed in one place on purpose, and return `path`."""
        template = (DATA / "feeds.opml").read_text(encoding="utf-8")
        path.write_text(template.replace("{port}", str(self.port)), encoding="utf-8")
        return path


def expected(base: str = "") -> dict[str, Kind]:
    """Return the kind of every article by URL; by path where no `base` is given."""
    return {base + a.path: a.kind for outlet in load_outlets() for a in outlet.articles}


@contextmanager
def serve() -> Iterator[RunningSite]:
    """Serve the outlets at a free port of the loopback address until the block ends."""
    with _Server((HOST, 0), _Handler) as server:
        site = RunningSite(f"http://{HOST}:{server.server_port}", server.server_port)
        server.site = build_site(load_outlets(), site.url)
        # poll often: leaving the block waits for one poll
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Mapping[str, DemoResource]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away; tell of everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "DemoOutlets"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo's own output is what matters."""

    def do_GET(self) -> None:
        """Answer a request; `_send` leaves the body out of the answer to HEAD."""
        resource = self.server.site.get(self.path.partition("?")[0])
        if resource is None:
            page = b"<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>"
            self._send(HTTPStatus.NOT_FOUND, page, {"Content-Type": PAGE_TYPE})
            return
        if resource.location:
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", {"Location": resource.location})
            return
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

    do_HEAD = do_GET  # noqa: N815 - the name that http.server asks for

    def _is_current(self, resource: DemoResource) -> bool:
        """Whether the client has this version; its ETag, where it sends one, decides alone."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return resource.etag in {tag.strip() for tag in tags.split(",")}
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except ValueError:  # none, or one that cannot be read: the body is sent
            return False
        return resource.modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))

    def _send(self, status: HTTPStatus, body: bytes | None, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)
