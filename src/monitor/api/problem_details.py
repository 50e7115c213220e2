"""Problem details (RFC 9457) for every error, for browsers as pages, never with what was sent.

A detail is made of our own words only: pydantic's and FastAPI's messages can repeat the input, and
so can the names of unknown fields. LanguageTool's API has errors of its own: plain text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic_core import PydanticCustomError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

from monitor.api.schemas import Model, told
from monitor.records.account import NOBODY, Visitor
from monitor.records.errors import (
    DocumentError,
    DocumentTooLarge,
    Forgotten,
    GuidelineError,
    ModelError,
    MonitorError,
    NotFound,
    StoreError,
    UsageError,
    describe_exception,
)


def visitor_in(scope: Scope) -> Visitor:
    """Return who sent the request of `scope`; nobody where it was refused before that was asked."""
    found: Visitor = scope.get("state", {}).get("visitor", NOBODY)
    return found


def note_visitor(scope: Scope, visitor: Visitor) -> None:
    """Note who sent the request."""
    scope.setdefault("state", {})["visitor"] = visitor


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_name(scope: Scope) -> str:
    """Return method and route (`GET /v1/rules/{rule_id}`), without anything that was sent."""
    method = scope["method"] if scope["method"] in _METHODS else "(other method)"
    static = "(static)" if scope["path"].startswith("/static/") else "(no route)"
    path = getattr(scope.get("route"), "path", static)
    return f"{method} {path}"


logger = logging.getLogger("monitor.api")
MEDIA_TYPE = "application/problem+json"
_DETAILS = {
    400: "The request is malformed.",
    401: "Sign in first: this request needs a token.",
    404: "There is nothing at this address.",
    405: "The address does not answer this method; the header Allow lists those it does.",
    410: "The desk has forgotten this article for good.",
    413: "The draft is over the size limit.",
    415: "The body is of a type that this address does not read.",
    422: "The request has fields that cannot be used.",
    500: "Something went wrong here. The draft was not kept; the log says where, without its text.",
    503: "The desk cannot answer now: its database, guideline or models cannot be used.",
}
_LANGUAGETOOL = "/v2/"
_MACHINES = ("/v1/", _LANGUAGETOOL, "/healthz", "/readyz", "/metrics", "/openapi.json")
_STATUS: Mapping[int, tuple[type[MonitorError], ...]] = {
    413: (DocumentTooLarge,),
    422: (DocumentError,),
    410: (Forgotten,),
    404: (NotFound,),
    400: (UsageError,),
    503: (StoreError, ModelError, GuidelineError),
}
"""The first that fits counts, so subclasses stand before their bases."""
_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "has a field that is not known here",
    "string_type": "must be a string",
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
    **dict.fromkeys(("int_type", "int_parsing"), "must be a whole number"),
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    **dict.fromkeys(("model_attributes_type", "dict_type"), "must be an object"),
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "has not the form described",
    **dict.fromkeys(("date_from_datetime_parsing", "date_parsing"), "must be a date, YYYY-MM-DD"),
    "lone_surrogate": "has half a surrogate pair",
}
"""Our words for pydantic's kinds of error; the others get a general word."""
FieldError = tuple[Sequence[str | int], str]
"""Where a field is that cannot be used, and what is wrong with it."""


class FieldProblem(Model):
    """One field that cannot be used, where it is: `body`, `query` or `path`, names, positions."""

    location: list[str | int] = told("The way to the field.", examples=[["body", "text"]])
    message: str = told("What is wrong with it.", examples=["is required"])


class Problem(Model):
    """What went wrong (RFC 9457). No part of it repeats what was sent."""

    type: str = told("Always `about:blank`: the status says the kind.")
    title: str = told("The status in words.", examples=["Request Entity Too Large"])
    status: int = told("The HTTP status.", ge=400, le=599, examples=[413])
    detail: str = told(
        "One sentence for the person who reads it.",
        examples=["the document has 600,000 characters; the limit is 500,000"],
    )
    errors: list[FieldProblem] | None = told("What cannot be used, with status 422.", None)


