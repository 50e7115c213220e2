"""Digests by mail: what is due is written, handed over, and what came of it is stored.

An attempt is committed before the mail server is called. So a crash at any moment leaves a row that
says so, and whatever may have been sent is never sent again, unless somebody asks for it by name.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from monitor.core import Monitor
from monitor.digest import day_bounds
from monitor.digest.brief import write_brief
from monitor.digest.choose import choose
from monitor.digest.due import Due, due_sends
from monitor.digest.letter import Mask, write_letter
from monitor.digest.message import Envelope, address_of, make_message
from monitor.digest.smtp import Told, send_message
from monitor.errors import UsageError
from monitor.persons import Masked
from monitor.recipients import Recipient, SmtpSettings
from monitor.types import Article, Delivery, Digest, Outcome

logger = logging.getLogger("monitor.mail")

KEY = "unsubscribe"
Send = Callable[[EmailMessage, SmtpSettings], Told]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one digest; `skipped` says why none was sent, where none was to be."""

    address: str
    preset: str
    day: str
    outcome: Outcome | None
    reason: str = ""
    skipped: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nobody need look after it."""
        return self.outcome in (None, "sent")


def send_due(monitor: Monitor, now: datetime, *, send: Send = send_message) -> list[Sent]:
    """Send what is due at `now`; return what became of each digest, nothing where none was due."""
    if not monitor.settings.smtp.host or not monitor.settings.recipients:
        return []
    return _send_all(monitor, due_now(monitor, now), now, send)


def due_now(monitor: Monitor, now: datetime) -> list[Due]:
    """Return what is due at `now`, to whom; whoever unsubscribed gets nothing."""
    gone = monitor.store.unsubscribed()
    wanted = [r for r in monitor.settings.recipients if r.address.casefold() not in gone]
    sent = monitor.store.delivery_histories([recipient.key for recipient in wanted])
    return due_sends(wanted, sent, now, monitor.settings.zone)


def send_day(
    monitor: Monitor,
    day: str | None,
    now: datetime,
    *,
    to: str | None = None,
    again: bool = False,
    send: Send = send_message,
) -> list[Sent]:
    """Send the digest of a day (default: today) to all who have not had it, or to one address.

    With `again` it goes to the address `to` whatever was before. Raises `UsageError` where no mail
    is set up, for a day that is none or is not yet, and for an address that is no recipient's.
    """
    settings = monitor.settings
    if not settings.smtp.host:
        raise UsageError("no mail server is set: [smtp] host in monitor.toml")
    if again and to is None:
        raise UsageError("--resend needs --to ADDRESS: one digest is sent again, to one address")
    recipients = [r for r in settings.recipients if to in (None, r.address)]
    recipients = recipients or [
        r for r in settings.recipients if to and r.address.casefold() == to.casefold()
    ]
    if not recipients:
        raise UsageError(
            f"'{to}' is none of the [[recipients]] in monitor.toml"
            if to
            else "no [[recipients]] in monitor.toml"
        )
    dues = [_day_of(recipient, day, now, settings.zone) for recipient in recipients]
    return _send_all(monitor, dues, now, send, again=again)


def _day_of(recipient: Recipient, day: str | None, now: datetime, zone: ZoneInfo) -> Due:
    """Return a day as a digest to be sent."""
    today = now.astimezone(zone).date().isoformat()
    chosen = day or today
    since, until = day_bounds(chosen, zone)
    if since is None or until is None or ".." in chosen:
        raise UsageError(f"'{chosen}' is no single day: mail tells of one, such as 2026-11-25")
    if chosen > today:
        raise UsageError(f"{chosen} is not yet: today is {today}")
    if recipient.preset == "policy":
        since -= timedelta(days=6)
    return Due(recipient, chosen, since, until)


def _send_all(
    monitor: Monitor, dues: Sequence[Due], now: datetime, send: Send, *, again: bool = False
) -> list[Sent]:
    gone = monitor.store.unsubscribed()
    mask = _remembering(monitor)
    key = monitor.store.key(KEY) if dues else ""
    digests: dict[tuple[datetime, datetime], Digest] = {}
    broken: Told | None = None
    results = []
    for due in dues:
        left = gone.get(due.recipient.address.casefold())
        if left is not None:
            results.append(_skip(due, f"unsubscribed on {left:%Y-%m-%d}"))
            continue
        period = (due.since, due.until)
        if period not in digests:
            digests[period] = monitor.digest_between(*period, day=due.label(monitor.settings.zone))
        job = _Job(monitor, due, digests[period], key, now, again)
        result, told = job.run(mask, _repeating(broken) if broken else send)
        broken = told if told and told.whole else broken
        results.append(result)
    return results


def _repeating(told: Told) -> Send:
    """Return what calls no server: what it said, or did not say, holds for every message."""
    reason = f"not tried: {told.reason}" if told.outcome == "unknown" else told.reason
    return lambda _message, _smtp: Told("failed", reason, whole=True)


def _skip(due: Due, why: str) -> Sent:
    return Sent(due.recipient.address, due.recipient.preset, due.day, None, skipped=why)


@dataclass(frozen=True, slots=True)
class _Job:
    monitor: Monitor
    due: Due
    digest: Digest
    key: str
    now: datetime
    again: bool

    def run(self, mask: Mask, send: Send) -> tuple[Sent, Told | None]:
        """Write, store the attempt, hand over, store what came of it."""
        recipient, store = self.due.recipient, self.monitor.store
        message = self.write(mask)
        delivery = Delivery(
            address=recipient.address,
            preset=recipient.preset,
            day=self.due.day,
            since=self.due.since,
            until=min(self.due.until, self.now),  # what comes later today is told tomorrow
            message_id=str(message["Message-ID"]),
            at=self.now,
        )
        attempt = store.begin_send(delivery, again=self.again)
        if attempt is None:
            return _skip(self.due, "had that day before, or may have had it"), None
        told = send(message, self.monitor.settings.smtp)
        store.finish_send(
            attempt, told.outcome, self.monitor.now(), reason=told.reason, lasting=told.lasting
        )
        logger.info("digest %s %s: %s", recipient.preset, self.due.day, told.outcome)
        sent = Sent(recipient.address, recipient.preset, self.due.day, told.outcome, told.reason)
        return sent, told

    def write(self, mask: Mask) -> EmailMessage:
        """Return the message, ready to be handed over."""
        from monitor.countries import country_name

        recipient, settings = self.due.recipient, self.monitor.settings
        chosen = choose(self.digest, recipient.filter)
        envelope = Envelope(
            sender=settings.smtp.sender,
            address=recipient.address,
            preset=recipient.preset,
            day=self.due.day,
            key=self.key,
            period=self.digest.day,
            public_url=settings.digest.public_url,
        )
        title = settings.digest.title
        if recipient.preset == "policy":
            brief = write_brief(chosen, title=title, country_name=country_name, mask=mask)
            return make_message(brief, envelope, self.now, again=self.number())
        letter = write_letter(
            chosen,
            title=title,
            country_name=country_name,
            mask=mask,
            filtered=len(chosen.relevant) < len(self.digest.relevant),
        )
        return make_message(letter, envelope, self.now, again=self.number())

    def number(self) -> int:
        """Return how often it was sent before, where it is sent again: mail programs fold ids."""
        if not self.again:
            return 0
        key, day = self.due.recipient.key, self.due.day
        return sum(
            (d.address, d.preset, d.day) == (*key, day) for d in self.monitor.store.deliveries()
        )


def _remembering(monitor: Monitor) -> Mask:
    """Return `monitor.mask` that asks once for each version: recipients get the same articles."""
    known: dict[tuple[str, str], Masked | None] = {}

    def mask(article: Article) -> Masked | None:
        key = (article.id, article.sha256)
        if key not in known:
            known[key] = monitor.mask(article)
        return known[key]

    return mask


def find_recipient(monitor: Monitor, token: str) -> str | None:
    """Return whose link to unsubscribe this is: one of the recipients' addresses, or nobody's."""
    key = monitor.store.known_key(KEY)
    if key is None:
        return None  # no mail was sent yet, so there is no link
    addresses = [recipient.address for recipient in monitor.settings.recipients]
    return address_of(token, key, addresses)


def unsubscribe(monitor: Monitor, token: str) -> str | None:
    """Send no more to the address that a link was made for; return it."""
    address = find_recipient(monitor, token)
    if address is not None:
        monitor.store.unsubscribe(address, monitor.now())
    return address
