"""From the answer of a feed to its `Poll`: every entry becomes an article, a sighting or a drop.

Without I/O: `collect` fetches the answers and the pages, and gives them in here as they come.

The one pipeline with I/O: poll feeds, fetch the pages they need, hand over a `Poll` for each.

`known` and `deliver` are called in the caller's thread only, one at a time, so that the store
needs no lock. A feed is handed over when its last page is there, so that it is stored whole.

What a source of each kind is read with, and what cannot be a source at all.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from monitor.feeds.article_pages import PageAnswer, PageReader
from monitor.feeds.feed_entry import Entry, ParsedFeed
from monitor.feeds.feed_parser import parse_feed
from monitor.feeds.http_client import FEED_TYPES, PAGE_TYPES, Client, FetchResult, fetch
from monitor.feeds.listing_pages import read_listing
from monitor.feeds.page_extraction import without_headline
from monitor.feeds.politeness import HostQueues
from monitor.feeds.polling_plan import (
    GONE,
    MAX_PAGE_TRIES,
    after_failure,
    after_success,
    count_words,
    find_silence,
    next_step,
    usable_date,
)
from monitor.feeds.site_maps import read_sitemap
from monitor.feeds.ssrf_filter import check_address
from monitor.feeds.text_mining_rights import (
    UNSAID,
    Rule,
    Terms,
    file_rules,
    header_terms,
    rule_terms,
    strictest,
)
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
MIN_PAGES = 10
PAGES_TIME_S = 600
"""Where each page is to wait long after the one before, only so many are fetched for one poll as
fit: the feed waits for the last of them to be stored."""
MAX_TITLE_CHARS = 4_000
"""A longer title, or a text a hundred times as long, is no article but a fault or an attack."""
_MAX_MADE_TITLE_CHARS = 100
_MAX_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What polling a feed gave: the answer and the feed in it, or an error."""

    feed: Feed
    state: FeedState
    result: FetchResult | None = None
    parsed: ParsedFeed | None = None
    error: str | None = None
    mining: tuple[Rule, ...] = ()
    """What its host's tdmrep.json says."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry that links to an article, with the ids of that and of what the feed says of it."""

    entry: Entry
    url: str
    article_id: str
    feed_sha256: str


def page_limit(pause_s: float) -> int:
    """Return how many pages are fetched for one poll where each is `pause_s` after another."""
    return max(MIN_PAGES, min(MAX_PAGES, int(PAGES_TIME_S / max(pause_s, 0.1))))


def article_sha256(title: str, text: str) -> str:
    """Return the hash that names one version of an article."""
    return _sha256(title, text)


