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
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial

from monitor.desk import Desk
from monitor.digest.build import build_digest, choose, note_unmeasured, only, stories_of, without
from monitor.digest.coverage_account import count
from monitor.digest.mail_message import Envelope, address_of, make_message
from monitor.digest.mail_schedule import REACH, DueDigest, due_on, due_sends
from monitor.digest.newsletter import Newsletter, PolicyBrief, write_brief, write_letter
from monitor.digest.render import digest_between
from monitor.digest.smtp import SendResult, send_message
from monitor.people.masked_quotes import articles_in
from monitor.records.article import Article, AssessedArticle
from monitor.records.dates import ALL, day_bounds, day_words
from monitor.records.digest import Delivery, Digest, Outcome, Story
from monitor.records.errors import UsageError
from monitor.records.hidden_names import Shown
from monitor.settings import SmtpSettings
from monitor.stories.clustering import fold_due, kept_groups

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
    return _send_all(_Sender(desk, now, send), due_sends(wanted, sent, now, settings.zone))


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
    zone, today = settings.zone, now.astimezone(settings.zone).date().isoformat()
    chosen = day or today
    since, until = day_bounds(chosen, zone)
    if since is None or until is None or ".." in chosen:
        raise UsageError(f"'{chosen}' is no single day: mail tells of one, such as 2026-11-25")
    if chosen > today:
        raise UsageError(f"{chosen} is not yet: today is {today}")
    dues = []
    for recipient in recipients:
        usual = since - timedelta(days=6) if recipient.preset == "policy" else since
        sent = desk.store.delivery_histories([recipient.key], since=until - REACH)[recipient.key]
        due = due_on(recipient, date.fromisoformat(chosen), usual, sent, now, zone)
        due = replace(due, since=min(due.since, usual))
        had = [one for one in sent if one.day == chosen and one.outcome != "failed"]
        if again and had and had[0].since and had[0].until:
            due = replace(due, since=had[0].since, until=had[0].until)
        dues.append(due)
    return _send_all(_Sender(desk, now, send, again=again), dues)


def _send_all(sender: _Sender, dues: Sequence[DueDigest]) -> list[DeliveryResult]:
    if dues:
        fold_due(sender.desk)  # or what joins a sent story would be sent as one of its own
    gone = sender.desk.store.unsubscribed()
    return [sender.run(due, gone.get(due.recipient.address.casefold())) for due in dues]


