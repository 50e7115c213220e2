"""The publisher's address in links that lead through somebody else's counter.

Google Alerts, Bing News and the like give the address in the link itself, so it is read there, and
nobody is asked. Links that name it only to whoever follows them (news.google.com/rss/articles,
feedproxy.google.com, t.co and other shorteners) stay as they are: the article's id is then that of
the link, and a copy that came in under its own address is an article beside it.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

_GOOGLE = re.compile(r"(?:www\.)?google\.(?:com?\.)?[a-z]{2,3}")
_YAHOO_TARGET = re.compile(r"/RU=([^/]+)/")
_COUNTERS: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (_GOOGLE, "/url", ("url", "q")),
    (re.compile(r"(?:www\.|cn\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"(?:l|lm|www|m)\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"(?:www\.|html\.)?duckduckgo\.com"), "/l", ("uddg",)),
    (re.compile(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com"), "", ("url",)),
    (re.compile(r"(?:www\.)?linkedin\.com"), "/redir/redirect", ("url",)),
)
"""Host, path, and the query parameters that may hold the address."""


def publisher_url(url: str) -> str:
    """Return the address that `url` wraps, itself where it wraps none that is http or https."""
    while (inner := _wrapped(url)) is not None and len(inner) < len(url):
        url = inner
    return url


def _wrapped(url: str) -> str | None:
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host == "r.search.yahoo.com":
        found = _YAHOO_TARGET.search(parts.path)
        return _address(unquote(found[1])) if found else None
    for counter, path, names in _COUNTERS:
        if counter.fullmatch(host) and path in ("", parts.path.rstrip("/")):
            return _first_address(parts.query, names)
    return None


def _first_address(query: str, names: tuple[str, ...]) -> str | None:
    try:
        values = parse_qs(query, max_num_fields=50)
    except ValueError:
        return None
    found = (_address(value) for name in names for value in values.get(name, ()))
    return next((address for address in found if address), None)


def _address(text: str) -> str | None:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    return text.strip() if parts.scheme in ("http", "https") and parts.hostname else None
