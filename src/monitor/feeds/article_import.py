"""Rows of a file as a poll of a feed that is none, for the store to compare.

An article that this file brought before, or that the desk has whole, is only a sighting: nothing of
it is read again, so that a file can be imported any number of times. Of two rows with one address
the first counts.

Adding an article by its address, where no feed brings it.

An article that somebody names, read as if a feed had brought it.

Importing files of articles: stored with where they stand, as often as one likes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.desk import Desk
from monitor.feeds.article_pages import PageReader
from monitor.feeds.feed_entry import Entry, ParsedFeed
from monitor.feeds.http_client import Client, FetchResult
from monitor.feeds.import_formats import AddressRow, Dropped, PageRow, Row, TextRow
from monitor.feeds.page_extraction import Page
from monitor.feeds.polling import (
    MAX_TITLE_CHARS,
    FeedAnswer,
    FeedWork,
    Item,
    article_sha256,
    find_items,
)
from monitor.feeds.polling_plan import usable_date
from monitor.feeds.starter_feeds import refuse_closed
from monitor.feeds.text_mining_rights import UNSAID, Terms
from monitor.feeds.urls import host_of, shown_url
from monitor.feeds.web_archives import page_terms, read_page
from monitor.records.article import Import, Place
from monitor.records.errors import DataError, FeedError, UnsafeAddress, UsageError
from monitor.records.feed import Feed, FeedState, Incoming, KnownArticle, Poll, Sighting
from monitor.storage.polls import PollResult

if TYPE_CHECKING:
    from monitor.feeds.import_formats import RowFile, RowFormat


SHORT = 16
"""Hex digits of a file's hash that name its import."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How rows become articles: what to say where they do not, and what is asked on the way."""

    outlet_of: Callable[[str], str]
    language: str | None
    allow_hosts: Sequence[str]
    known: Callable[[Sequence[str]], Mapping[str, KnownArticle]]
    identify: Callable[[str], str | None]


@dataclass(slots=True)
class Taken:
    """What some rows gave."""

    incoming: list[Incoming] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    places: dict[str, Place] = field(default_factory=dict)


def import_id(sha256: str) -> str:
    """Return the id of the import of the file with this hash."""
    return f"import:{sha256[:SHORT]}"


def import_feed(source: Import) -> Feed:
    """Return what stands for a feed of the articles of a file; it is never polled."""
    return Feed(source.id, source.id, f"imported ({source.name})", "")


def poll_of_rows(
    source: Import, rows: Sequence[Row], manner: Manner, at: datetime
) -> tuple[Poll, dict[str, Place]]:
    """Return rows that have their texts as a poll, and the place of each by article id."""
    taken = Taken()
    items: dict[str, tuple[TextRow | PageRow, Item]] = {}
    for row in rows:
        item = _item(row, manner.allow_hosts, taken.dropped)
        if item and isinstance(row, (TextRow, PageRow)):
            if item.article_id in items:
                taken.dropped["repeated"] += 1
            else:
                items[item.article_id] = row, item
    known = manner.known(list(items))
    for article_id, (row, item) in items.items():
        held = known.get(article_id)
        if held and (held.expired or source.id in held.feed_sha256 or held.origin != "summary"):
            said = held.feed_sha256.get(source.id, item.feed_sha256)
            taken.sightings.append(Sighting(article_id, said))
        else:
            _take(taken, row, item, manner, at)
    poll = Poll(
        feed=import_feed(source),
        state=FeedState(last_poll=at, last_success=at),
        at=at,
        fetched=len(rows),
        incoming=tuple(taken.incoming),
        sightings=tuple(taken.sightings),
        dropped=dict(sorted(taken.dropped.items())),
    )
    return poll, taken.places


def _item(row: Row, allow_hosts: Sequence[str], dropped: Counter[str]) -> Item | None:
    """Name a row that has an address fit to be kept; count what has none."""
    if isinstance(row, Dropped):
        dropped[row.why] += 1
        return None
    url = row.raw.url if isinstance(row, PageRow) else row.url
    title = row.title if isinstance(row, TextRow) else ""
    said = ("" if isinstance(row, AddressRow) else _said(row))[: 100 * MAX_TITLE_CHARS]
    entry = Entry(url, url, title, "", said, None, None)
    items, why = find_items((entry,), allow_hosts)
    dropped.update(why)
    return items[0] if items else None


def _said(row: TextRow | PageRow) -> str:
    return hashlib.sha256(row.raw.body).hexdigest() if isinstance(row, PageRow) else row.text


