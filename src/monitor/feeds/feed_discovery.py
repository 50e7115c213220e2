"""Feed discovery (autodiscovery): the feeds that a page names in its head, or the page itself."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.feeds.encoding_detection import clean, decode, header_charset
from monitor.feeds.feed_parser import parse_feed
from monitor.feeds.html_text import page_base, parse_html
from monitor.feeds.http_client import PAGE_TYPES, HttpClient, fetch, open_client
from monitor.feeds.urls import canonical_url, join_url, shown_url
from monitor.records.errors import FeedError

if TYPE_CHECKING:
    from monitor.desk import Desk

_TYPES = frozenset(
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json "  # noqa: SIM905
    "application/json text/xml application/xml".split()
)


@dataclass(frozen=True, slots=True)
class Discovered:
    """A feed that a page points at, with the title the page gives it."""

    url: str
    title: str


def discover_feeds(body: bytes, content_type: str, url: str) -> tuple[Discovered, ...]:
    """Return the feeds named by the page `body` found at `url`, in its order, each once."""
    root = parse_html(clean(decode(body, (header_charset(content_type),)).text))
    base = page_base(root, url)
    found: dict[str, Discovered] = {}
    for link in root.iter("link"):
        href, kind = link.get("href", ""), link.get("type", "").partition(";")[0].strip().lower()
        if not href or "alternate" not in link.get("rel", "").lower().split():
            continue
        # WordPress announces its API as application/json
        if kind not in _TYPES or (kind == "application/json" and "feed" not in href.lower()):
            continue
        if target := join_url(base, href):
            title = " ".join(link.get("title", "").split())
            found.setdefault(canonical_url(target), Discovered(target, title))
    return tuple(found.values())


def discover(client: HttpClient, url: str, *, now: datetime) -> tuple[Discovered, ...]:
    """Fetch `url` and return the feeds its page names, or itself where it is a feed.

    Raises `FeedError` where there is no page, `UnsafeAddress` where it may not be fetched.
    """
    answer = fetch(client, url, now=now, accept=PAGE_TYPES)
    if answer.body is None:
        raise FeedError(f"{shown_url(url)}: status {answer.status}")
    with suppress(FeedError):
        feed = parse_feed(answer.body, answer.content_type, answer.final_url)
        return (Discovered(answer.final_url, feed.title),)
    return discover_feeds(answer.body, answer.content_type, answer.final_url)


def discover_at(desk: Desk, site: str) -> tuple[Discovered, ...]:
    """Return the feeds that the page at `site` names; raises `FeedError` without a page."""
    with open_client(desk.settings.fetch) as client:
        return discover(client, site, now=desk.now())
