"""Settings: defaults < `monitor.toml` < `MONITOR_*` < flags; the only reader of the environment.

Each key is declared once, as a field with its default, its checks, and below it what it means. An
unknown key is an error that names it: a misspelt setting silently ignored is worse than none.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from email.utils import getaddresses
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.labels.countries import parse_country
from monitor.labels.data_files import data_dir
from monitor.labels.schemes import SCHEMES, known_labels
from monitor.records.errors import ConfigError, UsageError
from monitor.records.finding import SEVERITIES, Severity

CONFIG_NAME = "monitor.toml"
DATABASE_NAME = "monitor.sqlite"
MAX_WORKERS = 64
"""More processes than any one machine checks drafts with: each takes some 500 MB."""
MAX_SPACING_S = 60
"""A longer pause between two requests to a host would not let a day's news in within the day."""
MAX_PUBLIC_URL = 500
"""Characters: a link to unsubscribe has to fit into one line of a mail, which ends at 998."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""Addresses in ASCII without quoting: no space, comma or line break can get into a header."""
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")

T = TypeVar("T")

Check = Callable[[str, Any], None]
"""Raises `ConfigError` for a value that cannot be; it is given how the key is written, and it."""


def _key(default: Any, *checks: Check, **facts: Any) -> Any:
    """Return a field. `secret`: refused in the file; `several`: takes one name or a list."""
    return field(default=default, repr="secret" not in facts, metadata={"checks": checks, **facts})


def _must(fits: Callable[[Any], object], problem: str) -> Check:
    def check(name: str, value: Any) -> None:
        if not fits(value):
            raise ConfigError(f"{name} {problem}")

    return check


def _like(pattern: str, problem: str) -> Check:
    return _must(re.compile(pattern).fullmatch, problem)


def _each(fits: Callable[[str], object], problem: str) -> Check:
    def check(name: str, value: Any) -> None:
        for one in (value,) if isinstance(value, str) else value:
            if not fits(one):
                raise ConfigError(f"{name}: '{one}' {problem}")

    return check


def _among(known: Sequence[str]) -> Check:
    return _each(known.__contains__, f"is none of {', '.join(known)}")


def _from_to(least: float, most: float) -> Check:
    return _must(lambda value: least <= value <= most, f"must be from {least} to {most}")


def _reads(read: Callable[[str], object], problem: str, *, optional: bool = False) -> Check:
    def check(name: str, value: Any) -> None:
        for one in (value,) if isinstance(value, str) else value:
            try:
                if one or not optional:
                    read(one)
            except (KeyError, ValueError, OSError, UsageError) as error:
                raise ConfigError(f"{name}: {problem.format(one=one, error=error)}") from error

    return check


def _is_web_address(url: str) -> bool:
    """Whether `url`, if any, names a server of the web, without user name, query and fragment."""
    if not url:
        return True
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    bare = "@" not in parts.netloc and not (parts.query or parts.fragment)
    return whole and bare and not re.search("[^!-~]", url)


def _is_mail_address(text: str) -> bool:
    return bool(_ADDRESS.fullmatch(text)) and len(text) <= 254


