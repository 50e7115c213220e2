"""The OpenAPI document: errors described once, FastAPI's own error shape taken out."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from monitor.api.problems import MEDIA_TYPE, Problem

DESCRIPTION = """\
Checks drafts against a reporting guideline, and serves what the desk has read.

Drafts sent to `/v1/check`, `/v1/check/file` and `/v1/classify` are never stored and never logged.
Errors are problem details (RFC 9457) and never repeat what was sent. Offsets are 0-based,
half-open, in code points, with UTF-16 units beside them.\
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
    403: "The request comes from another site's page.",
    404: "There is no such thing here.",
    405: "The address does not answer this method.",
    413: "The draft is over the one size limit.",
    415: "The body, or the file in it, is of a type that is not read.",
    422: "A field, or the draft itself, cannot be used; `errors` says which.",
    500: "An unexpected failure. The log says where, without the text.",
    503: "The database, the guideline or a model cannot be used now.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may answer with these statuses."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _WORDS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({400, 405, 413, 500, *statuses})
    }


def queued_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return `problems` of a route whose drafts wait their turn, with 503 and `Retry-After`."""
    known = problems(503, *statuses)
    known[503] = {
        **known[503],
        "description": f"{_WORDS[503]} Or too many drafts wait: then `Retry-After` is there.",
        "headers": {
            "Retry-After": {
                "description": "In how many seconds to try again, where too many drafts wait.",
                "schema": {"type": "integer", "minimum": 1},
            }
        },
    }
    return known


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` include the shape of problems, and serve it at `/openapi.json`."""
    original = app.openapi

    def with_problems() -> dict[str, Any]:
        document = original()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas["Problem"] = schema
        return document

    app.openapi = with_problems  # type: ignore[method-assign]
