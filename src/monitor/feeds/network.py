"""Connections that cannot be talked into the local network; the one door of httpcore.

The address is resolved here, checked, and connected to itself: a name that resolves to something
public for the check and to something private for the connection gains nothing. No proxy and no
environment variable takes part. Every read is bounded by a deadline, so that a server sending one
byte a second, even of its headers, is given up on.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore

from monitor.feeds.ssrf_filter import check_address
from monitor.records.errors import FeedError
from monitor.settings import FetchSettings

_MAX_ADDRESSES = 4
"""How many addresses of a host are tried."""


class Deadline(threading.local):
    """When the request that this thread is making must be over, in `time.monotonic` seconds."""

    at: float = float("inf")

    def bound(self, timeout: float | None) -> float:
        """Return `timeout`, or the time left where that is less.

        Raises `httpcore.ReadTimeout` where none is left.
        """
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
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        bound = self._deadline.bound(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, bound), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves a host, checks each of its addresses, and connects to a checked one."""

    def __init__(
        self,
        settings: FetchSettings,
        deadline: Deadline,
        resolver: Callable[[str, int], list[str]] | None = None,
    ) -> None:
        self._allow_hosts = settings.allow_hosts
        self._deadline = deadline
        self._resolve = resolver or resolve
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to `host`; raises `UnsafeAddress` if any of its addresses is not allowed."""
        addresses = self._resolve(host, port)
        for address in addresses:
            check_address(address, host, self._allow_hosts, port=port)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses[:_MAX_ADDRESSES]:
            try:
                stream = self._inner.connect_tcp(
                    address,
                    port,
                    timeout=self._deadline.bound(timeout),
                    local_address=local_address,
                    socket_options=socket_options,
                )
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")


def resolve(host: str, port: int) -> list[str]:
    """Return the distinct addresses of `host`, in the resolver's order.

    Raises `FeedError` where there are none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FeedError(f"no address found for {host}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Network:
    """The connections of one run."""

    pool: httpcore.ConnectionPool
    deadline: Deadline
    timeout_s: float


class EndedEarly(FeedError):
    """The connection ended before the body did."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body is still to come: lower-case headers, `body` as sent.

    Reading the body raises `EndedEarly` where it is cut.
    """

    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes]


@cache
def _ssl_context() -> ssl.SSLContext:
    """Return the one that all runs share: to read the certificates takes 20 ms."""
    return httpcore.default_ssl_context()


@contextmanager
def open_network(settings: FetchSettings) -> Iterator[Network]:
    """Open the connections of one run, with keep-alive, and close them all at the end."""
    deadline = Deadline()
    with httpcore.ConnectionPool(
        ssl_context=_ssl_context(),
        max_connections=4 * settings.parallel,
        max_keepalive_connections=settings.parallel,
        keepalive_expiry=10.0,
        network_backend=CheckedBackend(settings, deadline),
    ) as pool:
        yield Network(pool, deadline, settings.timeout_s)


@contextmanager
def request(
    network: Network, url: str, headers: Mapping[str, str], *, seconds: float
) -> Iterator[Reply]:
    """Ask for `url` (ASCII) and give the reply, to be read within `seconds` in all.

    Raises `FeedError` for whatever goes wrong on the way, `UnsafeAddress` where the host is one
    that may not be asked.
    """
    network.deadline.at = time.monotonic() + seconds
    extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), network.timeout_s)}
    pairs = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    try:
        with network.pool.stream("GET", url, headers=pairs, extensions=extensions) as response:
            received: dict[str, str] = {}
            for name, value in response.headers:
                key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
                received[key] = f"{received[key]}, {text}" if key in received else text
            yield Reply(response.status, received, _body(response))
    except httpcore.TimeoutException as error:
        raise FeedError("no answer in time") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise FeedError(f"the connection failed ({_reason(error)})") from error
    finally:
        network.deadline.at = float("inf")


def _body(response: httpcore.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_stream()
    except (httpcore.RemoteProtocolError, httpcore.ReadError) as error:
        raise EndedEarly("the connection ended before the answer did") from error


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:120] or type(error).__name__
