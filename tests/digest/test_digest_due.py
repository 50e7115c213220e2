"""When a digest is due, to whom, and of which days: on any clock, after any sleep."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.mail_schedule import DueDigest, due_sends, undelivered
from monitor.records.digest import Delivery
from monitor.settings import Recipient

UTC_ZONE = ZoneInfo("UTC")
ACCRA = Recipient("officer@example.org", timezone="Africa/Accra")
WEEKDAYS = Recipient("desk@example.org", days=("mon", "tue", "wed", "thu", "fri"))
BRIEF = Recipient("policy@example.org", preset="policy")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def attempt(recipient: Recipient, day: str, outcome="sent", *, until=None, sent_at=None, **more):
    end = at(day) + timedelta(days=1)
    moment = sent_at or end + timedelta(hours=7)
    address, preset = recipient.key
    return Delivery(address, preset, day, at(day), until or end, "", moment, outcome, **more)


def due(recipient: Recipient, now: str, *sent: Delivery, zone=UTC_ZONE) -> DueDigest | None:
    found = due_sends([recipient], {recipient.key: sent}, at(now), zone)
    return found[0] if found else None


def days(found: DueDigest | None, zone=UTC_ZONE) -> str | None:
    return found.label(zone) if found else None


@pytest.mark.parametrize(
    ("recipient", "now", "sent", "told"),
    [
        (ACCRA, "2026-11-25T06:59", ["2026-11-23"], None),
        (ACCRA, "2026-11-25T07:00", ["2026-11-23"], "2026-11-24"),
        (ACCRA, "2026-11-25T23:00", ["2026-11-24"], None),
        (ACCRA, "2026-11-25T07:00", [], "2026-11-24"),  # the first: of one day, not of all
        (ACCRA, "2026-11-25T09:00", ["2026-11-19"], "2026-11-20..2026-11-24"),  # slept five days
        (ACCRA, "2026-11-25T09:00", ["2025-01-01"], "2026-10-25..2026-11-24"),  # not of years
        (WEEKDAYS, "2026-11-22T12:00", ["2026-11-19"], None),  # Sunday, after Friday's digest
        (WEEKDAYS, "2026-11-23T07:00", ["2026-11-19"], "2026-11-20..2026-11-22"),
        (WEEKDAYS, "2026-11-23T07:00", [], "2026-11-20..2026-11-22"),
        (BRIEF, "2026-11-23T07:00", [], "2026-11-16..2026-11-22"),
        (BRIEF, "2026-11-27T07:00", ["2026-11-22"], None),
    ],
)
def test_when_and_of_what(recipient: Recipient, now: str, sent: list[str], told: str) -> None:
    assert days(due(recipient, now, *(attempt(recipient, day) for day in sent))) == told


def test_the_hour_is_the_recipients_and_the_day_the_desks() -> None:
    tokyo = Recipient("tokyo@example.org", timezone="Asia/Tokyo")
    found = due(tokyo, "2026-11-24T22:00", attempt(tokyo, "2026-11-22"))  # 7:00 on the 25th there
    assert days(found) == "2026-11-23"
    dili = ZoneInfo("Asia/Dili")  # of the desk: the 24th is over at 15:00 UTC
    assert days(due(ACCRA, "2026-11-24T22:00", zone=dili), dili) == "2026-11-23"
    assert days(due(tokyo, "2026-11-24T22:00", zone=dili), dili) == "2026-11-24"


@pytest.mark.parametrize("hour", [0, 1, 2, 3, 7, 23])
def test_when_clocks_change_one_digest_a_day_and_no_hour_lost(hour: int) -> None:
    """Berlin leaves 2:00 out on 29 March and has it twice on 25 October."""
    berlin = ZoneInfo("Europe/Berlin")
    recipient = Recipient("berlin@example.org", hour=hour, timezone="Europe/Berlin")
    for start in ("2026-03-27", "2026-10-23"):
        sent, got = [], []
        for quarter in range(6 * 96):
            now = at(start) + timedelta(minutes=15 * quarter)
            for found in due_sends([recipient], {recipient.key: sent}, now, berlin):
                address, preset = recipient.key
                sent.insert(
                    0,
                    Delivery(address, preset, found.day, found.since, found.until, "", now, "sent"),
                )
                got.append(found)
        assert [g.day for g in got] == sorted({g.day for g in got})
        assert len(got) in (6, 7)
        assert all(a.until == b.since for a, b in pairwise(got))


@given(
    st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])),
    st.integers(0, 23),
    st.sampled_from(["Africa/Accra", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]),
    st.lists(st.integers(1, 200), max_size=12),
)
def test_whatever_the_sleep_no_moment_is_told_twice_or_left_out(weekdays, hour, zone, naps) -> None:
    recipient = Recipient("a@example.org", hour=hour, days=tuple(weekdays), timezone=zone)
    now, sent = at("2026-03-01"), []
    for nap in naps:
        now += timedelta(hours=nap)
        for found in due_sends([recipient], {recipient.key: sent[:3]}, now):
            assert found.since < found.until <= now
            if sent:
                assert found.since == sent[0].until
            address, preset = recipient.key
            sent.insert(
                0,
                Delivery(address, preset, found.day, found.since, found.until, "", now, "sent"),
            )
        assert not due_sends([recipient], {recipient.key: sent[:3]}, now)


def test_what_may_have_been_sent_is_not_due_again() -> None:
    assert due(ACCRA, "2026-11-25T09:00", attempt(ACCRA, "2026-11-24", "unknown")) is None
    after = due(ACCRA, "2026-11-26T09:00", attempt(ACCRA, "2026-11-24", "unknown"))
    assert days(after) == "2026-11-25"


def test_a_day_sent_by_hand_before_its_end_is_completed_the_day_after() -> None:
    by_hand = attempt(ACCRA, "2026-11-24", until=at("2026-11-24T15:00"))
    assert due(ACCRA, "2026-11-25T07:00", by_hand) is None
    found = due(ACCRA, "2026-11-26T07:00", by_hand)
    assert found
    assert (found.since, found.day) == (at("2026-11-24T15:00"), "2026-11-25")


def test_after_failures_the_pause_grows_and_what_lasts_waits_for_the_next_day() -> None:
    def failed(*hours: float, **more):
        return [
            attempt(
                ACCRA, "2026-11-24", "failed", sent_at=at("2026-11-25T07:00") + timedelta(hours=h),
                **more,
            )
            for h in hours
        ]  # fmt: skip

    assert due(ACCRA, "2026-11-25T07:10", *failed(0)) is None
    assert days(due(ACCRA, "2026-11-25T07:15", *failed(0))) == "2026-11-24"
    assert due(ACCRA, "2026-11-25T07:30", *failed(0.25, 0)) is None
    assert days(due(ACCRA, "2026-11-25T07:45", *failed(0.25, 0))) == "2026-11-24"
    assert due(ACCRA, "2026-11-25T23:00", *failed(0, lasting=True)) is None
    first = due(ACCRA, "2026-11-26T07:00", *failed(0, lasting=True))
    assert days(first) == "2026-11-24..2026-11-25", "the first that was tried is not passed over"
    had = attempt(ACCRA, "2026-11-23")
    found = due(ACCRA, "2026-11-26T07:00", *failed(0, lasting=True), had)
    assert days(found) == "2026-11-24..2026-11-25"


def test_a_clock_set_back_sends_nothing_again() -> None:
    before = [attempt(ACCRA, f"2026-11-{day}") for day in range(24, 18, -1)]
    assert due(ACCRA, "2026-11-20T09:00", *before) is None


def test_a_clock_that_was_ahead_keeps_no_day_from_being_told() -> None:
    """Set to next year for a day, or to next month: the digest of then tells of nothing now."""
    usual = attempt(ACCRA, "2026-11-22")
    for ahead in ("2027-11-24", "2026-12-10"):
        wrong = replace(attempt(ACCRA, ahead), since=at("2026-11-23"))
        assert days(due(ACCRA, "2026-11-24T09:00", wrong, usual)) == "2026-11-23"


@pytest.mark.parametrize(
    ("had", "told"),
    [
        (["22", "24"], "2026-11-23..2026-11-25"),  # by hand, while the 23rd waited
        (["22", "23"], "2026-11-24..2026-11-25"),
        (["24", "22", "23"], "2026-11-25"),
        (["24"], "2026-11-25"),  # what was before the first was never asked for
        (["20", "21", "24", "23"], "2026-11-22..2026-11-25"),
    ],
)
def test_what_was_told_of_is_days_and_not_the_last_of_them(had: list[str], told: str) -> None:
    sent = [attempt(ACCRA, f"2026-11-{day}") for day in had]
    assert days(due(ACCRA, "2026-11-26T07:00", *sent)) == told


def test_what_may_not_have_arrived() -> None:
    failed = attempt(ACCRA, "2026-11-23", "failed", reason="full")
    unknown = attempt(ACCRA, "2026-11-22", "unknown")
    later = attempt(ACCRA, "2026-11-24")
    assert undelivered([failed, unknown]) == (failed, unknown)
    assert undelivered([later, failed, unknown]) == (unknown,)
    assert undelivered([later, failed, unknown, attempt(ACCRA, "2026-11-22")]) == ()
    assert undelivered([failed, failed]) == (failed,)
    earlier = attempt(ACCRA, "2026-11-24", sent_at=failed.at - timedelta(hours=1))
    assert undelivered([failed, earlier]) == (failed,), "what was sent before makes up for nothing"
