"""The name of a request for the log: its route. Path and query can hold words of a draft."""

from __future__ import annotations

from starlette.types import Scope

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_name(scope: Scope) -> str:
    """Return method and route (`GET /v1/rules/{rule_id}`), without anything that was sent."""
    method = scope["method"] if scope["method"] in _METHODS else "(other method)"
    static = "(static)" if scope["path"].startswith("/static/") else "(no route)"
    path = getattr(scope.get("route"), "path", static)
    return f"{method} {path}"
