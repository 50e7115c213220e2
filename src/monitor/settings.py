"""Settings: defaults < `monitor.toml` < `MONITOR_*` < flags; the only reader of the environment.

An unknown key is an error that names it: a misspelt setting silently ignored is worse than none.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from monitor.clients import (
    LanguageToolSettings,
    check_languagetool,
    check_origins,
    check_proxies,
    check_public_url,
)
from monitor.credits import ExportSettings, check_export
from monitor.labels.folders import data_dir  # noqa: PLC0414 - read from here by most
from monitor.recipients import Recipient, SmtpSettings, check_once, check_recipient, check_smtp
from monitor.records.article import SEVERITIES, Severity
from monitor.records.errors import ConfigError, UsageError

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
