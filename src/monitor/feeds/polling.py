"""Feed polling: fetch feeds and the pages they need, and make a `Poll` of each.

Every entry becomes an article, a sighting or a named drop. `FeedWork` decides that without I/O;
`collect` fetches the answers and the pages, and gives them to it as they come.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from monitor.feeds import polling_plan as plan
from monitor.feeds import text_mining_rights as rights
from monitor.feeds.article_pages import PageAnswer, PageReader
from monitor.feeds.feed_entry import FeedEntry, ParsedFeed
from monitor.feeds.feed_parser import parse_feed
from monitor.feeds.http_client import FEED_TYPES, PAGE_TYPES, FetchResult, HttpClient, fetch
from monitor.feeds.page_extraction import Page, without_headline
from monitor.feeds.politeness import HostQueues
from monitor.feeds.robots_txt import robots_refusal
from monitor.feeds.ssrf_filter import check_address
from monitor.feeds.urls import article_id, canonical_url, host_of, shown_url
from monitor.records.article import ContentOrigin
from monitor.records.errors import FeedError, UnsafeAddress
from monitor.records.feed import (
    Feed,
    FeedKind,
    FeedState,
    Incoming,
    KnownArticle,
    PageFailure,
    Poll,
    Sighting,
)

MAX_PAGES = 500
"""Pages fetched for one poll of one feed; the entries beyond are the drop `deferred`, and the
whole feed is asked for again at the next poll."""
PAGES_TIME_S = 600
"""Where each page is to wait long after the one before, only so many are fetched for one poll as
fit: the feed waits for the last of them to be stored."""
MAX_TITLE_CHARS = 4_000
"""A longer title, or a text a hundred times as long, is no article but a fault or an attack."""
_MAX_MADE_TITLE_CHARS = 100
_NO_PAGE, _UNASKED = Page(), PageAnswer()


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An entry that links to an article, with the ids of that and of what the feed says of it."""

    entry: FeedEntry
    url: str
    article_id: str
    feed_sha256: str


def page_limit(pause_s: float) -> int:
    """Return how many pages are fetched for one poll where each is `pause_s` after another."""
    return max(10, min(MAX_PAGES, int(PAGES_TIME_S / max(pause_s, 0.1))))


