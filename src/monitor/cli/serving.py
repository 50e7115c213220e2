"""Whether the desk is served to people elsewhere as it should be."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from monitor.cli.doctor_check import Check, Setup
from monitor.storage.health import tokens_in

PART = "serving"
_HOW = "docs/operator.md, Serving others"


def examine_serving(setup: Setup) -> Iterator[Check]:
    """See who may come from elsewhere, and whether what they send can be read on the way."""
    live = [t for t in tokens_in(setup.settings.database_url) if t.ended(setup.now) is None]
    public = setup.settings.digest.public_url
    for proxy in setup.settings.serve.trusted_proxies:
        if ipaddress.ip_network(proxy).prefixlen == 0:
            found = f"[serve] trusted_proxies has {proxy}: anybody is believed who says whom he is"
            yield Check(PART, "warning", found, "name the proxies' own addresses")
    if not live:
        if public:
            found = f"nobody can sign in at {public}: there is no token"
            yield Check(PART, "ok", found, "monitor tokens add NAME, for whoever is to")
        return
    said = f"{len(live)} token{'' if len(live) == 1 else 's'} to sign in with"
    if public.startswith("https://"):
        yield Check(PART, "ok", f"{said}, at {public}")
        return
    found = f"{said}, but [digest] public_url is no https address: without https, tokens and drafts"
    yield Check(PART, "warning", f"{found} can be read on the way", _HOW)
