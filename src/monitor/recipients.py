"""Who gets which digest, and through which mail server: the nouns, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from email.utils import getaddresses
from typing import Any, Literal
from zoneinfo import ZoneInfo

from monitor.labels.countries import parse_country
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.records.article import FORMS, PARTNERSHIPS, RESPONSES, TOPICS, VULNERABILITIES
from monitor.records.errors import ConfigError, UsageError

Preset = Literal["cases", "policy"]
PRESETS: tuple[Preset, ...] = ("cases", "policy")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECURITIES = ("starttls", "tls", "none")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""Addresses in ASCII without quoting: no space, comma or line break can get into a header."""
MAX_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server that takes digests."""

    host: str = ""
    """The mail server's name; empty: no mail is sent."""
    port: int = 587
    """Its port: mostly 587 for `starttls`, 465 for `tls`."""
    security: str = "starttls"
    """`starttls`, `tls`, or `none` (with a user name only on this machine)."""
    username: str = ""
    """The user name; empty: the server asks for none."""
    password: str = field(default="", repr=False)
    """Only from `MONITOR_SMTP_PASSWORD`; refused in the file."""
    sender: str = ""
    """Whom mail is from, such as `Monitor <monitor@example.org>`."""
    timeout_s: float = 30.0
    """Seconds to wait for each answer of the server."""
    ca_file: str = ""
    """Certificates (PEM) to trust instead of the system's, for a server of your own."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which stories a recipient wants: of each list one label has to fit, an empty one fits all."""

    form: tuple[str, ...] = ()
    """Only stories with one of these forms of exploitation."""
    response: tuple[str, ...] = ()
    """Only stories with one of these responses."""
    place: tuple[str, ...] = ()
    """Only stories with one of these countries, ISO 3166-1 alpha-2."""
    outlet: tuple[str, ...] = ()
    """Only stories that one of these outlets has."""
    topic: tuple[str, ...] = ()
    """Only stories that tell of one of these topics; also of the policy brief's other news."""
    institution: tuple[str, ...] = ()
    """Only stories that name one of these institutions."""
    instrument: tuple[str, ...] = ()
    """Only stories that name one of these laws, treaties and reports."""
    vulnerability: tuple[str, ...] = ()
    """Only stories of people at risk by one of these."""
    partnership: tuple[str, ...] = ()
    """Only stories with one of these kinds of partnership."""
    min_relevance: float = 0.0
    """Only stories at least this relevant, 0 to 1, and what people decided."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One digest for one address."""

    address: str = ""
    """The mail address; one `[[recipients]]` table for each digest. Errors count them from 1."""
    hour: int = 7
    """The digest is sent from this hour on, in the recipient's time zone."""
    days: tuple[str, ...] = ()
    """`mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`; empty: every day, a policy brief Mondays."""
    timezone: str = ""
    """The recipient's time zone (IANA name); empty: the desk's."""
    preset: str = "cases"
    """`cases`, the daily cases, or `policy`, a brief by the four Ps, institutions and instruments,
    without cases."""
    filter: Filter = Filter()

    @property
    def key(self) -> tuple[str, str]:
        """Whose digest it is, however the address is spelt, and which."""
        return self.address.casefold(), self.preset

    @property
    def weekdays(self) -> frozenset[int]:
        """The days on which it is sent, Monday 0."""
        usual = ("mon",) if self.preset == "policy" else DAYS
        return frozenset(DAYS.index(day) for day in self.days or usual)

    def zone(self, desk: ZoneInfo) -> ZoneInfo:
        """Return the recipient's time zone, or that of the desk."""
        return ZoneInfo(self.timezone) if self.timezone else desk


def check_smtp(smtp: SmtpSettings) -> None:
    """Raise `ConfigError` naming the key of `[smtp]` that has an impossible value."""
    _among("smtp.security", smtp.security, SECURITIES)
    if not 0 < smtp.port < 65536:
        raise ConfigError("'smtp.port' must be from 1 to 65535")
    if not 0 < smtp.timeout_s < float("inf"):
        raise ConfigError("'smtp.timeout_s' must be a number above 0")
    if re.search(r"[\s/@]", smtp.host):
        raise ConfigError("'smtp.host' is a name or an address, without scheme and port")
    if smtp.host and not is_sender(smtp.sender):
        raise ConfigError(
            "'smtp.sender' must be an address such as 'Monitor <monitor@example.org>'"
        )
    if smtp.security == "none" and smtp.username and smtp.host.lower() not in _LOOPBACK:
        raise ConfigError(
            "'smtp.security' none would send the password readable by all: use starttls or tls"
        )


def is_sender(text: str) -> bool:
    """Whether `text` is one address, with or without a name before it."""
    found = getaddresses([text]) if text.isprintable() else []
    if len(found) != 1 or len(found[0][1]) > MAX_ADDRESS:
        return False
    return bool(_ADDRESS.fullmatch(found[0][1]))


def check_recipient(recipient: Recipient, where: str) -> Recipient:
    """Return a recipient with its country codes in capitals.

    Raises `ConfigError` naming the key; `where` is the file and the entry in it.
    """
    if not _ADDRESS.fullmatch(recipient.address) or len(recipient.address) > MAX_ADDRESS:
        raise ConfigError(f"{where}.address' must be one address such as officer@example.org")
    if not 0 <= recipient.hour <= 23:
        raise ConfigError(f"{where}.hour' must be from 0 to 23")
    _all_among(f"{where}.days'", recipient.days, DAYS)
    _all_among(f"{where}.preset'", (recipient.preset,), PRESETS)
    wanted = recipient.filter
    _all_among(f"{where}.filter.form'", wanted.form, FORMS)
    _all_among(f"{where}.filter.response'", wanted.response, RESPONSES)
    _all_among(f"{where}.filter.topic'", wanted.topic, TOPICS)
    _all_among(f"{where}.filter.vulnerability'", wanted.vulnerability, VULNERABILITIES)
    _all_among(f"{where}.filter.partnership'", wanted.partnership, PARTNERSHIPS)
    for scheme in ENTITY_SCHEMES:
        if listed := getattr(wanted, scheme):
            _all_among(f"{where}.filter.{scheme}'", listed, known_entities(scheme))
    if not 0 <= wanted.min_relevance <= 1:
        raise ConfigError(f"{where}.filter.min_relevance' must be from 0 to 1")
    try:
        recipient.zone(ZoneInfo("UTC"))
        places = tuple(map(parse_country, wanted.place))
    except UsageError as error:
        raise ConfigError(f"{where}.filter.place': {error}") from error
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"{where}.timezone': no time zone '{recipient.timezone}'") from error
    return _with_places(recipient, places)


def check_once(recipients: Sequence[Recipient], where: str) -> None:
    """Raise `ConfigError` where the same digest is to go to the same address twice."""
    seen: dict[tuple[str, str], int] = {}
    for number, recipient in enumerate(recipients, 1):
        before = seen.setdefault(recipient.key, number)
        if before != number:
            raise ConfigError(
                f"{where}: 'recipients[{number}].address': recipients[{before}] sends the same"
                f" digest ({recipient.preset}) to it"
            )


def _with_places(recipient: Recipient, places: tuple[str, ...]) -> Recipient:
    return replace(recipient, filter=replace(recipient.filter, place=places))


def _among(name: str, value: str, known: Iterable[str]) -> None:
    _all_among(f"'{name}'", (value,), known)


def _all_among(where: str, values: Iterable[Any], known: Iterable[str]) -> None:
    for value in values:
        if value not in known:
            raise ConfigError(f"{where}: '{value}' is none of {', '.join(known)}")
