"""Sharing due work with other processes, on this machine or others: claims, renewed while it lasts.

Who is killed renews no more. On its machine that is seen at once, elsewhere its claims run out
within a minute, and others do the work again: what is recorded twice is stored once.

Judging what is due, where several processes may: assessors, their claims, and the store.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from monitor.desk import BATCH, Desk
from monitor.records.article import Article, Assessor
from monitor.records.errors import Locked, StoreError
from monitor.storage.leases import SKEW, Lease, holder_name, is_dead

if TYPE_CHECKING:
    from monitor.storage.store import Store


LENGTH = timedelta(seconds=60)
"""So long is a claim held after its holder was last heard of."""
RENEW_S = 15.0
TRIES = 6
"""So often is done what another program's lock kept waiting: a minute's wait, all in all."""
WAIT_S = 0.5
"""So often is looked whether others have ended, where nothing else is left to do."""


Result = TypeVar("Result")


class Claim(Protocol):
    """Claims the next articles that are due and free, from the id `after` on."""

    def __call__(self, mine: Lease, now: datetime, *, after: str | None) -> list[Article]:
        """Return them, claimed as `mine`."""


def patiently(do: Callable[[], Result]) -> Result:
    """Return what `do` does, again where a lock kept it from that; raises `Locked` at last.

    Work that took minutes is not to be lost to somebody's transaction of some seconds.
    """
    for _ in range(TRIES - 1):
        with suppress(Locked):
            return do()
    return do()


class Share:
    """A process's part in what is due. Use as a context manager, then go through `batches`.

    `left` tells whether others were still at it when the last of them ended.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        *,
        renew_s: float = RENEW_S,
    ) -> None:
        self.left = False
        self.token = uuid.uuid4().hex
        self._store = store
        self._now = now
        self._renew_s = renew_s
        self._holder = holder_name()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
            with suppress(StoreError):  # they run out by themselves
                self._store.drop_claims(self.token)

    def batches(self, stamp: str, claim: Claim) -> Iterator[list[Article]]:
        """Yield what is due for `stamp` and free; each batch is to be recorded before the next."""
        for _ in range(2):  # the second time for what somebody gave back behind us
            last: str | None = None
            while batch := self._claimed(claim, last):
                last = batch[-1].id
                self._keep()
                yield batch
            self.left = self._others_at_work(stamp)
            if last is None or self.left:
                return

    def _claimed(self, claim: Claim, after: str | None) -> list[Article]:
        return patiently(lambda: claim(self._mine(), self._now(), after=after))

    def _mine(self) -> Lease:
        return Lease(self._holder, self.token, self._now() + LENGTH)

    def _others_at_work(self, stamp: str) -> bool:
        """Tell whether others have claims, once those of the dead are ended."""
        now, busy = self._now(), False
        for lease in patiently(lambda: self._store.claims(stamp)):
            if lease.token == self.token:
                continue
            busy = True  # what the dead had is looked for in another round
            if not now < lease.until <= now + LENGTH + SKEW or is_dead(lease.holder):
                self._store.drop_claims(lease.token)
        return busy

    def _keep(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._renew, name="claims", daemon=True)
            self._thread.start()

    def _renew(self) -> None:
        while not self._over.wait(self._renew_s):
            with suppress(StoreError):  # locked for a moment: there is time for some more tries
                self._store.renew_claims(self._mine())


WATCHED_BATCH = 16
"""As `BATCH` where it may be said to stop in between: seconds of work, not a minute's."""

Counts = dict[str, int]


def assess_due(
    desk: Desk,
    *,
    report: Callable[[str, int], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    wait: bool = False,
) -> dict[str, Counts]:
    """Run every assessor on what is due; return per stamp how many were `assessed`, `failed`.

    Other processes may do so too: each article is judged by one of them. With `wait` it ends
    when they have, and does what one of them left. `report` is told the stamp and the number
    judged after each batch. It ends after the batch in hand once `stopped` says so.
    """
    desk.carried(desk.stamps)
    over = stopped or (lambda: False)
    pending = desk.assessors
    totals = {assessor.stamp: {"assessed": 0, "failed": 0} for assessor in pending}
    with Share(desk.store, desk.now) as share:
        while pending:
            busy: list[Assessor] = []
            for assessor in pending:
                stamp = assessor.stamp
                for count in _judged(desk, assessor, share, WATCHED_BATCH if stopped else BATCH):
                    for name, number in count.items():
                        totals[stamp][name] += number
                    if report:
                        report(stamp, count["assessed"])
                    if over():
                        return totals
                if over():
                    return totals
                if share.left:
                    busy.append(assessor)
            pending = tuple(busy) if wait else ()
            if pending:
                desk.sleep(WAIT_S)
    return totals


def _judged(desk: Desk, assessor: Assessor, share: Share, size: int) -> Iterator[Counts]:
    """Let one assessor judge what is due and free; yield the counts of each batch once stored."""
    stamp, begun, found = assessor.stamp, desk.now(), False
    since = desk.judged.since(stamp, begun)
    claim = partial(desk.store.claim_due, stamp, limit=size, since=since)
    for batch in share.batches(stamp, claim):
        found = True
        said = assessor.assess(batch)
        pairs = list(zip(batch, said, strict=True))
        patiently(partial(desk.store.record_assessments, pairs, desk.now(), token=share.token))
        failed = sum(assessment.error is not None for assessment in said)
        yield {"assessed": len(said), "failed": failed}
    if not found and not share.left:
        desk.judged.note(stamp, begun)
