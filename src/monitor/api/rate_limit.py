"""Rate limit per client address: above all of tries with tokens that are none.

Nobody guesses 256 bits; this keeps whoever tries from filling the log and the database's time.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field

from starlette.types import Scope

from monitor.api.problem_details import ProblemError

_ADDRESSES = 10_000


@dataclass
class Tries:
    """Failures, or whatever is limited, by address; only the event loop may call it.

    After `most` in `window_s` an address waits for the next window.
    """

    most: int = 10
    window_s: float = 60.0
    refusal: str = "Too many tokens that are none came from this address: wait a minute."
    _failed: dict[str, int] = field(default_factory=dict)
    _until: float = 0.0

    def refuse(self, scope: Scope) -> None:
        """Raise `ProblemError` (429) where the address of a request failed too often."""
        now = time.monotonic()
        if now >= self._until:
            self._failed.clear()
            self._until = now + self.window_s
        if self._failed.get(_network(scope), 0) >= self.most:
            wait = {"retry-after": str(int(self._until - now) + 1)}
            raise ProblemError(429, self.refusal, headers=wait)

    def note(self, scope: Scope) -> None:
        """Count a failure; beyond a number of addresses, only of those that are counted."""
        where = _network(scope)
        if where in self._failed or len(self._failed) < _ADDRESSES:
            self._failed[where] = self._failed.get(where, 0) + 1


def _network(scope: Scope) -> str:
    """Return whom an address stands for: of IPv6, the network that one household has."""
    address: str = (scope.get("client") or ("",))[0]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)
