"""Settings: defaults < `monitor.toml` < `MONITOR_*` < flags; the only reader of the environment.

An unknown key is an error that names it: a misspelt setting silently ignored is worse than none.

Settings of how others reach the desk: LanguageTool's clients, web pages, proxies.

Whose an export is: `[export]` in monitor.toml, printed on its cards.

Who gets which digest, and through which mail server: the nouns, and what is wrong with one.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from email.utils import getaddresses
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.labels.countries import parse_country
from monitor.labels.data_files import data_dir
from monitor.labels.schemes import SCHEMES, known_labels
from monitor.records.errors import ConfigError, UsageError
from monitor.records.finding import SEVERITIES, Severity

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


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What the desk says of its exports; empty where it says nothing."""

    title: str = ""
    """What exports are called on their cards."""
    creators: tuple[str, ...] = ()
    """Whose they are: names of organisations or people."""
    licence: str = ""
    """The licence of tags, findings and tables, not of the publishers' texts: an SPDX id such as
    `CC-BY-4.0`, or an address."""
    contact: str = ""
    """Where to ask."""
    homepage: str = ""
    """The address of its page."""


def check_export(export: ExportSettings) -> None:
    """Raise `ConfigError` for words that are no line of text, and for a homepage that is none."""
    single = [(name, getattr(export, name)) for name in ("title", "licence", "contact", "homepage")]
    for key, value in [*single, *(("creators", name) for name in export.creators)]:
        if not value.isprintable():
            raise ConfigError(f"'export.{key}' must be one line of text")
    if not all(name.strip() for name in export.creators):
        raise ConfigError("'export.creators' must be names")
    if export.homepage and not export.homepage.startswith(("http://", "https://")):
        raise ConfigError("'export.homepage' must begin with http:// or https://")


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
    for scheme in SCHEMES:
        if scheme != "place" and (listed := getattr(wanted, scheme, ())):
            _all_among(f"{where}.filter.{scheme}'", listed, known_labels(scheme))
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


CONFIG_NAME = "monitor.toml"
DATABASE_NAME = "monitor.sqlite"
MAX_REVIEWS = 1000
"""More than a desk looks at in a day."""
MAX_CHECKS_PER_MINUTE = 1_000_000
MAX_WORKERS = 64
"""More processes than any one machine checks drafts with: each takes some 500 MB."""
MAX_SPACING_S = 60
"""A longer pause between two requests to a host would not let a day's news in within the day."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How feeds and pages are fetched."""

    user_agent: str = "thb-monitor/0.1 (media monitor for news on human trafficking)"
    """The name under which feeds and pages are requested. Put your organisation and address into
    it."""
    timeout_s: float = 20.0
    """Seconds that one feed or page may take."""
    max_bytes: int = 10_000_000
    """The largest answer that is read, in bytes after unpacking."""
    min_interval_s: int = 900
    """The shortest time between two polls of a feed, in seconds."""
    host_spacing_s: float = 1.0
    """The shortest time between two requests to one host, in seconds, over all feeds and pages and
    from one run to the next. A longer `Crawl-delay` in its robots.txt counts, up to 30."""
    parallel: int = 8
    """How many feeds and pages are fetched at once."""
    allow_hosts: tuple[str, ...] = ()
    """Private or loopback hosts that may be fetched all the same."""


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """How drafts and articles are checked."""

    guideline: str | tuple[str, ...] = field(default="thb-en", metadata={"several": True})
    """The id or folder of a guideline, or a list of several that hold together."""
    fail_on: Severity = "error"
    """`monitor check` exits with 1 from this severity on: `error`, `warning` or `suggestion`."""
    disable: tuple[str, ...] = ()
    """Ids of rules that are switched off, in whichever guideline; `guideline/id` where several
    guidelines have a rule of one id."""
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """A table from rule id (or `"guideline/id"`) to the severity it has here."""
    max_chars: int = 500_000
    """The one size limit of a draft, in characters."""
    country: str = ""
    """ISO 3166-1 alpha-2 code of the country whose law and helplines drafts are told of. Digests
    say if the relevance model is not measured there."""
    baseline_key: str = field(default="", repr=False)
    """A secret that baselines are hashed with, so that nobody can confirm a guessed phrase. Only
    from `MONITOR_CHECK_BASELINE_KEY`; refused in the file."""

    @property
    def guidelines(self) -> tuple[str, ...]:
        """The names or folders of all guidelines, in their order."""
        return (self.guideline,) if isinstance(self.guideline, str) else self.guideline


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """How the daily digest is named, and under which address recipients reach the desk."""

    title: str = "Trafficking in the news"
    """The digest's heading."""
    public_url: str = ""
    """The https address under which recipients reach the desk, 500 characters at most. With it,
    mail can be stopped with one click."""


