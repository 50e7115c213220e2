"""HTTP client: polite, bounded, conditional requests for feeds, pages and robots.txt alike.

Threads, not asyncio: parsing and storing are blocking anyway, and a lock per host is all the
coordination needed. Decompression has a limit, and is done once: nested encodings are bombs.

A host is resolved here, its addresses are checked, and a checked one is connected to, so that a
name with one address for the check and another for the connection gains nothing. No proxy and no
environment variable takes part. Every read is bounded by a deadline.
"""

from __future__ import annotations

import email.utils
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpcore

from monitor.feeds.politeness import Manners
from monitor.feeds.ssrf_filter import check_address
from monitor.feeds.urls import has_login, host_of, join_url, naming, request_url
from monitor.records.errors import FeedError
from monitor.settings import FetchSettings


class Deadline(threading.local):
    """When the request that this thread is making must be over, in `time.monotonic` seconds."""

    at: float = float("inf")

    def bound(self, timeout: float | None) -> float:
        """Return `timeout`, or the time left if less; `httpcore.ReadTimeout` where none is."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this request is up")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends with the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bound = self._deadline.bound(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, bound), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def resolve(host: str, port: int) -> list[str]:
    """Return the distinct addresses of `host`, in the resolver's order; `FeedError` without one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FeedError(f"no address found for {host}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class CheckedBackend(httpcore.NetworkBackend):
    """Resolves a host, checks each of its addresses, and connects to a checked one."""

    settings: FetchSettings
    deadline: Deadline
    resolver: Callable[[str, int], list[str]] = resolve
    inner: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *options: Any, **more: Any
    ) -> httpcore.NetworkStream:
        """Connect to `host`; raises `UnsafeAddress` if any of its addresses is not allowed."""
        addresses = self.resolver(host, port)
        for address in addresses:
            check_address(address, host, self.settings.allow_hosts, port=port)
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses[:4]:
            try:
                within = self.deadline.bound(timeout)
                stream = self.inner.connect_tcp(address, port, within, *options, **more)
                return _Stream(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


MAX_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
PAGE_TYPES = "text/html, application/xhtml+xml, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class FetchResult:
    """An answer. `headers` are those of the last hop, in lower case.

    `body` is there for status 200 only. `etag` and `modified` are to be sent with the next
    request. `retry_after` is in seconds. `permanent_redirect` is where the resource moved for good.
    `truncated` says that the connection ended before the body did.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    not_modified: bool = False
    etag: str | None = None
    modified: str | None = None
    retry_after: float | None = None
    permanent_redirect: str | None = None
    truncated: bool = False

    @property
    def content_type(self) -> str:
        """The Content-Type header, in lower case, or ""."""
        return self.headers.get("content-type", "").lower()


@dataclass(frozen=True, slots=True)
class HttpClient:
    """The connections of one run: settings, manners, and a lock per host."""

    settings: FetchSettings
    manners: Manners
    pool: httpcore.ConnectionPool
    deadline: Deadline
    locks: dict[str, threading.Lock] = field(default_factory=dict)

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait until no other request to `host` is under way, and the pause after it is over."""
        with self.locks.setdefault(host, threading.Lock()):
            self.manners.await_turn(host)
            try:
                yield
            finally:
                self.manners.visited(host)


@contextmanager
def open_client(settings: FetchSettings, manners: Manners | None = None) -> Iterator[HttpClient]:
    """Open a client for one run and several threads; `manners` know hosts from runs before."""
    deadline = Deadline()
    with httpcore.ConnectionPool(
        ssl_context=_ssl_context(),
        max_connections=4 * settings.parallel,
        max_keepalive_connections=settings.parallel,
        keepalive_expiry=10.0,
        network_backend=CheckedBackend(settings, deadline),
    ) as pool:
        known = manners or Manners(settings.host_spacing_s, lambda: datetime.now(UTC))
        yield HttpClient(settings, known, pool, deadline)


_ssl_context = cache(httpcore.default_ssl_context)
"""All runs share one: to read the certificates takes 20 ms."""


def fetch(
    client: HttpClient,
    url: str,
    *,
    now: datetime,
    etag: str | None = None,
    modified: str | None = None,
    accept: str = FEED_TYPES,
) -> FetchResult:
    """Get `url`, following at most five redirects, each checked like the first address.

    `etag` and `modified` make it conditional. `now` is what a Retry-After date is counted from.
    Raises `FeedError` where there is no answer, or one that is too large, too slow or in a
    redirect loop, and `UnsafeAddress` for an address that may not be fetched; the message names
    `url`. A status such as 404 is an answer, not an error.
    """
    wanted = {
        "User-Agent": client.settings.user_agent,
        "Accept": accept,
        "Accept-Encoding": "gzip, deflate",
        "If-None-Match": etag,
        "If-Modified-Since": modified,
    }
    headers = {}
    for name, value in wanted.items():
        # without what could not stand in, or would end, a header line
        sent = "".join(c for c in value or "" if c == "\t" or 0x20 <= ord(c) < 0x7F or c > "\x9f")
        if sent := sent.encode("latin-1", "ignore").decode("latin-1").strip():
            headers[name] = sent
    with naming(url):
        return _follow(client, url, headers, now)


def _follow(client: HttpClient, url: str, headers: dict[str, str], now: datetime) -> FetchResult:
    budget = 3.0 * client.settings.timeout_s  # redirects and all
    limit = client.settings.max_bytes
    here, seen, moved = request_url(url), set[str](), True
    permanent: str | None = None
    while True:
        if here in seen:
            raise FeedError("redirect loop")
        if len(seen) > MAX_REDIRECTS:
            raise FeedError(f"more than {MAX_REDIRECTS} redirects")
        if budget <= 0:
            raise FeedError("no answer in time")
        seen.add(here)
        with client.turn(host_of(here)):
            started = time.monotonic()
            ask = {"Host": here.split("/")[2], **headers}
            with request(client, here, ask, seconds=budget) as (status, received, chunks):
                get = received.get
                target = _redirect_target(here, status, get("location"))
                if target is None:
                    is_page = status == 200
                    length = get("content-length", "")
                    if is_page and length.isascii() and length.isdigit():
                        _check_size(int(length[:20]), limit)
                    packed = get("content-encoding", "")
                    body, whole = _unpacked(chunks, packed, limit) if is_page else (None, True)
                    return FetchResult(
                        url=url,
                        final_url=here,
                        status=status,
                        headers=received,
                        body=body,
                        not_modified=status == 304,
                        etag=get("etag") if is_page and whole else None,
                        modified=get("last-modified") if is_page and whole else None,
                        retry_after=retry_after(get("retry-after"), now),
                        permanent_redirect=permanent,
                        truncated=not whole,
                    )
            budget -= time.monotonic() - started
        moved = moved and status in _PERMANENT
        permanent = target if moved else permanent
        here = target


@contextmanager
def request(
    client: HttpClient, url: str, headers: Mapping[str, str], *, seconds: float
) -> Iterator[tuple[int, Mapping[str, str], Iterable[bytes]]]:
    """Ask for `url` (ASCII), for `seconds` in all; give status, headers (lower case) and raw body.

    Raises `FeedError` for whatever goes wrong on the way, `UnsafeAddress` for a host not to ask.
    """
    client.deadline.at = time.monotonic() + seconds
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), client.settings.timeout_s)
    pairs = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    try:
        with client.pool.stream(
            "GET", url, headers=pairs, extensions={"timeout": timeout}
        ) as response:
            received: dict[str, str] = {}
            for name, value in response.headers:
                key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
                received[key] = f"{received[key]}, {text}" if key in received else text
            yield response.status, received, response.iter_stream()
    except httpcore.TimeoutException as error:
        raise FeedError("no answer in time") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise FeedError(f"the connection failed ({reason})") from error
    finally:
        client.deadline.at = float("inf")


