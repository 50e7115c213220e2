"""Who sent a request, as noted in it."""

from __future__ import annotations

from starlette.types import Scope

from monitor.visitors import NOBODY, Visitor

_STATE = "visitor"


def visitor_in(scope: Scope) -> Visitor:
    """Return who sent the request of `scope`; nobody where it was refused before that was asked."""
    found = scope.get("state", {}).get(_STATE)
    return found if isinstance(found, Visitor) else NOBODY


def note_visitor(scope: Scope, visitor: Visitor) -> None:
    """Note who sent the request."""
    scope.setdefault("state", {})[_STATE] = visitor
