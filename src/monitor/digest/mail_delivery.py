"""Mail delivery: digests that are due are written, handed over, and what came of it is stored.

An attempt is committed before the mail server is called. So a crash at any moment leaves a row that
says so, and whatever may have been sent is never sent again, unless somebody asks for it by name.

With it is stored which articles it holds. A digest holds every story of the last `MOST_DAYS` that
its recipient's filter lets pass now and that was in none of its digests before: so none is lost
that was judged late, refused by an earlier filter, or of a day that was passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import TYPE_CHECKING

from monitor.desk import Desk
from monitor.digest.build import build_digest, choose, note_unmeasured, only, stories_of, without
from monitor.digest.coverage_account import count
from monitor.digest.mail_message import Envelope, address_of, make_message
from monitor.digest.mail_schedule import REACH, DueDigest, due_on, due_sends
from monitor.digest.newsletter import Mask, Newsletter, write_letter
from monitor.digest.render import digest_between
from monitor.digest.smtp import SendResult, send_message
from monitor.people.masked_quotes import articles_in
from monitor.records.article import Article, AssessedArticle
from monitor.records.dates import ALL, day_bounds, day_words
from monitor.records.digest import Delivery, Digest, Outcome, Story
from monitor.records.errors import UsageError
from monitor.records.hidden_names import Shown
from monitor.settings import Recipient, SmtpSettings
from monitor.stories.clustering import fold_due, kept_groups

if TYPE_CHECKING:
    from monitor.digest.policy_brief import Brief

logger = logging.getLogger("monitor.mail")

KEY = "unsubscribe"
Send = Callable[[EmailMessage, SmtpSettings], SendResult]


@dataclass(frozen=True, slots=True)
class DeliveryResult:
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


def send_due(desk: Desk, now: datetime, *, send: Send = send_message) -> list[DeliveryResult]:
    """Send what is due at `now`; return what became of each digest, nothing where none was due."""
    settings, store = desk.settings, desk.store
    if not settings.smtp.host or not settings.recipients:
        return []
    gone = store.unsubscribed()
    wanted = [r for r in settings.recipients if r.address.casefold() not in gone]
    sent = store.delivery_histories([recipient.key for recipient in wanted], since=now - REACH)
    return _send_all(desk, due_sends(wanted, sent, now, settings.zone), now, send)


def send_day(
    desk: Desk,
    day: str | None,
    now: datetime,
    *,
    to: str | None = None,
    again: bool = False,
    send: Send = send_message,
) -> list[DeliveryResult]:
    """Send the digest of a day (default: today) to all who have not had it, or to one address.

    It holds what is due of the days before, too. With `again` the address `to` gets the same
    stories once more, if it had that day's, or may have had it. Raises `UsageError` where no mail
    is set up, for a day that is none or is not yet, and for an address that is no recipient's.
    """
    settings = desk.settings
    if not settings.smtp.host:
        raise UsageError("no mail server is set: [smtp] host in monitor.toml")
    if again and to is None:
        raise UsageError("--resend needs --to ADDRESS: one digest is sent again, to one address")
    recipients = [r for r in settings.recipients if to in (None, r.address)]
    recipients = recipients or [
        r for r in settings.recipients if to and r.address.casefold() == to.casefold()
    ]
    if not recipients:
        whose = f"'{to}' is none of the" if to else "no"
        raise UsageError(f"{whose} [[recipients]] in monitor.toml")
    dues = [_due_on(desk, recipient, day, now, again) for recipient in recipients]
    return _send_all(desk, dues, now, send, again=again)


def _due_on(
    desk: Desk, recipient: Recipient, day: str | None, now: datetime, again: bool
) -> DueDigest:
    """Return the digest of a day that is to be sent to a recipient."""
    zone = desk.settings.zone
    today = now.astimezone(zone).date().isoformat()
    chosen = day or today
    since, until = day_bounds(chosen, zone)
    if since is None or until is None or ".." in chosen:
        raise UsageError(f"'{chosen}' is no single day: mail tells of one, such as 2026-11-25")
    if chosen > today:
        raise UsageError(f"{chosen} is not yet: today is {today}")
    if recipient.preset == "policy":
        since -= timedelta(days=6)
    sent = desk.store.delivery_histories([recipient.key], since=until - REACH)[recipient.key]
    due = due_on(recipient, date.fromisoformat(chosen), since, sent, now, zone)
    had = [one for one in sent if one.day == chosen and one.outcome != "failed"]
    if again and had and had[0].since and had[0].until:
        return replace(due, since=had[0].since, until=had[0].until)
    return replace(due, since=min(due.since, since))


def _send_all(
    desk: Desk, dues: Sequence[DueDigest], now: datetime, send: Send, *, again: bool = False
) -> list[DeliveryResult]:
    """Write, store the attempt, hand over, store what came of it: one digest after the other.

    Of a `broken` server what it said, or did not say, holds for every message: it is not asked.
    """
    store = desk.store
    gone = store.unsubscribed()
    known: dict[tuple[str, str], Shown] = {}
    if dues:
        fold_due(desk)  # or what joins a story that was sent would be sent as one of its own
    digests: dict[tuple[datetime | None, ...], Digest] = {}
    broken: SendResult | None = None
    results = []
    for due in dues:
        to, preset, day = due.recipient.address, due.recipient.preset, due.day
        if left := gone.get(to.casefold()):
            why = f"unsubscribed on {left:%Y-%m-%d}"
            results.append(DeliveryResult(to, preset, day, None, skipped=why))
            continue
        period = (due.oldest, due.since, due.until)
        if period not in digests:
            label = due.label(desk.settings.zone)
            digests[period] = digest_between(
                desk, due.since, due.until, day=label, oldest=due.oldest
            )
            every = _every_article(digests[period])
            new = [one for one in every if (one.id, one.sha256) not in known]
            shown = desk.shown(new, patient=True)  # recipients get the same articles
            known.update({(one.id, one.sha256): shown[one.id] for one in new})
        gone_by = (due.reached, due.oldest)
        if gone_by not in digests:
            digests[gone_by] = _too_old(desk, due, digests[period])
        chosen, lines = _choose(desk, due, digests[period], digests[gone_by], again)
        message = _write(
            desk, due, digests[period], chosen, lines, lambda a: known[a.id, a.sha256], now, again
        )
        delivery = Delivery(
            address=to,
            preset=preset,
            day=day,
            since=due.since,
            until=min(due.until, now),  # what comes later today is told tomorrow
            message_id=str(message["Message-ID"]),
            at=now,
        )
        held = [one.id for one in articles_in(chosen)]
        if preset == "policy":  # a brief lists no single article, and tells its context
            stories = (*stories_of(chosen), *chosen.context)
            held = [one.article.id for story in stories for one in story.articles]
        attempt = store.begin_send(delivery, held, again=again)
        if attempt is None:
            why = "had that day before, or may have had it"
            results.append(DeliveryResult(to, preset, day, None, skipped=why))
            continue
        if broken:
            untried = "not tried: " if broken.outcome == "unknown" else ""
            told = SendResult("failed", f"{untried}{broken.reason}", whole=True)
        else:
            told = send(message, desk.settings.smtp)
        store.finish_send(
            attempt, told.outcome, desk.now(), reason=told.reason, lasting=told.lasting
        )
        logger.info("digest %s %s: %s", preset, day, told.outcome)
        broken = told if told.whole else broken
        results.append(DeliveryResult(to, preset, day, told.outcome, told.reason))
    return results


def _too_old(desk: Desk, due: DueDigest, digest: Digest) -> Digest:
    """Return what no digest reaches any more, and the one before did; without words."""
    found: Iterable[AssessedArticle] = ()
    if due.reached is None or due.reached < due.oldest:
        found = desk.articles(since=due.reached, until=due.oldest, shown=True)
    light = (
        replace(one, article=replace(one.article, text="", summary=""), findings=(), scorecard=())
        for one in found
    )
    return build_digest(
        light,
        day=ALL,
        timezone=digest.timezone,
        ledger=digest.ledger,
        stamps=digest.stamps,
        group=kept_groups(desk.store, desk.stories_stamp),
    )


def _choose(
    desk: Desk, due: DueDigest, digest: Digest, old: Digest, again: bool
) -> tuple[Digest, list[str]]:
    """Return what is sent, and what is to be said of what is not.

    `old` is what no digest reaches any more.
    """
    key, wanted = due.recipient.key, due.recipient.filter
    country = desk.settings.check.country.strip().upper()
    measured = desk.measured_countries
    same = desk.store.held_by(key, due.day) if again else None
    if same is not None:  # whatever the filter says by now
        return note_unmeasured(only(digest, same), measured, country), []
    told, told_of_old = (
        desk.store.told_of(key, desk.stories_stamp, [one.id for one in _every_article(some)])
        for some in (digest, old)
    )
    chosen = choose(without(digest, told), wanted)
    before = stories_of(choose(only(digest, told), wanted))
    # a story that is relevant and borderline too is one
    late = len({story.id for story in stories_of(chosen) if not _came(story, due.since)})
    left_out = len({story.id for story in before if _came(story, due.since)})
    gone_by = len({story.id for story in stories_of(choose(without(old, told_of_old), wanted))})
    first, oldest = (
        day_words(moment.astimezone(desk.settings.zone).date().isoformat())
        for moment in (due.since, due.oldest)
    )
    lines = []
    if late:
        was = "was" if late == 1 else "were"
        lines.append(f"Of these, {late} came in before {first} and {was} in no digest to you.")
    if left_out:
        is_, them = ("is", "it") if left_out == 1 else ("are", "them")
        told_before = f"{count(left_out, 'story', 'stories')} of these days {is_} left out"
        lines.append(f"{told_before}: an earlier digest told of {them}.")
    if gone_by:
        was, they_are = ("was", "it is") if gone_by == 1 else ("were", "they are")
        many = (
            f"{count(gone_by, 'story', 'stories')} from before {oldest} {was} in no digest to you"
        )
        lines.append(f"{many}; {they_are} at the desk only.")
    return note_unmeasured(chosen, measured, country), lines


def _write(
    desk: Desk,
    due: DueDigest,
    digest: Digest,
    chosen: Digest,
    lines: Sequence[str],
    mask: Mask,
    now: datetime,
    again: bool,
) -> EmailMessage:
    """Return the message, ready to be handed over."""
    from monitor.labels.countries import country_name

    recipient, settings = due.recipient, desk.settings
    envelope = Envelope(
        sender=settings.smtp.sender,
        address=recipient.address,
        preset=recipient.preset,
        day=due.day,
        key=desk.store.key(KEY),
        period=digest.day,
        public_url=settings.digest.public_url,
    )
    write: Callable[..., Newsletter | Brief]
    if recipient.preset == "policy":
        from monitor.digest.policy_brief import write_brief

        write = write_brief
    else:
        came = any(_came(story, due.since) for story in digest.relevant)
        write = partial(write_letter, filtered=came)
    letter = write(
        chosen,
        title=settings.digest.title,
        country_name=country_name,
        mask=mask,
        public_url=settings.digest.public_url,
    )
    if lines:
        summary = " ".join((f"{letter.summary.removesuffix('.')}.", *lines))
        letter = replace(letter, summary=summary)
    same = (*recipient.key, due.day)
    sent = desk.store.deliveries() if again else ()
    # how often it was sent before, where it is sent again: mail programs fold ids
    number = sum((d.address, d.preset, d.day) == same for d in sent)
    return make_message(letter, envelope, now, again=number)


def _came(story: Story, since: datetime) -> bool:
    """Whether an article of it was first seen since a moment."""
    return any(one.article.seen >= since for one in story.articles)


def _every_article(digest: Digest) -> list[Article]:
    """Return the articles of a digest, those of its context last."""
    context = [one.article for story in digest.context for one in story.articles]
    return [*articles_in(digest), *context]


def find_recipient(desk: Desk, token: str) -> str | None:
    """Return whose link to unsubscribe this is: one of the recipients' addresses, or nobody's."""
    key = desk.store.known_key(KEY)
    if key is None:
        return None  # no mail was sent yet, so there is no link
    addresses = [recipient.address for recipient in desk.settings.recipients]
    return address_of(token, key, addresses)


def unsubscribe(desk: Desk, token: str) -> str | None:
    """Send no more to the address that a link was made for; return it."""
    address = find_recipient(desk, token)
    if address is not None:
        desk.store.unsubscribe(address, desk.now())
    return address
