"""`monitor assess --workers N`: the processes, and what is said of them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.output import progress, say
from monitor.records.errors import StoreError

if TYPE_CHECKING:
    from rich.progress import TaskID

    from monitor.desk import Desk

_CHILD = "import sys; from monitor.cli.workers import child; sys.exit(child(sys.argv[1]))"


def assess_with(desk: Desk, config: Path | None, workers: int) -> dict[str, dict[str, int]]:
    """Judge what is due with so many processes; return per stamp how many, and how many failed.

    Raises `StoreError` where every one of them ended before its work did.
    """
    from monitor.jobs.worker_processes import run_workers

    desk.store.ping()  # makes the tables, once
    totals: dict[str, dict[str, int]] = {}
    with progress() as bar:
        tasks: dict[str, TaskID] = {}

        def told(stamp: str, judged: int, failed: int) -> None:
            count = totals.setdefault(stamp, {"assessed": 0, "failed": 0})
            count["assessed"] += judged
            count["failed"] += failed
            if stamp not in tasks:
                tasks[stamp] = bar.add_task(stamp.partition("@")[0], total=None)
            bar.advance(tasks[stamp], judged)

        ended = run_workers([sys.executable, "-c", _CHILD, str(config or "")], workers, told)
    early = [one for one in ended if one.code]
    for one in early:
        say(f"worker {one.number} (process {one.process}) ended early: {_how(one.code)}")
    if len(early) == workers:
        raise StoreError("no worker came to the end; what was judged is stored, the rest is due")
    return totals


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def child(config: str) -> int:
    """Do one worker's part; return the exit code."""
    from monitor.app import open_monitor
    from monitor.jobs.worker_processes import work
    from monitor.records.errors import MonitorError
    from monitor.settings import load_settings

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; who started it ends it
    try:
        with open_monitor(load_settings(Path(config) if config else None)) as monitor:
            work(monitor)
    except MonitorError as error:
        say(f"error: {error}")
        return 2
    return 0
