"""SSRF filter: public addresses may be fetched, and those whose host the user has named.

An allow list of what is globally routed, rather than `ipaddress.is_global`: Python 3.11 calls
NAT64, 6to4, IPv4-compatible and multicast addresses global although they lead to, or are,
something else. An IPv4 address wrapped in an IPv6 one is unwrapped and judged itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from monitor.records.errors import UnsafeAddress

_REFUSED = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, NAT64 discovery
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_GLOBAL_V6 = ip_network("2000::/3")
_EMBEDDING = (
    (ip_network("::/96"), 0),  # IPv4-compatible; :: and ::1 are in it
    (ip_network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ip_network("::ffff:0:0:0/96"), 0),  # IPv4-translated
    (ip_network("64:ff9b::/96"), 0),  # NAT64
    (ip_network("2002::/16"), 80),  # 6to4
)
"""IPv6 networks that carry an IPv4 address, and its distance in bits from the right. NAT64's
local-use 64:ff9b:1::/48 is not among them: where the address sits in it is the site's choice, so
all of it is refused by lying outside 2000::/3."""


def is_public(ip: str) -> bool:
    """Tell whether `ip`, an IPv4 or IPv6 address, is reached over the public internet only."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        for network, shift in _EMBEDDING:
            if address in network:
                return is_public(str(IPv4Address((int(address) >> shift) & 0xFFFF_FFFF)))
        if address not in _GLOBAL_V6:
            return False
    return not any(address in network for network in _REFUSED)


def check_address(
    ip: str, host: str, allow_hosts: Sequence[str], *, port: int | None = None
) -> None:
    """Raise `UnsafeAddress` unless `ip` is public or `host` is in `allow_hosts`.

    `host` is the name or address as it stands in the URL, and it is this that must be listed, with
    or without `:port`: that a listed address is also reached through some other name does not
    count, or any page could use that name.
    """
    if is_public(ip):
        return
    name = _plain(host)
    names = {name} if port is None else {name, f"{name}:{port}", f"[{name}]:{port}"}
    if not any(_plain(allowed) in names for allowed in allow_hosts):
        where = host if host == ip else f"{host} ({ip})"
        raise UnsafeAddress(f"{where} is not a public address, and not in fetch.allow_hosts")


def _plain(host: str) -> str:
    host = host.strip().lower().rstrip(".")
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host