def find_items(
    entries: Sequence[Entry], allow_hosts: Sequence[str]
) -> tuple[list[Item], Counter[str]]:
    """Return the entries that can be kept, each article once, and the others as named drops."""
    items: dict[str, Item] = {}
    dropped: Counter[str] = Counter()
    for entry in entries:
        try:
            item = _item(entry, allow_hosts)
        except UnsafeAddress:
            dropped["unsafe_address"] += 1
        except FeedError:
            dropped["no_link"] += 1
        else:
            if max(len(entry.title), len(_own_text(entry)) // 100) > MAX_TITLE_CHARS:
                dropped["too_long"] += 1
            elif item.article_id in items:
                dropped["repeated"] += 1
            else:
                items[item.article_id] = item
    return list(items.values()), dropped


def _item(entry: Entry, allow_hosts: Sequence[str]) -> Item:
    """Name an entry; `FeedError` without a usable link, `UnsafeAddress` for an evidently local one.

    Names are resolved only when a page is fetched; here it is for links that are never followed.
    """
    url = canonical_url(entry.url)
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        check_address("127.0.0.1", host, allow_hosts, port=_port(url))
    elif ":" in host or host.replace(".", "").isdigit():
        check_address(host, host, allow_hosts, port=_port(url))
    said = _sha256(entry.title, entry.summary, entry.content)
    return Item(entry, url, article_id(url), said)


def _port(url: str) -> int:
    authority = url.split("/")[2]
    port = authority.rpartition(":")[2]
    return int(port) if port.isdigit() else 443 if url.startswith("https:") else 80


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(slots=True)
class FeedWork:
    """One feed under way. `start`, then `take_page` for each page asked for, then `finish`."""

    answer: FeedAnswer
    at: datetime
    items: list[Item]
    dropped: Counter[str]
    known: Mapping[str, KnownArticle]
    identify: Callable[[str], str | None]
    max_pages: int = MAX_PAGES
    terms_of: Callable[[str], Terms] = lambda _: UNSAID
    """What is said of mining the text that the feed has of the article at an address."""
    outcomes: dict[int, Incoming | Sighting] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    page_failures: Counter[PageFailure] = field(default_factory=Counter)
    missing: int = 0
    incomplete: bool = False
    """The same answer would bring more another time: its validators must not be kept."""

    def start(self) -> list[int]:
        """Decide about each item; return the indices of those whose pages are to be fetched."""
        wanted: list[int] = []
        for index, item in enumerate(self.items):
            known = self.known.get(item.article_id)
            step = next_step(item.entry, known, self.answer.feed.id, item.feed_sha256)
            if step == "sighting":
                self.outcomes[index] = Sighting(item.article_id, item.feed_sha256)
            elif step == "text":
                self._keep(index, item.entry.title, _own_text(item.entry), "feed")
            elif len(wanted) < self.max_pages:
                wanted.append(index)
            else:
                self.dropped["deferred"] += 1
                self.incomplete = True
        self.missing = len(wanted)
        return wanted

    def take_page(self, index: int, answer: PageAnswer) -> None:
        """Take what asking for the page of item `index` gave."""
        self.missing -= 1
        item = self.items[index]
        entry, page = item.entry, answer.page
        if answer.failure == "unsafe":
            self.page_failures["unsafe"] += 1
            self.dropped["unsafe_address"] += 1
            self.warnings.append(answer.error or "")
        elif page and count_words(page.text) >= count_words(_own_text(entry)):
            self._keep(
                index,
                entry.title or page.title,
                without_headline(page.text, entry.title),
                "page",
                language=page.language,
                published=page.published,
                terms=answer.terms,
                authors=page.authors,
            )
        else:
            error = answer.error or f"{item.url}: the page has less text than the feed"
            failure = answer.failure or "less_text"
            self.page_failures[failure] += 1
            if failure == "extractor":  # no fault of the page: told once in a run, no try of it
                self._do_without(index, None, retry=True)
            else:
                self.warnings.append(error)
                self._do_without(index, error, retry=answer.retry)

    def _do_without(self, index: int, error: str | None, *, retry: bool) -> None:
        """Keep the summary, or what the store has where that is more."""
        item = self.items[index]
        known = self.known.get(item.article_id)
        tries = known.page_tries if known else 0
        again = retry and (error is None or tries + 1 < MAX_PAGE_TRIES)
        self.incomplete = self.incomplete or again
        if known and known.origin != "summary":
            before = known.feed_sha256.get(self.answer.feed.id, item.feed_sha256)
            said = before if again else item.feed_sha256
            self.outcomes[index] = Sighting(item.article_id, said, error)
        else:
            text = _own_text(item.entry)
            self._keep(index, item.entry.title, text, "summary", page_error=error)

    def _keep(
        self,
        index: int,
        title: str,
        text: str,
        origin: ContentOrigin,
        *,
        language: str | None = None,
        published: datetime | None = None,
        page_error: str | None = None,
        terms: Terms = UNSAID,
        authors: tuple[str, ...] = (),
    ) -> None:
        item = self.items[index]
        terms = strictest(terms, self.terms_of(item.url))
        if not title and not text:
            self.dropped["empty"] += 1
            return
        title = title or _first_words(item.entry.summary or text)
        said = item.entry.published
        dated = usable_date(said, self.at)
        if said and not dated:
            self.warnings.append(f"{item.url}: dated in the future ({said:%Y-%m-%d})")
        self.outcomes[index] = Incoming(
            article_id=item.article_id,
            url=item.url,
            title=title,
            text=text,
            summary=item.entry.summary,
            language=self.identify(f"{title}\n{text}") or item.entry.language or language,
            published=dated or usable_date(published, self.at),
            origin=origin,
            sha256=article_sha256(title, text),
            feed_sha256=item.feed_sha256,
            page_error=page_error,
            authors=item.entry.authors or authors,
            categories=item.entry.categories,
            enclosures=item.entry.enclosures,
            mining=terms.mining,
            mining_policy=terms.policy,
        )

    def finish(self, min_interval_s: int) -> Poll:
        """Return the `Poll`, entries in the feed's order."""
        answer, parsed = self.answer, self.answer.parsed
        outcomes = [self.outcomes[index] for index in sorted(self.outcomes)]
        warnings = [*(parsed.warnings if parsed else ()), *self.warnings]
        state = self._state(min_interval_s)
        return Poll(
            feed=answer.feed,
            state=state,
            at=self.at,
            fetched=len(parsed.entries) + sum(parsed.dropped.values()) if parsed else 0,
            incoming=tuple(o for o in outcomes if isinstance(o, Incoming)),
            sightings=tuple(o for o in outcomes if isinstance(o, Sighting)),
            dropped=dict(sorted(self.dropped.items())),
            error=self._trouble(),
            warnings=tuple(dict.fromkeys(warnings))[:_MAX_WARNINGS],
            not_modified=answer.result is not None and answer.result.not_modified,
            title=parsed.title if parsed else "",
            site=parsed.site if parsed else "",
            description=parsed.description if parsed else "",
            updated=usable_date(parsed.updated, self.at) if parsed else None,
            page_failures=dict(sorted(self.page_failures.items())),
            silence=find_silence(state.recent, self.at) if state.silent else None,
        )

    def _trouble(self) -> str | None:
        """Return why nothing came of the feed, or what it lacks of what it seems to hold."""
        answer = self.answer
        if answer.error is not None or answer.parsed is None or answer.result is None:
            return answer.error
        lacks = answer.parsed.lacks
        if answer.feed.kind == "page" and answer.result.truncated:  # of a list the end is no sign
            lacks = f"cut off after {len(answer.parsed.entries)} links"
        return f"{shown_url(answer.result.url)}: {lacks}" if lacks else None

    def _state(self, min_interval_s: int) -> FeedState:
        answer = self.answer
        if answer.error is not None or answer.result is None:
            return after_failure(
                answer.state,
                answer.error or "no answer",
                answer.result,
                self.at,
                min_interval_s=min_interval_s,
            )
        dates = [
            usable_date(item.entry.published, self.at) or self.at
            for item in self.items
            if item.entry.published or item.article_id not in self.known
        ]
        state = after_success(
            answer.state,
            answer.result,
            self.at,
            min_interval_s=min_interval_s,
            ttl_s=answer.parsed.ttl_s if answer.parsed else None,
            dates=dates,
        )
        if trouble := self._trouble():
            # asked again by its own rhythm, and for all of it
            failures = answer.state.failures + 1
            return replace(state, etag=None, modified=None, error=trouble, failures=failures)
        return replace(state, etag=None, modified=None) if self.incomplete else state


def feed_terms(answer: FeedAnswer, url: str) -> Terms:
    """Return what is said of mining what a feed has of the article at `url`.

    By the feed's headers, and its host's tdmrep.json: for the feed's own path, and the article's
    where that is on the same host.
    """
    result = answer.result
    if result is None:
        return UNSAID
    here = result.final_url
    said = [header_terms(result.headers, here), rule_terms(answer.mining, here)]
    if host_of(here) == host_of(url):
        said.append(rule_terms(answer.mining, url))
    return strictest(*said)


def _first_words(text: str) -> str:
    """Return a headline for an entry without one: the first words of its first line."""
    line = text.partition("\n")[0]
    if len(line) <= _MAX_MADE_TITLE_CHARS:
        return line
    words, space, _ = line[:_MAX_MADE_TITLE_CHARS].rpartition(" ")
    return f"{words if space else line[:_MAX_MADE_TITLE_CHARS]}…"


def _own_text(entry: Entry) -> str:
    """Return the most that the feed itself has of an article."""
    return entry.content or entry.summary


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
    known: Callable[[Sequence[str]], Mapping[str, KnownArticle]],
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
    known: Callable[[Sequence[str]], Mapping[str, KnownArticle]],
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
