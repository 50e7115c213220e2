"""Which pages of others may read our answers: those of the origins in the settings, and no others.

Without `[serve] allow_origins` there is nothing of CORS in any answer. A page's cookie of ours does
not come along: answers never allow credentials. What such a page may do without a token, on the
desk's own machine, is to check (`api.authentication`).
"""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.api.csrf import shared_with


class Cors:
    """ASGI layer that answers preflights of `origins`, and lets their pages read the rest."""

    def __init__(self, app: ASGIApp, *, origins: frozenset[str]) -> None:
        self.app = app
        self.origins = origins
        self.shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization",),
            allow_private_network=True,
            expose_headers=("Retry-After",),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, behind CORS for whom it is meant."""
        is_shared = scope["type"] == "http" and shared_with(scope, self.origins)
        await (self.shared if is_shared else self.app)(scope, receive, send)
