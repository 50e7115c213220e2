"""The examinations, one after the other. A new one is a function here, or beside, and its line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config import cache_dir, data_dir, guideline_dir, settings_variables
from monitor.doctor.check import Check, Desk
from monitor.doctor.parts import examine_parts
from monitor.errors import MonitorError

MIN_FREE_BYTES = 1_000_000_000
"""With less, a busy desk is full within weeks: an article takes some 10 KB with its judgements."""
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that says less is wrong: this program is newer."""
_TOO_LATE = datetime(2100, 1, 1, tzinfo=UTC)
_SHOWN = 5

Examination = Callable[[Desk], Iterator[Check]]


def examine(desk: Desk, examinations: Iterable[Examination] | None = None) -> list[Check]:
    """Return what each examination says; one that fails itself is a fault of its part."""
    found: list[Check] = []
    for look in EXAMINATIONS if examinations is None else examinations:
        part = look.__name__.removeprefix("examine_")
        try:
            found += look(desk)
        except MonitorError as error:
            found.append(Check(part, "fault", str(error), _ADVICE.get(part, "")))
        except Exception as error:  # noqa: BLE001 - the other parts are to be examined too
            why = f"unexpected {type(error).__name__}: {error}"
            found.append(Check(part, "fault", why, "report it, with this line"))
    return found


def exit_code(checks: Iterable[Check]) -> int:
    """Return 1 where there is a fault, else 0: a warning lets a desk work."""
    return int(any(check.status == "fault" for check in checks))


def examine_settings(desk: Desk) -> Iterator[Check]:
    """Say which settings are in force. That they can be read was seen before."""
    file = desk.file
    said = f"from {file.resolve()}" if file else f"the defaults: no monitor.toml in {Path.cwd()}"
    names = settings_variables()
    if names:
        said = f"{said}, and {', '.join(names)} of the environment"
    if file:
        yield Check("settings", "ok", said)
    else:
        advice = "monitor init, if this is to be a desk, or change to the folder of yours"
        yield Check("settings", "warning", said, advice)


def examine_models(_: Desk) -> Iterator[Check]:
    """Check every file of every model in use against its sha256."""
    from monitor.classify import list_models

    for state in list_models(data_dir("models")):
        name = f"{state.name} {state.version}"
        if state.problem:
            advice = "install thb-monitor again, or train and promote another version"
            yield Check("models", "fault", f"{name}: {state.problem}", advice)
        elif state.used:
            said = "" if state.measured else "; not measured, so what it shows is called possible"
            yield Check("models", "ok", f"{name}: whole, in use{said}")


def examine_guideline(desk: Desk) -> Iterator[Check]:
    """Load the guideline in force."""
    from monitor.guidelines import load_guideline

    folder = guideline_dir(desk.settings.check.guideline)
    guideline = load_guideline(folder, cache=cache_dir(), models=data_dir("models"))
    yield Check("guideline", "ok", f"{guideline.stamp}: {len(guideline.rules)} rules")


def examine_database(desk: Desk) -> Iterator[Check]:
    """Reach the database without changing it: tables, damage, whether it can grow; then feeds."""
    from monitor.store.condition import inspect_database

    state = inspect_database(desk.settings.database_url)
    part = "database"
    if state.revision is None:
        yield Check(part, "ok", f"{state.name}: not there yet, made when first needed")
    elif state.revision > state.head:
        found = f"{state.name}: its tables ({state.revision}) are newer than {state.head}"
        yield Check(part, "fault", found, "upgrade thb-monitor: pip install --upgrade thb-monitor")
    elif state.revision < state.head:
        found = f"{state.name}: its tables ({state.revision}) are brought to {state.head} when used"
        yield Check(part, "ok", found)
    else:
        yield Check(part, "ok", f"{state.name}: reachable, tables {state.revision}")
    if state.damage:
        advice = "restore a copy; sqlite3's .recover command saves what can be read"
        yield Check(part, "fault", f"{state.name}: damaged: {state.damage}", advice)
    if not state.writable:
        advice = "let this user write the file and its folder"
        yield Check(part, "fault", f"{state.name}: cannot be written", advice)
    if state.folder:
        yield _space(state.folder)
    yield from _clock_behind(desk, state.last_poll)
    if state.feeds:
        yield _feeds(state.feeds, state.failing)


def _space(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free for the database"
    if free < MIN_FREE_BYTES:
        return Check("disk", "warning", said, f"make room on the disk of {folder.resolve()}")
    return Check("disk", "ok", said)


def _clock_behind(desk: Desk, last: datetime | None) -> Iterator[Check]:
    if last is not None and last > desk.now + timedelta(minutes=5):
        found = (
            f"it is {desk.now:%Y-%m-%d %H:%M} UTC, but feeds were polled at {last:%Y-%m-%d %H:%M}"
        )
        yield Check("clock", "fault", found, "set the clock: what is due cannot be told")


def _feeds(count: int, failing: tuple[tuple[str, str], ...]) -> Check:
    if not failing:
        return Check("feeds", "ok", f"{count} followed, none failed at its last poll")
    named = "; ".join(f"{name}: {error}" for name, error in failing[:_SHOWN])
    more = f"; {len(failing) - _SHOWN} more" if len(failing) > _SHOWN else ""
    found = f"{len(failing)} of {count} failed at the last poll: {named}{more}"
    return Check("feeds", "warning", found, "look at their addresses: monitor feeds list")


def examine_clock(desk: Desk) -> Iterator[Check]:
    """See whether the year can be, and whether the desk's time zone is known."""
    if not _BUILT <= desk.now < _TOO_LATE:
        yield Check("clock", "fault", f"the year is {desk.now.year}", "set the machine's clock")
        return
    zone = ZoneInfo(desk.settings.timezone)
    here = desk.now.astimezone(zone)
    yield Check("clock", "ok", f"{here:%Y-%m-%d %H:%M} in {desk.settings.timezone}")


EXAMINATIONS: tuple[Examination, ...] = (
    examine_settings,
    examine_parts,
    examine_models,
    examine_guideline,
    examine_database,
    examine_clock,
)
_ADVICE = {
    "models": "install thb-monitor again",
    "guideline": "[check] guideline names a folder, or one of: monitor guidelines list",
    "database": "[database] says where it is; without it, monitor.sqlite beside monitor.toml",
}