def _redirect_target(here: str, status: int, location: str | None) -> str | None:
    """Return where an answer sends us, `None` where it sends us nowhere."""
    if status not in _REDIRECTS or not location:
        return None
    with suppress(UnicodeError):  # headers are read as Latin-1, and often are UTF-8
        location = location.encode("latin-1").decode("utf-8")
    if has_login(location):
        raise FeedError("it redirects to an address with a user name or password")
    target = join_url(here, location)
    if target is None:
        raise FeedError("it redirects to something that is no http or https URL")
    return request_url(target)


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """Return `body` without its Content-Encoding; `FeedError` above `limit` bytes, or if broken."""
    found, whole = _unpacked([body], encoding, limit)
    if not whole:
        raise FeedError("its compressed data is cut off")
    return found


def _unpacked(chunks: Iterable[bytes], encoding: str, limit: int) -> tuple[bytes, bool]:
    """Undo one Content-Encoding, to `limit` bytes; return the body and whether it is whole."""
    given = map(str.strip, encoding.lower().split(","))
    names = [name for name in given if name not in ("", "identity")]
    if len(names) > 1 or not set(names) <= {"gzip", "x-gzip", "deflate"}:
        raise FeedError(f"its content encoding '{encoding[:40]}' was not asked for")
    deflate, unzip = "deflate" in names, zlib.decompressobj(zlib.MAX_WBITS | 32)
    body, taken = bytearray(), 0
    try:
        for chunk in chunks:
            taken += len(chunk)
            rest, plain = (chunk, b"") if names else (b"", chunk)
            body += plain
            while rest and len(body) <= limit:
                if unzip.eof:
                    if not rest.startswith(b"\x1f\x8b"):
                        break  # padding after the end
                    unzip = zlib.decompressobj(zlib.MAX_WBITS | 32)  # the next member
                try:
                    body += unzip.decompress(rest, limit + 1 - len(body))
                    rest = unzip.unconsumed_tail or unzip.unused_data
                except zlib.error as error:
                    if not deflate:
                        raise FeedError("its compressed data is broken") from error
                    # some servers send deflate without its header
                    deflate, unzip = False, zlib.decompressobj(-zlib.MAX_WBITS)
            _check_size(max(taken, len(body)), limit)
    except (httpcore.RemoteProtocolError, httpcore.ReadError) as error:
        if not body:
            raise FeedError("the connection ended before the answer did") from error
        return bytes(body), False
    return bytes(body), not names or unzip.eof


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise FeedError(f"larger than {limit:,} bytes")


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header (seconds or a date) asks for, `None` if none."""
    if not value:
        return None
    if re.fullmatch(r"\s*\d{1,10}\s*", value):
        return float(value)
    moment = http_date(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def http_date(written: str) -> datetime | None:
    """Return the moment that a header names, UTC where it names no zone; `None` if none."""
    try:
        moment = email.utils.parsedate_to_datetime(written)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
