"""The pages of the feeds: how each does, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.desk.feeds import DAYS, Followed, Loss, name_of
from monitor.digest.coverage import duration_words, page_failure_words, reason_words
from monitor.digest.times import date_words
from monitor.feeds import Discovered
from monitor.store import Brought, PollResult
from monitor.types import FeedState
from monitor.visitors import Visitor
from monitor.web.page_frame import render

PAGE = 100
"""Feeds on one page."""
Standing = Literal["read", "failing", "silent", "gone", "paused", "waiting"]
STANDINGS: dict[Standing, str] = {
    "read": "read",
    "failing": "failing",
    "silent": "silent",
    "gone": "removed by its publisher",
    "paused": "paused",
    "waiting": "not read yet",
}
TROUBLE: tuple[Standing, ...] = ("failing", "silent", "gone")
SHOWN = ("", "trouble", *STANDINGS)
"""What can be asked for: all, those with trouble, those of one standing."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed as pages show it."""

    id: str
    name: str
    url: str
    kind: str
    standing: Standing
    word: str
    detail: str
    rhythm: str
    next: str
    share: str


@dataclass(frozen=True, slots=True)
class PollView:
    """One line of a feed's ledger in words."""

    when: str
    said: str
    trouble: str


def view_feed(one: Followed, now: datetime, zone: ZoneInfo) -> FeedView:
    """Return how a feed does."""
    feed = one.feed
    standing = standing_of(one)
    return FeedView(
        id=feed.id,
        name=name_of(feed),
        url=feed.url,
        kind={"feed": "", "sitemap": "site map", "page": "page that lists articles"}[feed.kind],
        standing=standing,
        word=STANDINGS[standing],
        detail=_detail(one, standing, now, zone),
        rhythm=f"about every {duration_words(one.gap)}" if one.gap else "rhythm not known yet",
        next=_next(one.state, standing, now, zone),
        share=share_words(one.brought),
    )


def standing_of(one: Followed) -> Standing:
    """Return the one word for how a feed does; what the desk did itself goes before."""
    state = one.state
    if one.feed.paused is not None:
        return "paused"
    if state.gone is not None:
        return "gone"
    if state.failures:
        return "failing"
    if state.last_poll is None:
        return "waiting"
    return "silent" if state.silent else "read"


def _detail(one: Followed, standing: Standing, now: datetime, zone: ZoneInfo) -> str:
    state, feed = one.state, one.feed
    read = f"last read {_when(state.last_success, now, zone)}" if state.last_success else ""
    if standing == "paused":
        since = f"since {_when(feed.paused, now, zone)}" if feed.paused else ""
        return "; ".join(filter(None, (since, read)))
    if standing in ("failing", "gone"):
        times = f"{state.failures} times in a row" if state.failures > 1 else ""
        why = reason_words(state.error or "")
        return "; ".join(filter(None, (why, times, read or "never read so far")))
    if standing == "silent" and state.recent:
        return f"nothing new since {_when(max(state.recent), now, zone)}; {read}"
    return read


def _next(state: FeedState, standing: Standing, now: datetime, zone: ZoneInfo) -> str:
    if standing in ("paused", "gone"):
        return "not asked any more"
    if state.next_poll is None or state.next_poll <= now:
        return "at the next run"
    return f"not before {_when(state.next_poll, now, zone)}"


def _when(moment: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if moment is None:
        return "never"
    return date_words(moment, now.astimezone(zone).date().isoformat(), zone)


def share_words(brought: Brought) -> str:
    """Return what a feed brings to the desk."""
    if not brought.articles:
        return f"no article in {DAYS} days"
    share = brought.relevant / brought.articles
    return f"{brought.relevant:,} of {brought.articles:,} relevant in {DAYS} days ({share:.1%})"


def view_poll(poll: PollResult, now: datetime, zone: ZoneInfo) -> PollView:
    """Return a ledger line in words."""
    when = _when(poll.at, now, zone)
    why = reason_words(poll.error) if poll.error is not None else ""
    if why and not poll.fetched:
        return PollView(when, "", why)
    pages = page_failure_words(poll.page_failures)
    vain = f"pages asked for in vain: {pages}" if pages else ""
    trouble = "; ".join(filter(None, (why, vain)))
    if poll.not_modified:
        return PollView(when, "nothing new", trouble)
    names = sorted(poll.dropped.items())
    left = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in names)
    said = f"{poll.fetched:,} entries: {poll.stored:,} stored" + (f", {left}" if left else "")
    return PollView(when, said, trouble)


def render_feeds(
    found: Sequence[Followed],
    *,
    visitor: Visitor,
    now: datetime,
    zone: ZoneInfo,
    show: str = "",
    words: str = "",
    after: str = "",
    notice: str = "",
    problem: str = "",
    address: str = "",
) -> str:
    """Return the list of feeds; `show` and `words` choose, `after` is the last one before.

    `problem` says why `address` was not added.
    """
    tally = Counter(standing_of(one) for one in found)
    chosen = [one for one in found if _fits(one, show, words)]
    ids = [one.feed.id for one in chosen]
    first = ids.index(after) + 1 if after in ids else 0
    page = chosen[first : first + PAGE]
    more = first + PAGE < len(chosen)
    return render(
        "feeds.html",
        visitor=visitor,
        here="/feeds",
        feeds=[view_feed(one, now, zone) for one in page],
        total=len(found),
        tally=[(name, word, tally[name]) for name, word in STANDINGS.items() if tally[name]],
        trouble=sum(tally[name] for name in TROUBLE),
        chosen=len(chosen),
        first=first + 1,
        next=page[-1].feed.id if more else "",
        show=show,
        words=words,
        notice=notice,
        problem=problem,
        address=address,
    )


def _fits(one: Followed, show: str, words: str) -> bool:
    standing = standing_of(one)
    if show == "trouble" and standing not in TROUBLE:
        return False
    if show in STANDINGS and standing != show:
        return False
    told = f"{one.feed.title} {one.feed.outlet} {one.feed.url}".casefold()
    return all(word in told for word in words.casefold().split())


def render_feed(
    one: Followed,
    polls: Sequence[PollResult],
    loss: Loss,
    *,
    visitor: Visitor,
    now: datetime,
    zone: ZoneInfo,
    removing: bool = False,
) -> str:
    """Return the page of one feed, or the one that asks whether it is to be removed."""
    return render(
        "feed_remove.html" if removing else "feed.html",
        visitor=visitor,
        here="/feeds",
        feed=view_feed(one, now, zone),
        about=one.feed.description,
        site=one.feed.site,
        polls=[view_poll(poll, now, zone) for poll in polls],
        loss=loss,
    )


def render_found(
    address: str, found: Sequence[Discovered], known: frozenset[str], *, visitor: Visitor
) -> str:
    """Return the page that offers what an address leads to; `known` are addresses followed."""
    return render(
        "feeds_found.html",
        visitor=visitor,
        here="/feeds",
        address=address,
        found=found,
        known=known,
        first=next((one.url for one in found if one.url not in known), ""),
    )
