"""Feed management: how each feed that is followed does, and following new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.desk import Desk
from monitor.feeds.feed_discovery import Discovered, discover_at
from monitor.feeds.opml import parse_opml
from monitor.feeds.polling_interval import usual_gap
from monitor.feeds.starter_feeds import make_feed, outline_feed
from monitor.records.errors import FeedError
from monitor.records.feed import Feed, FeedKind, FeedState
from monitor.storage.coverage_ledger import Brought

DAYS = 90
"""Over so many days it is told what a feed brings."""


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed that is followed, what polling has learned of it, and what it brought in `DAYS`.

    `gap`: how long it takes from one time of publishing to the next; `None` where nothing is known.
    """

    feed: Feed
    state: FeedState
    brought: Brought
    gap: timedelta | None


def followed(desk: Desk) -> list[FollowedFeed]:
    """Return every feed followed, by name."""
    now, states = desk.now(), desk.store.feed_states()
    brought = desk.store.brought(now - timedelta(days=DAYS), desk.relevance_stamps)
    found = []
    for feed in sorted(desk.store.feeds(), key=lambda feed: (name_of(feed).casefold(), feed.id)):
        state = states.get(feed.id, FeedState())
        gap = usual_gap(state.recent, now)
        found.append(FollowedFeed(feed, state, brought.get(feed.id, Brought()), gap))
    return found


def name_of(feed: Feed) -> str:
    """Return what a feed is called: its title, else its outlet, else its address."""
    return feed.title or feed.outlet or feed.url


def loss(desk: Desk, feed: Feed) -> dict[str, Brought]:
    """Return what a feed has `brought` so far, and what of it came through no other: `alone`."""
    brought, alone = desk.store.brought_alone(feed.id, desk.relevance_stamps)
    return {"brought": brought, "alone": alone}


def find_feeds(desk: Desk, address: str) -> Sequence[Discovered]:
    """Return the feeds that an address leads to: itself, or those that its page names.

    Raises `FeedError` where there is no page, and for a service that cannot be followed.
    """
    if not address.strip():
        raise FeedError("an address is wanted")
    asked = make_feed(address if "://" in address else f"https://{address.strip()}")
    return discover_at(desk, asked.url)


def read_opml(data: bytes) -> tuple[list[Feed], int]:
    """Return the feeds of an OPML file, and how many outlines cannot be followed.

    Raises `FeedError` where there is none to follow.
    """
    feeds, bad = [], 0
    for outline in parse_opml(data):
        try:
            feeds.append(outline_feed(outline))
        except FeedError:
            bad += 1
    if not feeds:
        raise FeedError("the OPML file: no usable feed in it")
    return feeds, bad


def follow(desk: Desk, wanted: Sequence[Discovered], *, asked: bool, kind: FeedKind) -> int:
    """Follow feeds; return how many were not followed yet.

    Where their servers were `asked` just now, the first poll waits as long as between two polls.
    Raises `FeedError` for the first that cannot be followed.
    """
    if not wanted:
        raise FeedError("no feed was chosen")
    feeds = [make_feed(one.url, title=one.title, kind=kind) for one in wanted]
    new = desk.store.add_feeds(feeds, desk.now())
    if asked:
        wait = timedelta(seconds=desk.settings.fetch.min_interval_s)
        desk.store.put_off([feed.id for feed in feeds], desk.now() + wait)
    return new
