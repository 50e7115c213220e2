"""A feed and its entries as plain text, whatever format they came in."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from monitor.feeds.html_text import html_to_text, plain_title
from monitor.feeds.urls import join_url, request_url
from monitor.records.article import Enclosure
from monitor.records.errors import FeedError

_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9]+)*")
MAX_ENTRIES = 10_000
"""Above, reading takes minutes; the largest archives published as feeds have some thousands."""
_MAX_LISTED = 50
_MAX_NAME_CHARS = 300
_MAX_DESCRIPTION_CHARS = 2_000
"""Of what goes with an entry or feed so much is kept; more is a fault or an attack."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing was published in a feed before; the epoch and year 1 stand for "unknown"."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as plain text; `url` is absolute, or "" where the entry links nowhere.

    `content` is what the feed calls the content; `summary` what it calls summary or description.
    `guid` is as written, an address or not.
    """

    url: str
    guid: str
    title: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()

    @property
    def text(self) -> str:
        """The most that the feed itself has of the article."""
        return self.content or self.summary


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed in the order of its entries; `ttl_s` is how long it asks to be left alone.

    `description` is one line of plain text, `updated` when the feed says it last changed.
    """

    title: str = ""
    site: str = ""
    language: str | None = None
    ttl_s: int | None = None
    entries: tuple[FeedEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    description: str = ""
    updated: datetime | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Entries that are not among `entries`, by the ledger's names."""
    answers_alone: bool = True
    """Else it lists further files, and that it has not changed says nothing of them."""
    lacks: str = ""
    """What of it could not be read, in words; what could be is here."""


def short_language(tag: str | None) -> str | None:
    """Return the ISO 639-1 part of a language tag, `None` where it has none."""
    match = _LANGUAGE.fullmatch((tag or "").strip())
    return match[1].lower() if match else None


def plausible_date(value: datetime) -> datetime | None:
    """Return `value` in UTC, or `None` where no article can be of that date."""
    try:
        moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return moment if moment >= EARLIEST else None


def listed(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of authors or categories as plain text, in order, each once."""
    plain = (plain_title(name[: 10 * _MAX_NAME_CHARS])[:_MAX_NAME_CHARS] for name in names)
    return tuple(dict.fromkeys(filter(None, plain)))[:_MAX_LISTED]


def enclosures(found: Iterable[tuple[str, str]], base: str) -> tuple[Enclosure, ...]:
    """Return enclosures of address, made absolute against `base`, and media type, each once."""
    kept: dict[str, Enclosure] = {}
    for address, kind in found:
        joined = join_url(base, address) if 0 < len(address) <= 4_000 else None
        with contextlib.suppress(FeedError):
            url = request_url(joined or "")
            if len(kept) < _MAX_LISTED:
                kept.setdefault(url, Enclosure(url, plain_title(kind[:_MAX_NAME_CHARS]).lower()))
    return tuple(kept.values())


def one_line(markup: str) -> str:
    """Return a feed's description as one line of plain text."""
    text = html_to_text(markup[: 10 * _MAX_DESCRIPTION_CHARS])
    return " ".join(text.split())[:_MAX_DESCRIPTION_CHARS]
