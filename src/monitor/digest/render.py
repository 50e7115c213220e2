"""The digest of a desk: made of what its database has, rendered in its formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args

from monitor.desk import Desk
from monitor.digest import view as words
from monitor.digest.build import build_digest, note_unmeasured
from monitor.digest.mail_schedule import TROUBLE_DAYS, undelivered
from monitor.digest.tag_words import CountryName
from monitor.digest.view import view_digest
from monitor.labels.countries import country_name
from monitor.people.masked_quotes import articles_in
from monitor.records.dates import day_bounds
from monitor.records.digest import Digest
from monitor.records.errors import UsageError
from monitor.records.hidden_names import Shown
from monitor.review.recall_estimate import gaps_until
from monitor.stories.clustering import kept_groups

DigestFormat = Literal["html", "text", "md", "json", "atom", "jsonfeed"]


def make_digest(desk: Desk, day: str | None = None) -> Digest:
    """Return the digest of an ISO `day` (default: today in the desk's zone), or of `all`.

    `FIRST..LAST` are all days from one to another. Raises `UsageError` for a day that is none.
    """
    zone = desk.settings.zone
    if day is None:
        day = desk.today.isoformat()
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


def render_digest(
    digest: Digest,
    format: DigestFormat,
    *,
    title: str,
    country_name: CountryName = str,
    evidence: bool = False,
    public_url: str = "",
    shown: Mapping[str, Shown] | None = None,
) -> str:
    """Return the digest as a page under `title`, as JSON, or as a feed.

    `shown` says by id what may be shown of an article; without it pages and JSON hide nothing.

    Feeds leave the desk: they need it, and lead to the desk at `public_url`, if there is one.
    `country_name` turns an ISO code into the name to show. With `evidence` plain text and Markdown
    give the words behind each tag and why a headline is flagged; HTML and JSON always have them.

    Raises `UsageError` for an unknown format.
    """
    if format == "json":
        from monitor.digest.digest_json import render_json

        return render_json(digest, shown)
    if format not in get_args(DigestFormat):
        known = ", ".join(get_args(DigestFormat))
        raise UsageError(f"'{format}' is no digest format (known: {known})")
    if format in ("atom", "jsonfeed"):
        if shown is None:
            raise UsageError(f"'{format}' shows nothing whose names are not masked")
        from monitor.digest.newsletter import render_atom, render_jsonfeed, write_letter

        letter = write_letter(
            digest,
            title=title,
            country_name=country_name,
            mask=lambda article: shown[article.id],
            public_url=public_url,
        )
        syndicate = render_atom if format == "atom" else render_jsonfeed
        return syndicate(letter, period=digest.day, public_url=public_url)
    view = view_digest(digest, title=title, country_name=country_name, shown=shown)
    if format == "html":
        return str(template("digest.html").render(digest=view, words=words))
    if format == "md":
        from monitor.digest.markdown import render_markdown

        return render_markdown(view, evidence=evidence)
    from monitor.digest.plain_text import render_plain

    return render_plain(view, evidence=evidence)


@cache
def template(name: str) -> Any:
    """Return a template of the digest: what comes from outside is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
