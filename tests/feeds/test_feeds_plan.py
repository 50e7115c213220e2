from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.feed_entry import FeedEntry
from monitor.feeds.http_client import FetchResult
from monitor.feeds.polling_plan import (
    after_failure,
    after_success,
    askable_feeds,
    due_at,
    due_feeds,
    find_silence,
    needs_page,
    next_due,
    next_poll,
    next_step,
    usable_date,
)
from monitor.feeds.starter_feeds import make_feed
from monitor.records.feed import FeedSilence, FeedState, KnownArticle, Move

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = FeedEntry("https://e.example/1", "", "T", "", "", None, None)
NEW = FeedState(recent=(NOW,))
"""Of a feed with news just now."""
ANSWER = FetchResult("u", "u", 200, {}, b"x", False, '"1"', None, None, None)


def answer(**changes):
    return replace(ANSWER, **changes)


def pause(state=NEW, result=ANSWER, **options):
    options = {"min_interval_s": 900, **options}
    return (next_poll(state, result, NOW, **options) - NOW).total_seconds()


def test_due_feeds():
    new, waiting, resting, rested, hurried = (make_feed(f"https://{n}.example/") for n in "abcde")
    states = {
        waiting.id: FeedState(last_poll=NOW - 2 * HOUR, next_poll=NOW + HOUR),
        resting.id: FeedState(last_poll=NOW - timedelta(minutes=5), next_poll=NOW),
        rested.id: FeedState(last_poll=NOW - HOUR, next_poll=NOW),
        hurried.id: FeedState(last_poll=NOW + HOUR, next_poll=NOW),
    }
    feeds = [hurried, rested, resting, waiting, new]
    assert due_feeds(feeds, states, NOW, 900) == [new, rested, hurried]
    assert due_feeds(feeds, states, NOW, 0) == [new, rested, resting, hurried]


def test_what_is_asked_for_at_once_passes_over_our_pauses_but_no_servers():
    new, failed, asked, over = (make_feed(f"https://{n}.example/") for n in "abcd")
    states = {
        failed.id: FeedState(last_poll=NOW, next_poll=NOW + HOUR, failures=1),
        asked.id: FeedState(last_poll=NOW - HOUR, next_poll=NOW + HOUR, not_before=NOW + HOUR),
        over.id: FeedState(last_poll=NOW - 2 * HOUR, next_poll=NOW, not_before=NOW),
    }
    assert askable_feeds([failed, asked, over, new], states, NOW) == [new, over, failed]


def test_a_paused_feed_is_not_asked():
    paused = replace(make_feed("https://a.example/"), paused=NOW - HOUR)
    assert due_feeds([paused], {}, NOW, 900) == askable_feeds([paused], {}, NOW) == []
    assert next_due([paused], {}, NOW, 900) is None


def test_which_feed_is_due_next():
    new, late, soon = (make_feed(f"https://{n}.example/") for n in "abc")
    states = {
        late.id: FeedState(last_poll=NOW, next_poll=NOW + 2 * HOUR),
        soon.id: FeedState(last_poll=NOW, next_poll=NOW),
    }
    assert next_due([late, soon], states, NOW, 900) == (soon, NOW + timedelta(minutes=15))
    assert next_due([late], states, NOW, 900) == (late, NOW + 2 * HOUR)
    assert next_due([late, new, soon], states, NOW, 900) == (new, NOW), "never polled"
    assert next_due([late], {late.id: FeedState(last_poll=NOW, gone=NOW)}, NOW, 900) is None


def test_a_clock_set_back_makes_feeds_due_and_keeps_a_servers_wish():
    """What was planned by the clock before would leave a feed alone for as long as it was ahead."""
    ahead = NOW + timedelta(days=30)
    planned = FeedState(last_poll=ahead, next_poll=ahead + HOUR)
    assert due_at(planned, NOW, 900) <= NOW
    wish = replace(planned, last_poll=NOW + HOUR, not_before=NOW + 2 * HOUR)
    assert due_at(wish, NOW, 900) == NOW + 2 * HOUR
    assert due_at(replace(planned, not_before=ahead + HOUR), NOW, 900) <= NOW


