"""An article that somebody names, read as if a feed had brought it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from monitor.feeds.article_pages import PageReader
from monitor.feeds.closed import refuse_closed
from monitor.feeds.feed_entry import Entry, ParsedFeed
from monitor.feeds.http_client import Client, FetchResult
from monitor.feeds.polling import FeedAnswer, FeedWork, find_items
from monitor.feeds.urls import host_of, shown_url
from monitor.records.article import Feed, FeedState, Known, Poll
from monitor.records.errors import FeedError, UnsafeAddress


def hand_feed(url: str, *, outlet: str) -> Feed:
    """Return what stands for a feed of articles of the host of `url`; it is never polled."""
    host = host_of(url)
    return Feed(f"by-hand:{host}", f"by-hand:{host}", f"added by hand ({host})", outlet or host)


def read_by_hand(
    client: Client,
    url: str,
    *,
    title: str,
    outlet: str,
    known: Callable[[Sequence[str]], Mapping[str, Known]],
    now: Callable[[], datetime],
) -> Poll:
    """Fetch the article at `url`; return it as a poll of one entry, for the store.

    Without a page nothing comes in but the `title`, if one is given; `warnings` say why. Raises
    `FeedError` for an address that is none, is not public, or is of a service that is closed.
    """
    entry = Entry(
        url=url, guid=url, title=title, summary="", content="", published=None, language=None
    )
    feed = hand_feed(url, outlet=outlet)
    allow_hosts = client.settings.allow_hosts
    pages = PageReader(client, now)
    return fetched_poll(pages, feed, entry, allow_hosts=allow_hosts, known=known, now=now)


def fetched_poll(
    pages: PageReader,
    feed: Feed,
    entry: Entry,
    *,
    allow_hosts: Sequence[str],
    known: Callable[[Sequence[str]], Mapping[str, Known]],
    now: Callable[[], datetime],
) -> Poll:
    """Fetch the page of `entry`; return it as a poll of `feed`. Raises as `read_by_hand`."""
    from monitor.text.language_detection import identify_language

    url = entry.url
    refuse_closed(url)
    items, dropped = find_items((entry,), allow_hosts)
    if dropped["unsafe_address"]:
        raise UnsafeAddress(f"{shown_url(url)}: it leads to a private host")
    if not items:
        raise FeedError(f"{shown_url(url)}: not an http or https URL")
    work = FeedWork(
        answer=FeedAnswer(feed, FeedState(), _nothing_asked(feed), _listing(entry)),
        at=now(),
        items=items,
        dropped=dropped,
        known=known([item.article_id for item in items]),
        identify=identify_language,
    )
    for index in work.start():
        work.take_page(index, pages.read(work.items[index].url))
    return work.finish(0)


def _nothing_asked(feed: Feed) -> FetchResult:
    """Return the answer of the feed that is none."""
    return FetchResult(feed.url, feed.url, 200, {}, b"", False, None, None, None, None)


def _listing(entry: Entry) -> ParsedFeed:
    return ParsedFeed("", "", None, None, (entry,), ())
