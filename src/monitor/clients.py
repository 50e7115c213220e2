"""Settings of how others reach the desk: LanguageTool's clients, web pages, proxies."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.records.article import SEVERITIES, Severity
from monitor.records.errors import ConfigError

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
MAX_PUBLIC_URL = 500
"""Characters: a link to unsubscribe has to fit into one line of a mail, which ends at 998."""


@dataclass(frozen=True, slots=True)
class LanguageToolSettings:
    """How LanguageTool's clients are answered."""

    show: Severity = "warning"
    """The least severity that clients are told where they do not ask for `picky`. LibreOffice
    cannot ask: `suggestion` shows it all."""
    upstream: str = ""
    """Root of another LanguageTool server that is asked too, such as `http://127.0.0.1:8081/v2`."""
    allow_remote: bool = False
    """Whether that server may be on another machine: then drafts leave this one."""
    timeout_s: float = 10.0
    """Seconds that it may take."""

    @property
    def remote(self) -> str:
        """The host that texts are passed on to, if it is not this machine; else empty."""
        host = urlsplit(self.upstream).hostname or ""
        return "" if is_local(host) else host


def is_local(host: str) -> bool:
    """Say whether a host is this machine: its name for itself, or a loopback address."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host in ("", "localhost")
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def check_languagetool(settings: LanguageToolSettings) -> None:
    """Raise `ConfigError` for what cannot be, and for a remote server that is not allowed."""
    if settings.show not in SEVERITIES:
        known = ", ".join(SEVERITIES)
        raise ConfigError(f"'languagetool.show': '{settings.show}' is none of {known}")
    if not 0 < settings.timeout_s <= 300:
        raise ConfigError("'languagetool.timeout_s' must be above 0 and at most 300")
    if not settings.upstream:
        return
    try:
        parts = urlsplit(settings.upstream)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        whole = whole and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or re.search(r"[^!-~]", settings.upstream):
        raise ConfigError(
            "'languagetool.upstream' must be an address such as http://127.0.0.1:8081/v2"
        )
    if settings.remote and not settings.allow_remote:
        raise ConfigError(
            f"'languagetool.upstream': {settings.remote} is not this machine, and drafts would be"
            " sent there: say allow_remote = true under [languagetool] if that is meant"
        )


def check_origins(origins: Iterable[str]) -> None:
    """Raise `ConfigError` for what is no web page's origin to the letter, or stands for many."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ConfigError(
                f"'serve.allow_origins': '{origin}' is not exactly one origin, such as"
                " https://cms.example.org or chrome-extension://abcdefghijklmnop: scheme and host"
                " in small letters, a port where it is not the usual one, and nothing behind it"
            )


def check_public_url(url: str) -> None:
    """Raise `ConfigError` for what is no address under which recipients reach the desk."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in url
    except ValueError:
        whole = False
    odd = re.search(r'[^!-~]|[<>"]', url) or len(url) > MAX_PUBLIC_URL
    if url and (not whole or parts.query or parts.fragment or odd):
        raise ConfigError("'digest.public_url' must be an address such as https://desk.example.org")


def check_proxies(proxies: Iterable[str]) -> None:
    """Raise `ConfigError` for what is no address or network."""
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            raise ConfigError(
                f"'serve.trusted_proxies': '{proxy}' is no address or network of addresses, such as"
                " 127.0.0.1 or 10.0.0.0/8"
            ) from error