@dataclass(frozen=True, slots=True)
class ReviewsSettings:
    """How much is sampled for review."""

    sample_a_day: int = 5
    """How many articles below the threshold are offered for review each day, about."""


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """How the desk is served."""

    hosts: tuple[str, ...] = ()
    """Further host names by which the desk may be called, besides loopback names and `--host`."""
    workers: int = 0
    """How many drafts are checked at once, each in some 400 MB; 0: one per core, at most four."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies, such as `127.0.0.1`, whose `X-Forwarded-For` and
    `X-Forwarded-Proto` are believed."""
    public_scorecards: bool = False
    """Whether visitors without sign-in may see `/outlets` and outlets' scorecards, without their
    stories, flags and letters."""
    allow_origins: tuple[str, ...] = ()
    """Origins, to the letter, whose pages may call `/v1` and `/v2`, such as
    `https://cms.example.org`."""
    checks_per_minute: int = 1200
    """Rate limit: drafts that one address elsewhere may send in a minute; 0: no limit. This machine
    has none."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How long the desk keeps words."""

    keep_text_days: int = 0
    """Retention: the words of an article expire so many days after first sight; 0: never."""
    withdrawn_grace_days: int = 7
    """Days until the words of a version are erased from which its outlet took a name or a detail
    back."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    home: Path = Path()
    database: str = ""
    """An SQLAlchemy URL; empty: `monitor.sqlite` beside the settings. PostgreSQL needs the extra
    `postgres`, a database in UTF8, and the right to make tables in it."""
    timezone: str = "UTC"
    """IANA name of the time zone that says which day an article belongs to."""
    fetch: FetchSettings = FetchSettings()
    check: CheckSettings = CheckSettings()
    digest: DigestSettings = DigestSettings()
    serve: ServeSettings = ServeSettings()
    languagetool: LanguageToolSettings = field(default_factory=LanguageToolSettings)
    reviews: ReviewsSettings = ReviewsSettings()
    export: ExportSettings = field(default_factory=ExportSettings)
    store: StoreSettings = StoreSettings()
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    recipients: tuple[Recipient, ...] = field(default=(), metadata={"entries": Recipient})

    @property
    def database_url(self) -> str:
        """The database's URL with the default filled in."""
        return self.database or f"sqlite:///{(self.home / DATABASE_NAME).as_posix()}"

    @property
    def zone(self) -> ZoneInfo:
        """The desk's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def names_key(self) -> Path:
        """Return the file of the key by which names are kept whose words are gone."""
        return self.home / "names.key"


def guideline_dir(name: str, home: Path = Path()) -> Path:
    """Return a guideline's folder: one of the user's of this name, else one that comes along.

    The user's is looked for where the program was started, then in `home`.
    """
    own = (Path(name), home / name)
    return next((path for path in own if path.is_dir()), data_dir("guidelines") / name)


def cache_dir() -> Path:
    """Return the user's folder for what can be made again, as the system names it."""
    import platformdirs

    return platformdirs.user_cache_path("thb-monitor")


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ray_address(environ: Mapping[str, str] = os.environ) -> str:
    """Return where Ray's own variable says that a cluster is, "" where it says nothing."""
    return environ.get("RAY_ADDRESS", "")


