"""The web server: `create_app` wires routes, pages and middleware; `run_server` runs uvicorn."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

import monitor as package
from monitor.api import (
    article_routes,
    check_routes,
    coverage_routes,
    digest_routes,
    export_routes,
    health,
    languagetool,
    review_routes,
    rule_routes,
    story_routes,
    trend_routes,
)
from monitor.api.authentication import authentication, note_peers
from monitor.api.check_queue import Checkers
from monitor.api.csrf import allowed_hosts, csrf_guard, security_headers
from monitor.api.languagetool_upstream import Upstream
from monitor.api.openapi import DESCRIPTION, TAGS, describe
from monitor.api.problem_details import install_handlers
from monitor.api.rate_limit import Tries
from monitor.api.request_bodies import body_limit, max_body_bytes
from monitor.api.request_log import request_log, silence_leaky_loggers
from monitor.desk import Desk
from monitor.export.export_jobs import ExportJobs
from monitor.records.errors import UsageError
from monitor.settings import cores
from monitor.web import (
    api_docs_page,
    archive_page,
    digest_page,
    draft_page,
    exports_page,
    feeds_page,
    names_page,
    outlets_page,
    review_page,
    rules_page,
    sign_in_page,
    stories_page,
    trends_page,
)
from monitor.web.page_frame import Way, render

PAGES = (
    (draft_page, Way("/", "Draft", "check")),
    (digest_page, Way("/digests/today", "Today", "read")),
    (review_page, Way("/review", "Review", "review")),
    (archive_page, Way("/articles", "Archive", "read")),
    (trends_page, Way("/trends", "Trends", "read")),
    (outlets_page, Way("/outlets", "Outlets", "read")),
    (feeds_page, Way("/feeds", "Feeds", "read")),
    (rules_page, Way("/rules", "Rules", "check")),
    (api_docs_page, Way("/docs", "API", "check")),
    *((page, None) for page in (stories_page, exports_page, names_page, sign_in_page)),
)
"""The pages in the order of the menu, each with its way there, if it has one."""
MODULES = (
    *(check_routes, article_routes, export_routes, story_routes, review_routes, digest_routes),
    *(coverage_routes, trend_routes, rule_routes, languagetool, health),
    *(page for page, _ in PAGES),
)
"""Each has a `router`."""
STATIC_DIR = Path(__file__).resolve().parent / "static"
_PARTS = ("tracing", "metrics", "logs", "operation_spans", "auto_configure")
_NO_TELEMETRY: Any = dict.fromkeys(_PARTS, False)
"""Off whatever the environment says: FastAPI's spans and logs would carry requests elsewhere."""


def create_app(
    desk: Desk, *, hosts: tuple[str, ...] = (), checkers: Checkers | None = None
) -> FastAPI:
    """Return the ASGI application over `desk`; `checkers` are closed when it ends.

    `hosts` are names it may be called by besides the loopback names and `[serve] hosts`.
    """
    who = checkers or Checkers(desk)
    makes = ExportJobs(desk)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with who, makes:
            yield

    app = FastAPI(
        title="monitor",
        version=package.__version__,
        summary="Checks how news reports on trafficking in human beings.",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=lifespan,
    )
    app.state.desk, app.state.checkers, app.state.exports = desk, who, makes
    app.state.tries = Tries()
    app.state.feedback_tries = rule_routes.feedback_tries()
    app.state.upstream = Upstream(desk.settings.languagetool)
    app.state.metrics = health.Metrics(desk)
    for module in MODULES:
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    app.state.ways = tuple(way for _, way in PAGES if way is not None)
    install_handlers(app, render_error=partial(render, "error.html", ways=app.state.ways))
    silence_leaky_loggers()
    # Added from the inside out: a request passes them from the last to the first.
    app.add_middleware(body_limit, max_bytes=max_body_bytes(desk.settings.check.max_chars))
    app.add_middleware(authentication, desk=desk, tries=app.state.tries)
    public = urlsplit(desk.settings.digest.public_url).hostname or ""
    names = (*hosts, *desk.settings.serve.hosts, public)
    origins = frozenset(desk.settings.serve.allow_origins)
    app.add_middleware(csrf_guard, hosts=allowed_hosts(names), origins=origins)
    app.add_middleware(note_peers, trusted=desk.settings.serve.trusted_proxies)
    app.add_middleware(request_log, observe=app.state.metrics.observe)
    app.add_middleware(security_headers)
    describe(app)
    return app


MOST_BY_DEFAULT = 4
"""Each worker holds rules and models for itself; a desk seldom has more drafts at once."""


def count_workers(wanted: int) -> int:
    """Return how many drafts to check at once; 0 stands for the cores there are, up to four."""
    return wanted or min(cores(), MOST_BY_DEFAULT)


def server_options(
    desk: Desk, *, host: str, port: int, checkers: Checkers | None = None
) -> dict[str, Any]:
    """Return uvicorn's options; its access log, which has whole paths with their query, is off."""
    return {
        "app": create_app(desk, hosts=(host,), checkers=checkers),
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
    desk: Desk,
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

    made = Checkers(desk, workers=workers)
    with made as checkers, _listen(host, port) as listeners, desk.shelf.watched():
        checkers.load()
        desk.ready()
        options = server_options(desk, host=host, port=port, checkers=checkers)
        if started:
            name = f"[{host}]" if ":" in host else host
            started(f"http://{name}:{listeners[0].getsockname()[1]}")
        try:
            uvicorn.Server(uvicorn.Config(**options)).run(listeners)
        except KeyboardInterrupt:
            return  # how a server is ended


@contextmanager
def _listen(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Listen on every address of `host`; with `port` 0, on one free port of all."""
    found: list[socket.socket] = []
    missing = OSError(errno.EADDRNOTAVAIL, "the name has no address")
    with ExitStack() as listeners:
        try:
            stream, passive = socket.SOCK_STREAM, socket.AI_PASSIVE
            addresses = socket.getaddrinfo(host, port, type=stream, flags=passive)
            for family, _, _, _, address in dict.fromkeys(addresses):
                at = (address[0], found[0].getsockname()[1] if found else port, *address[2:])
                try:
                    # with its protocol named, asyncio switches off Nagle's delay of 40 ms an answer
                    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
                    listeners.enter_context(listener)
                    if os.name != "nt":  # there it would let two servers share the port
                        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if family == socket.AF_INET6:  # "::" is not "0.0.0.0" too
                        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    listener.bind(at)
                    listener.listen(2048)  # from here on callers wait instead of being refused
                except OSError as error:
                    # a name may have addresses of a kind that this machine has not
                    if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                        raise
                    missing = error
                else:
                    found.append(listener)
            if not found:
                raise missing
        except OSError as error:
            raise UsageError(f"cannot listen on {host}, port {port}: {error.strerror}") from error
        yield found


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
