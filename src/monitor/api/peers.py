"""Where a request comes from: this machine, or elsewhere; told by the connection, not by `Host`.

What is at home may do everything without signing in, so in doubt a request is not. A proxy on this
machine connects from it too: whatever carries a proxy's headers is from elsewhere, whoever sent it,
and so is what a proxy that adds none lets see: a name of the desk in `Host` that is not this
machine's own (HAProxy), or HTTP/1.0 (nginx), which no browser speaks. Who connects from the address
of a proxy that the settings trust is from elsewhere too, whatever it sends.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.api.csrf import LOOPBACK, host_name
from monitor.core import Monitor
from monitor.desk.gate import live_tokens

_STATE = "at_home"
_PROXIES = ("x-forwarded", "x-original-", "x-envoy-", "cf-")
_PROXY = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "fastly-client-ip",
        "x-arr-log-id",
        "x-amzn-trace-id",
        "cdn-loop",
    }
)
"""Headers that proxies add, beside all that begin with one of `_PROXIES`."""


def at_home(scope: Scope) -> bool:
    """Say whether the request of `scope` comes from this machine and through no proxy."""
    return bool(scope.get("state", {}).get(_STATE, False))


def is_loopback(address: str) -> bool:
    """Say whether an IP address is this machine's to itself; a name is none."""
    try:
        ip = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_loopback


class Peers:
    """ASGI layer that notes where a request comes from.

    Of the proxies in `trusted` (addresses and networks) it is believed for whom they ask, and
    whether by https: both then stand in the scope.
    """

    def __init__(self, app: ASGIApp, *, trusted: tuple[str, ...]) -> None:
        from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

        self.proxies = [ipaddress.ip_network(one, strict=False) for one in trusted]
        inner = cast("Any", app)
        self.app = cast("ASGIApp", ProxyHeadersMiddleware(inner, list(trusted))) if trusted else app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application with what was noted."""
        if scope["type"] == "http":
            home = _is_at_home(scope) and not self._is_proxy(scope["client"][0])
            scope.setdefault("state", {})[_STATE] = home
        await self.app(scope, receive, send)

    def _is_proxy(self, address: str) -> bool:
        ip = ipaddress.ip_address(address)
        plain = getattr(ip, "ipv4_mapped", None) or ip
        return any(plain in proxies for proxies in self.proxies)


def _is_at_home(scope: Scope) -> bool:
    peer = scope.get("client")
    if not peer or not is_loopback(peer[0]) or scope.get("http_version") == "1.0":
        return False
    headers = Headers(scope=scope)
    if any(name in _PROXY or name.startswith(_PROXIES) for name in headers):
        return False
    return host_name(headers.get("host", "")) in LOOPBACK


def words_to_others(monitor: Monitor, host: str) -> Iterator[str]:
    """Yield what whoever serves the desk on `host` should know of those on other machines."""
    if is_loopback(host) or host == "localhost":
        return
    live = live_tokens(monitor)
    if not live:
        yield (
            "who comes from another machine must sign in, and nobody can yet:"
            " monitor tokens add NAME --role reader|volunteer|reviewer|admin"
        )
    else:
        many = "" if len(live) == 1 else "s"
        yield f"who comes from another machine must sign in: {len(live)} token{many} can be used"
    if not monitor.settings.digest.public_url.startswith("https://"):
        yield (
            "without https, tokens and drafts can be read on the way: put a proxy with https"
            " before this (README, Serving others)"
        )
