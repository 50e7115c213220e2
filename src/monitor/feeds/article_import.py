"""Article import: files of articles, and single addresses, brought in where no feed brings them.

Files are JSON Lines, CSV, lists of addresses or web archives; one row is in memory at a time. What
comes in is stored as a poll of a feed that is none, with where in its file it stands. What a file
brought before, or the desk has whole, is only a sighting, so that a file can be imported any number
of times. Of two rows with one address the first counts.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, cast, get_args

from monitor.desk import Desk
from monitor.feeds.article_pages import PageReader
from monitor.feeds.encoding_detection import clean
from monitor.feeds.feed_dates import read_date
from monitor.feeds.feed_entry import EARLIEST, FeedEntry, ParsedFeed, short_language
from monitor.feeds.http_client import FetchResult, open_client
from monitor.feeds.page_extraction import MAX_TEXT_CHARS
from monitor.feeds.politeness import manners_of
from monitor.feeds.polling import MAX_TITLE_CHARS, FeedItem, FeedWork, article_sha256, find_items
from monitor.feeds.polling_plan import usable_date
from monitor.feeds.starter_feeds import refuse_closed
from monitor.feeds.text_mining_rights import UNSAID, strictest
from monitor.feeds.urls import article_id, canonical_url, host_of, same_outlet, same_site, shown_url
from monitor.feeds.web_archives import RawPage, is_warc, open_warc, read_page
from monitor.records.article import Import, Place
from monitor.records.errors import DataError, FeedError, UnsafeAddress, UsageError
from monitor.records.feed import Feed, FeedState, Incoming, Poll, Sighting
from monitor.storage.polls import PollResult
from monitor.text.language_detection import identify_language
from monitor.text.safe_text import unguard

BATCH = 64
"""Rows stored in one transaction: a kill loses no more."""


RowFormat = Literal["jsonl", "csv", "urls", "warc"]
MAX_LINE_BYTES = 16_000_000
"""A longer line is no article; it is read past without being held."""
MAX_ROW_BYTES = 4 * MAX_LINE_BYTES
"""So much may a row of a table have on all its lines."""
DROPS = ("bad_line", "no_text", "too_long", "no_link", "not_html", "status", "broken")
"""The names under which rows are no article; those of web archives are `open_warc`'s."""
COLUMNS = ("url", "title", "text", "language", "published", "published_in", "outlet", "id")
_SUFFIXES: Mapping[str, RowFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".txt": "urls",
    ".urls": "urls",
}
_COARSE = re.compile(r"(\d{4})(?:-(?:0[1-9]|1[0-2]))?", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
"""What was no UTF-8 has some."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """An article as a file has it, or, without a `text`, an address to be fetched."""

    place: Place
    url: str
    title: str = ""
    text: str = ""
    language: str | None = None
    published: datetime | None = None
    outlet: str = ""
    published_in: str = ""
    """The year or month, where no day is said."""


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page out of a web archive."""

    place: Place
    raw: RawPage


@dataclass(frozen=True, slots=True)
class DroppedRow:
    """A row that is no article: the drop's name, and what is wrong if its file is at fault."""

    place: Place
    why: str
    says: str = ""


Row = TextRow | PageRow | DroppedRow


def format_of(path: Path) -> RowFormat:
    """Return the format that a file's name tells; raises `UsageError` where it tells none."""
    if is_warc(path):
        return "warc"
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix not in _SUFFIXES:
        known = ", ".join(get_args(RowFormat))
        raise UsageError(f"{path}: its name does not tell what it is: give --format ({known})")
    return _SUFFIXES[suffix]


@contextmanager
def open_rows(
    path: Path, format: RowFormat
) -> Iterator[tuple[Iterator[Row], int, Callable[[], int]]]:
    """Open a file of articles: its rows, its size in bytes, and what tells how far it is read.

    All but web archives may be gzipped whole.
    Raises `UsageError` for a file that cannot be opened; `DataError`, as it is read, for a damaged
    one.
    """
    with ExitStack() as stack:
        if format == "warc":
            raw, answers = stack.enter_context(open_warc(path))
            rows: Iterator[Row] = (
                DroppedRow(Place(at), answer)
                if isinstance(answer, str)
                else PageRow(Place(at, captured=answer.captured), answer)
                for at, answer in answers
            )
        else:
            try:
                raw = stack.enter_context(path.open("rb"))
            except OSError as error:
                raise UsageError(f"{path}: {error.strerror or error}") from error
            packed = path.name.lower().endswith(".gz")
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
            is_table = format == "csv"
            rows = _table_rows(stream, path) if is_table else _line_rows(stream, format)

        def explained() -> Iterator[Row]:
            try:
                yield from rows
            except (OSError, EOFError, zlib.error) as error:
                raise DataError(f"{path}: is damaged or cut off ({error})") from error

        size = path.stat().st_size
        yield explained(), size, lambda: size if raw.closed else raw.tell()


def _line_rows(stream: IO[bytes], format: RowFormat) -> Iterator[Row]:
    """Yield the rows of JSON Lines or a list of addresses; blank lines are none."""
    number = 0
    while data := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        whole = len(data) <= MAX_LINE_BYTES
        while not data.endswith(b"\n") and len(data) > MAX_LINE_BYTES:
            data = stream.readline(MAX_LINE_BYTES + 1)
        line = None
        with suppress(UnicodeDecodeError):
            line = data.decode("utf-8-sig" if number == 1 else "utf-8").strip() if whole else None
        if line is None:
            yield _bad(number, f"longer than {MAX_LINE_BYTES:,} bytes, or no UTF-8")
        elif line and format == "jsonl":
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                yield _bad(number, "no JSON")
            else:
                yield _row(number, found) if isinstance(found, dict) else _bad(number, "no object")
        elif line and not line.startswith("#"):
            yield TextRow(Place(number), line)


def _table_rows(stream: IO[bytes], path: Path) -> Iterator[Row]:
    number = held = 0  # lines read, and the bytes of the row at hand

    def read_lines() -> Iterator[str]:
        """Yield lines; what is no UTF-8 in them as lone surrogates."""
        nonlocal number, held
        while data := stream.readline(MAX_LINE_BYTES + 1):
            number, held = number + 1, held + len(data)
            if len(data) > MAX_LINE_BYTES or held > MAX_ROW_BYTES:
                what = "row" if held > len(data) else "line"
                most = MAX_ROW_BYTES if what == "row" else MAX_LINE_BYTES
                raise DataError(f"{path}: line {number}: a {what} over {most:,} bytes")
            yield data.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")

    csv.field_size_limit(MAX_LINE_BYTES)
    lines = read_lines()
    head = next(lines, "")
    delimiter = max(",;\t", key=head.count)  # not all spreadsheets write commas
    # strict, or a quotation mark too many would make one text of all rows up to the next
    table = csv.reader(chain([head], lines), delimiter=delimiter, strict=True)
    names = _read_names(table, path)
    # our own tables guard what a spreadsheet would run
    ours = unguard if "sha256" in names else str
    while True:
        first, held = table.line_num + 1, 0
        try:
            cells = next(table, None)
        except csv.Error as error:
            more = f", up to line {table.line_num}" if table.line_num > first else ""
            yield _bad(first, f"no CSV ({error}){more}")
            continue
        if cells is None:
            return
        if len(cells) not in (0, len(names)):
            yield _bad(first, f"{len(cells)} cells under {len(names)} columns")
        elif cells:
            pairs = zip(names, cells, strict=True)
            values = {name: ours(cell) for name, cell in pairs if name in COLUMNS}
            is_text = not _SURROGATE.search("".join(values.values()))
            yield _row(first, values) if is_text else _bad(first, "no UTF-8")


def _read_names(table: Iterator[list[str]], path: Path) -> list[str]:
    """Return the names in a table's first line: what is needed, and nothing twice."""
    try:
        names = [name.strip().lower() for name in next(table, [])]
    except csv.Error as error:
        raise DataError(f"{path}: no CSV ({error})") from error
    if _SURROGATE.search("".join(names)):
        raise DataError(f"{path}: its first line is no UTF-8")
    if missing := {"url", "text"} - set(names):
        raise DataError(f"{path}: its first line names no column '{min(missing)}'")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise DataError(f"{path}: its first line names '{twice[0]}' twice")
    return names


def _row(number: int, found: Mapping[str, Any]) -> Row:
    """Return the row of a JSON object or of a table's cells."""
    values: dict[str, str] = {}
    for name in COLUMNS:
        value = found.get(name)
        if name in ("id", "published") and type(value) is int:
            value = str(value)
        if not isinstance(value, (str, type(None))):
            return _bad(number, f"'{name}' is no string")
        values[name] = clean(value or "")
    url, text, language = values["url"], values["text"], values["language"]
    published = values["published"] or values["published_in"]
    # never made a day: that would be said of the article, and nobody said it
    coarse = _COARSE.fullmatch(published.strip())
    within = coarse[0] if coarse and int(coarse[1]) >= EARLIEST.year else ""
    short = short_language(language)
    moment = read_date(published) if published and not within else None
    is_url = False
    with suppress(FeedError):
        is_url = bool(canonical_url(url))
    faults = (
        (not url, "bad_line", "'url' is missing"),
        (not text.strip(), "no_text", "'text' is missing"),
        (len(text) > MAX_TEXT_CHARS, "too_long", f"'text' is over {MAX_TEXT_CHARS:,} characters"),
        (not is_url, "bad_line", "'url' is no http or https URL"),
        (language and not short, "bad_line", "'language' is no ISO 639-1 code"),
        (published and not (moment or within), "bad_line", "'published' is no date"),
    )
    for fault, why, says in faults:
        if fault:
            return DroppedRow(Place(number), why, says)
    title, outlet = " ".join(values["title"].split()), " ".join(values["outlet"].split())
    return TextRow(Place(number, values["id"]), url, title, text, short, moment, outlet, within)


def _bad(number: int, says: str) -> DroppedRow:
    return DroppedRow(Place(number), "bad_line", says)


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
    store, manners, host = desk.store, manners_of(desk), host_of(url)
    known_outlet = next((f.outlet or f.title for f in store.feeds() if same_site(f.url, url)), "")
    name, said = f"by-hand:{host}", f"added by hand ({host})"
    feed = Feed(name, name, said, outlet or known_outlet or host)
    with open_client(desk.settings.fetch, manners) as client:
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
    nothing_asked = FetchResult(feed.url, entry.url, 200)
    work = FeedWork(feed, FeedState(), nothing_asked, ParsedFeed(entries=(entry,)))
    wanted = work.start(at, desk.store.known, desk.settings.fetch.allow_hosts)
    if work.dropped["unsafe_address"]:
        raise UnsafeAddress(f"{shown_url(entry.url)}: it leads to a private host")
    if not work.items:
        raise FeedError(f"{shown_url(entry.url)}: not an http or https URL")
    for index in wanted:
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
    if path.exists() and not path.is_file():  # to hash it reads it, and then a pipe is empty
        raise UsageError(f"{path}: is no file, and only a file can be read twice")
    try:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    source = Import(import_id(sha256), path.name, sha256, kind, desk.now(), by)
    stored, all_faults, damage = 0, 0, ""
    dropped: Counter[str] = Counter()
    with ExitStack() as stack:
        found, size, position = stack.enter_context(open_rows(path, kind))
        if language and not short_language(language):
            raise UsageError(f"'{language}' is no ISO 639-1 code such as en")
        manners = manners_of(desk)
        client = stack.enter_context(open_client(desk.settings.fetch, manners))
        pages, followed = PageReader(client, desk.now), desk.store.feeds() if not outlet else []
        importer = _Importer(desk, source, outlet, short_language(language), pages, followed)
        try:
            for rows in _batches(found, path, complain):
                for poll, places, faults in importer.polls_of(rows):
                    result = desk.store.record_import(source, poll, places, desk.now())
                    stored += result.stored
                    all_faults += faults
                    dropped.update(result.dropped)
                    for warning in result.warnings:
                        complain(warning)
                    if visits := manners.take_changed():
                        desk.store.save_visits(visits, desk.now())
                    report(position(), size)
        except DataError as error:
            damage = str(error)
    counts = {name: count for name, count in sorted(dropped.items()) if count}
    return Imported(stored + sum(counts.values()), stored, counts, all_faults, damage)


def import_id(sha256: str) -> str:
    """Return the id of the import of the file with this hash."""
    return f"import:{sha256[:16]}"


def import_feed(source: Import) -> Feed:
    """Return the feed record under which a file's articles are stored; it is never polled."""
    return Feed(source.id, source.id, f"imported ({source.name})", "")


def _batches(
    rows: Iterator[Row], path: Path, complain: Callable[[str], None]
) -> Iterator[list[Row]]:
    """Yield rows that are stored together; of a damaged file those before the damage too."""
    batch: list[Row] = []
    size = 0
    try:
        for row in rows:
            if isinstance(row, DroppedRow) and row.says:
                complain(f"{path}:{row.place.at}: {row.says}")
            batch.append(row)
            size += len(row.raw.body) if isinstance(row, PageRow) else 0
            if len(batch) == BATCH or size > 16_000_000:
                yield batch
                batch, size = [], 0
    except DataError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


@dataclass(slots=True)
class _Importer:
    """Makes polls of rows; `outlet` and `language` are of those that say none."""

    desk: Desk
    source: Import
    outlet: str
    language: str | None
    pages: PageReader
    followed: Sequence[Feed]
    outlets: dict[str, str] = field(default_factory=dict)

    def polls_of(self, rows: Sequence[Row]) -> Iterator[tuple[Poll, dict[str, Place], int]]:
        """Yield what is to be stored together, and how many rows of it are at fault."""
        rest: list[Row] = []
        for row in rows:
            if not isinstance(row, TextRow) or row.text:
                rest.append(row)
                continue
            # the page of an address is fetched, unless the desk has it
            feed, at, entry = import_feed(self.source), self.desk.now(), FeedEntry(row.url, row.url)
            try:
                poll = _fetched_poll(self.desk, self.pages, feed, entry, at)
                named = [replace(one, outlet=self._outlet_of(one.url)) for one in poll.incoming]
                poll = replace(poll, incoming=tuple(named))
            except FeedError as error:
                why = {"unsafe_address" if isinstance(error, UnsafeAddress) else "no_link": 1}
                state = FeedState(last_poll=at, last_success=at)
                poll = Poll(feed, state, at, fetched=1, dropped=why, warnings=(str(error),))
            places = {one.article_id: row.place for one in poll.incoming}
            yield poll, places, int(not (poll.incoming or poll.sightings))
        if rest:
            faults = sum(isinstance(row, DroppedRow) and bool(row.says) for row in rest)
            yield *self._of_texts(rest, self.desk.now()), faults

    def _outlet_of(self, url: str) -> str:
        """Return the outlet of an address: a followed feed's of the same site, else its host."""
        host = host_of(url)
        if not self.outlet and host not in self.outlets:
            page = f"https://{host}/"
            named = (f.outlet or f.title for f in self.followed if same_outlet(page, [f]))
            name = next(filter(None, named), "")
            self.outlets[host] = name or host.removeprefix("www.")
        return self.outlet or self.outlets[host]

    def _of_texts(self, rows: Sequence[Row], at: datetime) -> tuple[Poll, dict[str, Place]]:
        """Return rows that have their texts as a poll, and the place of each by article id."""
        dropped: Counter[str] = Counter()
        items: dict[str, tuple[TextRow | PageRow, FeedItem]] = {}
        for row in rows:
            if isinstance(row, DroppedRow):
                dropped[row.why] += 1
                continue
            if isinstance(row, PageRow):
                url, content = row.raw.url, hashlib.sha256(row.raw.body).hexdigest()
                entry = FeedEntry(url, url, content=content)
            else:  # cut where it is too long for an entry of a feed
                content = row.text[: 100 * MAX_TITLE_CHARS]
                entry = FeedEntry(row.url, row.url, row.title, content=content)
            found, why = find_items((entry,), self.desk.settings.fetch.allow_hosts)
            dropped.update(why)
            for item in found:
                dropped["repeated"] += item.article_id in items
                items.setdefault(item.article_id, (row, item))
        known = self.desk.store.known(list(items))
        incoming: dict[str, Incoming] = {}
        sightings: list[Sighting] = []
        for key, (row, item) in items.items():
            held, here = known.get(key), self.source.id
            if held and (held.expired or here in held.feed_sha256 or held.origin != "summary"):
                said = held.feed_sha256.get(here, item.feed_sha256)
                sightings.append(Sighting(key, said))
            elif article := self._article(row, item, at):
                incoming[key] = article
            else:
                dropped["no_text"] += 1
        poll = Poll(
            feed=import_feed(self.source),
            state=FeedState(last_poll=at, last_success=at),
            at=at,
            fetched=len(rows),
            incoming=tuple(incoming.values()),
            sightings=tuple(sightings),
            dropped={name: count for name, count in sorted(dropped.items()) if count},
        )
        return poll, {key: items[key][0].place for key in incoming}

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
            outlet=outlet or self._outlet_of(item.url),
        )