def load_settings(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    cwd: Path | None = None,
) -> Settings:
    """Read `path`, or `monitor.toml` in `cwd` if there is one, then `MONITOR_*` variables.

    `MONITOR_CONFIG` names the file, `MONITOR_FETCH_TIMEOUT_S=5` sets `[fetch] timeout_s`; lists
    are comma separated, also where one or several can be named (`MONITOR_CHECK_GUIDELINE`).

    Raises `ConfigError` for a missing file, an unknown key or a value of the wrong kind.
    """
    file = settings_file(path, environ=environ, cwd=cwd)
    if file is None:
        home, table = cwd or Path.cwd(), {}
    else:
        home, table = file.resolve().parent, _read(file)
    name = file.name if file else CONFIG_NAME
    _refuse_password(table, name)
    settings = _fill(Settings(home=home), table, name, "")
    settings = _fill(settings, _from_environ(environ), "environment", "")
    _check_values(settings)
    return settings


def settings_file(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    cwd: Path | None = None,
) -> Path | None:
    """Return the settings file in force, which need not be there if it was named; see above."""
    if path is None and environ.get("MONITOR_CONFIG"):
        return Path(environ["MONITOR_CONFIG"])
    candidate = (cwd or Path.cwd()) / CONFIG_NAME
    return path or (candidate if candidate.is_file() else None)


