"""Poll scheduling: what to poll, when, and what to fetch besides, decided without I/O.

All take what is known and the time, and return what to do; `polling.collect` does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Literal

from monitor.feeds.feed_entry import FeedEntry
from monitor.feeds.http_client import FetchResult
from monitor.feeds.polling_interval import MAX_PAUSE, fresh_for, rhythm_pause
from monitor.records.feed import Feed, FeedSilence, FeedState, KnownArticle, Move

GONE = 410
"""A publisher who answers so says that the feed will not be back: it is asked no more."""
MAX_PAGE_TRIES = 3
RECENT = 30
_WORD = re.compile(r"\w+")
_CUT = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|(?:read more|continue reading|read the full [\w ]{1,30}|more)"
    r"\W{0,4})\Z",
    re.IGNORECASE,
)
_NEVER = datetime.min.replace(tzinfo=UTC)


def due_feeds(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime, min_interval_s: int
) -> list[Feed]:
    """Return the feeds to poll now, the longest waiting first.

    One without a state was never polled. `min_interval_s` counts from the last poll.
    """
    times = _due_times(feeds, states, now, min_interval_s)
    return _longest_waiting_first((feed for feed, due in times if due <= now), states)


def _due_times(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime, min_interval_s: int
) -> Iterator[tuple[Feed, datetime]]:
    """Yield feeds with when they are due; not those that are paused, or removed by publishers."""
    for feed in feeds:
        due = due_at(states.get(feed.id, FeedState()), now, min_interval_s)
        if feed.paused is None and due is not None:
            yield feed, due


def due_at(state: FeedState, now: datetime, min_interval_s: int) -> datetime | None:
    """Return when a feed is to be polled; `None`: no more, its publisher has removed it.

    Where the last poll lies ahead, the clock was set back since: then only a server's wish counts.
    """
    if state.gone is not None:
        return None
    last = state.last_poll
    if last is None:
        return state.next_poll or _NEVER
    if now < last:
        wish = state.not_before
        return wish if wish is not None and wish <= now + MAX_PAUSE else _NEVER
    rested = last + timedelta(seconds=min_interval_s)
    return max(rested, state.next_poll or rested)


def askable_feeds(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime
) -> list[Feed]:
    """Return the feeds to poll where somebody asks for all at once, the longest waiting first.

    Our own waiting is passed over; a Retry-After is not, nor that a feed is gone or paused.
    """
    known = ((feed, states.get(feed.id, FeedState())) for feed in feeds if feed.paused is None)
    willing = (f for f, state in known if not state.gone and (state.not_before or now) <= now)
    return _longest_waiting_first(willing, states)


def next_due(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime, min_interval_s: int
) -> tuple[Feed, datetime] | None:
    """Return the feed that is due first, and when; at once (`now`) is the earliest."""
    times = ((feed, max(at, now)) for feed, at in _due_times(feeds, states, now, min_interval_s))
    return min(times, key=lambda pair: (pair[1], pair[0].id), default=None)


def _longest_waiting_first(feeds: Iterable[Feed], states: Mapping[str, FeedState]) -> list[Feed]:
    asked = {key: state.last_poll or _NEVER for key, state in states.items()}
    return sorted(feeds, key=lambda feed: (asked.get(feed.id, _NEVER), feed.id))


def next_poll(
    state: FeedState,
    result: FetchResult | None,
    now: datetime,
    *,
    min_interval_s: int,
    ttl_s: int | None = None,
) -> datetime:
    """Return when to poll again after `result` (`None`: no answer).

    `state` is the state after this poll: its `failures` double the pause each time, else the feed's
    own rhythm makes it. A server's Retry-After is honoured up to a day, its max-age or Expires and
    the feed's ttl up to an hour. `min_interval_s` 0 says that whoever starts a run decides: then
    only Retry-After makes a pause.
    """
    pause = timedelta(seconds=min_interval_s)
    if min_interval_s == 0:
        pass
    elif state.failures:
        base = timedelta(seconds=max(min_interval_s, 60))
        pause = min(base * 2 ** min(state.failures, 20), max(MAX_PAUSE, base))
    elif result is not None:
        hint = max(fresh_for(result.headers, now), timedelta(seconds=ttl_s or 0))
        # hints are mostly defaults of some software, and a desk wants the news of the day
        pause = max(rhythm_pause(state.recent, now, pause), min(hint, timedelta(hours=1)))
    wish = _not_before(result, now)
    return max(now + pause, wish) if wish else now + pause


def _not_before(result: FetchResult | None, now: datetime) -> datetime | None:
    """Return until when the server asks us to stay away (Retry-After), at most a day from `now`."""
    if result is None or not result.retry_after or result.status == 200:
        return None
    return now + min(timedelta(seconds=min(result.retry_after, 1e9)), MAX_PAUSE)


def after_success(
    state: FeedState,
    result: FetchResult,
    now: datetime,
    *,
    min_interval_s: int,
    ttl_s: int | None = None,
    dates: Iterable[datetime] = (),
) -> FeedState:
    """Return the state after a good poll; `dates` are when the feed's entries appeared."""
    # a move is adopted after three in a row over a day, forgotten by an answer without: a broken
    # server or a captive portal says it once, to everything
    target, move, moved_to = result.permanent_redirect, state.move, state.moved_to
    if target is None or move is None or move.to != target or move.since > now:
        move = Move(target, 0, now) if target else None
    if move and move.times + 1 >= 3 and now - move.since >= timedelta(days=1):
        move, moved_to = None, target
    kept = sorted({*state.recent, *(date for date in dates if date <= now)}, reverse=True)
    changed = not result.not_modified
    after = replace(
        state,
        move=move and replace(move, times=move.times + 1),
        moved_to=moved_to,
        etag=result.etag if changed else state.etag,
        modified=result.modified if changed else state.modified,
        last_poll=now,
        last_success=now,
        failures=0,
        error=None,
        recent=tuple(kept[:RECENT]),
        silent=find_silence(kept[:RECENT], now) is not None,
        not_before=_not_before(result, now),
    )
    due = next_poll(after, result, now, min_interval_s=min_interval_s, ttl_s=ttl_s)
    return replace(after, next_poll=due)


