"""Article import: files of articles, and single addresses, brought in where no feed brings them.

What comes in is stored as a poll of a feed that is none, with where in its file it stands. An
article that a file brought before, or that the desk has whole, is only a sighting: nothing of it is
read again, so that a file can be imported any number of times. Of two rows with one address the
first counts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from monitor.desk import Desk
from monitor.feeds.article_pages import PageReader
from monitor.feeds.feed_entry import FeedEntry, ParsedFeed, short_language
from monitor.feeds.http_client import FetchResult, open_client
from monitor.feeds.import_formats import (
    AddressRow,
    DroppedRow,
    PageRow,
    Row,
    RowFormat,
    TextRow,
    format_of,
    open_rows,
)
from monitor.feeds.politeness import manners_of
from monitor.feeds.polling import (
    MAX_TITLE_CHARS,
    FeedAnswer,
    FeedItem,
    FeedWork,
    article_sha256,
    find_items,
)
from monitor.feeds.polling_plan import usable_date
from monitor.feeds.starter_feeds import refuse_closed
from monitor.feeds.text_mining_rights import UNSAID, strictest
from monitor.feeds.urls import article_id, host_of, same_outlet, same_site, shown_url
from monitor.feeds.web_archives import read_page
from monitor.records.article import Import, Place
from monitor.records.errors import DataError, FeedError, UnsafeAddress, UsageError
from monitor.records.feed import Feed, FeedState, Incoming, Poll, Sighting
from monitor.storage.polls import PollResult
from monitor.text.language_detection import identify_language
from monitor.text.safe_text import unguard

SHORT = 16
"""Hex digits of a file's hash that name its import."""
BATCH = 64
"""Rows stored in one transaction: a kill loses no more."""
BATCH_BYTES = 16_000_000
"""Pages of web archives held at a time."""


@dataclass(frozen=True, slots=True)
class AddedArticle:
    """The article's id, and the ledger line of its coming in."""

    article_id: str
    result: PollResult


def add_article(desk: Desk, url: str, *, title: str = "", outlet: str = "") -> AddedArticle:
    """Fetch and store the article at `url`; it is judged with the rest.

    Its outlet is `outlet`, else that of a feed followed of the same site, else its host. Without a
    page nothing comes in but the `title`, if one is given; the warnings say why. Raises
    `FeedError` for an address that is none, is not public, or is of a service that is closed.
    """
    store, manners = desk.store, manners_of(desk)
    known_outlet = next((f.outlet or f.title for f in store.feeds() if same_site(f.url, url)), "")
    with open_client(desk.settings.fetch, manners) as client:
        host = host_of(url)
        name, said = f"by-hand:{host}", f"added by hand ({host})"
        feed = Feed(name, name, said, outlet or known_outlet or host)
        pages = PageReader(client, desk.now)
        poll = _fetched_poll(desk, pages, feed, FeedEntry(url, url, title), desk.now())
    result = store.record_by_hand(poll, desk.now())
    store.save_visits(manners.take_changed(), desk.now())
    return AddedArticle(article_id(url), result)


