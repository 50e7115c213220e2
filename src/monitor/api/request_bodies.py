"""Request bodies: their size limit, media types and forms.

Bodies are read whole, in memory, up to a limit: so it holds without trust in `Content-Length`, and
a form is parsed without Starlette's habit of spooling files over 1 MB to disk.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from email.message import Message as MailHeaders
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.api.problem_details import ProblemError

_DRAIN_FACTOR = 4
"""A refused body is read on to this multiple of the limit, so that a client which sends first
and reads afterwards sees the answer instead of a broken connection."""


def max_body_bytes(max_chars: int) -> int:
    """Return the size of the largest body that can hold a draft of `max_chars` code points."""
    # JSON takes up to 12 for one (two `\uXXXX` escapes); the rest is for other fields and headers
    return max_chars * 12 + 65_536


def body_limit(app: ASGIApp, *, max_bytes: int) -> ASGIApp:
    """Return an ASGI layer that answers 413 to a body over `max_bytes`, announced or streamed."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        size = int(announced) if announced.isdecimal() else 0
        kept = bytearray()
        if size <= max_bytes * _DRAIN_FACTOR:
            size, more = 0, True
            while more and size <= max_bytes * _DRAIN_FACTOR:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                chunk = message.get("body", b"")
                size += len(chunk)
                if size <= max_bytes:
                    kept += chunk
                else:
                    kept.clear()
                more = message.get("more_body", False)
        if size > max_bytes:
            refusal = ProblemError(413, "The request is larger than any draft may be.").answer(
                scope
            )
            refusal.headers["connection"] = "close"
            await refusal(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(kept), "more_body": False}]

        async def replay() -> Message:
            """Give the body once, then listen for the client's leaving."""
            return whole.pop() if whole else await receive()

        await app(scope, replay, send)

    return layer


@asynccontextmanager
async def read_form(request: Request, *, max_parts: int) -> AsyncGenerator[FormData, None]:
    """Give a multipart form, parsed without touching the disk.

    Raises `ProblemError`: 415 for another type, 400 for what is no well-formed form of at most
    `max_parts` parts.
    """
    require_type(request, "multipart/form-data")

    async def body() -> AsyncGenerator[bytes, None]:
        yield await request.body()

    parser = MultiPartParser(request.headers, body(), max_files=max_parts, max_fields=max_parts)
    # a spool that never rolls over, as `SpooledTemporaryFile` reads 0: the body is bounded already
    parser.spool_max_size = 0
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise ProblemError(400, "The body is not a well-formed multipart form.") from error
    try:
        yield form
    finally:
        await form.close()


def require_type(request: Request, expected: str) -> None:
    """Raise a 415 problem unless the request's body is of the media type `expected`."""
    header = MailHeaders()
    header["content-type"] = request.headers.get("content-type", "")
    if header.get_content_type() != expected:
        raise ProblemError(415, f"The body must be {expected}.")


class JsonRoute(APIRoute):
    """A route whose body, where it has one, is JSON: refused as 415 before it is parsed else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler behind the check of the type."""
        handler = super().get_route_handler()
        if self.body_field is None:
            return handler

        async def checked(request: Request) -> Response:
            require_type(request, "application/json")
            return await handler(request)

        return checked


MAX_FIELDS = 2000  # fields in a form of ours: a page of a list with a box each has no more


async def form_fields(request: Request) -> Mapping[str, list[str]]:
    """Return the values of a form by name; empty ones are there. Raises a 415 or 400 problem.

    A body that names no type is taken for a form.
    """
    if "content-type" in request.headers:
        require_type(request, "application/x-www-form-urlencoded")
    try:
        body = (await request.body()).decode()
        return parse_qs(body, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise ProblemError(400, "The body is not a well-formed form.") from error


FieldsDep = Annotated[Mapping[str, list[str]], Depends(form_fields)]


def field_of(fields: Mapping[str, list[str]], name: str, default: str = "") -> str:
    """Return the first value of a field of a form."""
    return fields.get(name, [default])[0]
