"""Several tasks at once, but never two for one host, nor one before the host's pause is over.

A task waits in its host's queue and not in a thread, so that one slow host with many tasks does
not keep the others waiting. Results come back in the caller's thread, which alone talks to the
store. The threads are daemons: when told to stop, the program ends even where a server does not.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar

from monitor.feeds.politeness import STEP_S, Manners, Stopped

GRACE_S = 5.0
"""How long requests that are under way are waited for once it is said to stop."""
T = TypeVar("T")


class HostQueues(Generic[T]):
    """Runs tasks in up to `parallel` threads; `results` yields what they return, as they finish."""

    def __init__(self, parallel: int, manners: Manners, *, grace_s: float = GRACE_S) -> None:
        self._grace_s = grace_s
        self._parallel = parallel
        self._manners = manners
        self._waiting: dict[str, deque[Callable[[], T]]] = {}
        self._running: set[str] = set()
        self._done: SimpleQueue[tuple[str, list[T], BaseException | None]] = SimpleQueue()
        self._over_at: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._waiting.clear()
        while self._running and self._finished() is not None:
            pass

    def add(self, host: str, task: Callable[[], T]) -> None:
        """Queue `task`, which makes requests to `host`."""
        self._waiting.setdefault(host, deque()).append(task)

    def results(self) -> Iterator[T]:
        """Yield results until no task is left, or it is said to stop; tasks may be added meanwhile.

        What a task raises is raised here.
        """
        while True:
            self._start()
            if self._running:
                finished = self._finished()
                if finished is None:
                    return
                results, error = finished
                if error is not None and not isinstance(error, Stopped):
                    raise error
                yield from results
            elif self._waiting and not self._manners.stopped():
                self._manners.sleep(min(STEP_S, self._soonest_s()))
            else:
                return

    def _finished(self) -> tuple[list[T], BaseException | None] | None:
        """Return what the next task gave; `None`: it was said to stop, and that was waited for."""
        while True:
            try:
                host, results, error = self._done.get(timeout=self._patience_s())
            except Empty:
                if self._is_over():
                    return None
                self._start()
            else:
                self._running.discard(host)
                return results, error

    def _patience_s(self) -> float:
        soonest = self._soonest_s()
        return min(soonest, STEP_S) if soonest > 0 else STEP_S

    def _soonest_s(self) -> float:
        waits = (self._manners.wait_s(h) for h in self._waiting if h not in self._running)
        return min(waits, default=0.0)

    def _is_over(self) -> bool:
        if not self._manners.stopped():
            return False
        if self._over_at is None:
            self._over_at = time.monotonic() + self._grace_s
        return time.monotonic() >= self._over_at

    def _start(self) -> None:
        if self._manners.stopped():
            return
        for host in list(self._waiting):
            if len(self._running) >= self._parallel:
                return
            if host not in self._running and self._manners.wait_s(host) <= 0:
                queue = self._waiting.pop(host)
                self._running.add(host)
                task = queue.popleft()
                threading.Thread(
                    target=self._run, args=(host, task), name="fetch", daemon=True
                ).start()
                if queue:
                    self._waiting[host] = queue  # at the end: every host gets its turn

    def _run(self, host: str, task: Callable[[], T]) -> None:
        try:
            self._done.put((host, [task()], None))
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            self._done.put((host, [], error))
