"""File formats of article import: JSON Lines, CSV, lists of addresses, web archives.

Each row comes with its place and is an article, a page or an address; or a named drop, with what
is wrong where that is somebody's to mend. One row is in memory at a time.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, Self, cast, get_args

from monitor.feeds.encoding_detection import clean
from monitor.feeds.feed_dates import read_coarse, read_date
from monitor.feeds.feed_entry import short_language
from monitor.feeds.page_extraction import MAX_TEXT_CHARS
from monitor.feeds.urls import canonical_url
from monitor.feeds.web_archives import RawPage, UnreadRecord, is_warc, open_warc
from monitor.records.article import Place
from monitor.records.errors import DataError, FeedError, UsageError

RowFormat = Literal["jsonl", "csv", "urls", "warc"]
MAX_LINE_BYTES = 16_000_000
"""A longer line is no article; it is read past without being held."""
MAX_ROW_BYTES = 4 * MAX_LINE_BYTES
"""So much may a row of a table have on all its lines."""
DROPS = ("bad_line", "no_text", "too_long", "no_link", "not_html", "status", "broken")
"""The names under which rows are no article; those of web archives are `UnreadRecord`'s."""
COLUMNS = ("url", "title", "text", "language", "published", "published_in", "outlet", "id")
_SUFFIXES: Mapping[str, RowFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".txt": "urls",
    ".urls": "urls",
}


@dataclass(frozen=True, slots=True)
class TextRow:
    """An article as a file has it; what it does not say is empty or `None`."""

    place: Place
    url: str
    title: str
    text: str
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
class AddressRow:
    """An address, to be fetched."""

    place: Place
    url: str


@dataclass(frozen=True, slots=True)
class DroppedRow:
    """A row that is no article: the drop's name, and what is wrong if its file is at fault."""

    place: Place
    why: str
    says: str = ""


Row = TextRow | PageRow | AddressRow | DroppedRow


