"""The digest of a desk: made of what its database has, shown as its settings say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.desk import Desk
from monitor.digest import DigestFormat, render_digest
from monitor.digest.build import build_digest, day_bounds
from monitor.digest.countries import note_unmeasured
from monitor.digest.mail_schedule import TROUBLE_DAYS, undelivered
from monitor.labels.countries import country_name
from monitor.people.masked_quotes import articles_in
from monitor.records.article import Digest
from monitor.review.missed import gaps_until
from monitor.stories.fold import kept_groups


def make_digest(desk: Desk, day: str | None = None) -> Digest:
    """Return the digest of an ISO `day` (default: today in the desk's zone), or of `all`.

    `FIRST..LAST` are all days from one to another. Raises `UsageError` for a day that is none.
    """
    zone = desk.settings.zone
    if day is None:
        day = desk.now().astimezone(zone).date().isoformat()
    return digest_between(desk, *day_bounds(day, zone), day=day)


def digest_between(
    desk: Desk,
    since: datetime | None,
    until: datetime | None,
    *,
    day: str,
    oldest: datetime | None = None,
) -> Digest:
    """Return the digest of what was first seen in [since, until), called `day`.

    With `oldest` its articles are those of [oldest, until); its account is the same.
    """
    store, stamps, settings = desk.store, desk.stamps, desk.settings
    found = build_digest(
        store.assessed(stamps, since=oldest or since, until=until, shown=oldest is not None),
        day=day,
        timezone=settings.timezone,
        ledger=store.ledger(since, until, stamps),
        stamps=stamps,
        group=kept_groups(store, desk.stories_stamp),
    )
    mailed = store.deliveries(since=desk.now() - timedelta(days=TROUBLE_DAYS))
    last = until - timedelta(seconds=1) if until is not None else desk.now()
    end = last.astimezone(settings.zone).date().isoformat()
    gaps = gaps_until(desk, end, short=True)
    found = replace(found, undelivered=undelivered(mailed), gaps=gaps)
    country = settings.check.country.strip().upper()  # known to be one since it was read
    return note_unmeasured(found, desk.measured_countries, country)


def show_digest(
    desk: Desk,
    digest: Digest,
    format: DigestFormat,
    *,
    evidence: bool = False,
    ask: frozenset[str] = frozenset(),
    patient: bool = False,
) -> str:
    """Return `digest` in one of its formats, names hidden as by `Desk.shown`.

    `evidence` is for text and Markdown.
    """
    settings = desk.settings.digest
    if format in ("atom", "jsonfeed"):  # as mail: whole, and without names whoever asks
        ask, patient = frozenset(), True
    return render_digest(
        digest,
        format,
        title=settings.title,
        country_name=country_name,
        evidence=evidence,
        public_url=settings.public_url,
        shown=desk.shown(articles_in(digest), ask=ask, patient=patient),
    )