def _fetched_poll(
    desk: Desk, pages: PageReader, feed: Feed, entry: FeedEntry, at: datetime
) -> Poll:
    """Fetch the page of `entry`; return it as a poll of `feed`, which is never polled itself."""
    refuse_closed(entry.url)
    items, dropped = find_items((entry,), desk.settings.fetch.allow_hosts)
    if dropped["unsafe_address"]:
        raise UnsafeAddress(f"{shown_url(entry.url)}: it leads to a private host")
    if not items:
        raise FeedError(f"{shown_url(entry.url)}: not an http or https URL")
    nothing_asked = FetchResult(feed.url, entry.url, 200)
    parsed = ParsedFeed(entries=(entry,))
    work = FeedWork(
        answer=FeedAnswer(feed, FeedState(), nothing_asked, parsed),
        at=at,
        items=items,
        dropped=dropped,
        known=desk.store.known([item.article_id for item in items]),
        identify=identify_language,
    )
    for index in work.start():
        work.take_page(index, pages.read(work.items[index].url))
    return work.finish(0)


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
    kind = format or format_of(path)
    source = Import(*_identity(path), kind, desk.now(), by)
    stored, all_faults, damage = 0, 0, ""
    dropped: Counter[str] = Counter()
    with ExitStack() as stack:
        file = stack.enter_context(open_rows(path, kind, unguard=unguard))
        if language and not short_language(language):
            raise UsageError(f"'{language}' is no ISO 639-1 code such as en")
        outlet_of = (lambda _: outlet) if outlet else _outlet_of(desk)
        importer = _Importer(desk, source, outlet_of, short_language(language), stack)
        try:
            for rows in _batches(file.rows, path, complain):
                for poll, places, faults in importer.polls_of(rows):
                    result = desk.store.record_import(source, poll, places, desk.now())
                    stored += result.stored
                    all_faults += faults
                    dropped.update(result.dropped)
                    for warning in result.warnings:
                        complain(warning)
                    if visits := manners_of(desk).take_changed():
                        desk.store.save_visits(visits, desk.now())
                    report(file.position(), file.size)
        except DataError as error:
            damage = str(error)
    counts = {name: count for name, count in sorted(dropped.items()) if count}
    return Imported(stored + sum(counts.values()), stored, counts, all_faults, damage)


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


def import_id(sha256: str) -> str:
    """Return the id of the import of the file with this hash."""
    return f"import:{sha256[:SHORT]}"


def import_feed(source: Import) -> Feed:
    """Return what stands for a feed of the articles of a file; it is never polled."""
    return Feed(source.id, source.id, f"imported ({source.name})", "")


def _outlet_of(desk: Desk) -> Callable[[str], str]:
    """Return what names the outlet of an address: a feed followed of the same site, else its host.

    A host is looked up once.
    """
    followed = desk.store.feeds()

    @cache
    def of_host(host: str) -> str:
        page = f"https://{host}/"
        named = (f.outlet or f.title for f in followed if same_outlet(page, [f]))
        return next(filter(None, named), "") or host.removeprefix("www.")

    return lambda url: of_host(host_of(url))


def _batches(
    rows: Iterator[Row], path: Path, complain: Callable[[str], None]
) -> Iterator[list[Row]]:
    """Yield rows that are stored together; of a damaged file those before the damage too."""
    batch: list[Row] = []
    size = 0
    damage: DataError | None = None
    try:
        for row in rows:
            if isinstance(row, DroppedRow) and row.says:
                complain(f"{path}:{row.place.at}: {row.says}")
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