def article_sha256(*said: str) -> str:
    """Return the hash of a version of an article (title and text), or of all a feed says of it."""
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def find_items(
    entries: Sequence[FeedEntry], allow_hosts: Sequence[str]
) -> tuple[list[FeedItem], Counter[str]]:
    """Return the entries that can be kept, each article once, and the others as named drops."""
    items: dict[str, FeedItem] = {}
    dropped: Counter[str] = Counter()
    for entry in entries:
        try:
            url = canonical_url(entry.url)
            host = host_of(url)
            is_local = host == "localhost" or host.endswith(".localhost")
            # only what is evidently an address: names are resolved by a fetch
            if is_local or ":" in host or host.replace(".", "").isdigit():
                port = url.split("/")[2].rpartition(":")[2]
                default = "443" if url.startswith("https:") else "80"
                number = int(port if port.isdigit() else default)
                check_address("127.0.0.1" if is_local else host, host, allow_hosts, port=number)
        except FeedError as error:
            dropped["unsafe_address" if isinstance(error, UnsafeAddress) else "no_link"] += 1
            continue
        said = article_sha256(entry.title, entry.summary, entry.content)
        item = FeedItem(entry, url, article_id(url), said)
        if max(len(entry.title), len(entry.text) // 100) > MAX_TITLE_CHARS:
            dropped["too_long"] += 1
        elif items.setdefault(item.article_id, item) is not item:
            dropped["repeated"] += 1
    return list(items.values()), dropped


@dataclass(slots=True)
class FeedWork:
    """One feed under way: what polling it gave, or an error, and what becomes of its entries.

    `start`, then `take_page` for each page asked for, then `finish`. `mining` is what its host's
    tdmrep.json says. `incomplete`: the same answer would bring more another time, so its validators
    must not be kept.
    """

    feed: Feed
    state: FeedState
    result: FetchResult | None = None
    parsed: ParsedFeed = field(default_factory=ParsedFeed)
    error: str | None = None
    mining: tuple[rights.ReservationRule, ...] = ()
    at: datetime = field(init=False)
    items: list[FeedItem] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    known: Mapping[str, KnownArticle] = field(default_factory=dict)
    outcomes: dict[int, Incoming | Sighting] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    page_failures: Counter[PageFailure] = field(default_factory=Counter)
    missing: int = 0
    incomplete: bool = False

    def start(
        self,
        at: datetime,
        known: Callable[[Sequence[str]], Mapping[str, KnownArticle]],
        allow_hosts: Sequence[str] = (),
        pause_s: Callable[[str], float] = lambda _: 0.0,
    ) -> list[int]:
        """Decide about each item; return the indices of those whose pages are to be fetched.

        `pause_s` tells how many seconds lie between two pages of a host.
        """
        self.at = at
        self.items, self.dropped = find_items(self.parsed.entries, allow_hosts)
        self.dropped.update(self.parsed.dropped)
        if self.items:
            self.known = known([item.article_id for item in self.items])
        if self.error is None and self.result and self.result.truncated:
            self.warnings.append("the answer ended early")
        most = page_limit(max((pause_s(host_of(item.url)) for item in self.items), default=0))
        wanted: list[int] = []
        for index, item in enumerate(self.items):
            held = self.known.get(item.article_id)
            step = plan.next_step(item.entry, held, self.feed.id, item.feed_sha256)
            if step == "sighting":
                self.outcomes[index] = Sighting(item.article_id, item.feed_sha256)
            elif step == "text":
                self._keep(index, "feed")
            elif len(wanted) < most:
                wanted.append(index)
            else:
                self.dropped["deferred"] += 1
                self.incomplete = True
        self.missing = len(wanted)
        return wanted

    def take_page(self, index: int, answer: PageAnswer) -> None:
        """Take what asking for the page of item `index` gave."""
        self.missing -= 1
        item, page = self.items[index], answer.page
        if page and plan.count_words(page.text) >= plan.count_words(item.entry.text):
            self._keep(index, "page", answer)
            return
        failure = answer.failure or "less_text"
        self.page_failures[failure] += 1
        error = None
        if failure != "extractor":  # no fault of the page: told once in a run, no try of it
            error = answer.error or f"{item.url}: the page has less text than the feed"
            self.warnings.append(error)
        known = self.known.get(item.article_id)
        tries = known.page_tries if known else 0
        again = answer.retry and (error is None or tries + 1 < plan.MAX_PAGE_TRIES)
        self.incomplete = self.incomplete or again
        if failure == "unsafe":
            self.dropped["unsafe_address"] += 1
        elif known and known.origin != "summary":  # the store has more than the summary
            before = known.feed_sha256.get(self.feed.id, item.feed_sha256)
            said = before if again else item.feed_sha256
            self.outcomes[index] = Sighting(item.article_id, said, error)
        else:
            self._keep(index, "summary", error=error or "")

    def _keep(
        self, index: int, origin: ContentOrigin, answer: PageAnswer = _UNASKED, error: str = ""
    ) -> None:
        item, entry, page = self.items[index], self.items[index].entry, answer.page or _NO_PAGE
        title = entry.title or page.title
        text = without_headline(page.text, entry.title) if origin == "page" else entry.text
        if not title and not text:
            self.dropped["empty"] += 1
            return
        if not title:  # a headline for an entry without one: the first words of its first line
            title = (entry.summary or text).partition("\n")[0]
            if len(title) > _MAX_MADE_TITLE_CHARS:
                title = title[:_MAX_MADE_TITLE_CHARS]
                title = f"{title.rpartition(' ')[0] or title}…"
        said = [answer.terms]
        if self.result is not None:
            # by the feed's headers, and its host's tdmrep.json: for the feed's own path, and the
            # article's where that is on the same host
            here, rules = self.result.final_url, self.mining
            said.append(rights.header_terms(self.result.headers, here))
            said.append(rights.rule_terms(rules, here))
            if host_of(here) == host_of(item.url):
                said.append(rights.rule_terms(rules, item.url))
        terms = rights.strictest(*said)
        dated = plan.usable_date(entry.published, self.at)
        if entry.published and not dated:
            self.warnings.append(f"{item.url}: dated in the future ({entry.published:%Y-%m-%d})")
        from monitor.text.language_detection import identify_language

        self.outcomes[index] = Incoming(
            article_id=item.article_id,
            url=item.url,
            title=title,
            text=text,
            summary=entry.summary,
            language=identify_language(f"{title}\n{text}") or entry.language or page.language,
            published=dated or plan.usable_date(page.published, self.at),
            origin=origin,
            sha256=article_sha256(title, text),
            feed_sha256=item.feed_sha256,
            page_error=error or None,
            authors=entry.authors or page.authors,
            categories=entry.categories,
            enclosures=entry.enclosures,
            mining=terms.mining,
            mining_policy=terms.policy,
        )

    def finish(self, least_s: int) -> Poll:
        """Return the `Poll`, entries in the feed's order."""
        parsed, error, result, before = self.parsed, self.error, self.result, self.state
        if error is not None or result is None:
            why = error or "no answer"
            state = plan.after_failure(before, why, result, self.at, min_interval_s=least_s)
        else:
            dates = [
                plan.usable_date(item.entry.published, self.at) or self.at
                for item in self.items
                if item.entry.published or item.article_id not in self.known
            ]
            state = plan.after_success(
                before, result, self.at, min_interval_s=least_s, ttl_s=parsed.ttl_s, dates=dates
            )
            lacks = parsed.lacks
            if self.feed.kind == "page" and result.truncated:  # no list tells by its end
                lacks = f"cut off after {len(parsed.entries)} links"
            if lacks:  # asked again by its own rhythm, and for all of it
                error = f"{shown_url(result.url)}: {lacks}"
                state = replace(state, error=error, failures=before.failures + 1)
            if lacks or self.incomplete:
                state = replace(state, etag=None, modified=None)
        outcomes = [self.outcomes[index] for index in sorted(self.outcomes)]
        return Poll(
            feed=self.feed,
            state=state,
            at=self.at,
            fetched=len(parsed.entries) + sum(parsed.dropped.values()),
            incoming=tuple(o for o in outcomes if isinstance(o, Incoming)),
            sightings=tuple(o for o in outcomes if isinstance(o, Sighting)),
            dropped=dict(sorted(self.dropped.items())),
            error=error,
            warnings=tuple(dict.fromkeys((*parsed.warnings, *self.warnings)))[:20],
            not_modified=result is not None and result.not_modified,
            title=parsed.title,
            site=parsed.site,
            description=parsed.description,
            updated=plan.usable_date(parsed.updated, self.at),
            page_failures=dict(sorted(self.page_failures.items())),
            silence=plan.find_silence(state.recent, self.at) if state.silent else None,
        )


_log = logging.getLogger(__name__)


def collect(
    feeds: Sequence[tuple[Feed, FeedState]],
    *,
    client: HttpClient,
    known: Callable[[Sequence[str]], Mapping[str, KnownArticle]],
    now: Callable[[], datetime],
    deliver: Callable[[Poll], None],
) -> None:
    """Poll `feeds`, several at once and one request at a time per host; `deliver` each `Poll`.

    Once `client.manners` are stopped no request is begun. A feed is delivered when its last page
    is there, so that it is stored whole. `known` tells what the store has of the given article ids.
    It and `deliver` are called in the caller's thread only, so that the store needs no lock, and
    only what they raise is raised: what goes wrong with a feed or a page is in its `Poll`.
    """
    pages = PageReader(client, now)

    def read(work: FeedWork, index: int) -> tuple[FeedWork, int, PageAnswer]:
        return work, index, pages.read(work.items[index].url)

    given = client.settings.parallel, client.manners
    with HostQueues[FeedWork | tuple[FeedWork, int, PageAnswer]](*given) as queues:
        for feed, state in feeds:
            host = ""
            with suppress(FeedError):
                host = host_of(state.moved_to or feed.url)
            queues.add(host, partial(_poll, client, FeedWork(feed, state), now))
        for result in queues.results():
            if isinstance(result, FeedWork):
                work, allowed = result, client.settings.allow_hosts
                for index in work.start(now(), known, allowed, client.manners.pause_s):
                    host = host_of(work.items[index].url)
                    queues.add(host, partial(read, work, index))
            else:
                work, index, answer = result
                work.take_page(index, answer)
            if not work.missing:
                deliver(work.finish(client.settings.min_interval_s))


MAP_TYPES = "application/xml, text/xml, application/gzip, */*;q=0.1"
ACCEPTED: dict[FeedKind, str] = {"feed": FEED_TYPES, "sitemap": MAP_TYPES, "page": PAGE_TYPES}
"""What is asked for, by kind."""


def _poll(client: HttpClient, work: FeedWork, now: Callable[[], datetime]) -> FeedWork:
    """Fetch and parse one feed."""
    feed, state = work.feed, work.state
    url = state.moved_to or feed.url
    try:
        # A feed is published to be polled; a page is the crawler's part.
        if feed.kind == "page" and (refusal := robots_refusal(client, url, now)):
            work.error = f"{url}: {refusal}"
            return work
        asked = {"etag": state.etag, "modified": state.modified}
        work.result = result = fetch(client, url, now=now(), accept=ACCEPTED[feed.kind], **asked)
        if result.body is None and not result.not_modified:
            gone = result.status == plan.GONE and result.final_url == result.url
            said = "the publisher has removed this feed; it is asked no more unless added anew"
            reason = f"gone (410): {said}" if gone and not state.moved_to else None
            work.error = f"{url}: {reason or f'status {result.status}'}"
        elif result.body is not None and feed.kind == "page":
            from monitor.feeds.listing_pages import read_listing

            work.parsed = read_listing(result)
        elif result.body is not None and feed.kind == "sitemap":
            from monitor.feeds.site_maps import read_sitemap

            fetch_map = partial(fetch, client, now=now(), accept=MAP_TYPES)
            most = client.settings.max_bytes
            work.parsed = read_sitemap(result, fetch_map, now(), max_bytes=most)
        elif result.body is not None:
            work.parsed = parse_feed(result.body, result.content_type, result.final_url)
    except FeedError as error:
        cut = "; the answer ended early" if work.result and work.result.truncated else ""
        work.error = f"{error}{cut}"
    except Exception as error:  # noqa: BLE001 - a fault of ours met on one feed must not cost the others
        _log.exception("feed %s", url)
        work.result, work.error = None, f"{url}: unexpected {type(error).__name__}"
    if work.result and work.error is None:
        keep = work.parsed.answers_alone
        etag, modified = (work.result.etag, work.result.modified) if keep else (None, None)
        work.result = replace(work.result, body=None, etag=etag, modified=modified)
        if work.parsed.entries:
            work.mining = rights.file_rules(client, work.result.final_url, now)
    return work
