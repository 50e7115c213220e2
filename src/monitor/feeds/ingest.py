"""Ingestion: what of the feeds is due is polled and stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.feeds import polling_plan as plan
from monitor.feeds.http_client import open_client
from monitor.feeds.politeness import manners_of
from monitor.feeds.polling import collect
from monitor.records.feed import Feed, Poll

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.storage.polls import PollResult


def ingest_due(
    desk: Desk,
    *,
    all_feeds: bool = False,
    report: Callable[[Feed, PollResult], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Poll what is due, store what is new; return how many feeds were due.

    With `all_feeds` what is not due is polled too, and as if for the first time (no 304), so
    that a changed setting shows; only a server that asked us to wait (Retry-After) is not. Each
    feed is stored in one transaction with its ledger line. `report` is told of each when stored.
    Once `stopped` says so no request is begun; what is not whole is left to the next run.
    """
    store, now, fetch, manners = desk.store, desk.now(), desk.settings.fetch, manners_of(desk)
    states = store.feed_states()
    if all_feeds:
        due = plan.askable_feeds(store.feeds(), states, now)
        states = {id_: replace(s, etag=None, modified=None) for id_, s in states.items()}
    else:
        due = plan.due_feeds(store.feeds(), states, now, fetch.min_interval_s)
    manners.stopped = stopped

    def deliver(poll: Poll) -> None:
        result = store.record_poll(poll, desk.now(), manners.take_changed())
        if report:
            report(poll.feed, result)

    with open_client(fetch, manners) as client:
        collect(
            [(feed, states[feed.id]) for feed in due],
            client=client,
            known=store.known,
            now=desk.now,
            deliver=deliver,
        )
    if visits := manners.take_changed():
        store.save_visits(visits, desk.now())
    return len(due)


def next_due(desk: Desk) -> tuple[Feed, datetime] | None:
    """Return which feed is due first, and when; `None` where none is asked (any more)."""
    store, least = desk.store, desk.settings.fetch.min_interval_s
    return plan.next_due(store.feeds(), store.feed_states(), desk.now(), least)


def waited_for(desk: Desk) -> list[tuple[Feed, datetime]]:
    """Return the feeds whose servers asked us to wait (Retry-After), and until when."""
    feeds, states, now = desk.store.feeds(), desk.store.feed_states(), desk.now()
    wishes = ((feed, states[feed.id].not_before) for feed in feeds if feed.id in states)
    return [(feed, until) for feed, until in wishes if until is not None and until > now]