def after_failure(
    state: FeedState, error: str, result: FetchResult | None, now: datetime, *, min_interval_s: int
) -> FeedState:
    """Return the state after a poll that gave no feed. What was known of the feed is kept.

    After a failure at a moved address, which cannot say "gone", the original one is tried again.
    """
    answer = None if state.moved_to else result  # what a moved address says is not the feed's word
    gone = answer is not None and answer.status == GONE and answer.final_url == answer.url
    after = replace(
        state,
        moved_to=None,
        move=None,
        gone=now if gone else None,
        etag=None if state.moved_to else state.etag,
        modified=None if state.moved_to else state.modified,
        last_poll=now,
        failures=state.failures + 1,
        error=error,
        silent=find_silence(state.recent, now) is not None,
        not_before=_not_before(answer, now),
    )
    return replace(after, next_poll=next_poll(after, answer, now, min_interval_s=min_interval_s))


def find_silence(recent: Sequence[datetime], now: datetime) -> FeedSilence | None:
    """Return since when a feed has been quiet for longer than its own rhythm explains, if it has.

    `recent` are the times of its latest entries, five at least. Silent is a pause of more than
    twice the longest usual gap (the 90th percentile), and of two days, so that no weekend counts.
    """
    dates = sorted(set(recent), reverse=True)
    if len(dates) < 5:
        return None
    gaps = sorted(newer - older for newer, older in pairwise(dates))
    usual = gaps[int(0.9 * (len(gaps) - 1) + 0.5)]
    silent = now - dates[0] > max(2 * usual, timedelta(days=2))
    return FeedSilence(dates[0], usual) if silent else None


def needs_page(entry: FeedEntry) -> bool:
    """Tell whether the feed gives only a summary of `entry`, so that its page is needed."""
    if _CUT.search(entry.text[-64:]):  # no such end is longer
        return True
    # content of fewer words is a teaser, a description of as many the article itself
    enough = ((entry.content, 60), (entry.summary, 200))
    # counting no further than needed
    return not any(
        next(islice(_WORD.finditer(text), least - 1, None), None) for text, least in enough
    )


def count_words(text: str) -> int:
    """Return the number of words in `text`."""
    return len(_WORD.findall(text))


def next_step(
    entry: FeedEntry, known: KnownArticle | None, feed: str, feed_sha256: str
) -> Literal["sighting", "page", "text"]:
    """Return what to do about `entry` of the feed: note it, fetch its page, or take its text.

    What the store has whole is read again only where the feed that it was seen through says
    something else than last time. What it has only the summary of is tried again a few times. What
    expired does not come back.
    """
    if known is not None:
        said = known.feed_sha256.get(feed)
        whole = known.origin != "summary" and said in (None, feed_sha256)
        given_up = said == feed_sha256 and known.page_tries >= MAX_PAGE_TRIES
        if known.expired or whole or given_up:
            return "sighting"
    return "page" if needs_page(entry) else "text"


def usable_date(published: datetime | None, now: datetime) -> datetime | None:
    """Return `published`, or `None` where it lies more than a day ahead."""
    # a day, because feeds without time zones are common: their mornings are ours to come
    return published if published and published <= now + timedelta(days=1) else None
