"""One schedule at a time on a database: a row says who has it and until when.

It is renewed while its holder lives, and taken over once it has run out, once its holder is seen
to be dead (on the same machine), or where it runs for longer than any holder would have written:
then a clock was set back since.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from monitor.records.article import Lease
from monitor.records.errors import StoreError, UsageError
from monitor.storage.holders import holder_name, is_dead

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.storage.store import Store

LENGTH = timedelta(seconds=90)
"""After a holder died unseen, so long nobody works."""
RENEW_S = 20.0
SKEW = timedelta(seconds=60)
"""By so much the clocks of machines that share a database may differ."""


def is_free(lease: Lease, token: str, now: datetime, is_dead: Callable[[str], bool]) -> bool:
    """Tell whether who has `token` may take the lease at `now`; `is_dead` judges its holder."""
    if lease.token == token or not now < lease.until <= now + LENGTH + SKEW:
        return True
    return is_dead(lease.holder)


class Turn:
    """A process's claim to a database's schedule. Use as a context manager, then `take`.

    Once taken it is renewed by a thread of its own; `lost` tells that somebody else has it, as
    after a sleep.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        *,
        holder: str = "",
        renew_s: float = RENEW_S,
    ) -> None:
        self.lost = False
        self._store = store
        self._now = now
        self._renew_s = renew_s
        self._mine = Lease(holder or holder_name(), uuid.uuid4().hex, now())
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
            with suppress(StoreError):  # locked: it runs out by itself
                self._store.drop_lease(self._mine.token)

    def take(self) -> Lease | None:
        """Take or renew the lease; return whose it is where that is somebody else."""
        now = self._now()
        wanted = Lease(self._mine.holder, self._mine.token, now + LENGTH)
        held = self._store.take_lease(
            wanted, lambda lease: is_free(lease, wanted.token, now, is_dead)
        )
        self.lost = held.token != wanted.token
        if self.lost:
            return held
        if self._thread is None:
            self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
            self._thread.start()
        return None

    def _renew(self) -> None:
        while not self._over.wait(self._renew_s):
            if self.lost:
                continue  # who works sees it, and takes it again when it is free
            try:
                self.take()
            except StoreError:  # locked for a moment: there is time for some more tries
                continue


def holder_words(lease: Lease) -> str:
    """Say who holds a lease, and until when."""
    return (
        f"{lease.holder} is at work on this database (until {lease.until:%H:%M:%S} UTC or longer)"
    )


@contextmanager
def alone(desk: Desk) -> Iterator[None]:
    """Hold the schedule for a job that is done once; raises `UsageError` where another has it."""
    with Turn(desk.store, desk.now) as turn:
        other = turn.take()
        if other is not None:
            raise UsageError(
                f"{holder_words(other)}: it does this by itself, nothing was done here"
            )
        yield