def _take(taken: Taken, row: TextRow | PageRow, item: Item, manner: Manner, at: datetime) -> None:
    """Take in one article, or count that its page has none."""
    outlet, terms, within = "", UNSAID, ""
    authors: tuple[str, ...] = ()
    if isinstance(row, PageRow):
        page = read_page(row.raw)
        if page is None:
            taken.dropped["no_text"] += 1
            return
        title, text, language = page.title, page.text, page.language
        authors = page.authors
        published, terms = _page_date(page, row.place.captured, at), page_terms(row.raw, page)
        language = manner.identify(f"{title}\n{text}") or language or manner.language
    else:
        title, text, outlet = row.title, row.text, row.outlet
        published = usable_date(row.published, at)
        if row.published_in <= f"{at:%Y-%m}":  # as a day to come
            within = row.published_in
        language = row.language or manner.language or manner.identify(f"{title}\n{text}")
    taken.places[item.article_id] = row.place
    taken.incoming.append(
        _incoming(
            item,
            title,
            text,
            language=language,
            published=published,
            published_in=within,
            outlet=outlet or manner.outlet_of(item.url),
            terms=terms,
            authors=authors,
        )
    )


def _incoming(
    item: Item,
    title: str,
    text: str,
    *,
    language: str | None,
    published: datetime | None,
    published_in: str,
    outlet: str,
    terms: Terms,
    authors: tuple[str, ...],
) -> Incoming:
    return Incoming(
        article_id=item.article_id,
        url=item.url,
        title=title,
        text=text,
        summary="",
        language=language,
        published=published,
        published_in=published_in,
        origin="page",
        sha256=article_sha256(title, text),
        feed_sha256=item.feed_sha256,
        mining=terms.mining,
        mining_policy=terms.policy,
        authors=authors,
        outlet=outlet,
    )


def _page_date(page: Page, captured: datetime | None, at: datetime) -> datetime | None:
    """Return when a page was published: as it says, unless that is after it was captured.

    Where it says nothing it is the moment of capture, which news is rarely far from.
    """
    bound = captured or at
    return usable_date(page.published, bound) or usable_date(captured, at)


def poll_of_address(
    source: Import, row: AddressRow, manner: Manner, pages: PageReader, at: datetime
) -> tuple[Poll, dict[str, Place]]:
    """Fetch the page of an address, unless the desk has it; what keeps it away is in the poll."""
    try:
        poll = fetched_poll(
            pages,
            import_feed(source),
            Entry(row.url, row.url, "", "", "", None, None),
            allow_hosts=manner.allow_hosts,
            known=manner.known,
            now=lambda: at,
        )
    except UnsafeAddress as error:
        return _refused(source, "unsafe_address", str(error), at), {}
    except FeedError as error:
        return _refused(source, "no_link", str(error), at), {}
    outlet = manner.outlet_of
    incoming = tuple(replace(one, outlet=outlet(one.url)) for one in poll.incoming)
    return replace(poll, incoming=incoming), {one.article_id: row.place for one in incoming}


def _refused(source: Import, why: str, says: str, at: datetime) -> Poll:
    """Return the poll of an address that nobody is to ask."""
    state = FeedState(last_poll=at, last_success=at)
    drop = {why: 1}
    return Poll(import_feed(source), state, at, fetched=1, dropped=drop, warnings=(says,))


@dataclass(frozen=True, slots=True)
class Added:
    """The article's id, and the ledger line of its coming in."""

    article_id: str
    result: PollResult


def add_article(desk: Desk, url: str, *, title: str = "", outlet: str = "") -> Added:
    """Fetch and store the article at `url`; it is judged with the rest.

    Its outlet is `outlet`, else that of a feed followed of the same site, else its host. Raises
    `FeedError` where nothing can be fetched from there at all.
    """
    from monitor.feeds.http_client import open_client
    from monitor.feeds.politeness import manners_of
    from monitor.feeds.urls import article_id, same_site

    store = desk.store
    known_outlet = next((f.outlet or f.title for f in store.feeds() if same_site(f.url, url)), "")
    manners = manners_of(desk)
    with open_client(desk.settings.fetch, manners) as client:
        poll = read_by_hand(
            client,
            url,
            title=title,
            outlet=outlet or known_outlet,
            known=store.known,
            now=desk.now,
        )
    result = store.record_by_hand(poll, desk.now())
    store.save_visits(manners.take_changed(), desk.now())
    return Added(article_id(url), result)


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
    known: Callable[[Sequence[str]], Mapping[str, KnownArticle]],
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
    known: Callable[[Sequence[str]], Mapping[str, KnownArticle]],
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


BATCH = 64
"""Rows stored in one transaction: a kill loses no more."""
BATCH_BYTES = 16_000_000
"""Pages of web archives held at a time."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: `read == stored + sum(dropped.values())`.

    `faults` of the rows are the file's, or an address's that could not be had: part of the work
    failed. `damage` says why the file could not be read to its end; what came before is stored.
    """

    read: int
    stored: int
    dropped: Mapping[str, int]
    faults: int
    damage: str = ""


@dataclass(slots=True)
class _Tally:
    """Counts while a file is read."""

    stored: int = 0
    faults: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def count(self, result: PollResult, faults: int) -> None:
        """Add what was stored together."""
        self.stored += result.stored
        self.faults += faults
        self.dropped.update(result.dropped)

    def whole(self, damage: str) -> Imported:
        """Return what became of the file."""
        dropped = {name: count for name, count in sorted(self.dropped.items()) if count}
        read = self.stored + sum(dropped.values())
        return Imported(read, self.stored, dropped, self.faults, damage)


