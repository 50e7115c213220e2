"""Serving the application with uvicorn."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from monitor.api.check_queue import Checkers
from monitor.config import cores
from monitor.core import Monitor
from monitor.errors import UsageError
from monitor.web.server import create_app

MOST_BY_DEFAULT = 4
"""Each worker holds rules and models for itself; a desk seldom has more drafts at once."""


def count_workers(wanted: int) -> int:
    """Return how many drafts to check at once; 0 stands for the cores there are, up to four."""
    return wanted or min(cores(), MOST_BY_DEFAULT)


def server_options(
    monitor: Monitor, *, host: str, port: int, checkers: Checkers | None = None
) -> dict[str, Any]:
    """Return uvicorn's options.

    Its access log is off because it writes whole paths with their query; `api.request_log` writes
    route names instead. Proxy headers are not trusted and the server does not name itself.
    """
    return {
        "app": create_app(monitor, hosts=(host,), checkers=checkers),
        "host": host,
        "port": port,
        "access_log": False,
        "log_level": "info",
        "log_config": _LOGGING,
        "proxy_headers": False,
        "server_header": False,
        "ws": "none",
        "timeout_graceful_shutdown": 5,
    }


def run_server(
    monitor: Monitor,
    *,
    host: str,
    port: int,
    workers: int = 1,
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted, checking `workers` drafts at once; tell `started` the address.

    Raises `UsageError` where the address cannot be listened on, and what keeps it from serving.
    """
    import uvicorn

    with (
        Checkers(monitor, workers=workers) as checkers,
        _listen(host, port) as listeners,
        monitor.shelf.watched(),
    ):
        checkers.load()
        monitor.ready()
        options = server_options(monitor, host=host, port=port, checkers=checkers)
        if started:
            name = f"[{host}]" if ":" in host else host
            started(f"http://{name}:{listeners[0].getsockname()[1]}")
        try:
            uvicorn.Server(uvicorn.Config(**options)).run(listeners)
        except KeyboardInterrupt:
            return  # how a server is ended


_NO_SUCH_KIND = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
"""A name may have addresses of a kind that this machine has not."""


@contextmanager
def _listen(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Listen on every address of `host`; with `port` 0, on one free port of all."""
    with ExitStack() as listeners:
        found: list[socket.socket] = []
        missing = OSError(errno.EADDRNOTAVAIL, "the name has no address")
        try:
            addresses = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
            for family, _, _, _, address in dict.fromkeys(addresses):
                at = (address[0], found[0].getsockname()[1] if found else port, *address[2:])
                try:
                    found.append(listeners.enter_context(_listener(family, at)))
                except OSError as error:
                    if error.errno not in _NO_SUCH_KIND:
                        raise
                    missing = error
            if not found:
                raise missing
        except OSError as error:
            raise UsageError(f"cannot listen on {host}, port {port}: {error.strerror}") from error
        yield found


def _listener(family: int, address: tuple[Any, ...]) -> socket.socket:
    # with its protocol named, asyncio switches off Nagle's delay of 40 ms an answer
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # "::" is not "0.0.0.0" too
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(2048)  # from here on callers wait instead of being refused
    except OSError:
        listener.close()
        raise
    return listener


_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "monitor": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