@dataclass(slots=True)
class _Sender:
    """Sends digests in turn. Recipients of the same days get one digest, built once.

    A `broken` server is not asked again: its last failure is recorded for every message left.
    """

    desk: Desk
    now: datetime
    send: Send
    again: bool = False
    broken: SendResult | None = None
    digests: dict[tuple[datetime | None, ...], Digest] = field(default_factory=dict)
    known: dict[tuple[str, str], Shown] = field(default_factory=dict)

    def run(self, due: DueDigest, left: datetime | None) -> DeliveryResult:
        """Write, store the attempt, hand over, store what came of it; not to who has `left`."""
        desk, store, preset = self.desk, self.desk.store, due.recipient.preset
        result = partial(DeliveryResult, due.recipient.address, preset, due.day)
        if left is not None:
            return result(None, skipped=f"unsubscribed on {left:%Y-%m-%d}")
        digest, old = self.tell(due)
        chosen, lines = self.choose(due, digest, old)
        country = desk.settings.check.country.strip().upper()
        chosen = note_unmeasured(chosen, desk.measured_countries, country)
        message = self.write(due, digest, chosen, lines)
        delivery = Delivery(
            address=due.recipient.address,
            preset=preset,
            day=due.day,
            since=due.since,
            until=min(due.until, self.now),  # what comes later today is told tomorrow
            message_id=str(message["Message-ID"]),
            at=self.now,
        )
        held = [one.id for one in articles_in(chosen)]
        if preset == "policy":  # a brief lists no single article, and tells its context
            stories = (*stories_of(chosen), *chosen.context)
            held = [one.article.id for story in stories for one in story.articles]
        attempt = store.begin_send(delivery, held, again=self.again)
        if attempt is None:
            return result(None, skipped="had that day before, or may have had it")
        if self.broken:
            untried = "not tried: " if self.broken.outcome == "unknown" else ""
            told = SendResult("failed", f"{untried}{self.broken.reason}", whole=True)
        else:
            told = self.send(message, desk.settings.smtp)
        store.finish_send(
            attempt, told.outcome, desk.now(), reason=told.reason, lasting=told.lasting
        )
        logger.info("digest %s %s: %s", preset, due.day, told.outcome)
        self.broken = told if told.whole else self.broken
        return result(told.outcome, told.reason)

    def tell(self, due: DueDigest) -> tuple[Digest, Digest]:
        """Return the digest, and what no digest reaches any more and the one before did."""
        desk, digests = self.desk, self.digests
        period, gone_by = (due.oldest, due.since, due.until), (due.reached, due.oldest)
        if period not in digests:
            label = due.label(desk.settings.zone)
            found = digest_between(desk, due.since, due.until, day=label, oldest=due.oldest)
            digests[period] = found
            every = _every_article(found)
            new = [one for one in every if (one.id, one.sha256) not in self.known]
            shown = desk.shown(new, patient=True)  # recipients get the same articles
            self.known.update({(one.id, one.sha256): shown[one.id] for one in new})
        if gone_by not in digests:
            old: Iterable[AssessedArticle] = ()
            if due.reached is None or due.reached < due.oldest:
                old = desk.articles(since=due.reached, until=due.oldest, shown=True)
            without_words = (
                replace(
                    a, article=replace(a.article, text="", summary=""), findings=(), scorecard=()
                )
                for a in old
            )
            digests[gone_by] = build_digest(
                without_words,
                day=ALL,
                timezone=digests[period].timezone,
                ledger=digests[period].ledger,
                stamps=digests[period].stamps,
                group=kept_groups(desk.store, desk.stories_stamp),
            )
        return digests[period], digests[gone_by]

    def choose(self, due: DueDigest, digest: Digest, old: Digest) -> tuple[Digest, list[str]]:
        """Return what is sent, and what is to be said of what is not."""
        key, wanted, store = due.recipient.key, due.recipient.filter, self.desk.store
        same = store.held_by(key, due.day) if self.again else None
        if same is not None:  # whatever the filter says by now
            return only(digest, same), []
        told, told_of_old = (
            store.told_of(key, self.desk.stories_stamp, [one.id for one in _every_article(some)])
            for some in (digest, old)
        )
        chosen = choose(without(digest, told), wanted)
        before = stories_of(choose(only(digest, told), wanted))
        # a story that is relevant and borderline too is one
        late = len({story.id for story in stories_of(chosen) if not _came(story, due.since)})
        left_out = len({story.id for story in before if _came(story, due.since)})
        too_old = len({s.id for s in stories_of(choose(without(old, told_of_old), wanted))})
        first, oldest = (
            day_words(moment.astimezone(self.desk.settings.zone).date().isoformat())
            for moment in (due.since, due.oldest)
        )
        lines = []
        if late:
            was = "was" if late == 1 else "were"
            lines.append(f"Of these, {late} came in before {first} and {was} in no digest to you.")
        if left_out:
            is_, them = ("is", "it") if left_out == 1 else ("are", "them")
            many = f"{count(left_out, 'story', 'stories')} of these days {is_} left out"
            lines.append(f"{many}: an earlier digest told of {them}.")
        if too_old:
            was, is_ = ("was", "it is") if too_old == 1 else ("were", "they are")
            many = f"{count(too_old, 'story', 'stories')} from before {oldest} {was}"
            lines.append(f"{many} in no digest to you; {is_} at the desk only.")
        return chosen, lines

    def write(
        self, due: DueDigest, digest: Digest, chosen: Digest, lines: Sequence[str]
    ) -> EmailMessage:
        """Return the message, ready to be handed over."""
        from monitor.labels.countries import country_name

        recipient, settings, store = due.recipient, self.desk.settings, self.desk.store
        envelope = Envelope(
            sender=settings.smtp.sender,
            address=recipient.address,
            preset=recipient.preset,
            day=due.day,
            key=store.key(KEY),
            period=digest.day,
            public_url=settings.digest.public_url,
        )
        write: Callable[..., Newsletter | PolicyBrief] = write_brief
        if recipient.preset != "policy":
            came = any(_came(story, due.since) for story in digest.relevant)
            write = partial(write_letter, filtered=came)
        letter = write(
            chosen,
            title=settings.digest.title,
            country_name=country_name,
            mask=lambda article: self.known[article.id, article.sha256],
            public_url=settings.digest.public_url,
        )
        if lines:
            told = " ".join((f"{letter.summary.removesuffix('.')}.", *lines))
            letter = replace(letter, summary=told)
        same = (*recipient.key, due.day)
        sent = store.deliveries() if self.again else ()
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
