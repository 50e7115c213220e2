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
    article_routes,
    check_routes,
    classify_routes,
    coverage_routes,
    digest_routes,
    export_routes,
    exported,
    feedback,
    forget,
    health,
    languagetool,
    metrics,
    review_routes,
    reviewed,
    rule_routes,
    story_routes,
    trend_routes,
)
from monitor.api.authentication import Entry
from monitor.api.check_queue import Checkers
from monitor.api.cors import Cors
from monitor.api.csrf import Guard, allowed_hosts
from monitor.api.languagetool_upstream import Upstream
from monitor.api.openapi import DESCRIPTION, TAGS, describe
from monitor.api.peers import Peers
from monitor.api.problem_details import install_handlers
from monitor.api.rate_limit import Tries
from monitor.api.request_bodies import BodyLimit, max_body_bytes
from monitor.api.request_log import RequestLog, silence_leaky_loggers
from monitor.api.security_headers import SecurityHeaders
from monitor.core import Monitor
from monitor.desk.export_jobs import ExportJobs
from monitor.web import (
    archive_routes,
    digest_page,
    export_page_routes,
    feed_page_routes,
    names_page,
    outlet_page_routes,
    review_page,
    sign_in_page,
    story_page_routes,
    tokens_page,
    trend_page_routes,
    unsubscribe_page,
)
from monitor.web.rules_page import STATIC_DIR, render_error

MODULES = (
    check_routes,
    reviewed,
    classify_routes,
    article_routes,
    forget,
    export_routes,
    exported,
    story_routes,
    review_routes,
    digest_routes,
    coverage_routes,
    trend_routes,
    rule_routes,
    feedback,
    languagetool,
    health,
    metrics,
    digest_page,
    archive_routes,
    export_page_routes,
    feed_page_routes,
    names_page,
    review_page,
    story_page_routes,
    trend_page_routes,
    outlet_page_routes,
    unsubscribe_page,
    sign_in_page,
    tokens_page,
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
