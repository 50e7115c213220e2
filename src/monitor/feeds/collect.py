"""The one pipeline with I/O: poll feeds, fetch the pages they need, hand over a `Poll` for each.

`known` and `deliver` are called in the caller's thread only, one at a time, so that the store
needs no lock. A feed is handed over when its last page is there, so that it is stored whole.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.feeds.article_pages import PageAnswer, PageReader
from monitor.feeds.http_client import Client, FetchResult, fetch
from monitor.feeds.polling import FeedAnswer, FeedWork, feed_terms, find_items, page_limit
from monitor.feeds.polling_plan import GONE
from monitor.feeds.sources import ACCEPTED, read_source
from monitor.feeds.text_mining_rights import file_rules
from monitor.feeds.urls import host_of
from monitor.feeds.workers import HostQueues
from monitor.records.article import Feed, FeedState, Known, Poll
from monitor.records.errors import FeedError

REASONS = {
    GONE: "gone (410): the publisher has removed this feed; it is asked no more unless added anew"
}
"""What a status means where that is more than its number."""
_log = logging.getLogger(__name__)
_PageFor = tuple[str, int, PageAnswer]
"""The id of a feed, the index of one of its items, and what asking for its page gave."""


def collect(
    feeds: Sequence[tuple[Feed, FeedState]],
    *,
    client: Client,
    known: Callable[[Sequence[str]], Mapping[str, Known]],
    now: Callable[[], datetime],
    deliver: Callable[[Poll], None],
) -> None:
    """Poll `feeds`, several at once and one request at a time per host; `deliver` each `Poll`.

    Once `client.manners` are stopped no request is begun, and feeds are delivered only whole.

    `known` tells what the store has of the given article ids. What goes wrong with a feed, an
    entry or a page is in its `Poll`, and the run goes on; only what `known` and `deliver` raise
    is raised.
    """
    pages = PageReader(client, now)
    under_way: dict[str, FeedWork] = {}
    with HostQueues[FeedAnswer | _PageFor](client.settings.parallel, client.manners) as queues:
        for feed, state in feeds:
            queues.add(
                _host(state.moved_to or feed.url), partial(_poll, client, pages, feed, state, now)
            )
        for result in queues.results():
            if isinstance(result, FeedAnswer):
                work = _begin(result, client, known, now())
                under_way[result.feed.id] = work
                for index in work.start():
                    url = work.items[index].url
                    queues.add(_host(url), partial(_page, pages, result.feed.id, index, url))
            else:
                feed_id, index, answer = result
                work = under_way[feed_id]
                work.take_page(index, answer)
            if not work.missing:
                del under_way[work.answer.feed.id]
                deliver(work.finish(client.settings.min_interval_s))


def _host(url: str) -> str:
    try:
        return host_of(url)
    except FeedError:
        return ""


def _poll(
    client: Client, pages: PageReader, feed: Feed, state: FeedState, now: Callable[[], datetime]
) -> FeedAnswer:
    """Fetch and parse one feed."""
    url = state.moved_to or feed.url
    result: FetchResult | None = None
    try:
        # A feed is published to be polled; a page is the crawler's part.
        if feed.kind == "page" and (refusal := pages.refusal(url)):
            return FeedAnswer(feed, state, error=f"{url}: {refusal}")
        result = fetch(
            client,
            url,
            now=now(),
            etag=state.etag,
            modified=state.modified,
            accept=ACCEPTED[feed.kind],
        )
        if result.not_modified:
            return FeedAnswer(feed, state, result)
        if result.body is None:
            own = result.final_url == result.url and not state.moved_to
            reason = REASONS.get(result.status if own else 0, f"status {result.status}")
            return FeedAnswer(feed, state, result, error=f"{url}: {reason}")
        parsed = read_source(feed.kind, result, client, now())
    except FeedError as error:
        cut = "; the answer ended early" if result and result.truncated else ""
        return FeedAnswer(feed, state, result, error=f"{error}{cut}")
    except Exception as error:  # noqa: BLE001 - a fault of ours met on one feed must not cost the others
        _log.exception("feed %s", url)
        return FeedAnswer(feed, state, None, error=f"{url}: unexpected {type(error).__name__}")
    if not parsed.answers_alone:
        result = replace(result, etag=None, modified=None)
    rules = file_rules(client, result.final_url, now) if parsed.entries else ()
    return FeedAnswer(feed, state, replace(result, body=None), parsed, mining=rules)


def _page(pages: PageReader, feed_id: str, index: int, url: str) -> _PageFor:
    return feed_id, index, pages.read(url)


def _begin(
    answer: FeedAnswer,
    client: Client,
    known: Callable[[Sequence[str]], Mapping[str, Known]],
    at: datetime,
) -> FeedWork:
    from monitor.text.language_detection import identify_language

    entries = answer.parsed.entries if answer.parsed else ()
    items, dropped = find_items(entries, client.settings.allow_hosts)
    work = FeedWork(
        answer=answer,
        at=at,
        items=items,
        dropped=dropped + Counter(answer.parsed.dropped if answer.parsed else {}),
        known=known([item.article_id for item in items]) if items else {},
        max_pages=page_limit(max((client.manners.pause_s(_host(i.url)) for i in items), default=0)),
        terms_of=partial(feed_terms, answer),
        identify=identify_language,
    )
    if answer.error is None and answer.result and answer.result.truncated:
        work.warnings.append("the answer ended early")
    return work
