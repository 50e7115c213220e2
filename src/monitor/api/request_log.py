"""One log line per request, by route and not by path; and the last resort for exceptions.

A path, a query and an exception's message can each hold words of a draft, so none is written.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.api.problem_details import ProblemError, route_name
from monitor.records.errors import describe_exception

logger = logging.getLogger("monitor.api")
LEAKY = ("uvicorn.access", "python_multipart.multipart")
"""Loggers that write whole paths with their query, and bytes of malformed forms."""


def silence_leaky_loggers() -> None:
    """Shut the loggers that would write what was sent, however logging is set up later."""
    for name in LEAKY:
        logging.getLogger(name).addFilter(_NOTHING)  # the same filter twice counts once


_NOTHING = logging.Filter("nothing is called so")


def request_log(app: ASGIApp, *, observe: Callable[[str, int, float], None]) -> ASGIApp:
    """Return an ASGI layer that logs each request, and answers 500 for an unexpected exception.

    `observe` is told route, status and seconds of each.
    """

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status, started = 0, time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - the server above would log its message
            logger.error("%s: %s", route_name(scope), describe_exception(error))  # noqa: TRY400
            if status == 0:
                await ProblemError(500).answer(scope)(scope, receive, watch)
        took = time.perf_counter() - started
        logger.info("%s %s %.0f ms", route_name(scope), status, took * 1000)
        observe(route_name(scope), status, took)

    return layer
