"""The database, the room around it, and what it says of feeds and of time."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from monitor.cli.doctor_check import Check, Setup
from monitor.cli.encryption import encryption_words
from monitor.records.errors import how_to_install
from monitor.storage.health import Condition, inspect_database

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
