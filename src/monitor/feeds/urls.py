"""URL canonicalisation: one article, one canonical URL, one id, however it was linked.

A user name and password in a URL are a secret: none is fetched with, kept, or shown.

Ids leave out the scheme: sites move from http to https and their archive must not come in anew.
The query is sorted, since its order rarely matters and often varies; a fetch leaves it as given.

Links that lead through a counter (Google Alerts, Bing News) give the publisher's address in the
link itself, so it is read there. Links that name it only to whoever follows them (t.co, Google
News) stay as they are: a copy that came in under its own address is an article beside it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv6Address
from urllib.parse import SplitResult, parse_qs, unquote, urljoin, urlsplit

import idna

from monitor.records.errors import FeedError
from monitor.records.feed import Feed

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"utm_.*|at_(?:medium|campaign|custom\d|link\w*|ptr\w*|bbc\w*|format)|ns_(?:campaign|mchannel|"
    r"source|linkname|fee)|fb(?:clid|_action_ids|_action_types|_source|_ref)|[gd]clid|gclsrc|[gw]braid|"
    r"msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|hsctatracking|vero_id|"
    r"oly_(?:anon|enc)_id|_openstat|xtor|wt[._]mc(?:_id|_ev)?|s_cid|cmpid|cmp|ncid|icid|ito|smid|smtyp|"
    r"traffic_source|guccounter|guce_\w+|__twitter_impression|ref_src|spm|_ga|_gl|wickedid|rb_clickid"
)
"""Query parameters (lower case) that say where a reader came from, never what is shown."""
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|[^!$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_LOGIN = re.compile(
    r"\A(\s*(?:feed:)?(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}|\s*(?=[^/?#@:]+:[^/?#@]*@))"
    r"(?:[^/?#@\\]*@|[^/?#@\\\[:]*:(?!\d*(?:[/?#\\]|\Z))[^@\s]*@)+",
    re.IGNORECASE,
)
"""User name and password; a password with a `/` in it ends the host for parsers, not for people."""


def canonical_url(url: str) -> str:
    """Return the one spelling of `url` that stands for what it shows; idempotent.

    Lower-cases scheme and host (IDNA), drops user name, default port, fragment and tracking
    parameters, sorts the query, resolves dot segments, and brings percent-encoding to its normal
    form. A link through a counter that names its target (Google Alerts) becomes the target.
    Raises `FeedError` where `url` is no http or https URL.
    """
    return _normal(publisher_url(url), as_given=False)


def request_url(url: str) -> str:
    """Return `url` in ASCII, fit to be sent: as `canonical_url`, but the query as it was given.

    Raises `FeedError` where `url` is no http or https URL, or carries a user name or password.
    """
    if has_login(url):
        raise FeedError(
            f"{shown_url(url)}: an address with a user name or password is not followed: feeds"
            " behind a login are not read, and addresses are shown and exported"
        )
    return _normal(url, as_given=True)


def join_url(base: str, link: str) -> str | None:
    """Return `link` made absolute against `base`, without login; `None` if no http or https URL."""
    try:
        joined = without_login(urljoin(base, link.strip()))
        return joined if _split(joined) else None
    except (ValueError, FeedError):
        return None


def has_login(url: str) -> bool:
    """Tell whether `url` carries a user name or password."""
    return _LOGIN.search(url) is not None


def without_login(url: str) -> str:
    """Return `url` without user name and password."""
    return _LOGIN.sub(r"\1", url)


def shown_url(url: str) -> str:
    """Return `url` fit for a message: short, printable, without user name and password."""
    text = without_login(url)
    text = text if len(text) <= 200 else f"{text[:200]}…"
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


@contextmanager
def naming(url: str) -> Iterator[None]:
    """Begin the message of a `FeedError` inside with `url`, unless it does."""
    name = shown_url(url)
    try:
        yield
    except FeedError as error:
        said = str(error)
        raise type(error)(said if said.startswith(name) else f"{name}: {said}") from error


def host_of(url: str) -> str:
    """Return the host name of `url`, as `canonical_url` spells it, and raises as that."""
    return _host(_split(url), url)


def same_site(url: str, other: str) -> bool:
    """Tell whether two URLs are of one site: the same host, with or without `www.`, or one below.

    Raises as `canonical_url`.
    """
    one, two = (host_of(address).removeprefix("www.") for address in (url, other))
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def same_outlet(url: str, feeds: Iterable[Feed]) -> bool:
    """Tell whether one of `feeds` is of the outlet whose page `url` is; false where it is none."""
    for address in (address for feed in feeds for address in (feed.url, feed.site) if address):
        with suppress(FeedError):
            if same_site(url, address):
                return True
    return False


def article_id(url: str) -> str:
    """Return the id of the article at `url`: 16 hex digits. Raises as `canonical_url`."""
    return feed_id(url, "article")


def feed_id(url: str, kind: str = "feed") -> str:
    """Return the id of the feed at `url`: 16 hex digits. Raises as `canonical_url`."""
    address = canonical_url(url).partition("://")[2]
    return hashlib.sha256(f"{kind}\0{address}".encode()).hexdigest()[:16]


def _normal(url: str, *, as_given: bool) -> str:
    """Return the normal form of `url`, its query sorted and without tracking, or `as_given`."""
    parts = _split(url)
    host = _host(parts, url)
    host = f"[{host}]" if ":" in host else host
    try:
        port = parts.port
    except ValueError:  # its words may be part of a password
        raise FeedError(f"{shown_url(url)}: impossible port") from None
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path = _without_dots(_escaped(parts.path)) or "/"
    query = _escaped(parts.query)
    if not as_given:
        names = ((pair, unquote(pair.partition("=")[0]).lower()) for pair in query.split("&"))
        kept = sorted(pair for pair, name in names if pair and not _TRACKING.fullmatch(name))
        query = "&".join(kept)
    return f"{parts.scheme}://{host}{path}" + (f"?{query}" if query else "")


def _split(url: str) -> SplitResult:
    cleaned = url if url.isascii() else _SURROGATE.sub("\ufffd", url)
    try:
        parts = urlsplit(cleaned.strip())
    except ValueError:
        raise FeedError(f"{shown_url(url)}: impossible host name") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        raise FeedError(f"{shown_url(url)}: not an http or https URL")
    return parts


def _host(parts: SplitResult, url: str) -> str:
    host = parts.hostname or ""
    with suppress(ValueError):
        if ":" in host:
            return IPv6Address(host.partition("%")[0]).compressed
        host = unquote(host, errors="strict").rstrip(".").lower()
        host = host if host.isascii() else idna.encode(host, uts46=True).decode()
        if _HOST.fullmatch(host):
            return host
    raise FeedError(f"{shown_url(url)}: impossible host name")


def _escaped(text: str) -> str:
    """Percent-encode what must be, decode what need not be, upper-case what stays."""

    def one(match: re.Match[str]) -> str:
        code = bytes([int(match[1], 16)]) if match[1] else match[0].encode()
        unreserved = match[1] and code[0] in _UNRESERVED
        return code.decode() if unreserved else "".join(f"%{byte:02X}" for byte in code)

    return _ESCAPE.sub(one, text)


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` as RFC 3986 section 5.2.4 does."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    joined = "/".join(kept)
    return joined if joined.startswith("/") or not joined else f"/{joined}"


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
    while (inner := _wrapped(url)) and len(inner) < len(url):
        url = inner
    return url


def _wrapped(url: str) -> str:
    targets: list[str] = []
    with suppress(ValueError):
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        if host == "r.search.yahoo.com":
            targets = [unquote(found) for found in _YAHOO_TARGET.findall(parts.path)[:1]]
        for counter, path, names in _COUNTERS:
            if counter.fullmatch(host) and path in ("", parts.path.rstrip("/")):
                values = parse_qs(parts.query, max_num_fields=50)
                targets = [value for name in names for value in values.get(name, ())]
                break
    for target in map(str.strip, targets):
        with suppress(ValueError):
            parts = urlsplit(target)
            if parts.scheme in ("http", "https") and parts.hostname:
                return target
    return ""