_above_zero = _must(lambda value: 0 < value < float("inf"), "must be a number above 0")
_not_negative = _must(lambda value: value >= 0, "must not be negative")
_one_line = _must(lambda value: "".join(value).isprintable(), "must be one line of text")
check_origins = _each(
    _ORIGIN.fullmatch,
    "is not exactly one origin, such as https://cms.example.org or"
    " chrome-extension://abcdefghijklmnop: scheme and host in small letters, a port where it is not"
    " the usual one, and nothing behind it",
)
"""Refuses what is no web page's origin to the letter, or stands for many."""
_NO_ZONE = "no time zone '{one}'"
_PUBLIC = "must be an address such as https://desk.example.org"


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How feeds and pages are fetched."""

    user_agent: str = "thb-monitor/0.1 (media monitor for news on human trafficking)"
    """The name under which feeds and pages are requested. Put your organisation and address into
    it."""
    timeout_s: float = _key(20.0, _above_zero)
    """Seconds that one feed or page may take."""
    max_bytes: int = _key(10_000_000, _above_zero)
    """The largest answer that is read, in bytes after unpacking."""
    min_interval_s: int = _key(900, _not_negative)
    """The shortest time between two polls of a feed, in seconds."""
    host_spacing_s: float = _key(1.0, _from_to(0, MAX_SPACING_S))
    """The shortest time between two requests to one host, in seconds, over all feeds and pages and
    from one run to the next. A longer `Crawl-delay` in its robots.txt counts, up to 30."""
    parallel: int = _key(8, _above_zero)
    """How many feeds and pages are fetched at once."""
    allow_hosts: tuple[str, ...] = ()
    """Private or loopback hosts that may be fetched all the same."""


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """How drafts and articles are checked."""

    guideline: str | tuple[str, ...] = _key("thb-en", several=True)
    """The id or folder of a guideline, or a list of several that hold together."""
    fail_on: Severity = _key("error", _among(SEVERITIES))  # noqa: RUF009 - a field
    """`monitor check` exits with 1 from this severity on: `error`, `warning` or `suggestion`."""
    disable: tuple[str, ...] = ()
    """Ids of rules that are switched off, in whichever guideline; `guideline/id` where several
    guidelines have a rule of one id."""
    severity: Mapping[str, Severity] = field(
        default_factory=dict, metadata={"checks": [_among(SEVERITIES)]}
    )
    """A table from rule id (or `"guideline/id"`) to the severity it has here."""
    max_chars: int = _key(500_000, _must(lambda chars: chars > 0, "must be above 0"))
    """The one size limit of a draft, in characters."""
    country: str = _key("", _reads(parse_country, "{error}", optional=True))
    """ISO 3166-1 alpha-2 code of the country whose law and helplines drafts are told of. Digests
    say if the relevance model is not measured there."""
    baseline_key: str = _key("", secret=True)
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
    public_url: str = _key(
        "",
        _like(rf'[^<>"@]{{0,{MAX_PUBLIC_URL}}}', _PUBLIC),
        _must(_is_web_address, _PUBLIC),
    )
    """The https address under which recipients reach the desk, 500 characters at most. With it,
    mail can be stopped with one click."""


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """How the desk is served."""

    hosts: tuple[str, ...] = ()
    """Further host names by which the desk may be called, besides loopback names and `--host`."""
    workers: int = _key(0, _from_to(0, MAX_WORKERS))
    """How many drafts are checked at once, each in some 400 MB; 0: one per core, at most four."""
    trusted_proxies: tuple[str, ...] = _key(
        (),
        _reads(
            ipaddress.ip_network,
            "'{one}' is no address or network of addresses, such as 127.0.0.1 or 10.0.0.0/8",
        ),
    )
    """Addresses or networks of proxies, such as `127.0.0.1`, whose `X-Forwarded-For` and
    `X-Forwarded-Proto` are believed."""
    public_scorecards: bool = False
    """Whether visitors without sign-in may see `/outlets` and outlets' scorecards, without their
    stories, flags and letters."""
    allow_origins: tuple[str, ...] = _key((), check_origins)
    """Origins, to the letter, whose pages may call `/v1` and `/v2`, such as
    `https://cms.example.org`."""
    checks_per_minute: int = _key(1200, _from_to(0, 1_000_000))
    """Rate limit: drafts that one address elsewhere may send in a minute; 0: no limit. This machine
    has none."""


@dataclass(frozen=True, slots=True)
class LanguageToolSettings:
    """How LanguageTool's clients are answered."""

    show: Severity = _key("warning", _among(SEVERITIES))  # noqa: RUF009 - a field
    """The least severity that clients are told where they do not ask for `picky`. LibreOffice
    cannot ask: `suggestion` shows it all."""
    upstream: str = _key(
        "", _must(_is_web_address, "must be an address such as http://127.0.0.1:8081/v2")
    )
    """Root of another LanguageTool server that is asked too, such as `http://127.0.0.1:8081/v2`."""
    allow_remote: bool = False
    """Whether that server may be on another machine: then drafts leave this one."""
    timeout_s: float = _key(
        10.0, _must(lambda time: 0 < time <= 300, "must be above 0 and at most 300")
    )
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


