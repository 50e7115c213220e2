"""What a feed says, whatever format it says it in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9]+)*")
MAX_ENTRIES = 10_000
"""Above, reading takes minutes; the largest archives published as feeds have some thousands."""
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing was published in a feed before; the epoch and year 1 stand for "unknown"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as plain text; `url` is absolute, or "" where the entry links nowhere.

    `content` is what the feed calls the content; `summary` what it calls summary or description.
    """

    url: str
    guid: str
    title: str
    summary: str
    content: str
    published: datetime | None
    language: str | None
    author: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed in the order of its entries; `ttl_s` is how long it asks to be left alone."""

    title: str
    site: str
    language: str | None
    ttl_s: int | None
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...]


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
    return moment if moment >= _EARLIEST else None
