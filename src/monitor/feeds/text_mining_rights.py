"""Text and data mining rights: what publishers say of mining their texts, and by which words.

The TDM Reservation Protocol (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/)
says it in `/.well-known/tdmrep.json`, in headers and in the head of a page; `noai` in robots metas
and `X-Robots-Tag` says it too. Where they differ the strictest counts. `noimageai` is about
pictures, robots.txt about fetching: neither is read here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.feeds.http_client import HttpClient, fetch
from monitor.feeds.urls import join_url
from monitor.records.article import Mining
from monitor.records.errors import FeedError

PATH = "/.well-known/tdmrep.json"
_META = re.compile(r"<meta\b[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\s(name|content)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE
)
_NO_AI = re.compile(r"(?:^|[\s,:;])noai(?:$|[\s,;])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Terms:
    """Whether mining is reserved, and where the publisher's policy is, "" where it is not said."""

    mining: Mining | None = None
    policy: str = ""


UNSAID = Terms()
"""Nothing is said."""


ReservationRule = tuple[str, Terms]
"""What a tdmrep.json says of paths like the first (`*` and a final `$` as in robots.txt)."""


def strictest(*said: Terms) -> Terms:
    """Return the reservation among `said` if there is one, else the permission, else nothing."""
    ranks = (None, "allowed", "reserved")
    return max(said, key=lambda one: (ranks.index(one.mining), bool(one.policy)), default=UNSAID)


def header_terms(headers: Mapping[str, str], url: str) -> Terms:
    """Return what the headers (lower case) of the answer at `url` say."""
    return _read_terms(headers, headers.get("x-robots-tag", ""), url)


def markup_terms(markup: str, url: str) -> Terms:
    """Return what the metas of the page at `url` say."""
    said: dict[str, str] = {}
    for meta in _META.finditer(markup[:200_000]):
        pairs = _ATTRIBUTE.findall(meta[0])
        found = {name.lower(): one or two or three for name, one, two, three in pairs}
        name = found.get("name", "").strip().lower()
        said[name] = ", ".join(filter(None, (said.get(name), found.get("content"))))
    return _read_terms(said, said.get("robots", ""), url)


def _read_terms(said: Mapping[str, Any], robots: str, url: str) -> Terms:
    """Return the terms of the protocol's two names in `said`, or of `noai` among `robots`."""
    reservation, policy = said.get("tdm-reservation", ""), said.get("tdm-policy", "")
    value = str(reservation).strip() if isinstance(reservation, (str, int)) else ""
    statuses: dict[str, Mining] = {"1": "reserved", "0": "allowed"}
    status = statuses.get(value.partition(",")[0].strip())
    where = policy if isinstance(policy, str) and len(policy) <= 2_000 else ""
    terms = Terms(status, (join_url(url, where) or "") if status and where else "")
    return strictest(terms, Terms("reserved")) if _NO_AI.search(robots) else terms


def parse_tdmrep(body: bytes, url: str) -> tuple[ReservationRule, ...]:
    """Return the rules of the tdmrep.json at `url`; none where it is no such file."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(body[:512_000])
    rules = []
    for entry in found[:1_000] if isinstance(found, list) else ():
        location = entry.get("location") if isinstance(entry, dict) else None
        if isinstance(location, str) and location.startswith("/") and location.count("*") <= 10:
            rules.append((location, _read_terms(entry, "", url)))
    return tuple(rules)


def rule_terms(rules: Sequence[ReservationRule], url: str) -> Terms:
    """Return what the rule that fits the path of `url` most closely (the longest) says."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    fitting = [(len(location), terms) for location, terms in rules if _fits(location, path)]
    longest = max((length for length, _ in fitting), default=0)
    return strictest(*(terms for length, terms in fitting if length == longest))


def _fits(location: str, path: str) -> bool:
    """Tell whether `path` begins as `location` says, piece by piece between its stars."""
    ends = location.endswith("$")
    first, *rest = location.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(rest):
        last = ends and number == len(rest) - 1
        found = len(path) - len(piece) if last and path.endswith(piece) else path.find(piece, at)
        if found < at:
            return False
        at = found + len(piece)
    return not ends or at == len(path) or (bool(rest) and not rest[-1])


def file_rules(
    client: HttpClient, url: str, now: Callable[[], datetime]
) -> tuple[ReservationRule, ...]:
    """Return the rules of the host of `url`, asked for once a day; none where it has none."""
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}{PATH}"
    known, rules = client.manners.file(address)
    if not known:
        rules, failed = (), True
        with suppress(FeedError):
            answer = fetch(client, address, now=now(), accept="application/json, */*;q=0.1")
            rules = parse_tdmrep(answer.body, address) if answer.body else ()
            failed = answer.status >= 500 or answer.status == 429
        client.manners.keep_file(address, rules, failed=failed)
    return tuple(rules)
