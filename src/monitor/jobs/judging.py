"""Judging what is due, where several processes may: assessors, their claims, and the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from monitor.desk import BATCH, Desk
from monitor.jobs.work_queue import WAIT_S, Share, patiently
from monitor.records.article import Assessor

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