@dataclass(slots=True)
class _Importer:
    """Makes polls of rows; a client is opened, and put on the `stack`, for the first address."""

    desk: Desk
    source: Import
    outlet_of: Callable[[str], str]
    language: str | None
    stack: ExitStack
    pages: PageReader | None = None

    def polls_of(self, rows: Sequence[Row]) -> Iterator[tuple[Poll, dict[str, Place], int]]:
        """Yield what is to be stored together, and how many rows of it are at fault."""
        for row in rows:
            if isinstance(row, AddressRow):
                poll = self._of_address(row)
                places = {one.article_id: row.place for one in poll.incoming}
                yield poll, places, int(not (poll.incoming or poll.sightings))
        rest = [row for row in rows if not isinstance(row, AddressRow)]
        if rest:
            poll, places = self._of_texts(rest, self.desk.now())
            yield poll, places, sum(isinstance(r, DroppedRow) and bool(r.says) for r in rest)

    def _of_address(self, row: AddressRow) -> Poll:
        """Fetch the page of an address, unless the desk has it; the poll says what kept it away."""
        desk = self.desk
        if self.pages is None:
            client = open_client(desk.settings.fetch, manners_of(desk))
            self.pages = PageReader(self.stack.enter_context(client), desk.now)
        feed, entry, at = import_feed(self.source), FeedEntry(row.url, row.url), desk.now()
        try:
            poll = _fetched_poll(desk, self.pages, feed, entry, at)
        except FeedError as error:
            why = "unsafe_address" if isinstance(error, UnsafeAddress) else "no_link"
            state = FeedState(last_poll=at, last_success=at)
            return Poll(feed, state, at, fetched=1, dropped={why: 1}, warnings=(str(error),))
        incoming = (replace(one, outlet=self.outlet_of(one.url)) for one in poll.incoming)
        return replace(poll, incoming=tuple(incoming))

    def _of_texts(self, rows: Sequence[Row], at: datetime) -> tuple[Poll, dict[str, Place]]:
        """Return rows that have their texts as a poll, and the place of each by article id."""
        dropped: Counter[str] = Counter()
        items: dict[str, tuple[TextRow | PageRow, FeedItem]] = {}
        for row in rows:
            if isinstance(row, DroppedRow):
                dropped[row.why] += 1
            elif isinstance(row, (TextRow, PageRow)):
                found, why = find_items((_entry(row),), self.desk.settings.fetch.allow_hosts)
                dropped.update(why)
                for item in found:
                    dropped["repeated"] += item.article_id in items
                    items.setdefault(item.article_id, (row, item))
        known = self.desk.store.known(list(items))
        incoming: list[Incoming] = []
        sightings: list[Sighting] = []
        places: dict[str, Place] = {}
        for key, (row, item) in items.items():
            held, here = known.get(key), self.source.id
            if held and (held.expired or here in held.feed_sha256 or held.origin != "summary"):
                said = held.feed_sha256.get(here, item.feed_sha256)
                sightings.append(Sighting(key, said))
            elif article := self._article(row, item, at):
                incoming.append(article)
                places[key] = row.place
            else:
                dropped["no_text"] += 1
        poll = Poll(
            feed=import_feed(self.source),
            state=FeedState(last_poll=at, last_success=at),
            at=at,
            fetched=len(rows),
            incoming=tuple(incoming),
            sightings=tuple(sightings),
            dropped={name: count for name, count in sorted(dropped.items()) if count},
        )
        return poll, places

    def _article(self, row: TextRow | PageRow, item: FeedItem, at: datetime) -> Incoming | None:
        """Return the article of a row, `None` where its page has none."""
        outlet, terms, within = "", UNSAID, ""
        authors: tuple[str, ...] = ()
        if isinstance(row, PageRow):
            page = read_page(row.raw)
            if page is None:
                return None
            title, text, authors = page.title, page.text, page.authors
            # a page cannot be of after its capture; where it says nothing it is of then, which
            # news is rarely far from
            captured = row.place.captured
            published = usable_date(page.published, captured or at) or usable_date(captured, at)
            terms = strictest(page.terms, row.raw.terms)
            language = identify_language(f"{title}\n{text}") or page.language or self.language
        else:
            title, text, outlet = row.title, row.text, row.outlet
            published = usable_date(row.published, at)
            if row.published_in <= f"{at:%Y-%m}":  # as a day to come
                within = row.published_in
            language = row.language or self.language or identify_language(f"{title}\n{text}")
        return Incoming(
            article_id=item.article_id,
            url=item.url,
            title=title,
            text=text,
            summary="",
            language=language,
            published=published,
            published_in=within,
            origin="page",
            sha256=article_sha256(title, text),
            feed_sha256=item.feed_sha256,
            mining=terms.mining,
            mining_policy=terms.policy,
            authors=authors,
            outlet=outlet or self.outlet_of(item.url),
        )


def _entry(row: TextRow | PageRow) -> FeedEntry:
    """Return a row as an entry of a feed, cut where it is too long for one."""
    if isinstance(row, PageRow):
        content = hashlib.sha256(row.raw.body).hexdigest()
        return FeedEntry(row.raw.url, row.raw.url, content=content)
    return FeedEntry(row.url, row.url, row.title, content=row.text[: 100 * MAX_TITLE_CHARS])
