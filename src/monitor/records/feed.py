"""Feeds, polls, what one poll brought, and the ledger of coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from monitor.records.article import ContentOrigin, Enclosure, Mining

FeedKind = Literal["feed", "sitemap", "page"]
"""What a source is: RSS, Atom or JSON Feed; a site map; a page that lists articles."""

_NoAnswer = Literal["refused", "login", "not_found", "busy", "server_error", "status", "no_answer"]
_NotAsked = Literal["robots", "unsafe"]
_NoText = Literal["not_html", "no_text", "less_text", "encrypted", "scanned", "too_long", "broken"]
PageFailure = Literal[_NoAnswer, _NotAsked, _NoText, "extractor", "fault"]
"""Why an article's page could not be had: the site's answer (403; 401 and 402; 404 and 410; 429 and
503; another 5xx; another status), none at all, robots.txt, an address that is not public; then what
came: no HTML, no article in it, less than the feed has; a PDF that is locked, a mere picture, too
long, or cannot be read; last our own side: the extractor is not whole, or another fault."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed the desk follows, not polled while `paused`; `id` comes from the URL, for ever."""

    id: str
    url: str
    title: str
    outlet: str
    site: str = ""
    description: str = ""
    updated: datetime | None = None
    kind: FeedKind = "feed"
    paused: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A permanent move that a feed's address answers, so many `times` in a row, `since` then."""

    to: str
    times: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FeedState:
    """What polling has learned about one feed; `FeedState()` is a feed never polled.

    Belongs in the same transaction as the articles of its `Poll`: an ETag kept without them would
    make the next poll a 304 and lose them. `moved_to` (301, 308, several times) is polled instead
    of `Feed.url`, `move` not adopted yet; `etag` and `modified` are sent back verbatim. It is due
    from `next_poll`, by the server's own wish not `not_before`, and no more once `gone` (410).
    `failures` in a row; `error` is why the last poll failed, or in part. `recent` entries, newest
    first, at most 30, are its rhythm, for which it is too long `silent`.
    """

    moved_to: str | None = None
    etag: str | None = None
    modified: str | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None
    next_poll: datetime | None = None
    failures: int = 0
    error: str | None = None
    recent: tuple[datetime, ...] = ()
    silent: bool = False
    not_before: datetime | None = None
    move: Move | None = None
    gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """When a host was asked last (`None`: not yet), and the Crawl-delay of its robots.txt."""

    at: datetime | None
    crawl_delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FeedSilence:
    """No entry `since` then, in a feed whose entries come `usual` apart at most, nine in ten."""

    since: datetime
    usual: timedelta


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What the store already has of an article, asked before pages are fetched.

    `feed_sha256` maps the ids of the feeds it was seen through to the hash of the entry as last
    seen there; `page_tries` counts what had a `page_error`. What `expired` is not fetched again.
    """

    origin: ContentOrigin
    sha256: str
    feed_sha256: Mapping[str, str] = field(default_factory=dict)
    page_tries: int = 0
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A feed entry with its text, for the store to compare: new, changed, known or duplicate.

    `article_id` is derived from `url`, the canonical one; `sha256` is of title and text (the
    version), `feed_sha256` of what the feed itself said. `text` has its paragraphs separated by
    blank lines; with origin `summary` it is the summary and `page_error` says why, save where this
    installation is at fault: that try is not to count. `authors` is the byline, `categories` and
    `enclosures` what the feed lists with the entry. `mining` is what the publisher says of mining
    it, `None` nothing, `mining_policy` the address where more is said. `outlet` is for what brings
    articles of several; empty: the feed's.
    """

    article_id: str
    url: str
    title: str
    text: str
    summary: str
    language: str | None
    published: datetime | None
    origin: ContentOrigin
    sha256: str
    feed_sha256: str
    page_error: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    mining: Mining | None = None
    mining_policy: str = ""
    outlet: str = ""
    published_in: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry whose article the store has already and whose text was not fetched again."""

    article_id: str
    feed_sha256: str
    page_error: str | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of one feed, to be recorded whole in one transaction.

    `fetched == len(incoming) + len(sightings) + sum(dropped.values())`; the store adds its own
    drops (`known`, `duplicate`, `forgotten`) to `no_link`, `unsafe_address`, `empty`, `repeated`
    (twice in one feed), `too_long`, `deferred` (over the page limit of one poll). `title`, `site`,
    `description` and `updated` are what the feed says of itself, `page_failures` how many pages
    were asked for in vain, by cause.
    """

    feed: Feed
    state: FeedState
    at: datetime
    fetched: int = 0
    incoming: tuple[Incoming, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None
    warnings: tuple[str, ...] = ()
    not_modified: bool = False
    title: str = ""
    site: str = ""
    description: str = ""
    updated: datetime | None = None
    page_failures: Mapping[PageFailure, int] = field(default_factory=dict)
    silence: FeedSilence | None = None


@dataclass(frozen=True, slots=True)
class FailedFeed:
    """A feed that could not be read, or but `in_part`, why, and when it last could."""

    url: str
    title: str
    error: str
    last_read: datetime | None = None
    in_part: bool = False


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A feed without news for longer than its rhythm explains."""

    url: str
    title: str
    silence: FeedSilence | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The coverage law of a run or a day: `fetched == stored + sum(dropped.values())`.

    `changed` of the `stored` are new texts of articles known before. `page_failures` counts each
    try in vain, by cause. `ended` are feeds still followed that were removed (410) before, and are
    asked no more. `languages` are those of what was not judged for its language, `unasked` the
    feeds followed that were not polled, save those `paused`.
    """

    feeds: int = 0
    failed: int = 0
    silent: int = 0
    fetched: int = 0
    stored: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    not_judged: Mapping[str, int] = field(default_factory=dict)
    changed: int = 0
    page_failures: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[FailedFeed, ...] = ()
    silences: tuple[SilentFeed, ...] = ()
    ended: tuple[FailedFeed, ...] = ()
    languages: Mapping[str, int] = field(default_factory=dict)
    unasked: int = 0
    paused: int = 0
