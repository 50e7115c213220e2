"""The feeds a new desk starts with, and the making of a `Feed` from its address."""

from __future__ import annotations

from importlib.resources import files

from monitor.feeds.closed import refuse_closed
from monitor.feeds.html_text import plain_title
from monitor.feeds.opml import OpmlFeed
from monitor.feeds.urls import feed_id, join_url, request_url, shown_url
from monitor.records.article import Feed, FeedKind
from monitor.records.errors import FeedError


def make_feed(
    url: str, *, title: str = "", outlet: str = "", site: str = "", kind: FeedKind = "feed"
) -> Feed:
    """Return the source at `url`; without a `title` the first poll learns its own.

    `feed:` and `feed://` addresses, as browsers hand them over, are understood.

    Raises `FeedError` where `url` is no http or https URL, carries a user name or password, or is
    of a service that cannot be followed.
    """
    address = url.strip()
    if address.lower().startswith("feed:"):
        rest = address[5:].removeprefix("//")
        address = rest if rest.lower().startswith(("http://", "https://")) else f"https://{rest}"
    if "://" not in address:
        raise FeedError(f"{shown_url(url)}: not an http or https URL")
    name = "" if title.strip() == url.strip() else plain_title(title)  # an OPML must say something
    asked = request_url(address)
    refuse_closed(asked)
    return Feed(
        id=feed_id(asked),
        url=asked,
        title=name,
        outlet=plain_title(outlet) or name,
        site=join_url(address, site) or "" if site else "",
        kind=kind,
    )


def outline_feed(outline: OpmlFeed) -> Feed:
    """Return the feed of an OPML outline; raises as `make_feed`, and for one that is cut."""
    if outline.problem:
        raise FeedError(f"{shown_url(outline.url)}: {outline.problem}")
    return make_feed(outline.url, title=outline.title, site=outline.site, kind=outline.kind)


def starter_opml() -> str:
    """Return the OPML file that `monitor init` writes: real outlets and organisations."""
    return files("monitor.feeds").joinpath("starter.opml").read_text(encoding="utf-8")
