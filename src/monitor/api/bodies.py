"""Which types of body a route reads; another one is a 415 and not a puzzling 422."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from email.message import Message
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.problem_details import ProblemError


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


MAX_FIELDS = 1000
"""Fields in a form of ours: a page of a list with a box each has no more."""


async def form_fields(request: Request) -> Mapping[str, list[str]]:
    """Return the values of a form by name; empty ones are there. Raises a 415 or 400 problem."""
    require_type(request, "application/x-www-form-urlencoded")
    try:
        body = (await request.body()).decode()
        return parse_qs(body, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise ProblemError(400, "The body is not a well-formed form.") from error


FieldsDep = Annotated[Mapping[str, list[str]], Depends(form_fields)]
