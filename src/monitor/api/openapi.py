"""The OpenAPI document: errors described once, FastAPI's own error shape taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from monitor.api.access import need, scopes_of
from monitor.api.problem_details import MEDIA_TYPE, Problem

DESCRIPTION = """\
Checks drafts against a reporting guideline, and serves what the desk has read.

Drafts sent to `/v1/check`, `/v1/check/file`, `/v1/check/file/reviewed` and `/v1/classify` are never
stored and never logged.
Errors are problem details (RFC 9457) and never repeat what was sent. Offsets are 0-based,
half-open, in code points, with UTF-16 units beside them.

On the desk's own machine nobody need sign in. From elsewhere each request carries a token
(`Authorization: Bearer monitor_…`) with the scope that the route names; feed readers may give it as
the password of HTTP Basic, for reading only.\
"""
TAGS = [
    {"name": "drafts", "description": "Check and classify a text. Nothing of it is kept."},
    {"name": "articles", "description": "What the desk has read and how it was judged."},
    {"name": "stories", "description": "Events as outlets told them, across days."},
    {"name": "digests", "description": "The day's relevant articles."},
    {"name": "coverage", "description": "What was covered, and what may be missed."},
    {"name": "trends", "description": "What the outlets write, counted: coverage, not incidence."},
    {"name": "rules", "description": "The guideline in force."},
    {"name": "health", "description": "For whoever keeps it running."},
]
_WORDS = {
    400: "The request is malformed, or names something that is not there.",
    401: "The request comes from elsewhere and has no token, or one that is none or has ended.",
    403: "The visitor has not the scope; or the request comes from another site's page.",
    404: "There is no such thing here.",
    405: "The address does not answer this method.",
    409: "Things stand otherwise than the request takes for granted.",
    410: "The desk has forgotten this article for good.",
    413: "The draft is over the one size limit.",
    415: "The body, or the file in it, is of a type that is not read.",
    422: "A field, or the draft itself, cannot be used; `errors` says which.",
    429: "Too much of it came from this address (drafts, answers on flags, tokens that are none); "
    "`Retry-After` says how long.",
    500: "An unexpected failure. The log says where, without the text.",
    503: "The database, the guideline or a model cannot be used now.",
}


def problems(*statuses: int, queued: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may answer with these statuses.

    One whose drafts are `queued` answers 403, 415 and 429 too, and 503 where too many wait.
    """
    schema = {"$ref": "#/components/schemas/Problem"}
    waits = (403, 415, 429, 503) if queued else ()
    known: dict[int | str, dict[str, Any]] = {
        status: {"description": _WORDS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({400, 405, 413, 500, *waits, *statuses})
    }
    if queued:
        pause = "In how many seconds to try again, where too many drafts wait."
        header = {"description": pause, "schema": {"type": "integer", "minimum": 1}}
        known[503]["description"] += " Or too many drafts wait: then `Retry-After` is there."
        known[503]["headers"] = {"Retry-After": header}
    return known


def says(
    summary: str,
    good: type[BaseModel] | Mapping[Any, Any],
    *statuses: int,
    queued: bool = False,
    usual: bool = True,
) -> dict[str, Any]:
    """Return what a route tells of itself: its `summary`, its `good` answer, and its problems.

    `good` is the answer's model, whose docstring describes it, or the `responses` of another kind.
    With `usual` it may answer 422 and 503 too.
    """
    if not isinstance(good, Mapping):
        good = {200: {"model": good, "description": cleandoc(good.__doc__ or "").splitlines()[0]}}
    [answer] = good.values()
    often = (422, 503) if usual else ()
    return {
        "response_class": JSONResponse if "model" in answer else Response,
        "summary": summary,
        "response_description": answer["description"],
        "responses": {**good, **problems(*statuses, *often, queued=queued)},
    }


def download(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that answers with a file of a media type."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": description, "content": content}}


_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "monitor_ and 43 characters",
        "description": "A token of `monitor tokens add`, whose scopes say what it is for.",
    },
    "password": {
        "type": "http",
        "scheme": "basic",
        "description": "A token as the password, whatever the user name. For reading only.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-monitor",
        "description": "A browser's, from `/signin`; without https it is `monitor_session`. A"
        " change must come from one of the desk's own pages.",
    },
}
_KEPT_NAMES = {
    "CheckCoverage": "monitor__api__check_schemas__CoverageOut",
    "DigestCoverage": "monitor__api__digest_schemas__CoverageOut",
    "SourceEntry": "RuleSource",
    "DatedSource": "DatedSourceOut",
    "Helpline": "HelplineOut",
    "StoryOutlet": "monitor__api__story_schemas__OutletOut",
    "OutletOut": "monitor__api__trends_schemas__OutletOut",
}
"""What the document calls these schemas: clients were made from it under these names."""


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` say what problems look like and who may; serve it at `/openapi.json`."""
    original = app.openapi

    @cache
    def described() -> dict[str, Any]:
        text = json.dumps(original())
        for name, kept in _KEPT_NAMES.items():
            text = text.replace(f'/{name}"', f'/{kept}"').replace(f'"{name}": {{', f'"{kept}": {{')
            text = text.replace(f'"title": "{name}"', f'"title": "{kept.rpartition("__")[2]}"')
        document: dict[str, Any] = json.loads(text)
        components = document["components"]
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = sorted(components["schemas"].items())
        components["schemas"] = {**dict(schemas), **problem.pop("$defs", {}), "Problem": problem}
        components["securitySchemes"] = _SCHEMES
        for route in iter_route_contexts(app.routes):
            scopes = scopes_of(route)
            for method in route.methods or () if scopes else ():
                operation = document["paths"].get(route.path_format, {}).get(method.lower())
                if operation is not None:
                    said = f"{operation['description']}\n\nScope: `{scopes[-1]}`."
                    reading = operation["operationId"].endswith("_get")
                    ways = [name for name in _SCHEMES if reading or name != "password"]
                    operation["description"] = said
                    operation["security"] = [{}, *({name: list(scopes)} for name in ways)]
                    more = problems(401, 403, 429)
                    told = {str(status): more[status] for status in (401, 403, 429)}
                    operation["responses"] |= told
        return document

    @app.get("/openapi.json", include_in_schema=False, dependencies=[Depends(need("check"))])
    def openapi() -> JSONResponse:
        return JSONResponse(described())

    app.openapi = described  # type: ignore[method-assign]