def test_the_pause_after_an_answer():
    assert pause() == 900
    assert pause(min_interval_s=0) == 0
    assert pause(result=answer(headers={"cache-control": "public, max-age=1800"})) == 1800
    assert pause(result=answer(headers={"cache-control": "max-age=604800"})) == 3600
    assert pause(result=answer(headers={"cache-control": "s-max-age=1800"})) == 900
    assert pause(result=answer(headers={"expires": "Wed, 25 Nov 2026 12:30:00 GMT"})) == 1800
    assert pause(ttl_s=1200) == 1200
    assert pause(min_interval_s=7200, ttl_s=1200) == 7200


def test_the_pause_after_failures_doubles_up_to_a_day():
    pauses = [pause(FeedState(failures=n), None) for n in range(1, 10)]
    assert pauses[:3] == [1800, 3600, 7200]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 86_400
    assert pause(FeedState(failures=1), None, min_interval_s=1) == 120


def test_without_an_interval_only_the_server_may_ask_for_a_pause():
    assert pause(FeedState(failures=3), None, min_interval_s=0) == 0
    assert pause(ttl_s=1200, min_interval_s=0) == 0
    assert pause(result=answer(headers={"cache-control": "max-age=600"}), min_interval_s=0) == 0
    busy = answer(status=429, body=None, retry_after=60.0)
    assert pause(FeedState(failures=1), busy, min_interval_s=0) == 60


def test_retry_after_is_honoured_up_to_a_day():
    busy = answer(status=429, body=None, retry_after=7200.0)
    assert pause(FeedState(failures=1), busy) == 7200
    assert pause(FeedState(failures=1), answer(status=429, body=None, retry_after=1e12)) == 86_400
    assert pause(FeedState(failures=1), answer(status=429, body=None, retry_after=1.0)) == 1800


def test_a_feed_that_is_gone_is_asked_no_more():
    gone = replace(answer(status=410, body=None), final_url="u")
    state = after_failure(FeedState(), "gone", gone, NOW, min_interval_s=0)
    assert state.gone == NOW
    assert due_at(state, NOW + timedelta(days=99), 0) is None
    feed = make_feed("https://a.example/")
    assert due_feeds([feed], {feed.id: state}, NOW + 99 * HOUR, 0) == []
    assert askable_feeds([feed], {feed.id: state}, NOW + 99 * HOUR) == []
    elsewhere = after_failure(
        FeedState(), "gone", replace(gone, final_url="v"), NOW, min_interval_s=900
    )
    moved = after_failure(FeedState(moved_to="v"), "gone", gone, NOW, min_interval_s=900)
    assert (elsewhere.gone, moved.gone) == (None, None), "only its own address can say so"
    assert moved.next_poll == NOW + timedelta(seconds=1800)


def test_a_permanent_move_is_adopted_after_several_in_a_row():
    moved = answer(permanent_redirect="v")
    state = FeedState()
    for hours, adopted in ((0, False), (1, False), (2, False), (23, False), (24, True)):
        state = after_success(state, moved, NOW + hours * HOUR, min_interval_s=900)
        assert (state.moved_to == "v") is adopted, hours
    assert state.move is None
    late = after_success(FeedState(), moved, NOW, min_interval_s=900)
    late = after_success(late, moved, NOW + 48 * HOUR, min_interval_s=900)
    assert late.moved_to is None, "two are not several"
    for other in (answer(), answer(permanent_redirect="w")):
        begun = after_success(late, other, NOW + 49 * HOUR, min_interval_s=900)
        again = after_success(begun, moved, NOW + 50 * HOUR, min_interval_s=900)
        assert again.move == Move("v", 1, NOW + 50 * HOUR)


