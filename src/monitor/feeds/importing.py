"""Importing files of articles: stored with where they stand, as often as one likes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.desk import Desk
from monitor.records.article import Import, Place, Poll
from monitor.records.errors import DataError, UsageError

if TYPE_CHECKING:
    from monitor.feeds.article_import import Manner
    from monitor.feeds.import_formats import Row, RowFile, RowFormat
    from monitor.storage.polls import PollResult

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
    from monitor.text.cells import unguard

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
    from monitor.feeds.article_import import import_id

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
    from monitor.feeds.article_import import poll_of_address, poll_of_rows
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
    from monitor.feeds.article_import import Manner
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