@dataclass(eq=False)
class ProblemError(Exception):
    """Answers with a problem; `detail`, by default the status's, holds nothing that was sent."""

    status: int
    detail: str | None = None
    _: KW_ONLY
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] | None = None

    def answer(self, scope: Scope) -> Response:
        """Return the response: problem JSON, or a page where a browser opened one of our pages."""
        status, title = self.status, HTTPStatus(self.status).phrase
        detail = self.detail or _DETAILS.get(status, title)
        told: dict[str, Any] = {"title": title, "status": status, "detail": detail}
        if scope["path"].startswith(_LANGUAGETOOL):
            its_status = {401: 403, 422: 400}.get(status, status)  # it has no such
            return PlainTextResponse(f"Error: {detail}", its_status, headers=self.headers)
        if is_page(scope):
            page = scope["app"].state.render_error(**told, visitor=visitor_in(scope))
            return HTMLResponse(page, status, headers=self.headers)
        body = {"type": "about:blank", **told}
        if self.errors:
            body["errors"] = [{"location": where, "message": what} for where, what in self.errors]
        return JSONResponse(body, status, headers=self.headers, media_type=MEDIA_TYPE)


def is_page(scope: Scope) -> bool:
    """Say whether a browser asks for a page, not a program for data."""
    machine = scope["path"].startswith(_MACHINES)
    return not machine and "text/html" in Headers(scope=scope).get("accept", "")


def install_handlers(app: FastAPI, *, render_error: Callable[..., str]) -> None:
    """Make every exception of the routes a problem, or a page; others reach `request_log`."""
    app.state.render_error = render_error

    @app.exception_handler(ProblemError)
    async def on_problem(request: Request, error: ProblemError) -> Response:
        return error.answer(request.scope)

    @app.exception_handler(MonitorError)
    async def on_monitor_error(request: Request, error: MonitorError) -> Response:
        status = next((code for code, kinds in _STATUS.items() if isinstance(error, kinds)), None)
        if status is None:
            raise error
        if status >= 500:
            # Rules and models are ours, so their errors' messages are too; a database's may not be.
            said = f" ({error})" if isinstance(error, (GuidelineError, ModelError)) else ""
            where = describe_exception(error)
            logger.error("%s: %s%s", route_name(request.scope), where, said)
        # The messages of document errors are about sizes and characters; the others may name an id
        # or a label that came with the request.
        detail = str(error) if isinstance(error, DocumentError) else None
        return ProblemError(status, detail).answer(request.scope)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(item["type"] == "json_invalid" for item in found):
            return ProblemError(400, "The body is not valid JSON.").answer(request.scope)
        errors = [_field_problem(item) for item in found]
        return ProblemError(422, errors=errors).answer(request.scope)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            # the methods of the path, of all of its routes: each knows only its own
            routes = iter_route_contexts(app.routes)
            here = [route for route in routes if route.path_regex.match(request.scope["path"])]
            known = {"GET", "HEAD"}  # of a mount, which has none: static files
            headers["Allow"] = ", ".join(sorted(set().union(*(r.methods or known for r in here))))
        return ProblemError(error.status_code, headers=headers).answer(request.scope)


_INSIDE = "wrong_inside"


def wrong_inside(path: Sequence[str | int], wrong: str) -> PydanticCustomError:
    """Return the error of a validator that says what is `wrong`, and where in the field."""
    return PydanticCustomError(_INSIDE, "cannot be used", {"path": list(path), "wrong": wrong})


def _field_problem(item: Mapping[str, Any]) -> FieldError:
    location: list[str | int] = list(item["loc"])
    if item["type"] == "extra_forbidden":
        location.pop()  # the name is the sender's
    if item["type"] in ("search", "days"):
        return location, str(item["msg"])  # names operators alone
    if item["type"] == _INSIDE:
        return [*location, *item["ctx"]["path"]], item["ctx"]["wrong"]
    if item["type"] == "literal_error":
        return location, f"must be {item['ctx']['expected']}"
    for bound, words in (("ge", "at least"), ("le", "at most"), ("max_length", "at most")):
        if bound in item.get("ctx", {}):
            unit = " characters long" if bound == "max_length" else ""
            return location, f"must be {words} {item['ctx'][bound]}{unit}"
    return location, _MESSAGES.get(item["type"], "cannot be used")


@contextmanager
def refuse(kind: type[Exception], problem: ProblemError) -> Iterator[None]:
    """Raise `problem` where an exception of `kind` is raised inside."""
    try:
        yield
    except kind as error:
        raise problem from error


def no_such_page(why: str = "must be the `next` of a page before") -> ProblemError:
    """Return the problem of a cursor that is none, in our words."""
    return ProblemError(422, "There is no such page.", errors=[(("query", "after"), why)])