def test_states_after_polls():
    failed = after_failure(FeedState(etag='"0"'), "why", None, NOW, min_interval_s=900)
    failed = after_failure(failed, "why", None, NOW, min_interval_s=900)
    assert (failed.failures, failed.error, failed.etag, failed.last_success) == (
        2,
        "why",
        '"0"',
        None,
    )
    failed = replace(failed, moved_to="v")
    good = after_success(failed, answer(), NOW, min_interval_s=900, dates=[NOW])
    assert (good.failures, good.error, good.etag, good.moved_to) == (0, None, '"1"', "v")
    assert (good.recent, good.last_success) == ((NOW,), NOW)
    same = after_success(
        good, answer(not_modified=True, body=None, etag=None), NOW, min_interval_s=1
    )
    assert (same.etag, same.moved_to) == ('"1"', "v")
    back = after_failure(same, "gone", None, NOW, min_interval_s=900)
    assert (back.moved_to, back.etag, back.recent) == (None, None, (NOW,))


def test_recent_dates_are_kept_newest_first_and_few():
    dates = [NOW - n * HOUR for n in range(50)] + [NOW + HOUR]
    state = after_success(FeedState(), ANSWER, NOW, min_interval_s=1, dates=dates)
    assert state.recent == tuple(NOW - n * HOUR for n in range(30))


@pytest.mark.parametrize(
    ("gap_h", "quiet_h", "silent"),
    [
        (1, 40, False),
        (1, 49, True),
        (24, 49, True),
        (24, 47, False),
        (168, 300, False),
        (168, 340, True),
    ],
)
def test_silence_is_judged_by_the_feeds_own_rhythm(gap_h, quiet_h, silent):
    dates = [NOW - (quiet_h + n * gap_h) * HOUR for n in range(10)]
    found = find_silence(dates, NOW)
    assert found == (FeedSilence(dates[0], gap_h * HOUR) if silent else None)
    assert find_silence(dates[:4], NOW) is None
    assert find_silence([], NOW) is None


LONG = "word " * 250
MIDDLE = "word " * 80
SHORT = "word " * 20


@pytest.mark.parametrize(
    ("summary", "content", "needed"),
    [
        ("", "", True),
        (SHORT, "", True),
        (MIDDLE, "", True),
        (LONG, "", False),
        (SHORT, MIDDLE, False),
        (SHORT, SHORT, True),
        (SHORT, MIDDLE + "[…]", True),
        (SHORT, MIDDLE + "Read more", True),
        (LONG + "Continue reading →", "", True),
        (LONG + "and he wanted more.", "", True),
        (LONG + "She had never asked for more than that.", "", False),
    ],
)
def test_which_entries_need_their_page(summary, content, needed):
    assert needs_page(replace(ENTRY, summary=summary, content=content)) is needed


def test_what_to_do_about_an_entry():
    full, teaser = replace(ENTRY, content=LONG), replace(ENTRY, summary=SHORT)
    have = KnownArticle("page", "x", {"f": "1"})
    poor = KnownArticle("summary", "x", {"f": "1"}, page_tries=1)
    assert next_step(full, None, "f", "1") == "text"
    assert next_step(teaser, None, "f", "1") == "page"
    assert next_step(teaser, have, "f", "1") == "sighting"
    assert next_step(teaser, have, "f", "2") == "page"
    assert next_step(full, have, "f", "2") == "text"
    assert next_step(full, have, "g", "2") == "sighting"
    assert next_step(teaser, poor, "f", "1") == "page"
    assert next_step(full, poor, "g", "2") == "text"
    assert next_step(teaser, replace(poor, page_tries=3), "f", "1") == "sighting"
    assert next_step(teaser, replace(poor, page_tries=3), "f", "2") == "page"


def test_dates_in_the_future():
    assert usable_date(NOW + 23 * HOUR, NOW) == NOW + 23 * HOUR
    assert usable_date(NOW + 25 * HOUR, NOW) is None
    assert usable_date(None, NOW) is None
