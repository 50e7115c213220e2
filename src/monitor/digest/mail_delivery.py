"""Mail delivery: digests that are due are written, handed over, and what came of it is stored.

An attempt is committed before the mail server is called. So a crash at any moment leaves a row that
says so, and whatever may have been sent is never sent again, unless somebody asks for it by name.

With it is stored which articles it holds. A digest holds every story of the last `MOST_DAYS` that
its recipient's filter lets pass now and that was in none of its digests before: so none is lost
that was judged late, refused by an earlier filter, or of a day that was passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import TYPE_CHECKING

from monitor.desk import Desk
from monitor.digest import view as words
from monitor.digest.build import build_digest, choose, note_unmeasured, only, stories_of, without
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
    if not desk.settings.smtp.host or not desk.settings.recipients:
        return []
    gone = desk.store.unsubscribed()
    wanted = [r for r in desk.settings.recipients if r.address.casefold() not in gone]
    keys = [recipient.key for recipient in wanted]
    sent = desk.store.delivery_histories(keys, since=now - REACH)
    return _send_all(desk, due_sends(wanted, sent, now, desk.settings.zone), now, send)


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
    gone = desk.store.unsubscribed()
    known: dict[tuple[str, str], Shown] = {}
    key = desk.store.key(KEY) if dues else ""
    if dues:
        fold_due(desk)  # or what joins a story that was sent would be sent as one of its own
    digests: dict[tuple[datetime | None, ...], Digest] = {}
    broken: SendResult | None = None
    results = []
    for due in dues:
        left = gone.get(due.recipient.address.casefold())
        if left is not None:
            results.append(_skip(due, f"unsubscribed on {left:%Y-%m-%d}"))
            continue
        period = (due.oldest, due.since, due.until)
        if period not in digests:
            day = due.label(desk.settings.zone)
            digests[period] = digest_between(desk, due.since, due.until, day=day, oldest=due.oldest)
            every = _every_article(digests[period])
            new = [one for one in every if (one.id, one.sha256) not in known]
            shown = desk.shown(new, patient=True)  # recipients get the same articles
            known.update({(one.id, one.sha256): shown[one.id] for one in new})
        gone_by = (due.reached, due.oldest)
        if gone_by not in digests:
            digests[gone_by] = _too_old(desk, due, digests[period])
        job = _Job(desk, due, digests[period], digests[gone_by], key, now, again)
        result, told = job.run(lambda a: known[a.id, a.sha256], send, broken)
        broken = told if told and told.whole else broken
        results.append(result)
    return results


def _too_old(desk: Desk, due: DueDigest, digest: Digest) -> Digest:
    """Return what no digest reaches any more, and the one before did; without words."""
    found: Iterator[AssessedArticle] = iter(())
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


def _skip(due: DueDigest, why: str) -> DeliveryResult:
    return DeliveryResult(due.recipient.address, due.recipient.preset, due.day, None, skipped=why)


@dataclass(frozen=True, slots=True)
class _Job:
    """One digest to one recipient; `old` is what no digest reaches any more."""

    desk: Desk
    due: DueDigest
    digest: Digest
    old: Digest
    key: str
    now: datetime
    again: bool

    def run(
        self, mask: Mask, send: Send, broken: SendResult | None
    ) -> tuple[DeliveryResult, SendResult | None]:
        """Write, store the attempt, hand over, store what came of it.

        Of a `broken` server what it said, or did not say, holds for every message: it is not asked.
        """
        recipient, store = self.due.recipient, self.desk.store
        chosen, lines = self.choose()
        country = self.desk.settings.check.country.strip().upper()
        chosen = note_unmeasured(chosen, self.desk.measured_countries, country)
        message = self.write(chosen, lines, mask)
        delivery = Delivery(
            address=recipient.address,
            preset=recipient.preset,
            day=self.due.day,
            since=self.due.since,
            until=min(self.due.until, self.now),  # what comes later today is told tomorrow
            message_id=str(message["Message-ID"]),
            at=self.now,
        )
        held = [one.id for one in articles_in(chosen)]
        if recipient.preset == "policy":  # a brief lists no single article, and tells its context
            stories = (*stories_of(chosen), *chosen.context)
            held = [one.article.id for story in stories for one in story.articles]
        attempt = store.begin_send(delivery, held, again=self.again)
        if attempt is None:
            return _skip(self.due, "had that day before, or may have had it"), None
        if broken:
            untried = "not tried: " if broken.outcome == "unknown" else ""
            told = SendResult("failed", f"{untried}{broken.reason}", whole=True)
        else:
            told = send(message, self.desk.settings.smtp)
        store.finish_send(
            attempt, told.outcome, self.desk.now(), reason=told.reason, lasting=told.lasting
        )
        logger.info("digest %s %s: %s", recipient.preset, self.due.day, told.outcome)
        sent = DeliveryResult(
            recipient.address, recipient.preset, self.due.day, told.outcome, told.reason
        )
        return sent, told

    def choose(self) -> tuple[Digest, tuple[str, ...]]:
        """Return what is sent, and what is to be said of what is not."""
        key, wanted, since = self.due.recipient.key, self.due.recipient.filter, self.due.since
        same = self.desk.store.held_by(key, self.due.day) if self.again else None
        if same is not None:  # whatever the filter says by now
            return only(self.digest, same), ()
        told = self.told_of(self.digest)
        chosen = choose(without(self.digest, told), wanted)
        before = stories_of(choose(only(self.digest, told), wanted))
        # a story that is relevant and borderline too is one
        late = {story.id for story in stories_of(chosen) if not _came(story, since)}
        left_out = {story.id for story in before if _came(story, since)}
        old = stories_of(choose(without(self.old, self.told_of(self.old)), wanted))
        zone = self.desk.settings.zone
        first, oldest = (
            day_words(moment.astimezone(zone).date().isoformat())
            for moment in (since, self.due.oldest)
        )
        lines = (
            words.late(len(late), first),
            words.told_before(len(left_out)),
            words.too_old(len({story.id for story in old}), oldest),
        )
        return chosen, tuple(filter(None, lines))

    def told_of(self, digest: Digest) -> set[str]:
        """Return the articles of a digest of which the recipient was told."""
        ids = [one.id for one in _every_article(digest)]
        return self.desk.store.told_of(self.due.recipient.key, self.desk.stories_stamp, ids)

    def write(self, chosen: Digest, lines: Sequence[str], mask: Mask) -> EmailMessage:
        """Return the message, ready to be handed over."""
        from monitor.labels.countries import country_name

        recipient, settings = self.due.recipient, self.desk.settings
        envelope = Envelope(
            sender=settings.smtp.sender,
            address=recipient.address,
            preset=recipient.preset,
            day=self.due.day,
            key=self.key,
            period=self.digest.day,
            public_url=settings.digest.public_url,
        )
        write: Callable[..., Newsletter | Brief]
        if recipient.preset == "policy":
            from monitor.digest.policy_brief import write_brief

            write = write_brief
        else:
            came = any(_came(story, self.due.since) for story in self.digest.relevant)
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
        same = (*recipient.key, self.due.day)
        sent = self.desk.store.deliveries() if self.again else ()
        # how often it was sent before, where it is sent again: mail programs fold ids
        number = sum((d.address, d.preset, d.day) == same for d in sent)
        return make_message(letter, envelope, self.now, again=number)


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