def settings_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the names of the environment variables that set something."""
    return sorted(name for name in environ if name.startswith("MONITOR_"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file") from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _fill(target: T, table: Mapping[str, Any], where: str, prefix: str) -> T:
    """Return `target` with the keys of `table`; unknown keys and wrong types are errors."""
    known = {f.name: f for f in fields(target) if f.name != "home"}  # type: ignore[arg-type]
    changes: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if key not in known:
            raise ConfigError(f"{where}: unknown key '{name}' (known: {', '.join(sorted(known))})")
        current = getattr(target, key)
        if hasattr(current, "__dataclass_fields__"):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{where}: '{name}' is a table, not {_kind(value)}")
            changes[key] = _fill(current, value, where, f"{name}.")
        elif kind := known[key].metadata.get("entries"):
            changes[key] = _entries(kind, value, where, name)
        elif known[key].metadata.get("several"):
            changes[key] = _names(value, f"{where}: '{name}'")
        else:
            changes[key] = _value(current, value, f"{where}: '{name}'")
    return replace(target, **changes)  # type: ignore[type-var]


def _entries(kind: type[Recipient], value: Any, where: str, name: str) -> tuple[Recipient, ...]:
    """Return a list of tables, each with what it sets; counted from 1 in what is said of one."""
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise ConfigError(f"{where}: '{name}' is a list of tables: write [[{name}]] above each")
    places = [f"{name}[{number}]" for number in range(1, len(value) + 1)]
    filled = [
        check_recipient(_fill(kind(), entry, where, f"{place}."), f"{where}: '{place}")
        for place, entry in zip(places, value, strict=True)
    ]
    check_once(filled, where)
    return tuple(filled)


def _refuse_password(table: Mapping[str, Any], where: str) -> None:
    """Refuse a password or key in the file, which is copied, mailed and kept in repositories."""
    for section, key in (("smtp", "password"), ("check", "baseline_key")):
        keys = table.get(section)
        if isinstance(keys, Mapping) and key in keys:
            raise ConfigError(
                f"{where}: '{section}.{key}' does not belong in this file: take it out and set the"
                f" environment variable MONITOR_{section.upper()}_{key.upper()}"
            )


def _value(current: Any, value: Any, where: str) -> Any:
    if isinstance(current, tuple):
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise ConfigError(f"{where} must be a list of strings")
        return tuple(value)
    if isinstance(current, Mapping):
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            raise ConfigError(f"{where} must be a table of strings")
        return dict(value)
    if isinstance(current, float) and type(value) is int:
        return float(value)
    if type(value) is not type(current):
        raise ConfigError(f"{where} must be {_kind(current)}, not {_kind(value)}")
    return value


def _names(value: Any, where: str) -> str | tuple[str, ...]:
    """Return a name, or a list that has each of its names once; raises `ConfigError`."""
    names = _value((), [value] if isinstance(value, str) else value, where)
    if not names or not all(names) or len(set(names)) < len(names):
        raise ConfigError(f"{where} must name one or more, each once")
    return value if isinstance(value, str) else tuple(names)


def _kind(value: Any) -> str:
    names = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(type(value), type(value).__name__)


_IN_VARIABLES = frozenset(
    {"fetch", "check", "digest", "serve", "languagetool", "reviews", "export", "store", "smtp"}
)


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    """Turn `MONITOR_…` variables into a settings table; unknown ones are kept, to be refused."""
    table: dict[str, Any] = {}
    defaults = Settings()
    sections = {f.name for f in fields(defaults) if hasattr(getattr(defaults, f.name), "__slots__")}
    for name in sorted(environ):
        if not name.startswith("MONITOR_") or name == "MONITOR_CONFIG":
            continue
        key = name.removeprefix("MONITOR_").lower()
        section, _, rest = key.partition("_")
        if section in sections & _IN_VARIABLES and rest:
            part = getattr(defaults, section)
            current = () if _names_several(part, rest, environ[name]) else getattr(part, rest, None)
            table.setdefault(section, {})[rest] = _parse(current, environ[name], name)
        else:
            table[key] = _parse(getattr(defaults, key, None), environ[name], name)
    return table


def _names_several(part: Any, key: str, text: str) -> bool:
    """Whether `text` is a list for a key that takes one name or several."""
    return "," in text and any(f.name == key and f.metadata.get("several") for f in fields(part))


def _parse(current: Any, text: str, name: str) -> Any:
    if isinstance(current, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(current, bool):
        if text.lower() not in ("true", "false"):
            raise ConfigError(f"{name} must be {_kind(current)}")
        return text.lower() == "true"
    if isinstance(current, (int, float)):
        try:
            return type(current)(text)
        except ValueError as error:
            raise ConfigError(f"{name} must be {_kind(current)}") from error
    return text


def _check_values(settings: Settings) -> None:
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"'timezone': no time zone '{settings.timezone}'") from error
    _check_severities(settings.check)
    _check_fetch(settings.fetch)
    _check_days(settings.store)
    for where, value, least, most in (
        ("serve.workers", settings.serve.workers, 0, MAX_WORKERS),
        ("serve.checks_per_minute", settings.serve.checks_per_minute, 0, MAX_CHECKS_PER_MINUTE),
        ("reviews.sample_a_day", settings.reviews.sample_a_day, 1, MAX_REVIEWS),
    ):
        if not least <= value <= most:
            raise ConfigError(f"'{where}' must be from {least} to {most}")
    if settings.check.max_chars <= 0:
        raise ConfigError("'check.max_chars' must be above 0")
    _check_country(settings.check.country)
    check_smtp(settings.smtp)
    check_public_url(settings.digest.public_url)
    check_proxies(settings.serve.trusted_proxies)
    check_origins(settings.serve.allow_origins)
    check_languagetool(settings.languagetool)
    check_export(settings.export)


def _check_fetch(fetch: FetchSettings) -> None:
    for name in ("timeout_s", "max_bytes", "parallel"):
        if not 0 < getattr(fetch, name) < float("inf"):  # nan is neither
            raise ConfigError(f"'fetch.{name}' must be a number above 0")
    if not 0 <= fetch.host_spacing_s <= MAX_SPACING_S:
        raise ConfigError(f"'fetch.host_spacing_s' must be from 0 to {MAX_SPACING_S}")
    if fetch.min_interval_s < 0:
        raise ConfigError("'fetch.min_interval_s' must not be negative")


def _check_severities(check: CheckSettings) -> None:
    for where, value in [
        ("check.fail_on", check.fail_on),
        *((f"check.severity.{rule}", s) for rule, s in check.severity.items()),
    ]:
        if value not in SEVERITIES:
            raise ConfigError(f"'{where}': '{value}' is none of {', '.join(SEVERITIES)}")


def _check_days(store: StoreSettings) -> None:
    for name in ("keep_text_days", "withdrawn_grace_days"):
        if getattr(store, name) < 0:
            raise ConfigError(f"'store.{name}' must not be negative")


def _check_country(value: str) -> None:
    from monitor.labels.countries import parse_country

    if not value:
        return
    try:
        parse_country(value)
    except UsageError as error:
        raise ConfigError(f"'check.country': {error}") from error
