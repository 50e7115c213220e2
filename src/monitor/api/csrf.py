"""Guard against other sites: CSRF, DNS rebinding, and the security headers of every answer.

A site open in the reporter's browser must not reach the desk on her machine: by DNS rebinding
(its name made to resolve to 127.0.0.1) the `Host` header still carries its name, and by a plain
cross-site request `Origin` and `Sec-Fetch-Site` do. Programs send neither and are let through.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.api.problem_details import ProblemError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - to be left out, not bound to
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # which change nothing
SHARED = ("/v1/", "/v2/")  # what pages of the origins in the settings may ask for


def allowed_hosts(configured: tuple[str, ...]) -> frozenset[str]:
    """Return the names by which the desk may be called; an address that means "any" is no name."""
    return LOOPBACK | {name.lower().strip("[]") for name in configured} - _ANY_ADDRESS


def host_name(header: str) -> str | None:
    """Return the name in a `Host` header without its port, or `None` where it is malformed."""
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return None
    if "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname


def csrf_guard(app: ASGIApp, *, hosts: frozenset[str], origins: frozenset[str]) -> ASGIApp:
    """Return an ASGI layer that refuses foreign names (400) and foreign pages (403).

    Pages of `origins` may ask for what is `SHARED`, and read the answers by CORS, without cookies;
    without a token, on the desk's own machine, they may only check (`api.authentication`).
    """
    shared = CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization",),
        allow_private_network=True,
        expose_headers=("Retry-After",),
    )

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = app
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            name = host_name(headers.get("host", ""))
            # the address it was reached at is ours too; a rebound name resolves to it and is none
            reached = (scope.get("server") or (None,))[0]
            # `same-site` is foreign: other programs on `localhost` with another port are that
            site = headers.get("sec-fetch-site", "none")
            # LanguageTool's API checks a text for a GET too, which costs a core's time
            works = scope["method"] not in SAFE_METHODS or scope["path"].startswith("/v2/")
            if name not in hosts and (name is None or name != reached):
                said = "The Host header is none of this desk's names; [serve] hosts adds to them."
                answer = ProblemError(400, said).answer(scope)
            elif shared_with(scope, origins):
                answer = shared
            elif works and (site not in ("same-origin", "none") or _from_here(headers) is False):
                said = "Requests from other sites' pages are refused."
                answer = ProblemError(403, said).answer(scope)
        await answer(scope, receive, send)

    return layer


def shared_with(scope: Scope, origins: frozenset[str]) -> bool:
    """Say whether a page of one of `origins` asks for what it may ask for."""
    return scope["path"].startswith(SHARED) and Headers(scope=scope).get("origin") in origins


def from_own_page(headers: Headers) -> bool:
    """Say whether a browser says that one of our own pages sent this."""
    return headers.get("sec-fetch-site") == "same-origin" or _from_here(headers) is True


def _from_here(headers: Headers) -> bool | None:
    """Say whether `Origin` names the host that was called; `None` where there is no such header."""
    origin = headers.get("origin")
    if origin is None:
        return None
    try:
        named = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return bool(named) and named == headers.get("host", "").lower()


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Scripts and styles from our own files only; no text from outside can become markup."""
_FIXED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def security_headers(app: ASGIApp) -> ASGIApp:
    """Return an ASGI layer that adds the headers; an answer's own policy, or caching, is kept."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _FIXED.items():
                    headers.setdefault(name, value)
                # Static files may be kept but are asked for anew; everything else is not kept.
                static = scope["path"].startswith("/static/")
                headers.setdefault("cache-control", "no-cache" if static else "no-store")
            await send(message)

        await app(scope, receive, with_headers)

    return layer
