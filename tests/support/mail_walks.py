"""Random histories of desks that mail: every story once, whatever was done, failed or set.

    python tests/support/mail_walks.py 10000

runs so many histories of recipients, 25 a desk: polls, judgements (late ones too), the
schedule, sends by hand, resends, mail servers that fail or leave it open, filters, hours, zones and
days that change, clocks set ahead and back. What a recipient has had is told from the mails handed
to the server alone, and what it should have had by rules of this file's own.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from light_desk import LightDesk, Silent
from monitor.digest.mail_delivery import DeliveryResult, send_day, send_due
from monitor.digest.mail_schedule import undelivered
from monitor.digest.smtp import SendResult
from monitor.people.anonymisation import Masked
from monitor.records.article import Article, Assessment, Assessor
from monitor.records.review import CoverageGaps
from monitor.records.tag import Tag
from monitor.settings import Filter, Recipient, Settings, SmtpSettings
from monitor.storage.stories import StoryPlacement
from store_samples import CLASSIFIER, NOW, TAGGER, feed, incoming, poll

RECIPIENTS = 25
STEPS = 9
REACH = 31
OUTLETS = ("north", "south")
FILTERS = (
    *(Filter(),) * 3,
    Filter(place=("GH",)),
    Filter(place=("TH",)),
    Filter(min_relevance=0.8),
    Filter(outlet=("The South",)),
)
ZONES = ("", "Africa/Accra", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia")
DAYS: tuple[tuple[str, ...], ...] = ((), (), (), ("mon", "tue", "wed", "thu", "fri"), ("thu",))
RELEVANCE = (0.95, 0.95, 0.7, 0.4, 0.1)
"""Relevant, less so, borderline, and not."""
_LINK = re.compile(r"https://news\.example/(\w+)")
_OLD = re.compile(r"(\d+) stor(?:y|ies) from before")


@dataclass(frozen=True)
class Piece:
    """An article: the event it tells of, and what will be said of it once it is judged."""

    name: str
    event: int
    seen: datetime
    place: str
    outlet: str
    relevance: float


@dataclass
class Mail:
    """One that the server was handed."""

    day: str
    at: datetime
    outcome: str
    names: frozenset[str]
    old: int
    again: bool


@dataclass
class World:
    """A desk, its recipients, and what is known of both from outside."""

    desk: Desk
    chance: random.Random
    pieces: dict[str, Piece] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)
    mails: dict[str, list[Mail]] = field(default_factory=dict)
    handed: dict[str, tuple[frozenset[str], int]] = field(default_factory=dict)
    works: bool = False
    latest: datetime = NOW
    broken: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    # What is done ---------------------------------------------------------------------------

    def walk(self) -> None:
        """Take the steps, then let all be judged and the schedule send what is left."""
        for _ in range(STEPS):
            self.pass_time()
            act = self.chance.choices(
                [self.poll, self.judge, self.watch, self.by_hand, self.resend, self.change],
                [30, 20, 30, 12, 10, 8],
            )[0]
            self.done.append(f"{self.desk.at:%d %b %H:%M} {act.__name__}")
            act()
        self.works = True
        self.judge(share=1)
        self.desk.at = self.latest + timedelta(days=9, hours=12)
        self.watch()
        self.look_at_the_end()

    def pass_time(self) -> None:
        """Mostly hours; sometimes weeks, or the clock is set back."""
        kind, hours = self.chance.random(), self.chance.uniform(0, 30)
        if kind < 0.05:
            hours = self.chance.choice([-1, 1]) * 24 * self.chance.uniform(3, 45)
        elif kind < 0.1:
            hours = -self.chance.uniform(0, 60)
        self.desk.at += timedelta(hours=hours)
        self.latest = max(self.latest, self.desk.at)

    def poll(self) -> None:
        """Bring articles of new events, or of one that was told of before."""
        for _ in range(self.chance.randint(1, 3)):
            name = f"n{len(self.pieces)}"
            known = list(self.pieces.values())
            event, relevance = len(known), self.chance.choice(RELEVANCE)
            if known and self.chance.random() < 0.35:
                other = self.chance.choice(known[-6:])
                event, relevance = other.event, other.relevance
            outlet, place = self.chance.choice(OUTLETS), self.chance.choice(("GH", "TH"))
            self.pieces[name] = Piece(name, event, self.desk.at, place, outlet, relevance)
            entry = incoming(name, f"Of {event}.", published=None)
            self.desk.store.record_poll(poll(feed(outlet), [entry]), self.desk.at)
        if self.chance.random() < 0.6:
            self.judge(share=1)

    def judge(self, share: float = 0.5) -> None:
        """Judge a share of what is not judged."""
        store, pairs = self.desk.store, []
        for stamp in (CLASSIFIER, TAGGER):
            for article in store.due(stamp, limit=99):
                piece = self.pieces[article.title.removeprefix("Title of ")]
                if stamp == CLASSIFIER and self.chance.random() < share:
                    self.judged.add(piece.name)
                if piece.name in self.judged:
                    pairs.append((article, _say(stamp, piece)))
        store.record_assessments(pairs, self.desk.at)

    def watch(self) -> None:
        """One round of the schedule."""
        self.note(send_due(self.desk, self.desk.at, send=self.server))

    def by_hand(self) -> None:
        """`monitor digest --send`, of today or an earlier day, to all or one."""
        to = self.chance.choice([None, None, self.anybody().address])
        day = self.chance.choice([None, None, self.some_day()])
        self.done[-1] += f" {day or 'today'} to {to or 'all'}"
        self.note(send_day(self.desk, day, self.desk.at, to=to, send=self.server))

    def resend(self) -> None:
        """`--resend` to a few, of days that may have been sent or not."""
        for _ in range(5):
            told = [(to, one.day) for to, some in self.mails.items() for one in some if one.names]
            told = [(to, day) for to, day in told if day <= self.today()]
            to, day = self.chance.choice([(self.anybody().address, self.some_day()), *told])
            self.done[-1] += f" {day} to {to}"
            results = send_day(self.desk, day, self.desk.at, to=to, again=True, send=self.server)
            self.note(results, again=True)

    def change(self) -> None:
        """Change what a few recipients are set to, and now and then the desk's own time zone."""
        settings = self.desk.settings
        changed = tuple(
            some_recipient(self.chance, one.address) if self.chance.random() < 0.4 else one
            for one in settings.recipients
        )
        zone = self.chance.choice([settings.timezone] * 3 + ["UTC", "Asia/Kathmandu"])
        self.desk.settings = replace(settings, recipients=changed, timezone=zone)

    def server(self, message: EmailMessage, _smtp: SmtpSettings) -> SendResult:
        """Take a message, or not, or do not say."""
        body = message.get_body(("plain",))
        assert body is not None
        words = " ".join(body.get_content().split())
        old = _OLD.search(words)
        names = frozenset(_LINK.findall(words))
        self.handed[str(message["To"])] = (names, int(old[1]) if old else 0)
        fate = 0 if self.works else self.chance.random()
        if fate < 0.7:
            return SendResult("sent")
        if fate < 0.82:
            return SendResult("unknown", "no answer", whole=fate > 0.81)
        return SendResult("failed", "busy", lasting=fate > 0.95, whole=0.9 < fate < 0.92)

    def anybody(self) -> Recipient:
        """Return one of the recipients."""
        return self.chance.choice(self.desk.settings.recipients)

    def today(self) -> str:
        """Return the desk's day."""
        return self.desk.at.astimezone(self.desk.settings.zone).date().isoformat()

    def some_day(self) -> str:
        """Return a day that has come, of late as a rule."""
        back = self.chance.choice([1, 1, 2, 3, 6, 33])
        return (date.fromisoformat(self.today()) - timedelta(days=back)).isoformat()

    # What should have come of it -------------------------------------------------------------

    def note(self, results: Sequence[DeliveryResult], *, again: bool = False) -> None:
        """Look at what the server was handed, and remember it."""
        filters = {one.address: one.filter for one in self.desk.settings.recipients}
        for result in results:
            if result.outcome is None or result.address not in self.handed:
                continue
            names, old = self.handed.pop(result.address)
            before = self.mails.setdefault(result.address, [])
            mail = Mail(result.day, self.desk.at, result.outcome, names, old, again)
            once = self.held(one for one in before if one.day == mail.day)
            had = any(one.day == mail.day and one.outcome != "failed" for one in before)
            if again and had:
                if names != once:
                    self.fault(result, f"the same again is {sorted(names ^ once)} apart")
            else:
                mail.again = False
                self.look_at(result, mail, before, filters[result.address])
            before.append(mail)
        self.handed.clear()

    def look_at(
        self, to: DeliveryResult, mail: Mail, before: Sequence[Mail], wanted: Filter
    ) -> None:
        """Compare what a mail holds with what it should."""
        had = self.events(self.held(before))
        start, end = self.midnight(mail.day, 1 - REACH), self.midnight(mail.day, 1)
        fits = {e: names for e, names in self.fitting(start, end, wanted).items() if e not in had}
        if twice := self.events(mail.names) & had:
            self.fault(to, f"{twice} twice")
        should = frozenset(name for names in fits.values() for name in names)
        if mail.names != should:
            missing, wrong = sorted(should - mail.names), sorted(mail.names - should)
            self.fault(to, f"{missing} missing, {wrong} too many")
        days = [
            one.day
            for one in before
            if one.outcome != "failed" and one.day < mail.day and one.at <= mail.at
        ]
        reached = self.midnight(max(days), 1 - REACH) if days else None
        old = self.fitting(reached, start, wanted).keys() - had
        if mail.old != len(old):
            self.fault(to, f"{mail.old} told as too old, not {len(old)}")

    def look_at_the_end(self) -> None:
        """After all was judged and sent: everything that fits is in one mail, or told as open."""
        open_ = {
            (one.address, one.day)
            for one in undelivered(self.desk.store.deliveries())
            if one.outcome == "unknown"
        }
        for one in self.desk.settings.recipients:
            mails = self.mails.get(one.address, [])
            last = mails[-1] if mails else None
            if last is None or last.at != self.desk.at or last.outcome != "sent":
                self.broken.append(f"{one.address}: nothing came at the end")
                continue
            kept = [mail for mail in mails if mail.outcome != "failed" and not mail.again]
            times = Counter(e for mail in kept for e in self.events(mail.names))
            fits = self.fitting(self.midnight(last.day, 1 - REACH), None, one.filter)
            for event in fits:
                if times[event] != 1:
                    self.broken.append(f"{one.address}: {event} in {times[event]} mails")
            sent = {mail.day for mail in mails if mail.outcome == "sent"}
            for mail in kept:
                listed = (one.address, mail.day) in open_
                if mail.outcome == "unknown" and mail.day not in sent and not listed:
                    self.broken.append(f"{one.address}: {mail.day} is open and not listed")

    def fault(self, to: DeliveryResult, words: str) -> None:
        """Remember what is wrong with a mail."""
        self.broken.append(f"{self.desk.at:%d %b %H:%M} {to.address} {to.day}: {words}")

    def held(self, mails: Iterable[Mail]) -> frozenset[str]:
        """Return what is in those that came, or may have."""
        return frozenset(n for mail in mails if mail.outcome != "failed" for n in mail.names)

    def events(self, names: Iterable[str]) -> set[int]:
        """Return of which events articles tell."""
        return {self.pieces[name].event for name in names}

    def midnight(self, day: str, later: int) -> datetime:
        """Return where a day some days later begins at the desk."""
        first = date.fromisoformat(day) + timedelta(days=later)
        return datetime.combine(first, time.min, tzinfo=self.desk.settings.zone)

    def fitting(
        self, since: datetime | None, until: datetime | None, wanted: Filter
    ) -> dict[int, list[str]]:
        """Return by event the articles seen in [since, until) that are to be told, if it fits."""
        found: dict[int, list[Piece]] = {}
        for piece in self.pieces.values():
            if piece.name not in self.judged or piece.relevance < 0.3:
                continue
            if (since is None or piece.seen >= since) and (until is None or piece.seen < until):
                found.setdefault(piece.event, []).append(piece)
        return {
            event: [piece.name for piece in some]
            for event, some in found.items()
            if (not wanted.place or wanted.place[0] in {piece.place for piece in some})
            and (not wanted.outlet or "south" in {piece.outlet for piece in some})
            and some[0].relevance >= wanted.min_relevance
        }


