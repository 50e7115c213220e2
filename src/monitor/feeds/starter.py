"""The feeds a new desk starts with, and the making of a `Feed` from its address."""

from __future__ import annotations

from importlib.resources import files

from monitor.errors import FeedError
from monitor.feeds.markup import plain_title
from monitor.feeds.urls import feed_id, join_url, request_url
from monitor.types import Feed


def make_feed(url: str, *, title: str = "", outlet: str = "", site: str = "") -> Feed:
    """Return the feed at `url`; without a `title` the first poll learns the feed's own.

    `feed:` and `feed://` addresses, as browsers hand them over, are understood.

    Raises `FeedError` where `url` is no http or https URL.
    """
    address = url.strip()
    if address.lower().startswith("feed:"):
        rest = address[5:].removeprefix("//")
        address = rest if rest.lower().startswith(("http://", "https://")) else f"https://{rest}"
    if "://" not in address:
        raise FeedError(f"{url}: not an http or https URL")
    name = "" if title.strip() == url.strip() else plain_title(title)  # an OPML must say something
    return Feed(
        id=feed_id(address),
        url=request_url(address),
        title=name,
        outlet=plain_title(outlet) or name,
        site=join_url(address, site) or "" if site else "",
    )


def starter_opml() -> str:
    """Return the OPML file that `monitor init` writes: real outlets and organisations."""
    return files("monitor.feeds").joinpath("starter.opml").read_text(encoding="utf-8")
