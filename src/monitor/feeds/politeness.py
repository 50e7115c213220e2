"""What politeness knows of hosts: when each was asked last, how long to wait, what each forbids.

One `Manners` serves all feeds and pages of a run, and of the runs that follow; what it knows of
visits is kept in the store between processes. The clock and the waiting are parameters.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from monitor.records.article import Visit

if TYPE_CHECKING:
    from monitor.desk import Desk

MAX_CRAWL_DELAY_S = 30.0
"""A longer Crawl-delay is honoured so far: with more, a day would not do for one day's news."""
STEP_S = 0.2
"""Who waits looks so often whether to stop."""
FILE_LIFE = timedelta(days=1)
"""How long a robots.txt may be gone by (RFC 9309, section 2.4)."""
FAILURE_LIFE = timedelta(hours=1)
"""How long it is taken for granted that one cannot be had."""
_MAX_FILES = 2_000


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
        visit = self._visits.get(host)
        return max(self._least_s, visit.crawl_delay_s if visit else 0.0)

    def wait_s(self, host: str) -> float:
        """Return how many seconds are left until `host` may be asked, 0 where it may be now.

        Never more than its pause: a visit that lies ahead, since the clock was set back, is taken
        for one of just now.
        """
        visit, now = self._visits.get(host), self._now()
        if visit is None or visit.at is None:
            return 0.0
        if visit.at > now:
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
        self._note(host, Visit(self._now(), self._delay(host)))

    def set_crawl_delay(self, host: str, seconds: float | None) -> None:
        """Note what the robots.txt of `host` asks for."""
        visit = self._visits.get(host, Visit(None))
        wanted = min(max(0.0, seconds or 0.0), MAX_CRAWL_DELAY_S)
        if wanted != visit.crawl_delay_s:
            self._note(host, Visit(visit.at, wanted))

    def _delay(self, host: str) -> float:
        visit = self._visits.get(host)
        return visit.crawl_delay_s if visit else 0.0

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
        with self._guard:
            kept = self._files.get(url)
        if kept is None:
            return False, None
        at, life, value = kept
        return (True, value) if at <= self._now() < at + life else (False, None)

    def keep_file(self, url: str, value: Any, *, failed: bool = False) -> None:
        """Remember what the file at `url` says, for a day, or for an hour that it cannot be had."""
        with self._guard:
            while len(self._files) >= _MAX_FILES:
                self._files.pop(next(iter(self._files)))
            self._files[url] = (self._now(), FAILURE_LIFE if failed else FILE_LIFE, value)


_KEPT: WeakKeyDictionary[Desk, Manners] = WeakKeyDictionary()


def manners_of(desk: Desk) -> Manners:
    """Return what is known of hosts: kept for as long as the desk, visits in the store."""
    if desk not in _KEPT:
        least, known = desk.settings.fetch.host_spacing_s, desk.store.visits()
        _KEPT[desk] = Manners(least, desk.now, known=known, sleep=desk.sleep)
    return _KEPT[desk]
