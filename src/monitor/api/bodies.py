"""Which types of body a route reads; another one is a 415 and not a puzzling 422."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.problems import ProblemError


def require_type(request: Request, expected: str) -> None:
    """Raise a 415 problem unless the request's body is of the media type `expected`."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    if header.get_content_type() != expected:
        raise ProblemError(415, f"The body must be {expected}.")


class JsonRoute(APIRoute):
    """A route whose body is JSON, refused as 415 before it is parsed where it says otherwise."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler behind the check of the type."""
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            require_type(request, "application/json")
            return await handler(request)

        return checked