class Desk(LightDesk):
    """Judgements, names and which articles are one story are said, not worked out."""

    at: datetime = NOW
    measured_countries = frozenset()

    @cached_property
    def classifiers(self) -> tuple[Assessor, ...]:  # type: ignore[override]
        return (Silent(CLASSIFIER),)

    def mask(self, article: Article) -> Masked:
        return Masked(article.title, article.text, (), frozenset(), frozenset())

    def gaps(self, until: str, *, short: bool = False) -> CoverageGaps:
        return CoverageGaps(())

    def fold(self, **_: object) -> int:  # type: ignore[override]
        stamp = self.stories_stamp

        def place(article: Article, shelf: object) -> StoryPlacement:
            self.first.setdefault(article.text, article.id)
            story = self.first[article.text]
            return StoryPlacement(story if story != article.id else None, "", (), self.at)

        return self.store.fold(stamp, [CLASSIFIER], place, self.at, limit=999)

    @cached_property
    def first(self) -> dict[str, str]:
        """By what an article tells of, the article that its story is known by."""
        return {}


def _say(stamp: str, piece: Piece) -> Assessment:
    if stamp == TAGGER:
        return Assessment(TAGGER, tags=(Tag("place", piece.place, 0.9),))
    r = piece.relevance
    return Assessment(stamp, relevance=r, relevant=r >= 0.5, borderline=0.3 <= r < 0.5)


