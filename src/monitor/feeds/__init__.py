"""Feeds: what to poll and when, safe and polite HTTP, parsing, OPML, page extraction.

`plan`, `parse`, `opml`, `pages`, `urls`, `addresses` and `poll` are pure; `http` and `network`
talk to the world; `collect` joins them.
"""

from monitor.feeds.by_hand import read_by_hand
from monitor.feeds.collect import collect
from monitor.feeds.discover import Discovered, discover, discover_feeds
from monitor.feeds.entry import Entry, ParsedFeed
from monitor.feeds.http import Client, FetchResult, fetch, open_client
from monitor.feeds.manners import Manners
from monitor.feeds.opml import OpmlFeed, parse_opml, render_opml
from monitor.feeds.packs import Pack, PackFeed, all_packs, find_pack
from monitor.feeds.parse import parse_feed
from monitor.feeds.plan import due_feeds
from monitor.feeds.poll import article_sha256
from monitor.feeds.rhythm import usual_gap
from monitor.feeds.starter import make_feed, outline_feed, starter_opml
from monitor.feeds.urls import (
    article_id,
    canonical_url,
    feed_id,
    same_outlet,
    same_site,
    shown_url,
)

__all__ = [
    "Client",
    "Discovered",
    "Entry",
    "FetchResult",
    "Manners",
    "OpmlFeed",
    "Pack",
    "PackFeed",
    "ParsedFeed",
    "all_packs",
    "article_id",
    "article_sha256",
    "canonical_url",
    "collect",
    "discover",
    "discover_feeds",
    "due_feeds",
    "feed_id",
    "fetch",
    "find_pack",
    "make_feed",
    "open_client",
    "outline_feed",
    "parse_feed",
    "parse_opml",
    "read_by_hand",
    "render_opml",
    "same_outlet",
    "same_site",
    "shown_url",
    "starter_opml",
    "usual_gap",
]
