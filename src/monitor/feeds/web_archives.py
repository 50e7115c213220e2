"""WARC reader: pages out of web archives, read as if what the crawler was answered came now.

One record is in memory at a time, and of each no more than a page may have; whatever it was packed
with is unpacked up to that limit only. What the archive says of itself is believed no more than
what a server says.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from monitor.feeds.article_pages import is_html
from monitor.feeds.feed_entry import plausible_date
from monitor.feeds.http_client import unpack
from monitor.feeds.page_extraction import MAX_PAGE_BYTES, Page, extract_page
from monitor.feeds.text_mining_rights import UNSAID, Terms, header_terms
from monitor.records.errors import DataError, FeedError, UsageError, how_to_install

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord


@dataclass(frozen=True, slots=True)
class RawPage:
    """An HTML page as it was answered, unpacked; `captured` is when, `terms` what headers say."""

    url: str
    body: bytes
    content_type: str
    captured: datetime | None = None
    terms: Terms = UNSAID

    def __len__(self) -> int:
        """Return its size in bytes."""
        return len(self.body)


def is_warc(path: Path) -> bool:
    """Tell whether a file's name is a web archive's."""
    return path.name.lower().endswith((".warc", ".warc.gz"))


@contextmanager
def open_warc(path: Path) -> Iterator[tuple[BinaryIO, Iterator[tuple[int, RawPage | str]]]]:
    """Open a web archive: its file, and each answer in it with the offset of its record.

    An answer that is no page is said why: `status`, `not_html`, `too_long`, `broken`, `no_link`.
    Raises `UsageError` where it cannot be opened or the library is not there; `DataError`, while
    records are read, where it is damaged.
    """
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError as error:
        message = f"{path}: web archives need fastwarc: {how_to_install('warc')}"
        raise UsageError(message) from error
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error

    def answers() -> Iterator[tuple[int, RawPage | str]]:
        kinds = WarcRecordType.response
        try:
            for record in ArchiveIterator(stream, record_types=kinds, fsspec_args=False):
                answer = _answer(record)
                yield record.stream_pos, "broken" if answer is None else answer
                if answer is None:
                    raise DataError(f"{path}: is damaged or cut off (a record is not whole)")
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: is damaged or cut off ({error})") from error

    with stream:
        yield stream, answers()


def read_page(raw: RawPage) -> Page | None:
    """Return the article in a page, `None` where there is none, as of one that was fetched."""
    return extract_page(raw.body, raw.content_type, raw.url)


def page_lines(rows: Sequence[str | RawPage]) -> list[str | dict[str, Any]]:
    """Return rows for classifying: of a page the JSON line of its article, its address the id.

    Of a page without an article it is the record that says so. Lines stay as they are.
    """
    from monitor.text.language_detection import identify_language

    lines: list[str | dict[str, Any]] = []
    for row in rows:
        if isinstance(row, str):
            lines.append(row)
        elif page := read_page(row):
            language = identify_language(f"{page.title}\n{page.text}") or page.language
            said = {"id": row.url, "url": row.url, "title": page.title, "text": page.text}
            lines.append(json.dumps({**said, "language": language}))
        else:
            unjudged = {"id": row.url, "relevance": None, "relevant": None}
            lines.append({**unjudged, "not_judged": "no_text", "tags": [], "stamps": []})
    return lines


def _answer(record: WarcRecord) -> RawPage | str | None:
    """Return the page that a record holds, or why it is none; `None` where it is not whole."""
    url = (record.headers.get("WARC-Target-URI") or "").strip().strip("<>")
    headers = record.http_headers
    if not url or headers is None:
        return "no_link"
    try:
        packed = record.reader.read(MAX_PAGE_BYTES + 1)
        if len(packed) < min(record.content_length, MAX_PAGE_BYTES):
            return None  # its end is cut off, or its length is a lie and swallowed what came then
        if headers.status_code != 200 or len(packed) > MAX_PAGE_BYTES:
            return "status" if headers.status_code != 200 else "too_long"
        said = {name.lower(): value for name, value in headers.to_tuples()}
        body = _unpacked(packed, said)
    except (FeedError, OSError, EOFError):
        return "broken"
    content_type = said.get("content-type", "").lower()
    if not is_html(content_type, body):
        return "not_html"
    captured = None
    with suppress(ValueError):
        if moment := record.record_date:
            captured = plausible_date(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return RawPage(url, body, content_type, captured, header_terms(said, url))


def _unpacked(body: bytes, headers: dict[str, str]) -> bytes:
    """Undo how an answer was sent; archives often hold it undone, and the headers as they were."""
    from fastwarc.stream_io import BrotliReader, ChunkedReader

    def whole(reader: ChunkedReader | BrotliReader) -> bytes:
        found = bytearray()
        while part := reader.read(MAX_PAGE_BYTES + 1 - len(found)):
            found += part
            if len(found) > MAX_PAGE_BYTES:
                raise FeedError(f"larger than {MAX_PAGE_BYTES:,} bytes")
        return bytes(found)

    if "chunked" in headers.get("transfer-encoding", "").lower():
        with suppress(OSError):
            body = whole(ChunkedReader(io.BytesIO(body)))
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding == "br":
        return whole(BrotliReader(io.BytesIO(body)))
    if "gzip" in encoding and not body.startswith(b"\x1f\x8b"):
        return body
    return unpack(body, encoding, MAX_PAGE_BYTES)
