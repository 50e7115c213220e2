"""Coverage account of a digest in words: what was polled, what came, what could not be had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from monitor.digest.tag_words import CountryName
from monitor.labels.countries import language_name
from monitor.records.dates import date_words
from monitor.records.digest import Delivery, Digest
from monitor.records.feed import FailedFeed, PageFailure, SilentFeed
from monitor.records.finding import MEASURED_FROM
from monitor.text.safe_text import clean, excerpt, shown_url, without_user

FEEDS_SHOWN, COUNTRIES_SHOWN = 30, 6
NAME_CHARS = 80
REASON_CHARS = 300
_PAGE_FAILURES = {
    "refused": "refused (403)",
    "login": "login or payment wanted (401, 402)",
    "not_found": "not found (404, 410)",
    "busy": "too busy (429, 503)",
    "server_error": "server error (5xx)",
    "status": "another status",
    "no_answer": "no answer",
    "robots": "kept out by robots.txt",
    "unsafe": "unsafe address",
    "not_html": "not HTML",
    "no_text": "no article text",
    "less_text": "less text than the feed",
    "encrypted": "a locked PDF",
    "scanned": "a scanned PDF",
    "too_long": "a PDF too long for news",
    "broken": "a broken PDF",
    "extractor": "for want of a working extractor",
    "fault": "a fault in monitor",
}
_SEEN_BEFORE = ("known", "duplicate")
_LEFT_OUT = {
    "no_link": "without a link",
    "unsafe_address": "at an unsafe address",
    "repeated": "twice in one feed",
    "forgotten": "forgotten for good",
    "deferred": "put off to the next poll",
    "old": "in a site map and days old",
    "undated": "in a site map without a date",
    "off_site": "in a site map and of another site",
    "bad_line": "that could not be read, in a file",
    "no_text": "without a text, in a file",
    "not_html": "no HTML, in a web archive",
    "status": "that a web archive does not have",
    "broken": "broken or too large, in a web archive",
}
_NOT_JUDGED = {"pending": "still waiting", "expired": "expired before they were judged"}
_STATUS = re.compile(r"\bstatus (\d{3})\b")


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """A line of account; `items` are feeds it speaks of, each with the reason."""

    text: str
    items: tuple[str, ...] = ()


def coverage_lines(digest: Digest, country_name: CountryName) -> list[CoverageLine]:
    """Return the account of `digest`: feeds, items, pages, summaries, judgements, countries."""
    ledger, day, zone = digest.ledger, digest.day, ZoneInfo(digest.timezone)
    whole = " whole" * any(feed.in_part for feed in ledger.failures)
    tries = count(sum(ledger.page_failures.values()), "article page")
    in_vain = f"{tries} asked for in vain: {page_failure_words(ledger.page_failures)}"
    on_summary, shown = judged_on_summary(digest)
    of_summary = f"{on_summary} of {count(shown, 'article')} shown judged on the summary only"
    not_judged = ledger.not_judged
    languages = f"Not judged for their language: {language_words(ledger.languages)}"

    def feeds(said: str, some: Iterable[FailedFeed | SilentFeed]) -> CoverageLine:
        items = _first([_feed_words(feed, day, zone) for feed in some])
        return CoverageLine(said * bool(items), items)

    # what became of all that was fetched: what is known already is not lost
    before = sum(ledger.dropped.get(name, 0) for name in _SEEN_BEFORE)
    others = {why: n for why, n in ledger.dropped.items() if why not in _SEEN_BEFORE and n}
    parts = (
        f"{ledger.stored - ledger.changed:,} new",
        f"{ledger.changed:,} changed" * bool(ledger.changed),
        f"{before:,} seen before",
        f"{sum(others.values()):,} left out{_reasons(others, _LEFT_OUT)}" * bool(others),
    )
    missing = ledger.fetched - ledger.stored - before - sum(others.values())
    wrong = f"; does not add up, {abs(missing)} unaccounted for" * bool(missing)
    undelivered = _first(list(map(delivery_words, digest.undelivered)))
    lines: tuple[str | CoverageLine, ...] = (
        f"{count(ledger.feeds, 'feed')} polled, {ledger.failed} failed, {ledger.silent} silent",
        f"{count(ledger.unasked, 'followed feed')} not polled" * bool(ledger.unasked),
        f"{count(ledger.paused, 'feed')} paused by the desk" * bool(ledger.paused),
        feeds(f"Could not be read{whole}:", ledger.failures),
        feeds("Removed by their publishers before, and asked no more:", ledger.ended),
        feeds("Silent for longer than their own rhythm explains:", ledger.silences),
        f"{count(ledger.fetched, 'item')}: {', '.join(filter(None, parts))}{wrong}",
        in_vain * bool(ledger.page_failures),
        of_summary * bool(on_summary),
        f"{sum(not_judged.values())} not judged{_reasons(not_judged, _NOT_JUDGED)}",
        languages * bool(ledger.languages),
        _unmeasured_words(digest, country_name),
        *(digest.gaps.words if digest.gaps else ()),
        CoverageLine("Digests that may not have arrived:" * bool(undelivered), undelivered),
    )
    found = (CoverageLine(line) if isinstance(line, str) else line for line in lines)
    return [line for line in found if line.text]


def _unmeasured_words(digest: Digest, country_name: CountryName) -> str:
    """Say once what is not known of the countries of a digest; empty where there is nothing."""
    if digest.unmeasured is None:
        return (
            "How well English articles about single countries are found is not measured: "
            "the model in use has no figures by country"
        )
    names = [clean(country_name(code)) for code in digest.unmeasured]
    if not names:
        return ""
    which = "this country" if len(names) == 1 else "these countries"
    told = ", ".join(names[:COUNTRIES_SHOWN])
    more = f" and {len(names) - COUNTRIES_SHOWN} more" if len(names) > COUNTRIES_SHOWN else ""
    return (
        f"How well English articles about {which} are found is not measured "
        f"(fewer than {MEASURED_FROM} labelled stories): {told}{more}"
    )


def language_words(languages: Mapping[str, int]) -> str:
    """Return languages (ISO 639, empty where not known) with their numbers, most frequent first."""
    ordered = sorted(languages.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(
        f"{n:,} {clean(language_name(code)) if code else 'not known which'}" for code, n in ordered
    )


def delivery_words(delivery: Delivery) -> str:
    """Return what became of a digest: its day, to whom without telling whom, and why."""
    became = "not sent" if delivery.outcome == "failed" else "nobody knows whether it was sent"
    why = clean(delivery.reason) or "it was cut off before the answer was stored"
    return f"{clean(delivery.day)} to {hidden_address(delivery.address)}: {became}: {why}"


def hidden_address(address: str) -> str:
    """Return an address so that its owner knows it and others do not."""
    name, _, domain = clean(address).rpartition("@")
    return f"{name[:1]}…@{domain}"


def page_failure_words(failures: Mapping[PageFailure, int] | Mapping[str, int]) -> str:
    """Return causes (`PageFailure`) with their numbers, most frequent first."""
    ordered = sorted(failures.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{n} {page_failure_word(why)}" for why, n in ordered if n)


def page_failure_word(why: str) -> str:
    """Return one cause (`PageFailure`) in words."""
    return _PAGE_FAILURES.get(why, clean(why))


def judged_on_summary(digest: Digest) -> tuple[int, int]:
    """Return how many of the articles shown were judged on their summary only, and of how many."""
    shown = [a for story in (*digest.relevant, *digest.borderline) for a in story.articles]
    shown += digest.possible
    return sum(a.article.origin == "summary" for a in shown), len(shown)


def count(n: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def reason_words(error: str) -> str:
    """Return why a feed failed without its address, an HTTP status with its name."""

    def named(found: re.Match[str]) -> str:
        try:
            return f"{found[0]} ({HTTPStatus(int(found[1])).phrase})"
        except ValueError:
            return found[0]

    reason = re.sub(r"\A\w+://\S+: ", "", without_user(clean(error)))
    return excerpt(_STATUS.sub(named, reason), REASON_CHARS)


def _first(items: Sequence[str]) -> tuple[str, ...]:
    """Return the first of many; the JSON of the digest has all."""
    more = len(items) - FEEDS_SHOWN
    return (*items[:FEEDS_SHOWN], f"and {more:,} more") if more > 0 else tuple(items)


def _feed_words(feed: FailedFeed | SilentFeed, day: str, zone: ZoneInfo) -> str:
    name = excerpt(feed.title, NAME_CHARS) or shown_url(feed.url)
    if isinstance(feed, FailedFeed):
        read = "never read so far"
        if feed.last_read is not None:
            read = f"last read {date_words(feed.last_read, day, zone)}"
        address = f" ({shown_url(feed.url)})" if clean(feed.title) else ""
        return f"{name}{address}: {reason_words(feed.error)}; {read}"
    if feed.silence is None:
        return f"{name}: nothing new"
    since, usual = date_words(feed.silence.since, day, zone), duration_words(feed.silence.usual)
    return f"{name}: nothing new since {since}; it usually pauses for {usual} at most"


def duration_words(length: timedelta) -> str:
    """Return a length of time in minutes, hours or days, rounded up."""
    minutes = max(1, -(-length // timedelta(minutes=1)))
    if minutes <= 90:
        return count(minutes, "minute")
    hours = -(-minutes // 60)
    return count(hours, "hour") if hours <= 48 else count(-(-hours // 24), "day")


def _reasons(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    named = [
        f"{n:,} {words.get(why) or clean(why).replace('_', ' ')}"
        for why, n in sorted(counts.items())
        if n
    ]
    return f" ({', '.join(named)})" if named else ""
