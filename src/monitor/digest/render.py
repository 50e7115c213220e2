"""The digest of a desk: made of what its database has, rendered in its formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args

from monitor.desk import Desk
from monitor.digest import view as words
from monitor.digest.build import build_digest, note_unmeasured
from monitor.digest.coverage_account import hidden_address, judged_on_summary
from monitor.digest.mail_schedule import TROUBLE_DAYS, undelivered
from monitor.digest.tag_words import CountryName
from monitor.digest.view import headline_findings, view_digest
from monitor.labels.countries import country_name
from monitor.people.masked_quotes import articles_in, mask_digest
from monitor.records.article import AssessedArticle
from monitor.records.dates import day_bounds
from monitor.records.digest import Digest, Story
from monitor.records.errors import UsageError
from monitor.records.feed import FailedFeed
from monitor.records.hidden_names import Shown
from monitor.records.json_shapes import finding_json, tag_json, term_json, time_json
from monitor.review.recall_estimate import gaps_until
from monitor.stories.clustering import kept_groups
from monitor.text.safe_text import without_user

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
        text = json.dumps(digest_json(digest, shown), ensure_ascii=False, allow_nan=False, indent=1)
        return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
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


SCHEMA = 1
_FIGURES = ("feeds", "failed", "silent", "fetched", "stored")
# Harmless inside JSON but not in a terminal that prints it: written as \uXXXX. So are lone
# surrogates, which UTF-8 cannot carry.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def digest_json(digest: Digest, shown: Mapping[str, Shown] | None = None) -> dict[str, Any]:
    """Return the digest as plain JSON values, with what may be `shown`; without it with all.

    Offsets but no quotes: `evidence` points into the article, which a program can ask for; a
    finding carries its `match`, which stands in the headline.
    """
    seen = shown or {}
    if shown is not None:
        digest = mask_digest(digest, shown)
    ledger = digest.ledger

    def article(one: AssessedArticle) -> dict[str, Any]:
        return {
            **_named(one, seen),
            "origin": one.article.origin,
            "relevance": one.relevance,
            "tags": list(map(tag_json, one.tags)),
            "findings": list(map(finding_json, headline_findings(one))),
        }

    def stories(some: Iterable[Story]) -> list[dict[str, Any]]:
        return [{"story": s.id, "articles": list(map(article, s.articles))} for s in some]

    def listed(some: Iterable[AssessedArticle], *names: str) -> list[dict[str, Any]]:
        return [
            _named(one, seen)
            | {name: getattr(one, name) for name in names}
            | {"terms": list(map(term_json, one.terms))}
            for one in some
        ]

    return {
        "schema": SCHEMA,
        "day": digest.day,
        "timezone": digest.timezone,
        "relevant": stories(digest.relevant),
        "borderline": stories(digest.borderline),
        "ledger": {name: getattr(ledger, name) for name in _FIGURES}
        | {
            "dropped": dict(sorted(ledger.dropped.items())),
            "not_judged": dict(sorted(ledger.not_judged.items())),
        },
        "stamps": list(digest.stamps),
        "unjudged": listed(digest.unjudged, "not_judged"),
        "possible": listed(digest.possible, "relevance", "relevant", "borderline"),
        # what lies behind the ledger's figures: which feeds, which causes
        "coverage": {
            "changed": ledger.changed,
            "summary_only": judged_on_summary(digest)[0],
            "unmeasured_countries": None if digest.unmeasured is None else list(digest.unmeasured),
            "page_failures": dict(sorted(ledger.page_failures.items())),
            "failed_feeds": list(map(_failed, ledger.failures)),
            "ended_feeds": list(map(_failed, ledger.ended)),
            "silent_feeds": [
                {
                    "url": without_user(feed.url),
                    "title": feed.title,
                    "since": time_json(known.since) if known else None,
                    "usual_gap_s": round(known.usual.total_seconds()) if known else None,
                }
                for feed in ledger.silences
                for known in [feed.silence]
            ],
            "languages": dict(sorted(ledger.languages.items())),
            "feeds_not_polled": ledger.unasked,
            "feeds_paused": ledger.paused,
            "gaps": None if digest.gaps is None else dict(digest.gaps.figures),
            "undelivered": [
                {
                    "day": delivery.day,
                    "preset": delivery.preset,
                    "to": hidden_address(delivery.address),
                    "outcome": delivery.outcome,
                    "reason": delivery.reason,
                }
                for delivery in digest.undelivered
            ],
        },
    }


def _named(assessed: AssessedArticle, shown: Mapping[str, Shown]) -> dict[str, Any]:
    article, may = assessed.article, shown.get(assessed.article.id, Shown(""))
    return {
        "id": article.id,
        "url": article.url or None,
        "title": None if may.withheld else article.title,
        "outlet": article.outlet,
        "published": time_json(article.published),
        "language": article.language,
        **({"expired": time_json(article.expired)} if article.expired else {}),
        **({"withheld": may.withheld} if may.withheld else {}),
    }


def _failed(feed: FailedFeed) -> dict[str, Any]:
    return {
        "url": without_user(feed.url),
        "title": feed.title,
        "reason": without_user(feed.error),
        "last_read": time_json(feed.last_read),
    }
