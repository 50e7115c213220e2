"""One log line per request, by route and not by path; and the last resort for exceptions.

A path, a query and an exception's message can each hold words of a draft, so none is written:
of an exception the log has its type and the places in the code that it passed through.
"""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.api.problems import problem

logger = logging.getLogger("monitor.api")


class RequestLog:
    """ASGI layer that logs each request and turns an unexpected exception into a 500 problem."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
        took = (time.perf_counter() - started) * 1000
        logger.info("%s %s %.0f ms", route_name(scope), status, took)


def route_name(scope: Scope) -> str:
    """Return method and route (`GET /v1/rules/{rule_id}`), without anything that was sent."""
    method = scope["method"] if scope["method"] in _METHODS else "(other method)"
    path = getattr(scope.get("route"), "path", "(no route)")
    return f"{method} {path}"


def describe_exception(error: BaseException) -> str:
    """Return types and code places of `error` and its causes, without any message."""
    parts: list[str] = []
    link: BaseException | None = error
    while link is not None and len(parts) < 5:
        places = [
            f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(link.__traceback__, limit=-6)
        ]
        parts.append(f"{type(link).__name__} at {' < '.join(reversed(places))}")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return " | from ".join(parts)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
