"""robots.txt (RFC 9309) for article pages, asked once a day per host.

Feeds are published to be polled and are fetched regardless; pages are the crawler's part.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.feeds.encoding_detection import decode
from monitor.feeds.http_client import HttpClient, fetch
from monitor.feeds.urls import host_of
from monitor.records.errors import FeedError, UnsafeAddress

UNREADABLE = "robots.txt could not be read"
_MAX_BYTES = 512_000
"""As much of a robots.txt as is read (RFC 9309 asks for at least 500 KiB)."""


class Robots:
    """The rules of the hosts met; safe to use from several threads."""

    def __init__(self, client: HttpClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._agent = client.settings.user_agent.partition("/")[0].strip() or "*"

    def refusal(self, url: str) -> str | None:
        """Return why the page at `url` may not be fetched, `None` where it may.

        As RFC 9309 says: without a robots.txt all is allowed, with one that cannot be had nothing.
        Raises `UnsafeAddress` where the host may not be asked at all.
        """
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        manners = self._client.manners
        known, rules = manners.file(address)
        if not known:
            try:
                answer = fetch(self._client, address, now=self._now(), accept="*/*")
            except UnsafeAddress:
                raise
            except FeedError:
                pass
            else:
                if answer.body is not None:
                    rules = parse_robots(answer.body)
                elif 400 <= answer.status < 500 and answer.status != 429:
                    rules = parse_robots(b"")
            manners.keep_file(address, rules, failed=rules is None)
        if rules is None:
            return UNREADABLE
        manners.set_crawl_delay(host_of(url), rules.crawl_delay(self._agent))
        return None if rules.can_fetch(url, self._agent) else "robots.txt forbids it"


def parse_robots(body: bytes) -> Any:
    """Read a robots.txt; a body that is none, such as a web page, allows everything."""
    from protego import Protego

    text = decode(body[:_MAX_BYTES]).text
    return Protego.parse("" if text.lstrip().startswith("<") else text)
