"""Anonymisation ahead of reading: finds names to hide in articles that nobody looked through."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from monitor.archive.names_on_request import AT_ONCE, complete, look_through
from monitor.jobs.work_queue import WAIT_S, ClaimedWork, patiently

if TYPE_CHECKING:
    from monitor.desk import Desk


def mask_due(
    desk: Desk,
    *,
    report: Callable[[int], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    wait: bool = False,
) -> int:
    """Look through the articles that nobody looked through yet; return how many.

    What is told of comes first, newest first. May be killed and repeated, and done by several
    processes at once; with `wait` it ends when they have, else after the batch in hand once
    `stopped` says so. `report` is told the number after each batch.
    """
    store, stamp, begun = desk.store, desk.names_stamp, desk.now()
    since = desk.judged.since(stamp, begun)
    claim = partial(store.claim_unmasked, stamp, limit=AT_ONCE, since=since)
    total, told_by = 0, desk.relevance_stamps
    with desk.people_memory.kept(), ClaimedWork(store, desk.now) as work:
        while True:
            for batch in work.batches(stamp, partial(claim, told_by=told_by)):
                found = look_through(desk, batch)
                patiently(partial(store.record_masks, found, desk.now(), token=work.token))
                patiently(partial(complete, desk, [article.id for article in batch]))
                total += len(batch)
                if report:
                    report(len(batch))
                if stopped():
                    return total
            if told_by:
                told_by = ()  # the rest, which no model tells of
            elif wait and work.left:
                desk.sleep(WAIT_S)
            else:
                break
    if not total and not work.left:
        desk.judged.note(stamp, begun, begun)
    complete_due(desk, stopped=stopped)
    return total


def complete_due(desk: Desk, *, stopped: Callable[[], bool] = lambda: False) -> int:
    """Hide in every article what others of its story, and older versions, hide; return how many."""
    store, begun = desk.store, desk.now()
    known = f"complete {desk.names_stamp} {desk.stories_stamp}"
    since = desk.judged.since(known, begun)
    total, after = 0, ""
    while not stopped():
        ids = store.next_incomplete(desk.stories_stamp, limit=AT_ONCE, after=after, since=since)
        if not ids:
            desk.judged.note(known, begun, begun)
            break
        patiently(partial(complete, desk, ids))
        total, after = total + len(ids), ids[-1]
    return total
