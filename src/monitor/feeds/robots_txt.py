"""robots.txt (RFC 9309) for article pages, asked once a day per host.

Feeds are published to be polled and are fetched regardless; pages are the crawler's part.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from monitor.feeds.encoding_detection import decode
from monitor.feeds.http_client import HttpClient, fetch
from monitor.feeds.urls import host_of
from monitor.records.errors import FeedError, UnsafeAddress

UNREADABLE = "robots.txt could not be read"


def robots_refusal(client: HttpClient, url: str, now: Callable[[], datetime]) -> str | None:
    """Return why the page at `url` may not be fetched, `None` where it may.

    As RFC 9309 says: without a robots.txt all is allowed, with one that cannot be had nothing.
    Raises `UnsafeAddress` where the host may not be asked at all.
    """
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}/robots.txt"
    known, rules = client.manners.file(address)
    if not known:
        from protego import Protego

        try:
            answer = fetch(client, address, now=now(), accept="*/*")
            is_missing = 400 <= answer.status < 500 and answer.status != 429
            if answer.body is not None or is_missing:
                # RFC 9309 asks for at least 500 KiB
                text = decode((answer.body or b"")[:512_000]).text
                # a body that is no robots.txt, such as a web page, allows everything
                rules = Protego.parse("" if text.lstrip().startswith("<") else text)
        except FeedError as error:
            if isinstance(error, UnsafeAddress):
                raise
        client.manners.keep_file(address, rules, failed=rules is None)
    if rules is None:
        return UNREADABLE
    agent = client.settings.user_agent.partition("/")[0].strip() or "*"
    client.manners.set_crawl_delay(host_of(url), rules.crawl_delay(agent))
    return None if rules.can_fetch(url, agent) else "robots.txt forbids it"
