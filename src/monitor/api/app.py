"""`create_app`: the routes and the layers around them, wired."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

import monitor as package
from monitor.api import (
    archive,
    articles,
    check,
    classify,
    coverage,
    digests,
    export_pages,
    exported,
    exports,
    feedback,
    feeds,
    forget,
    health,
    languagetool,
    metrics,
    names,
    outlet_pages,
    pages,
    reviewed,
    reviewing,
    reviews,
    rules,
    signin,
    stories,
    story_pages,
    tokens,
    trend_pages,
    trends,
    unsubscribe,
)
from monitor.api.checkers import Checkers
from monitor.api.cors import Cors
from monitor.api.entry import Entry
from monitor.api.guard import Guard, allowed_hosts
from monitor.api.headers import SecurityHeaders
from monitor.api.limits import BodyLimit, max_body_bytes
from monitor.api.log import RequestLog, silence_leaky_loggers
from monitor.api.openapi import DESCRIPTION, TAGS, describe
from monitor.api.peers import Peers
from monitor.api.problems import install_handlers
from monitor.api.tries import Tries
from monitor.api.upstream import Upstream
from monitor.core import Monitor
from monitor.desk.export_jobs import ExportJobs
from monitor.web import STATIC_DIR, render_error

MODULES = (
    check,
    reviewed,
    classify,
    articles,
    forget,
    exports,
    exported,
    stories,
    reviews,
    digests,
    coverage,
    trends,
    rules,
    feedback,
    languagetool,
    health,
    metrics,
    pages,
    archive,
    export_pages,
    feeds,
    names,
    reviewing,
    story_pages,
    trend_pages,
    outlet_pages,
    unsubscribe,
    signin,
    tokens,
)
"""Each has routes."""
_NO_TELEMETRY: Any = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Off whatever the environment says: FastAPI's spans and logs would carry requests elsewhere."""


def create_app(
    monitor: Monitor, *, hosts: tuple[str, ...] = (), checkers: Checkers | None = None
) -> FastAPI:
    """Return the ASGI application over `monitor`; `checkers` are closed when it ends.

    `hosts` are names it may be called by besides the loopback names and `[serve] hosts`. The page
    `/docs` is our own: FastAPI's loads its scripts from another host.
    """
    who = checkers or Checkers(monitor)
    makes = ExportJobs(monitor)

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
    app.state.monitor = monitor
    app.state.checkers = who
    app.state.exports = makes
    app.state.tries = Tries()
    app.state.feedback_tries = feedback.feedback_tries()
    app.state.upstream = Upstream(monitor.settings.languagetool)
    app.state.metrics = metrics.Metrics(monitor)
    for module in MODULES:
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    install_handlers(app, render_error=render_error)
    silence_leaky_loggers()
    # Added from the inside out: a request passes them from the last to the first.
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes(monitor.settings.check.max_chars))
    app.add_middleware(Entry, monitor=monitor, tries=app.state.tries)
    public = urlsplit(monitor.settings.digest.public_url).hostname or ""
    names = (*hosts, *monitor.settings.serve.hosts, public)
    origins = frozenset(monitor.settings.serve.allow_origins)
    app.add_middleware(Cors, origins=origins)
    app.add_middleware(Guard, hosts=allowed_hosts(names), origins=origins)
    app.add_middleware(Peers, trusted=monitor.settings.serve.trusted_proxies)
    app.add_middleware(RequestLog, observe=app.state.metrics.observe)
    app.add_middleware(SecurityHeaders)
    describe(app)
    return app