@dataclass(frozen=True, slots=True)
class RowFile:
    """The rows of a file; `position()` of `size` bytes is how far it is read."""

    rows: Iterator[Row]
    size: int
    position: Callable[[], int]


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
    path: Path, format: RowFormat, *, unguard: Callable[[str], str] = str
) -> Iterator[RowFile]:
    """Open a file of articles; all but web archives may be gzipped whole.

    `unguard` undoes what our own tables do to cells that a spreadsheet would run. Raises
    `UsageError` for a file that cannot be opened, `DataError`, while rows are read, for one that is
    damaged.
    """
    with ExitStack() as stack:
        if format == "warc":
            raw, answers = stack.enter_context(open_warc(path))
            rows: Iterator[Row] = (
                DroppedRow(Place(at), answer.why)
                if isinstance(answer, UnreadRecord)
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
            if format == "csv":
                rows = _table_rows(stream, path, unguard)
            else:
                rows = _line_rows(stream, _json_row if format == "jsonl" else _address_row)
        size = path.stat().st_size
        yield RowFile(_explained(rows, path), size, lambda: size if raw.closed else raw.tell())


def _explained(rows: Iterator[Row], path: Path) -> Iterator[Row]:
    try:
        yield from rows
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: is damaged or cut off ({error})") from error


def _line_rows(stream: IO[bytes], row_of: Callable[[int, str], Row | None]) -> Iterator[Row]:
    """Yield what `row_of` makes of numbered lines without their ends; blank lines are none."""
    number = 0
    while data := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        whole = len(data) <= MAX_LINE_BYTES
        while not data.endswith(b"\n") and len(data) > MAX_LINE_BYTES:
            data = stream.readline(MAX_LINE_BYTES + 1)
        try:
            line = data.decode("utf-8-sig" if number == 1 else "utf-8") if whole else None
        except UnicodeDecodeError:
            line = None
        if line is None:
            yield _bad(number, f"longer than {MAX_LINE_BYTES:,} bytes, or no UTF-8")
        elif line.strip() and (row := row_of(number, line.rstrip("\r\n"))):
            yield row


def _json_row(number: int, line: str) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return _bad(number, "no JSON")
    return _row(number, found) if isinstance(found, dict) else _bad(number, "no object")


def _address_row(number: int, line: str) -> Row | None:
    url = line.strip()
    return None if url.startswith("#") else AddressRow(Place(number), url)


def _table_rows(stream: IO[bytes], path: Path, unguard: Callable[[str], str]) -> Iterator[Row]:
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = _TableLines(stream, path)
    head = next(lines, "")
    delimiter = max(",;\t", key=head.count)  # not all spreadsheets write commas
    # strict, or a quotation mark too many would make one text of all rows up to the next
    table = csv.reader(chain([head], lines), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(table, [])]
    except csv.Error as error:
        raise DataError(f"{path}: no CSV ({error})") from error
    _check_names(names, path)
    ours = unguard if "sha256" in names else str
    while True:
        number = table.line_num + 1
        lines.held = 0
        try:
            cells = next(table, None)
        except csv.Error as error:
            more = f", up to line {table.line_num}" if table.line_num > number else ""
            yield _bad(number, f"no CSV ({error}){more}")
            continue
        if cells is None:
            return
        if cells:
            yield _from_cells(number, names, cells, ours)


def _check_names(names: Sequence[str], path: Path) -> None:
    """Raise `DataError` unless a table's first line names what is needed, and nothing twice."""
    if not _is_unicode("".join(names)):
        raise DataError(f"{path}: its first line is no UTF-8")
    if missing := {"url", "text"} - set(names):
        raise DataError(f"{path}: its first line names no column '{min(missing)}'")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise DataError(f"{path}: its first line names '{twice[0]}' twice")


class _TableLines:
    """A table's lines; what is no UTF-8 in them as lone surrogates.

    `held` counts the bytes of the row at hand: set it to 0 before each.
    """

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self.held = 0
        self._stream, self._path = stream, path
        self._number = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        data = self._stream.readline(MAX_LINE_BYTES + 1)
        if not data:
            raise StopIteration
        self._number += 1
        self.held += len(data)
        if len(data) > MAX_LINE_BYTES or self.held > MAX_ROW_BYTES:
            what = "row" if self.held > len(data) else "line"
            most = MAX_ROW_BYTES if what == "row" else MAX_LINE_BYTES
            raise DataError(f"{self._path}: line {self._number}: a {what} over {most:,} bytes")
        return data.decode("utf-8-sig" if self._number == 1 else "utf-8", "surrogateescape")


def _is_unicode(text: str) -> bool:
    """Tell whether a text has no lone surrogate: what was no UTF-8 has some."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _from_cells(
    number: int, names: list[str], cells: list[str], unguard: Callable[[str], str]
) -> Row:
    if len(cells) != len(names):
        return _bad(number, f"{len(cells)} cells under {len(names)} columns")
    pairs = zip(names, cells, strict=True)
    values = {name: unguard(cell) or None for name, cell in pairs if name in COLUMNS}
    if not _is_unicode("".join(filter(None, values.values()))):
        return _bad(number, "no UTF-8")
    return _row(number, values)


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
    if not values["url"]:
        return _bad(number, "'url' is missing")
    if not values["text"].strip():
        return DroppedRow(Place(number), "no_text", "'text' is missing")
    if len(values["text"]) > MAX_TEXT_CHARS:
        return DroppedRow(
            Place(number), "too_long", f"'text' is over {MAX_TEXT_CHARS:,} characters"
        )
    return _text_row(number, values)


def _text_row(number: int, values: Mapping[str, str]) -> Row:
    try:
        canonical_url(values["url"])
    except FeedError:
        return _bad(number, "'url' is no http or https URL")
    language, published = values["language"], values["published"] or values["published_in"]
    within = read_coarse(published)
    short = short_language(language)
    moment = read_date(published) if published and not within else None
    if language and not short:
        return _bad(number, "'language' is no ISO 639-1 code")
    if published and not (moment or within):
        return _bad(number, "'published' is no date")
    place = Place(number, values["id"])
    title, outlet = " ".join(values["title"].split()), " ".join(values["outlet"].split())
    return TextRow(place, values["url"], title, values["text"], short, moment, outlet, within)


def _bad(number: int, says: str) -> DroppedRow:
    return DroppedRow(Place(number), "bad_line", says)