@dataclass(frozen=True, slots=True)
class ReviewsSettings:
    """How much is sampled for review."""

    sample_a_day: int = _key(5, _from_to(1, 1000))
    """How many articles below the threshold are offered for review each day, about."""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What the desk says of its exports, on their cards; empty where it says nothing."""

    title: str = _key("", _one_line)
    """What exports are called on their cards."""
    creators: tuple[str, ...] = _key(
        (), _one_line, _must(lambda names: all(map(str.strip, names)), "must be names")
    )
    """Whose they are: names of organisations or people."""
    licence: str = _key("", _one_line)
    """The licence of tags, findings and tables, not of the publishers' texts: an SPDX id such as
    `CC-BY-4.0`, or an address."""
    contact: str = _key("", _one_line)
    """Where to ask."""
    homepage: str = _key(
        "", _one_line, _like(r"(https?://.*)?", "must begin with http:// or https://")
    )
    """The address of its page."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How long the desk keeps words."""

    keep_text_days: int = _key(0, _not_negative)
    """Retention: the words of an article expire so many days after first sight; 0: never."""
    withdrawn_grace_days: int = _key(7, _not_negative)
    """Days until the words of a version are erased from which its outlet took a name or a detail
    back."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server that takes digests."""

    host: str = _key("", _like(r"[^\s/@]*", "is a name or an address, without scheme and port"))
    """The mail server's name; empty: no mail is sent."""
    port: int = _key(587, _from_to(1, 65535))
    """Its port: mostly 587 for `starttls`, 465 for `tls`."""
    security: str = _key("starttls", _among(("starttls", "tls", "none")))
    """`starttls`, `tls`, or `none` (with a user name only on this machine)."""
    username: str = ""
    """The user name; empty: the server asks for none."""
    password: str = _key("", secret=True)
    """Only from `MONITOR_SMTP_PASSWORD`; refused in the file."""
    sender: str = ""
    """Whom mail is from, such as `Monitor <monitor@example.org>`."""
    timeout_s: float = _key(30.0, _above_zero)
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
    place: tuple[str, ...] = _key((), _reads(parse_country, "{error}"))
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
    min_relevance: float = _key(0.0, _from_to(0, 1))
    """Only stories at least this relevant, 0 to 1, and what people decided."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One digest for one address."""

    address: str = _key(
        "", _must(_is_mail_address, "must be one address such as officer@example.org")
    )
    """The mail address; one `[[recipients]]` table for each digest. Errors count them from 1."""
    hour: int = _key(7, _from_to(0, 23))
    """The digest is sent from this hour on, in the recipient's time zone."""
    days: tuple[str, ...] = _key((), _among(DAYS))
    """`mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`; empty: every day, a policy brief Mondays."""
    timezone: str = _key("", _reads(ZoneInfo, _NO_ZONE, optional=True))
    """The recipient's time zone (IANA name); empty: the desk's."""
    preset: str = _key("cases", _among(("cases", "policy")))
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


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    home: Path = Path()
    database: str = ""
    """An SQLAlchemy URL; empty: `monitor.sqlite` beside the settings. PostgreSQL needs the extra
    `postgres`, a database in UTF8, and the right to make tables in it."""
    timezone: str = _key("UTC", _reads(ZoneInfo, _NO_ZONE))
    """IANA name of the time zone that says which day an article belongs to."""
    fetch: FetchSettings = FetchSettings()
    check: CheckSettings = CheckSettings()
    digest: DigestSettings = DigestSettings()
    serve: ServeSettings = ServeSettings()
    languagetool: LanguageToolSettings = LanguageToolSettings()
    reviews: ReviewsSettings = ReviewsSettings()
    export: ExportSettings = ExportSettings()
    store: StoreSettings = StoreSettings()
    smtp: SmtpSettings = SmtpSettings()
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


def _check_values(section: Any, prefix: str) -> None:
    """Check each field; messages put `prefix` before its name, such as `mail.`."""
    for one in fields(section):
        value = getattr(section, one.name)
        if is_dataclass(value):
            _check_values(value, f"{prefix}{one.name}.")
            continue
        named = value if isinstance(value, Mapping) else {"": value}
        for key, each in named.items():
            for check in one.metadata.get("checks", ()):
                check(f"{prefix}{one.name}{'.' if key else ''}{key}'", each)


def check_languagetool(settings: LanguageToolSettings) -> None:
    """Raise `ConfigError` for what cannot be, and for a remote server that is not allowed."""
    _check_values(settings, "'languagetool.")
    if settings.remote and not settings.allow_remote:
        raise ConfigError(
            f"'languagetool.upstream': {settings.remote} is not this machine, and drafts would be"
            " sent there: say allow_remote = true under [languagetool] if that is meant"
        )


