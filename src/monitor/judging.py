"""Judging what is due, where several processes may: assessors, their claims, and the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.sharing import WAIT_S, Share, patiently
from monitor.store import JudgedSoFar, Store
from monitor.types import Assessor

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class _Judge:
    """What judging one assessor's share needs."""

    store: Store
    known: JudgedSoFar
    now: Callable[[], datetime]
    size: int
    report: Callable[[str, int], None]
    stopped: Callable[[], bool]

    def run(self, assessor: Assessor, share: Share, count: Counts) -> None:
        """Let one assessor judge what is due and free, until told to stop; count in `count`."""
        stamp, begun = assessor.stamp, self.now()
        since, found = self.known.since(stamp, begun), False
        claim = partial(self.store.claim_due, stamp, limit=self.size, since=since)
        for batch in share.batches(stamp, claim):
            found = True
            said = assessor.assess(batch)
            pairs = list(zip(batch, said, strict=True))
            record = partial(self.store.record_assessments, pairs, self.now(), token=share.token)
            patiently(record)
            count["assessed"] += len(said)
            count["failed"] += sum(assessment.error is not None for assessment in said)
            self.report(stamp, len(said))
            if self.stopped():
                return
        if not found and not share.left:
            self.known.note(stamp, begun)


def judge_due(
    store: Store,
    assessors: Sequence[Assessor],
    known: JudgedSoFar,
    now: Callable[[], datetime],
    *,
    size: int,
    report: Callable[[str, int], None],
    stopped: Callable[[], bool],
    wait: Callable[[float], object] | None,
) -> dict[str, Counts]:
    """Run `assessors` on what is due, `size` at a time; return what `Monitor.assess` does.

    With `wait`, which sleeps, it goes on until nobody else is at anything. What is `known` to be
    judged is not looked at.
    """
    totals = {assessor.stamp: {"assessed": 0, "failed": 0} for assessor in assessors}
    judge = _Judge(store, known, now, size, report, stopped)
    pending = tuple(assessors)
    with Share(store, now) as share:
        while pending:
            busy: list[Assessor] = []
            for assessor in pending:
                judge.run(assessor, share, totals[assessor.stamp])
                if stopped():
                    return totals
                if share.left:
                    busy.append(assessor)
            pending = tuple(busy) if wait else ()
            if wait and pending:
                wait(WAIT_S)
    return totals
