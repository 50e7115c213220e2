"""Worker processes of one machine that share what is due, and their progress as JSON lines.

Each writes a line for every batch: `stamp`, `judged`, `failed`. They end when their standard input
does, so that none outlives who started them.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from monitor.jobs.schedule import PATIENCE_S, on_end_of_input

if TYPE_CHECKING:
    from monitor.desk import Desk

Told = Callable[[str, int, int], None]
"""Is told a stamp, how many were judged, and how many of them failed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a worker ended: its number, its process's, and the exit code (negative: by a signal)."""

    number: int
    process: int
    code: int


Said = queue.SimpleQueue[tuple[str, int, int] | Ended]


def run_workers(command: Sequence[str], count: int, told: Told) -> list[Ended]:
    """Run `command` as so many processes until all have ended; return how they did."""
    said: Said = queue.SimpleQueue()
    ended: list[Ended] = []
    workers: list[tuple[subprocess.Popen[str], threading.Thread]] = []
    try:
        for number in range(1, count + 1):
            process = subprocess.Popen(  # noqa: S603 - our own words
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",  # a library's word must not end the thread that reads
            )
            given = (number, process, said)
            reader = threading.Thread(
                target=_read, args=given, name=f"worker {number}", daemon=True
            )
            reader.start()
            workers.append((process, reader))
        while len(ended) < count:
            one = said.get()
            if isinstance(one, Ended):
                ended.append(one)
            else:
                told(*one)
    finally:
        for process, _ in workers:  # all at once: to wait for one after the other takes long
            process.stdin and process.stdin.close()
        for process, reader in reversed(workers):
            try:  # it ends after the batch in hand
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
            reader.join()
    return sorted(ended, key=lambda one: one.number)


def _read(number: int, process: subprocess.Popen[str], said: Said) -> None:
    """Pass on what a worker says; once it ended it is waited for, or it would seem to live."""
    assert process.stdout is not None  # it is a pipe
    with process.stdout as lines:
        for line in lines:
            with suppress(ValueError, KeyError, TypeError):  # of who is killed it may be half a one
                heard = json.loads(line)
                said.put((heard["stamp"], heard["judged"], heard["failed"]))
    said.put(Ended(number, process.pid, process.wait()))


def work(desk: Desk) -> None:
    """Judge what is due, as one of several; this is what a worker runs."""
    from monitor.jobs.mask_names import mask_due
    from monitor.jobs.work_queue import assess_due

    asked = threading.Event()
    on_end_of_input(asked.set)
    for stamp in (*desk.stamps, desk.names_stamp):
        _say(stamp, 0)
    with desk.people_memory.kept():
        for stamp, count in assess_due(desk, report=_say, stopped=asked.is_set, wait=True).items():
            _say(stamp, 0, count["failed"])
        if not asked.is_set():
            say = partial(_say, desk.names_stamp)
            mask_due(desk, report=say, stopped=asked.is_set, wait=True)


def _say(stamp: str, judged: int, failed: int = 0) -> None:
    sys.stdout.write(f"{json.dumps({'stamp': stamp, 'judged': judged, 'failed': failed})}\n")
    sys.stdout.flush()
