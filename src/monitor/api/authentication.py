"""Authentication: who sent a request; nobody from elsewhere is let in who has not signed in.

Credentials are a token (`Authorization: Bearer`, or the password of HTTP Basic, which feed readers
know) or a session's cookie. Browsers send cookies and Basic passwords with whatever page asks: so
Basic only reads, and a change asked for by cookie must come from a page of ours.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import logging
import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.api.csrf import LOOPBACK, SAFE_METHODS, from_own_page, host_name, shared_with
from monitor.api.problem_details import ProblemError, is_page, note_visitor
from monitor.api.rate_limit import Tries
from monitor.desk import Desk
from monitor.records.account import AT_HOME, NOBODY, PAGE_AT_HOME, Token, Visitor
from monitor.records.errors import MonitorError, describe_exception
from monitor.storage.sign_in import is_token, visitor_of

_PROXIES = ("x-forwarded", "x-original-", "x-envoy-", "cf-")
_PROXY = {
    *("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"),
    *("fastly-client-ip", "x-arr-log-id", "x-amzn-trace-id", "cdn-loop"),
}
"""Headers that proxies add, beside all that begin with one of `_PROXIES`."""


def at_home(scope: Scope) -> bool:
    """Say whether the request of `scope` comes from this machine and through no proxy."""
    return bool(scope.get("state", {}).get("at_home", False))


def is_loopback(address: str) -> bool:
    """Say whether an IP address is this machine's to itself; a name is none."""
    try:
        return _ip(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an address; one of IPv4 within IPv6 as itself."""
    ip = ipaddress.ip_address(address)
    return getattr(ip, "ipv4_mapped", None) or ip


def note_peers(app: ASGIApp, *, trusted: tuple[str, ...]) -> ASGIApp:
    """Return an ASGI layer that notes where a request comes from, told by the connection.

    What is at home may do everything without signing in, so in doubt a request is not. A proxy on
    this machine connects from it too: whatever carries a proxy's headers is from elsewhere, and so
    is what a proxy that adds none lets see: a `Host` that is not this machine's own (HAProxy), or
    HTTP/1.0 (nginx), which no browser speaks; and whatever comes from a proxy in `trusted`
    (addresses, networks), which is believed for whom it asks, and whether by https.
    """
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    proxies = [ipaddress.ip_network(one, strict=False) for one in trusted]
    inner = cast("Any", app)
    if trusted:
        inner = ProxyHeadersMiddleware(inner, list(trusted))

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer, headers = scope.get("client"), Headers(scope=scope)
            scope.setdefault("state", {})["at_home"] = bool(
                peer
                and is_loopback(peer[0])
                and scope.get("http_version") != "1.0"
                and not any(name in _PROXY or name.startswith(_PROXIES) for name in headers)
                and host_name(headers.get("host", "")) in LOOPBACK
                and not any(_ip(peer[0]) in network for network in proxies)
            )
        await inner(scope, receive, send)

    return layer


def words_to_others(desk: Desk, host: str) -> Iterator[str]:
    """Yield what whoever serves the desk on `host` should know of those on other machines."""
    if is_loopback(host) or host == "localhost":
        return
    live = desk.store.live_tokens(desk.now())
    can = f": {len(live)} token{'' if len(live) == 1 else 's'} can be used"
    if not live:
        can = ", and nobody can yet: monitor tokens add NAME"
        can += " --role reader|volunteer|reviewer|admin"
    yield f"who comes from another machine must sign in{can}"
    if not desk.settings.digest.public_url.startswith("https://"):
        yield (
            "without https, tokens and drafts can be read on the way: put a proxy with https"
            " before this (docs/operator.md, Serving others)"
        )


logger = logging.getLogger("monitor.api")
OPEN = {
    *("/healthz", "/readyz", "/signin", "/signout"),
    *("/v2/healthcheck", "/v2/languages", "/v2/maxtextlength"),
}
"""What anybody may ask for, besides what begins with one of `_OPEN_BELOW`."""
_OPEN_BELOW = ("/static/", "/unsubscribe/")
_KEYED = "/v2/"  # LanguageTool's clients send their key in the body: `api.languagetool` looks at it
_SCORECARDS = re.compile(r"/outlets(?:\.csv|/[^/]+(?:/[^/]+\.csv)?)?")
"""Besides, with `[serve] public_scorecards`."""
_FEEDS = ("format=atom", "format=jsonfeed")


def is_open(path: str) -> bool:
    """Say whether `path` (or a route's pattern) is for anybody, without signing in."""
    return path in OPEN or path.startswith(_OPEN_BELOW)


def session_cookie(scope: Scope, public_url: str) -> tuple[str, bool]:
    """Return the name of the session's cookie, and whether the browser came by https.

    It did too, as far as can be told, where it calls the desk by its public https name. With the
    prefix a browser takes the cookie from this very host by https only, never from a neighbour.
    """
    public = urlsplit(public_url)
    called = Headers(scope=scope).get("host", "").lower()
    by_name = public.scheme == "https" and called == public.netloc.lower()
    secure = scope.get("scheme") == "https" or by_name
    return "__Host-monitor" if secure else "monitor_session", secure


def session_in(scope: Scope, public_url: str) -> str | None:
    """Return the session's secret in the request's cookie, if it has one."""
    return HTTPConnection(scope).cookies.get(session_cookie(scope, public_url)[0])


def authentication(app: ASGIApp, *, desk: Desk, tries: Tries) -> ASGIApp:
    """Return an ASGI layer that puts the visitor into the request's state, or refuses."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = app
        if scope["type"] == "http":
            try:
                answer = await _refusal(scope, desk, tries) or app
            except ProblemError as error:
                answer = error.answer(scope)
            except MonitorError as error:
                logger.error("entry: %s", describe_exception(error))  # noqa: TRY400
                answer = ProblemError(503).answer(scope)
        await answer(scope, receive, send)

    return layer


async def _refusal(scope: Scope, desk: Desk, tries: Tries) -> Response | None:
    """Note who sent the request; return what to answer instead of the application's answer."""
    path, reads = scope["path"], scope["method"] in SAFE_METHODS
    if is_open(path) and path not in ("/signin", "/signout"):
        return None
    visitor = await _visitor(scope, desk, tries)
    note_visitor(scope, visitor)
    public = reads and desk.settings.serve.public_scorecards
    if public and _SCORECARDS.fullmatch(path):
        return None
    if is_open(path) or visitor is not NOBODY or path.startswith(_KEYED):
        return None
    if reads and is_page(scope):
        query = scope.get("query_string", b"").decode("latin-1")
        asked = quote(path) + (f"?{query}" if query else "")  # to come back to
        return RedirectResponse(f"/signin?{urlencode({'next': asked})}", 303)
    raise ProblemError(401, "Sign in first: this needs a token.", headers=_challenge(scope))


async def _visitor(scope: Scope, desk: Desk, tries: Tries) -> Visitor:
    """Return who sent the request. Raises `ProblemError` for credentials that do not do."""
    headers, safe = Headers(scope=scope), scope["method"] in SAFE_METHODS
    home = NOBODY  # who it is that shows nothing: by the machine, and by whose page asks there
    if at_home(scope):
        shared = shared_with(scope, frozenset(desk.settings.serve.allow_origins))
        home = PAGE_AT_HOME if shared else AT_HOME
    told = token_in(headers, reading=safe or scope["path"].startswith(_KEYED))
    if told is not None:
        token = await find_token(scope, told, desk, tries, known=home is not NOBODY)
        if token is None:
            said = "The token is not known here, or has ended."
            raise ProblemError(401, said, headers=_challenge(scope, wrong=True))
        return visitor_of(token)
    session = session_in(scope, desk.settings.digest.public_url)
    token = await run_sync(desk.store.find_session, session, desk.now()) if session else None
    if token is None:
        return home
    if not safe and not from_own_page(headers):
        said = "A change asked for by cookie must come from one of this desk's own pages."
        raise ProblemError(403, said)
    return visitor_of(token)


async def find_token(
    scope: Scope, told: str, desk: Desk, tries: Tries, *, known: bool = False
) -> Token | None:
    """Return the token of a secret, None where there is none: a try of whoever is not `known`.

    Raises `ProblemError` (429) after too many.
    """
    if not known:
        tries.refuse(scope)
    token = await run_sync(desk.store.find_token, told, desk.now())
    if token is None and not known:
        tries.note(scope)
    return token


def token_in(headers: Headers, *, reading: bool) -> str | None:
    """Return the token in the header Authorization; what has not a token's form is another's."""
    kind, _, rest = headers.get("authorization", "").partition(" ")
    told = rest.strip()
    if kind.lower() == "basic" and reading:
        try:
            told = base64.b64decode(told, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return None
    elif kind.lower() != "bearer":
        return None
    return told if is_token(told) else None


def _challenge(scope: Scope, *, wrong: bool = False) -> dict[str, str]:
    """Return the header that says how to sign in; Basic for feed readers only: browsers ask."""
    said = 'Bearer realm="monitor"' + (', error="invalid_token"' if wrong else "")
    query = scope.get("query_string", b"").decode("latin-1").split("&")
    if scope["method"] in SAFE_METHODS and any(feed in query for feed in _FEEDS):
        said += ', Basic realm="monitor", charset="UTF-8"'
    return {"www-authenticate": said}
