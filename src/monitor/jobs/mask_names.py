"""Names of victims, minors and relatives: looked for ahead, hidden in lists, shown on asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from monitor.archive.names_on_request import _AT_ONCE, complete, look_through
from monitor.jobs.work_queue import WAIT_S, Share, patiently

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

    What is told of comes first, newest first. May be killed and repeated at any moment, and done by
    several processes at once; with `wait` it ends when they have. `report` is told the number after
    each batch; it ends after the batch in hand once `stopped` says so.
    """
    store, stamp, begun = desk.store, desk.names_stamp, desk.now()
    since = desk.judged.since(stamp, begun)
    total = 0
    with Share(store, desk.now) as share:
        for told_by in _turns(desk, share, wait=wait):
            claim = partial(
                store.claim_unmasked, stamp, limit=_AT_ONCE, told_by=told_by, since=since
            )
            for batch in share.batches(stamp, claim):
                found = look_through(desk, batch)
                patiently(partial(store.record_masks, found, desk.now(), token=share.token))
                ids = [article.id for article in batch]
                patiently(partial(complete, desk, ids))
                total += len(batch)
                if report:
                    report(len(batch))
                if stopped():
                    return total
    if not total and not share.left:
        desk.judged.note(stamp, begun)
    complete_due(desk, stopped=stopped)
    return total


def complete_due(desk: Desk, *, stopped: Callable[[], bool] = lambda: False) -> int:
    """Hide in every article what others of its story, and older versions, hide; return how many.

    May be killed and repeated at any moment.
    """
    store, begun = desk.store, desk.now()
    known = f"complete {desk.names_stamp} {desk.stories_stamp}"
    since = desk.judged.since(known, begun)
    total, after = 0, ""
    while not stopped():
        ids = store.next_incomplete(desk.stories_stamp, limit=_AT_ONCE, after=after, since=since)
        if not ids:
            desk.judged.note(known, begun)
            break
        patiently(partial(complete, desk, ids))
        total, after = total + len(ids), ids[-1]
    return total


def _turns(desk: Desk, share: Share, *, wait: bool) -> Iterator[tuple[str, ...]]:
    """Yield whose word to go by, nobody's at last; with `wait` again while others are at work."""
    yield desk.relevance_stamps
    yield ()
    while wait and share.left:
        desk.sleep(WAIT_S)
        yield ()
