"""Mail schedule: which digest is due to whom, from the recipients, what was sent, and the time.

What is decided here is when, and which days' account is given. Which stories a digest holds is no
matter of days: all of the last `MOST_DAYS` that were in none to that address (`mail_delivery`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.records.dates import midnight
from monitor.records.digest import Delivery
from monitor.settings import Recipient

MOST_DAYS = 31
"""A digest reaches back no further: what is older is read at the desk."""
REACH = timedelta(days=MOST_DAYS + 14)
"""So far back attempts are looked at; a digest is due up to a week after its day."""
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
TROUBLE_DAYS = 14
"""How long a digest that may not have arrived is told of."""
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A digest to be sent: its account is of [since, until), it counts for `day`, the last in it.

    It holds what was first seen in [oldest, until) and was in none before. What was first seen from
    `reached` on was within reach of the one before, if there was one.
    """

    recipient: Recipient
    day: str
    since: datetime
    until: datetime
    oldest: datetime
    reached: datetime | None = None

    def label(self, zone: ZoneInfo) -> str:
        """Return its day, or its first and its last, as the desk counts them."""
        first = self.since.astimezone(zone).date().isoformat()
        return self.day if first == self.day else f"{first}..{self.day}"


def due_sends(
    recipients: Iterable[Recipient],
    sent: Mapping[tuple[str, str], Sequence[Delivery]],
    now: datetime,
    zone: ZoneInfo = _UTC,
) -> list[DueDigest]:
    """Return the digests that are due at `now`; `zone` is where the desk's days begin.

    At each recipient's hour a digest tells of all days that are over and were not told of: of one
    as a rule, of the week-end on Mondays, of all that a machine that slept missed. `sent` has by
    address and preset (`Recipient.key`), newest first, what was sent and what failed.
    """
    found: list[DueDigest] = []
    for recipient in recipients:
        attempts = sent.get(recipient.key, ())
        # the moments of sending, the latest first. An hour that the clocks leave out comes when it
        # would have been; one that comes twice, first
        own = recipient.zone(zone)
        today = now.astimezone(own).date()
        moments = (
            datetime.combine(day, time(recipient.hour), tzinfo=own)
            for day in (today - timedelta(days=back) for back in range(16))
            if day.weekday() in recipient.weekdays
        )
        past = (moment for moment in moments if moment.timestamp() <= now.timestamp())
        slot, before = next(past), next(past)
        day = slot.astimezone(zone).date() - timedelta(days=1)  # the last that is over by then
        of_day = [delivery for delivery in attempts if delivery.day == day.isoformat()]
        if any(one.lasting or one.outcome != "failed" for one in of_day):
            continue
        # after a failure a pause, longer after each of them
        pause = min(FIRST_PAUSE * 2 ** max(0, min(len(of_day) - 1, 8)), LONGEST_PAUSE)
        last = max((one.at for one in of_day), default=None)
        if last is None or now >= last + pause or now < last:  # the clock was set back
            usual = midnight(before.astimezone(zone).date(), zone)
            due = due_on(recipient, day, usual, attempts, now, zone)
            found += [due] if due.since < due.until else []
    return found


def due_on(
    recipient: Recipient,
    day: date,
    usual: datetime,
    sent: Sequence[Delivery],
    now: datetime,
    zone: ZoneInfo,
) -> DueDigest:
    """Return the digest of a day, with the account of all days before it that was not given.

    `usual` is where its account begins for somebody who was never sent any; `sent` are the attempts
    of the last `REACH`, and the last that was had. Where all was told of, `since` is `until`.
    """
    sent = [one for one in sent if one.at <= now]  # before the clock was set back: of no use
    oldest, until = (midnight(day, zone, after=n) for n in (1 - MOST_DAYS, 1))
    begun = [one.since for one in sent if one.since and one.since < until]
    since = max(oldest, min(begun, default=usual))
    had = [one for one in sent if one.outcome != "failed"]
    for first, end in sorted((one.since, one.until) for one in had if one.since and one.until):
        if first <= since < end:
            since = end
    last = max((one.day for one in had if one.day < day.isoformat()), default="")
    reached = None
    if last:
        reached = midnight(date.fromisoformat(last), zone, after=1 - MOST_DAYS)
    return DueDigest(recipient, day.isoformat(), min(since, until), until, oldest, reached)


def undelivered(deliveries: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Return the attempts, newest first, that may have left somebody without a digest.

    A failed one is made up for by a later digest, which holds its stories; one of which nobody
    knows only by that same digest, sent again.
    """
    newest_first = sorted(deliveries, key=lambda d: d.at, reverse=True)
    arrived = [d for d in newest_first if d.outcome == "sent"]
    found: dict[tuple[str, str, str], Delivery] = {}
    for one in newest_first:
        same = [d for d in arrived if (d.address, d.preset) == (one.address, one.preset)]
        if one.outcome == "unknown":
            made_up = any(d.day == one.day for d in same)
        else:
            made_up = any(d.day >= one.day and d.at >= one.at for d in same)
        if one.outcome != "sent" and not made_up:
            found.setdefault((one.address, one.preset, one.day), one)
    return tuple(found.values())
