"""`monitor ingest --watch`, and the schedule that `monitor serve --watch` starts beside itself."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.output import say

if TYPE_CHECKING:
    from types import FrameType

    from monitor.desk import Desk
    from monitor.jobs.schedule import Stop

_CHILD = "import sys; from monitor.cli.watch import child; sys.exit(child(sys.argv[1]))"


def watch(desk: Desk) -> None:
    """Do what is due until SIGTERM or Ctrl-C, then end what is in hand."""
    from monitor.jobs.schedule import Stop
    from monitor.jobs.schedule import watch as keep_watch

    stop = Stop()
    with stopped_by_signals(stop):
        say("watching (Ctrl-C ends it)")
        keep_watch(desk, stop=stop, tell=say)


@contextmanager
def stopped_by_signals(stop: Stop) -> Iterator[None]:
    """Let SIGTERM and SIGINT ask to stop; a second one ends at once."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    names = [name for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), ask) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def schedule(config: Path | None) -> Iterator[None]:
    """Run the schedule that goes with a server: a process with the same settings.

    The server ends by SIGTERM as by Ctrl-C meanwhile, so that what is in hand is waited for.
    """
    from monitor.jobs.beside import Schedule

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Schedule([sys.executable, "-c", _CHILD, str(config or "")], say):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def child(config: str) -> int:
    """Keep watch until standard input ends; return the exit code."""
    from monitor.app import open_monitor
    from monitor.jobs.beside import on_end_of_input, stand_back
    from monitor.jobs.schedule import Stop
    from monitor.jobs.schedule import watch as keep_watch
    from monitor.records.errors import MonitorError
    from monitor.settings import load_settings

    stop = Stop()

    def ask() -> None:
        stop.asked = True

    stand_back()
    on_end_of_input(ask)
    try:
        with (
            stopped_by_signals(stop),
            open_monitor(load_settings(Path(config) if config else None)) as monitor,
        ):
            keep_watch(monitor, stop=stop, tell=say)
    except MonitorError as error:
        say(f"error: {error}")
        return 2
    return 0
