"""The schedule in a process of its own, beside the one that answers.

A process, not a thread: judging articles is minutes of work under Python's global lock, and every
request, `/healthz` too, would wait for it. The child ends when its standard input does, so that it
never outlives the server, however that ends; where it ends by itself it is started again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from monitor.jobs.schedule import utc_line

AGAIN_S = 30.0
"""So long after a schedule that ended by itself the next is started."""
PATIENCE_S = 20.0
"""So long a schedule that is told to stop may take for what it has in hand."""
NICE = 5
"""How much the schedule stands back behind drafts that wait for a processor."""


class Schedule:
    """A child process that runs `command`, started and ended with this context."""

    def __init__(
        self, command: Sequence[str], tell: Callable[[str], None], *, again_s: float = AGAIN_S
    ) -> None:
        self._command = list(command)
        self._tell = tell
        self._again_s = again_s
        self._over = threading.Event()
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="schedule", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with self._guard:
            process = self._process
        if process:
            self._end(process)
        self._thread.join(PATIENCE_S)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._tell(utc_line(job="schedule", error="does not stop, and is ended"))
            process.kill()

    def _keep(self) -> None:
        while not self._over.is_set():
            with self._guard:
                if self._over.is_set():
                    return
                self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own words
            code = self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
            if self._over.is_set():
                return
            says = f"ended with {code}; started again in {self._again_s:g} s"
            self._tell(utc_line(job="schedule", error=says))
            self._over.wait(self._again_s)


def stand_back() -> None:
    """Let other processes of this machine go first, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def on_end_of_input(do: Callable[[], None]) -> None:
    """Call `do`, in a thread, once standard input has ended."""

    def wait() -> None:
        # not through a buffer, whose lock the thread would hold where the program ends before
        while os.read(sys.stdin.fileno(), 4096):
            pass
        do()

    threading.Thread(target=wait, name="parent", daemon=True).start()
