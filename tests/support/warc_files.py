"""Web archives of made-up pages, as crawlers write them: for tests, and for what is measured."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

CASE = (
    "Prosecutors charged the owner of a fruit farm with human trafficking on Monday.",
    "Eleven workers from Thailand were kept in a locked barn, and their passports were taken.",
    "They were told that they owed the price of the flight, and were paid nothing for a year.",
    "The court will hear the case in March, and the workers are in the care of a shelter.",
)
OTHER = (
    "The council opened a new pool beside the harbour, and the mayor cut the ribbon at noon.",
    "The ferry brought forty visitors and their bicycles, and the bakery ran out of bread.",
    "A choir from the valley sang in the square until the rain came in from the west.",
    "The library will lend tools from next month, said its keeper, and a few telescopes.",
)


def page(number: int, *, paragraphs: int = 8) -> bytes:
    """An article's page, each of them different; one in ten tells of a case."""
    words = CASE if number % 10 == 0 else OTHER
    body = "".join(
        f"<p>{words[i % len(words)]} Item {number}, note {i}.</p>" for i in range(paragraphs)
    )
    title = f"{'Farm owner charged' if number % 10 == 0 else 'Harbour news'}, item {number}"
    day = f"2024-04-{1 + number % 28:02d}"
    return (
        f'<html lang="en"><head><title>{title}</title>'
        f'<meta property="article:published_time" content="{day}T08:00:00Z"></head>'
        f"<body><nav>Home | News | Weather</nav><article><h1>{title}</h1>{body}</article>"
        "<footer>Letters to the editor are welcome.</footer></body></html>"
    ).encode()


def record(
    url: str,
    body: bytes,
    *,
    encoding: str = "",
    content_type: str = "text/html; charset=utf-8",
    status: str = "200 OK",
    headers: str = "",
    kind: str = "response",
) -> bytes:
    """One record of an archive."""
    packed = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    http = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{packed}{headers}\r\n".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:test:{url}>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(http) + len(body)}\r\n\r\n"
    )
    return head.encode() + http + body + b"\r\n\r\n"


def address(number: int) -> str:
    """Where a made-up page stands; forty outlets."""
    return f"https://outlet-{number % 40}.example/items/{number}"


def pages(count: int) -> Iterator[bytes]:
    """Records of so many pages."""
    return (record(address(number), page(number)) for number in range(count))


def write_warc(path: Path, records: Iterable[bytes]) -> Path:
    """Write an archive, each record a gzip member of its own where the name says so."""
    packed = path.suffix == ".gz"
    with path.open("wb") as stream:
        for one in records:
            stream.write(gzip.compress(one, 1, mtime=0) if packed else one)
    return path
