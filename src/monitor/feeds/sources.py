"""What a source of each kind is read with, and what cannot be a source at all."""

from __future__ import annotations

from datetime import datetime

from monitor.feeds.feed_entry import ParsedFeed
from monitor.feeds.feed_parser import parse_feed
from monitor.feeds.http_client import FEED_TYPES, PAGE_TYPES, Client, FetchResult, fetch
from monitor.feeds.listing_pages import read_listing
from monitor.feeds.site_maps import read_sitemap
from monitor.records.article import FeedKind
from monitor.records.errors import FeedError

MAP_TYPES = "application/xml, text/xml, application/gzip, */*;q=0.1"
ACCEPTED: dict[FeedKind, str] = {"feed": FEED_TYPES, "sitemap": MAP_TYPES, "page": PAGE_TYPES}
"""What is asked for, by kind."""


def read_source(kind: FeedKind, answer: FetchResult, client: Client, now: datetime) -> ParsedFeed:
    """Return what the source in `answer` has; of an index of site maps, what the maps have.

    Raises `FeedError` where it is not of its kind.
    """
    if kind == "page":
        return read_listing(answer)
    if kind == "sitemap":

        def fetch_map(url: str) -> FetchResult:
            return fetch(client, url, now=now, accept=MAP_TYPES)

        return read_sitemap(answer, fetch_map, now, max_bytes=client.settings.max_bytes)
    if answer.body is None:
        raise FeedError("the answer is empty")
    return parse_feed(answer.body, answer.content_type, answer.final_url)
