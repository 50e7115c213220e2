"""One log line per request, by route and not by path; and the last resort for exceptions.

A path, a query and an exception's message can each hold words of a draft, so none is written:
of an exception the log has its type and the places in the code that it passed through.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.api.problem_details import problem, route_name
from monitor.records.errors import describe_exception

logger = logging.getLogger("monitor.api")

LEAKY = ("uvicorn.access", "python_multipart.multipart")
"""Loggers that write whole paths with their query, and bytes of malformed forms."""


def silence_leaky_loggers() -> None:
    """Shut the loggers that would write what was sent, however logging is set up later."""
    for name in LEAKY:
        logging.getLogger(name).addFilter(_refuse)  # the same filter twice counts once


def _refuse(_: logging.LogRecord) -> bool:
    return False


class RequestLog:
    """ASGI layer that logs each request and turns an unexpected exception into a 500 problem.

    `observe` is told route, status and seconds of each.
    """

    def __init__(self, app: ASGIApp, *, observe: Callable[[str, int, float], None]) -> None:
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, watching the status that it answers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0
        started = time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - the server above would log its message
            logger.error("%s: %s", route_name(scope), describe_exception(error))  # noqa: TRY400
            if status == 0:
                await problem(500, scope)(scope, receive, watch)
        took = time.perf_counter() - started
        logger.info("%s %s %.0f ms", route_name(scope), status, took * 1000)
        self.observe(route_name(scope), status, took)