def some_recipient(chance: random.Random, address: str) -> Recipient:
    """Return a recipient with settings drawn by chance."""
    return Recipient(
        address,
        hour=chance.choice([0, 7, 7, 13, 23]),
        days=chance.choice(DAYS),
        timezone=chance.choice(ZONES),
        filter=chance.choice(FILTERS),
    )


def make_template(folder: Path) -> Path:
    """Return the folder, with a database to begin from."""
    folder.mkdir()
    with Desk(Settings(home=folder)) as desk:
        desk.store.add_feeds([feed(name) for name in OUTLETS], NOW - timedelta(days=99))
    return folder


def walk(template: Path, folder: Path, seed: int, recipients: int = RECIPIENTS) -> World:
    """Return a world that was walked through; `broken` says what was wrong."""
    chance = random.Random(seed)
    home = folder / str(seed)
    shutil.copytree(template, home)
    those = tuple(some_recipient(chance, f"r{n}@example.org") for n in range(recipients))
    smtp = SmtpSettings("mail.example.org", sender="Desk <desk@example.org>")
    desk = Desk(Settings(home=home, smtp=smtp, recipients=those))
    desk.now = lambda: desk.at  # type: ignore[method-assign]
    with desk:
        world = World(desk, chance)
        world.walk()
    shutil.rmtree(home)
    return world


def main(histories: int) -> int:
    """Walk through worlds until there were so many histories; return the exit code."""
    mails, told = Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        template = make_template(Path(folder, "template"))
        for seed in range(-(-histories // RECIPIENTS)):
            world = walk(template, Path(folder), seed)
            for fault in world.broken:
                told += 1
                print(f"{seed}: {fault}")
            every = [mail for some in world.mails.values() for mail in some]
            mails.update(mail.outcome for mail in every)
            mails.update(stories=sum(len(world.events(mail.names)) for mail in every))
            mails.update(again=sum(mail.again for mail in every), old=sum(m.old for m in every))
    worlds = -(-histories // RECIPIENTS)
    print(
        f"{worlds * RECIPIENTS:,} histories on {worlds:,} desks: {mails['sent']:,} mails sent,"
        f" {mails['failed']:,} failed, {mails['unknown']:,} left open, {mails['again']:,} sent"
        f" again; {mails['stories']:,} stories in them, {mails['old']:,} told as too old;"
        f" {told:,} faults"
    )
    return int(told > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