def import_file(
    desk: Desk,
    path: Path,
    *,
    format: RowFormat | None = None,
    outlet: str = "",
    language: str = "",
    by: str = "",
    complain: Callable[[str], None] = lambda _: None,
    report: Callable[[int, int], None] = lambda _position, _size: None,
) -> Imported:
    """Store the articles of a file that the desk has not; they are judged with the rest.

    A file is known by its hash: run again, or after a kill, it goes on, and nothing is stored
    twice. `outlet` and `language` are of rows that say none. `complain` is told of each row that
    is at fault, by file and place; `report` how many bytes of how many are read.

    Raises `UsageError` for a file that cannot be opened or an unknown format or language.
    """
    from monitor.feeds.import_formats import format_of, open_rows
    from monitor.feeds.politeness import manners_of
    from monitor.text.safe_text import unguard

    kind = format or format_of(path)
    source = Import(*_identity(path), kind, desk.now(), by)
    tally, damage = _Tally(), ""
    with ExitStack() as stack:
        file = stack.enter_context(open_rows(path, kind, unguard=unguard))
        polls = _polls(desk, source, _told(file, path, complain), outlet, language, stack)
        try:
            for poll, places, faults in polls:
                result = desk.store.record_import(source, poll, places, desk.now())
                tally.count(result, faults)
                for warning in result.warnings:
                    complain(warning)
                if visits := manners_of(desk).take_changed():
                    desk.store.save_visits(visits, desk.now())
                report(file.position(), file.size)
        except DataError as error:
            damage = str(error)
    return tally.whole(damage)


def _identity(path: Path) -> tuple[str, str, str]:
    """Return a file's id, its name and its hash."""
    if path.exists() and not path.is_file():  # to hash it reads it, and then a pipe is empty
        raise UsageError(f"{path}: is no file, and only a file can be read twice")
    try:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    return import_id(sha256), path.name, sha256


def _told(file: RowFile, path: Path, complain: Callable[[str], None]) -> Iterator[Row]:
    """Yield rows; say what is wrong with those that are at fault."""
    from monitor.feeds.import_formats import Dropped

    for row in file.rows:
        if isinstance(row, Dropped) and row.says:
            complain(f"{path}:{row.place.at}: {row.says}")
        yield row


def _polls(
    desk: Desk,
    source: Import,
    rows: Iterator[Row],
    outlet: str,
    language: str,
    stack: ExitStack,
) -> Iterator[tuple[Poll, dict[str, Place], int]]:
    """Yield what is to be stored together, and how many rows of it are at fault."""
    from monitor.feeds.article_pages import PageReader
    from monitor.feeds.http_client import open_client
    from monitor.feeds.import_formats import AddressRow, Dropped
    from monitor.feeds.politeness import manners_of

    manner = _manner(desk, outlet, language)
    pages: PageReader | None = None
    for some in _batches(rows):
        for row in (row for row in some if isinstance(row, AddressRow)):
            if pages is None:
                fetch = desk.settings.fetch
                client = stack.enter_context(open_client(fetch, manners_of(desk)))
                pages = PageReader(client, desk.now)
            poll, places = poll_of_address(source, row, manner, pages, desk.now())
            yield poll, places, int(not (poll.incoming or poll.sightings))
        rest = [row for row in some if not isinstance(row, AddressRow)]
        if rest:
            poll, places = poll_of_rows(source, rest, manner, desk.now())
            yield poll, places, sum(isinstance(r, Dropped) and bool(r.says) for r in rest)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield rows that are stored together; of a damaged file those before the damage too."""
    from monitor.feeds.import_formats import PageRow

    batch: list[Row] = []
    size = 0
    damage: DataError | None = None
    try:
        for row in rows:
            batch.append(row)
            size += len(row.raw.body) if isinstance(row, PageRow) else 0
            if len(batch) == BATCH or size > BATCH_BYTES:
                yield batch
                batch, size = [], 0
    except DataError as error:
        damage = error
    if batch:
        yield batch
    if damage:
        raise damage


def _manner(desk: Desk, outlet: str, language: str) -> Manner:
    from monitor.feeds.feed_entry import short_language
    from monitor.text.language_detection import identify_language

    if language and not short_language(language):
        raise UsageError(f"'{language}' is no ISO 639-1 code such as en")
    return Manner(
        (lambda _: outlet) if outlet else _outlet_of(desk),
        short_language(language),
        desk.settings.fetch.allow_hosts,
        desk.store.known,
        identify_language,
    )


def _outlet_of(desk: Desk) -> Callable[[str], str]:
    """Return what names the outlet of an address: a feed followed of the same site, else its host.

    A host is looked up once.
    """
    from monitor.feeds.urls import host_of, same_outlet

    followed = desk.store.feeds()

    @cache
    def of_host(host: str) -> str:
        page = f"https://{host}/"
        named = (f.outlet or f.title for f in followed if same_outlet(page, [f]))
        return next(filter(None, named), "") or host.removeprefix("www.")

    return lambda url: of_host(host_of(url))
