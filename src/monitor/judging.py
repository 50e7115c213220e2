"""Judging what is due, where several processes may: assessors, their claims, and the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from monitor.names import BATCH, Desk
from monitor.sharing import WAIT_S, Share, patiently
from monitor.types import Assessor

WATCHED_BATCH = 16
"""As `BATCH` where it may be said to stop in between: seconds of work, not a minute's."""

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class _Judge:
    """What judging one assessor's share needs."""

    desk: Desk
    size: int
    report: Callable[[str, int], None]
    stopped: Callable[[], bool]

    def run(self, assessor: Assessor, share: Share, count: Counts) -> None:
        """Let one assessor judge what is due and free, until told to stop; count in `count`."""
        store, now, known = self.desk.store, self.desk.now, self.desk.judged
        stamp, begun = assessor.stamp, now()
        since, found = known.since(stamp, begun), False
        claim = partial(store.claim_due, stamp, limit=self.size, since=since)
        for batch in share.batches(stamp, claim):
            found = True
            said = assessor.assess(batch)
            pairs = list(zip(batch, said, strict=True))
            record = partial(store.record_assessments, pairs, now(), token=share.token)
            patiently(record)
            count["assessed"] += len(said)
            count["failed"] += sum(assessment.error is not None for assessment in said)
            self.report(stamp, len(said))
            if self.stopped():
                return
        if not found and not share.left:
            known.note(stamp, begun)


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
    pending = desk.assessors
    totals = {assessor.stamp: {"assessed": 0, "failed": 0} for assessor in pending}
    size = WATCHED_BATCH if stopped else BATCH
    over = stopped or (lambda: False)
    judge = _Judge(desk, size, report or (lambda _stamp, _number: None), over)
    with Share(desk.store, desk.now) as share:
        while pending:
            busy: list[Assessor] = []
            for assessor in pending:
                judge.run(assessor, share, totals[assessor.stamp])
                if over():
                    return totals
                if share.left:
                    busy.append(assessor)
            pending = tuple(busy) if wait else ()
            if pending:
                desk.sleep(WAIT_S)
    return totals
