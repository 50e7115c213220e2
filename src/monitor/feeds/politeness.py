"""Crawl politeness: a pause between two requests to a host, and a queue of tasks per host.

One `Manners` serves all runs of a desk: when each host was asked last, how long to wait, what its
files forbid. `HostQueues` runs several tasks at once, but never two for one host, nor one before
the host's pause is over. A task waits in its host's queue and not in a thread, so that a slow host
keeps no other waiting. Results come back in the caller's thread, which alone talks to the store.
The threads are daemons: when told to stop, the program ends even where a server does not.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from weakref import WeakKeyDictionary

from monitor.records.feed import Visit

if TYPE_CHECKING:
    from monitor.desk import Desk


MAX_CRAWL_DELAY_S = 30.0
"""A longer Crawl-delay is honoured so far: with more, a day would not do for one day's news."""
STEP_S = 0.2
"""Who waits looks so often whether to stop."""


class Stopped(BaseException):
    """What was begun is given up. No `Exception`: it is not a page's or feed's fault."""


class Manners:
    """The hosts met so far; safe to use from several threads.

    `least_s` is the pause between two requests to a host, `known` what is remembered of visits
    (by host name). `sleep` waits so many seconds; `stopped` tells that there is no more waiting.
    """

    def __init__(
        self,
        least_s: float,
        now: Callable[[], datetime],
        *,
        known: Mapping[str, Visit] | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.sleep = sleep
        self.stopped: Callable[[], bool] = lambda: False
        self._least_s = least_s
        self._now = now
        self._visits = dict(known or {})
        self._changed: set[str] = set()
        self._files: dict[str, tuple[datetime, timedelta, Any]] = {}
        self._guard = threading.Lock()

    def pause_s(self, host: str) -> float:
        """Return the seconds to be left between two requests to `host`."""
        return max(self._least_s, self._visits.get(host, Visit(None)).crawl_delay_s)

    def wait_s(self, host: str) -> float:
        """Return how many seconds are left until `host` may be asked, never more than its pause."""
        visit, now = self._visits.get(host, Visit(None)), self._now()
        if visit.at is None:
            return 0.0
        if visit.at > now:  # the clock was set back
            self._note(host, Visit(now, visit.crawl_delay_s))
            return self.pause_s(host)
        return max(0.0, self.pause_s(host) - (now - visit.at).total_seconds())

    def await_turn(self, host: str) -> None:
        """Wait until `host` may be asked; raises `Stopped` where that is over before."""
        left = self.wait_s(host)
        while left > 0:
            if self.stopped():
                raise Stopped
            self.sleep(min(left, STEP_S))
            left -= STEP_S

    def visited(self, host: str) -> None:
        """Note that a request to `host` is over."""
        self._note(host, Visit(self._now(), self._visits.get(host, Visit(None)).crawl_delay_s))

    def set_crawl_delay(self, host: str, seconds: float | None) -> None:
        """Note what the robots.txt of `host` asks for."""
        visit = self._visits.get(host, Visit(None))
        wanted = min(max(0.0, seconds or 0.0), MAX_CRAWL_DELAY_S)
        if wanted != visit.crawl_delay_s:
            self._note(host, Visit(visit.at, wanted))

    def _note(self, host: str, visit: Visit) -> None:
        with self._guard:
            self._visits[host] = visit
            self._changed.add(host)

    def take_changed(self) -> dict[str, Visit]:
        """Return the visits since the last call, to be remembered."""
        with self._guard:
            changed, self._changed = self._changed, set()
            return {host: self._visits[host] for host in changed}

    def file(self, url: str) -> tuple[bool, Any]:
        """Return whether what the file at `url` says is known, and what."""
        kept = self._files.get(url)
        known = bool(kept and kept[0] <= self._now() < kept[0] + kept[1])
        return known, kept[2] if kept and known else None

    def keep_file(self, url: str, value: Any, *, failed: bool = False) -> None:
        """Remember what the file at `url` says, for a day, or for an hour that it cannot be had."""
        with self._guard:
            while len(self._files) >= 2_000:
                self._files.pop(next(iter(self._files)))
            life = timedelta(hours=1) if failed else timedelta(days=1)  # RFC 9309, section 2.4
            self._files[url] = (self._now(), life, value)


_KEPT: WeakKeyDictionary[Desk, Manners] = WeakKeyDictionary()


def manners_of(desk: Desk) -> Manners:
    """Return what is known of hosts: kept for as long as the desk, visits in the store."""
    if desk not in _KEPT:
        least, known = desk.settings.fetch.host_spacing_s, desk.store.visits()
        _KEPT[desk] = Manners(least, desk.now, known=known, sleep=desk.sleep)
    return _KEPT[desk]


T = TypeVar("T")


class HostQueues(Generic[T]):
    """Runs tasks in up to `parallel` threads; `results` yields what they return, as they finish."""

    def __init__(self, parallel: int, manners: Manners, *, grace_s: float = 5.0) -> None:
        self._grace_s = grace_s
        self._parallel = parallel
        self._manners = manners
        self._waiting: dict[str, deque[Callable[[], T]]] = {}
        self._running: set[str] = set()
        self._done: SimpleQueue[tuple[str, Future[T]]] = SimpleQueue()
        self._over_at: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.clear()
        deque(self._finished(), maxlen=0)

    def add(self, host: str, task: Callable[[], T]) -> None:
        """Queue `task`, which makes requests to `host`."""
        self._waiting.setdefault(host, deque()).append(task)

    def results(self) -> Iterator[T]:
        """Yield, or raise, what tasks give until none is left, of those added too, or it stops."""
        for done in self._finished():
            if not isinstance(done.exception(), Stopped):
                yield done.result()

    def _finished(self) -> Iterator[Future[T]]:
        """Yield tasks as they finish; once it is said to stop, those that do within the grace."""
        while True:
            self._start()
            waits = (self._manners.wait_s(h) for h in self._waiting if h not in self._running)
            pause = min(STEP_S, min(waits, default=0.0))
            stopped = self._manners.stopped()
            if self._running:
                try:
                    host, done = self._done.get(timeout=pause or STEP_S)
                except Empty:
                    if stopped:
                        self._over_at = self._over_at or time.monotonic() + self._grace_s
                        if time.monotonic() >= self._over_at:
                            return
                else:
                    self._running.discard(host)
                    yield done
            elif self._waiting and not stopped:
                self._manners.sleep(pause)
            else:
                return

    def _start(self) -> None:
        for host in list(self._waiting):
            if len(self._running) >= self._parallel or self._manners.stopped():
                return
            if host not in self._running and self._manners.wait_s(host) <= 0:
                queue = self._waiting.pop(host)
                self._running.add(host)
                run = partial(self._run, host, queue.popleft())
                threading.Thread(target=run, name="fetch", daemon=True).start()
                if queue:
                    self._waiting[host] = queue  # at the end: every host gets its turn

    def _run(self, host: str, task: Callable[[], T]) -> None:
        done = Future[T]()
        try:
            done.set_result(task())
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            done.set_exception(error)
        self._done.put((host, done))
