"""Work queue: several processes, on one machine or more, share what is due by claims and leases.

Each is renewed while its holder lives. Who is killed renews no more: on its own machine others see
that at once, elsewhere its claims run out within a minute. What is recorded twice is stored once.
"""

from __future__ import annotations

import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from monitor.desk import BATCH, Desk
from monitor.records.article import Article, Assessor
from monitor.records.errors import Locked, StoreError, UsageError
from monitor.storage.work_queue import Lease, holder_name, is_over

if TYPE_CHECKING:
    from monitor.storage.store import Store


LENGTH = timedelta(seconds=60)
"""So long is a claim held after its holder was last heard of."""
SCHEDULE_LENGTH = timedelta(seconds=90)
"""After the holder of the schedule died unseen, so long nobody works."""
SCHEDULE_RENEW_S = 20.0
TRIES = 6
"""So often is done what another program's lock kept waiting: a minute's wait, all in all."""
WAIT_S = 0.5
"""So often is looked whether others have ended, where nothing else is left to do."""
WATCHED_BATCH = 16
"""As `BATCH` where it may be said to stop in between: seconds of work, not a minute's."""

Result = TypeVar("Result")


def patiently(do: Callable[[], Result]) -> Result:
    """Return what `do` does, again where a lock kept it from that; raises `Locked` at last."""
    for _ in range(TRIES - 1):
        with suppress(Locked):
            return do()
    return do()


class _Renewed(ABC):
    """What a process holds in a database, renewed by a thread of its own once it is held."""

    length = LENGTH
    renew_s = 15.0

    def __init__(
        self, store: Store, now: Callable[[], datetime], *, holder: str = "", renew_s: float = 0.0
    ) -> None:
        self.token = uuid.uuid4().hex
        self._store = store
        self._now = now
        self._pause_s = renew_s or self.renew_s
        self._holder = holder or holder_name()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
            with suppress(StoreError):  # locked: it runs out by itself
                self._drop()

    def _mine(self) -> Lease:
        return Lease(self._holder, self.token, self._now() + self.length)

    def _keep(self) -> None:
        def renew_all() -> None:
            while not self._over.wait(self._pause_s):
                with suppress(StoreError):  # locked for a moment: there is time for more tries
                    self._renew()

        if self._thread is None:
            self._thread = threading.Thread(target=renew_all, name="lease", daemon=True)
            self._thread.start()

    @abstractmethod
    def _renew(self) -> None:
        """Put off the end of what is held."""

    @abstractmethod
    def _drop(self) -> None:
        """Give back what is held."""


class ClaimedWork(_Renewed):
    """A process's part in what is due; `left`: others were at it when the last batch ended."""

    left = False

    def _renew(self) -> None:
        self._store.renew_claims(self._mine())

    def _drop(self) -> None:
        self._store.drop_claims(self.token)

    def batches(self, stamp: str, claim: Callable[..., list[Article]]) -> Iterator[list[Article]]:
        """Yield what `claim(mine, now, after=id)` finds due; to be recorded before the next."""
        for _ in range(2):  # the second time for what somebody gave back behind us
            last: str | None = None
            while batch := patiently(lambda: claim(self._mine(), self._now(), after=last)):  # noqa: B023 - called at once
                last = batch[-1].id
                self._keep()
                yield batch
            now, self.left = self._now(), False
            for lease in patiently(lambda: self._store.claims(stamp)):
                if lease.token != self.token:
                    self.left = True  # what the dead had is looked for in another round
                    if is_over(lease, now, LENGTH):
                        self._store.drop_claims(lease.token)
            if last is None or self.left:
                return


class ScheduleLease(_Renewed):
    """A process's claim to a database's schedule; `lost`: another has it, as after a sleep."""

    length = SCHEDULE_LENGTH
    renew_s = SCHEDULE_RENEW_S
    lost = False

    def take(self) -> Lease | None:
        """Take or renew the lease; return whose it is where that is somebody else."""
        wanted, now = self._mine(), self._now()
        held = self._store.take_lease(
            wanted, lambda other: other.token == wanted.token or is_over(other, now, self.length)
        )
        self.lost = held.token != wanted.token
        if self.lost:
            return held
        self._keep()
        return None

    def _renew(self) -> None:
        if not self.lost:  # who works sees it, and takes it again when it is free
            self.take()

    def _drop(self) -> None:
        self._store.drop_lease(self.token)


def holder_words(lease: Lease) -> str:
    """Say who holds a lease, and until when."""
    until = f"{lease.until:%H:%M:%S} UTC or longer"
    return f"{lease.holder} is at work on this database (until {until})"


@contextmanager
def alone(desk: Desk) -> Iterator[None]:
    """Hold the schedule for a job that is done once; raises `UsageError` where another has it."""
    with ScheduleLease(desk.store, desk.now) as mine:
        if other := mine.take():
            said = f"{holder_words(other)}: it does this by itself, nothing was done here"
            raise UsageError(said)
        yield


def assess_due(
    desk: Desk,
    *,
    report: Callable[[str, int], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    wait: bool = False,
) -> dict[str, dict[str, int]]:
    """Run every assessor on what is due; return per stamp how many were `assessed`, `failed`.

    Other processes may do so too; with `wait` it ends when they have, and does what one of them
    left, else after the batch in hand once `stopped` says so. `report` is told stamp and number
    after each batch.
    """
    desk.carried(desk.stamps)
    pending = desk.assessors
    totals = {assessor.stamp: {"assessed": 0, "failed": 0} for assessor in pending}
    with desk.people_memory.kept(), ClaimedWork(desk.store, desk.now) as work:
        while pending:
            busy: list[Assessor] = []
            for assessor in pending:
                stamp, begun, found = assessor.stamp, desk.now(), False
                since, size = desk.judged.since(stamp, begun), WATCHED_BATCH if stopped else BATCH
                claim = partial(desk.store.claim_due, stamp, limit=size, since=since)
                for batch in work.batches(stamp, claim):
                    found, said = True, assessor.assess(batch)
                    pairs, now = list(zip(batch, said, strict=True)), desk.now()
                    patiently(partial(desk.store.record_assessments, pairs, now, token=work.token))
                    totals[stamp]["assessed"] += len(said)
                    totals[stamp]["failed"] += sum(one.error is not None for one in said)
                    if report:
                        report(stamp, len(said))
                    if stopped and stopped():
                        return totals
                if not found and not work.left:
                    desk.judged.note(stamp, begun, begun)
                if stopped and stopped():
                    return totals
                if work.left:
                    busy.append(assessor)
            pending = tuple(busy) if wait else ()
            if pending:
                desk.sleep(WAIT_S)
    return totals
