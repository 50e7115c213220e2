"""Names for the log: of a request its route, of an exception its type and its way through the code.

A path, a query and an exception's message can each hold words of a draft; neither does this.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from starlette.types import Scope

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_name(scope: Scope) -> str:
    """Return method and route (`GET /v1/rules/{rule_id}`), without anything that was sent."""
    method = scope["method"] if scope["method"] in _METHODS else "(other method)"
    static = "(static)" if scope["path"].startswith("/static/") else "(no route)"
    path = getattr(scope.get("route"), "path", static)
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
