"""Says of each request who sent it."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.visitors import AT_HOME, NOBODY, Visitor

STATE = "visitor"


def visitor_in(scope: Scope) -> Visitor:
    """Return who sent the request of `scope`; nobody where it was refused before that was asked."""
    found = scope.get("state", {}).get(STATE)
    return found if isinstance(found, Visitor) else NOBODY


class Entry:
    """ASGI layer that puts the visitor into the request's state."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application for the visitor."""
        if scope["type"] == "http":
            scope.setdefault("state", {})[STATE] = AT_HOME
        await self.app(scope, receive, send)
