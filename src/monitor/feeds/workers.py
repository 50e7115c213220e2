"""Several tasks at once, but never two for one host.

A task waits in its host's queue and not in a thread, so that one slow host with many tasks does
not keep the others waiting. Results come back in the caller's thread, which alone talks to the
store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class HostQueues(Generic[T]):
    """Runs tasks in `parallel` threads; `results` yields what they return, as they finish."""

    def __init__(self, parallel: int) -> None:
        self._executor = ThreadPoolExecutor(parallel, thread_name_prefix="fetch")
        self._parallel = parallel
        self._waiting: dict[str, deque[Callable[[], T]]] = {}
        self._running: dict[Future[T], str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def add(self, host: str, task: Callable[[], T]) -> None:
        """Queue `task`, which makes requests to `host`."""
        self._waiting.setdefault(host, deque()).append(task)

    def results(self) -> Iterator[T]:
        """Yield results until no task is left; tasks may be added meanwhile.

        What a task raises is raised here.
        """
        self._start()
        while self._running:
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                del self._running[future]
                yield future.result()
            self._start()

    def _start(self) -> None:
        busy = set(self._running.values())
        for host in list(self._waiting):
            if len(self._running) >= self._parallel:
                return
            if host not in busy:
                queue = self._waiting.pop(host)
                self._running[self._executor.submit(queue.popleft())] = host
                if queue:
                    self._waiting[host] = queue  # at the end: every host gets its turn