def _check_smtp(smtp: SmtpSettings) -> None:
    senders = getaddresses([smtp.sender]) if smtp.sender.isprintable() else []
    if smtp.host and not (len(senders) == 1 and _is_mail_address(senders[0][1])):
        raise ConfigError(
            "'smtp.sender' must be an address such as 'Monitor <monitor@example.org>'"
        )
    if smtp.security == "none" and smtp.username and smtp.host.lower() not in _LOOPBACK:
        raise ConfigError(
            "'smtp.security' none would send the password readable by all: use starttls or tls"
        )


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
    settings = Settings(home=file.resolve().parent if file else cwd or Path.cwd())
    if file:
        settings = _fill(settings, _read(file), file.name)
    settings = _fill(settings, _from_environ(environ), "environment", secrets=True)
    _check_values(settings, "'")
    _check_smtp(settings.smtp)
    check_languagetool(settings.languagetool)
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


def _fill(
    target: T, table: Mapping[str, Any], where: str, prefix: str = "", *, secrets: bool = False
) -> T:
    known = {f.name: f for f in fields(target) if f.name != "home"}  # type: ignore[arg-type]
    changes: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if key not in known:
            raise ConfigError(f"{where}: unknown key '{name}' (known: {', '.join(sorted(known))})")
        current, facts = getattr(target, key), known[key].metadata
        if "secret" in facts and not secrets:  # a file is copied, mailed and kept
            raise ConfigError(
                f"{where}: '{name}' does not belong in this file: take it out and"
                f" set the environment variable MONITOR_{name.replace('.', '_').upper()}"
            )
        if is_dataclass(current):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{where}: '{name}' is a table, not {_kind(value)}")
            changes[key] = _fill(current, value, where, f"{name}.", secrets=secrets)
        elif "entries" in facts:
            changes[key] = _recipients(value, where, name)
        elif "several" in facts:
            names = _value((), [value] if isinstance(value, str) else value, f"{where}: '{name}'")
            if not names or not all(names) or len(set(names)) < len(names):
                raise ConfigError(f"{where}: '{name}' must name one or more, each once")
            changes[key] = value if isinstance(value, str) else names
        else:
            changes[key] = _value(current, value, f"{where}: '{name}'")
    return replace(target, **changes)  # type: ignore[type-var]


def _recipients(value: Any, where: str, name: str) -> tuple[Recipient, ...]:
    """Return a list of tables, each with what it sets; counted from 1 in what is said of one."""
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise ConfigError(f"{where}: '{name}' is a list of tables: write [[{name}]] above each")
    found: dict[tuple[str, str], Recipient] = {}
    for number, entry in enumerate(value, 1):
        place = f"{name}[{number}]."
        one = _fill(Recipient(), entry, where, place)
        for scheme in SCHEMES:
            if scheme != "place" and (labels := getattr(one.filter, scheme, ())):
                _among(known_labels(scheme))(f"{where}: '{place}filter.{scheme}'", labels)
        _check_values(one, f"{where}: '{place}")
        if one.key in found:
            raise ConfigError(
                f"{where}: '{place}address': {name}[{list(found).index(one.key) + 1}] sends the"
                f" same digest ({one.preset}) to it"
            )
        places = tuple(map(parse_country, one.filter.place))
        found[one.key] = replace(one, filter=replace(one.filter, place=places))
    return tuple(found.values())


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


def _kind(value: Any) -> str:
    names = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(type(value), type(value).__name__)


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    """Turn `MONITOR_…` variables into a settings table; unknown ones are kept, to be refused."""
    table: dict[str, Any] = {}
    defaults = Settings()
    for name in settings_variables(environ):
        key, text = name.removeprefix("MONITOR_").lower(), environ[name]
        section, _, rest = key.partition("_")
        part, into = getattr(defaults, section, None), table
        if is_dataclass(part) and rest:
            key, into = rest, table.setdefault(section, {})
        else:
            part = defaults
        several = any(f.name == key and "several" in f.metadata for f in fields(part))
        current = () if several and "," in text else getattr(part, key, None)
        if isinstance(current, tuple):
            into[key] = [one.strip() for one in text.split(",") if one.strip()]
        elif isinstance(current, (bool, int, float)):
            truth = {"true": True, "false": False}
            read = truth.__getitem__ if isinstance(current, bool) else type(current)
            try:
                into[key] = read(text.lower())
            except (KeyError, ValueError) as error:
                raise ConfigError(f"{name} must be {_kind(current)}") from error
        elif name != "MONITOR_CONFIG":
            into[key] = text
    return table


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
