"""What a desk may have missed: by its samples, and by the cases it learned of elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.desk import Desk
from monitor.feeds.urls import same_outlet
from monitor.records.gaps import Gaps, Told, ToldHad
from monitor.review.elsewhere import share_had
from monitor.review.recall_estimate import estimate_missed, window
from monitor.review.words import gaps


def gaps_until(desk: Desk, until: str, *, short: bool = False) -> Gaps:
    """Return what may be missed, as far as the samples of days before `until` (ISO) tell.

    `short` is for the foot of a digest.
    """
    stamp = " ".join(desk.relevance_stamps)
    draws = [draw for draw in desk.store.draws(window(until), until) if draw.stamp == stamp]
    ids = {item.article_id for draw in draws for item in draw.items}
    missed = estimate_missed(draws, desk.store.verdicts(ids))
    return gaps(missed, share_had(had_of(desk, desk.store.told())), short=short)


def had_of(desk: Desk, cases: Sequence[Told]) -> list[ToldHad]:
    """Say of each case what we had of it when the desk learned of it."""
    feeds = desk.store.feeds() if cases else []
    followed = [same_outlet(case.url, feeds) for case in cases]
    return desk.store.had(cases, desk.relevance_stamps, followed)
