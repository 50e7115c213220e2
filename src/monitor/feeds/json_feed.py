"""JSON Feed 1.x, which feedparser does not read: strict about the format, lenient per item."""

from __future__ import annotations

import json
from typing import Any

from monitor.feeds.encoding_detection import clean
from monitor.feeds.feed_dates import read_date
from monitor.feeds.feed_entry import (
    MAX_ENTRIES,
    FeedEntry,
    ParsedFeed,
    enclosures,
    listed,
    one_line,
    short_language,
)
from monitor.feeds.html_text import html_to_text, plain_title, tidy
from monitor.feeds.urls import join_url
from monitor.records.errors import FeedError

_VERSIONS = ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")
_NAMES = frozenset(("id", "url", "external_url"))
_WORDS = frozenset(("content_html", "content_text", "title", "summary"))
"""An object with one of either kind is an item, whatever the document calls itself."""


def parse_json_feed(text: str, url: str) -> ParsedFeed:
    """Read a JSON Feed that was found at `url`.

    An item of the wrong shape becomes an entry without what is wrong in it, so that it is counted.
    Without the version that names the format its items must have the shape of it.
    Raises `FeedError` where `text` is no JSON, or JSON that is no JSON Feed.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nesting"
        raise FeedError(f"broken JSON ({where})") from error
    data = data if isinstance(data, dict) else {}
    items = data.get("items")
    warnings: list[str] = []
    if not str(data.get("version", "")).startswith(_VERSIONS):
        if not _has_shape(items):
            raise FeedError("JSON, but not a JSON Feed (no 'version' of jsonfeed.org)")
        warnings.append("no 'version' of jsonfeed.org: read as a JSON Feed for its shape")
    if not isinstance(items, list):
        raise FeedError("a JSON Feed without a list of 'items'")
    if len(items) > MAX_ENTRIES:
        raise FeedError(f"it has more than {MAX_ENTRIES:,} entries")
    home = _text(data, "home_page_url")
    language = short_language(_text(data, "language"))
    authors = _authors(data)
    entries = [_entry(item, url, language, authors, warnings) for item in items]
    return ParsedFeed(
        title=plain_title(_text(data, "title")),
        site=(home and join_url(url, home)) or "",
        language=language,
        entries=tuple(entries),
        warnings=tuple(warnings),
        description=one_line(_text(data, "description")),
    )


def _has_shape(items: Any) -> bool:
    """Tell whether most of `items` are evidently those of a JSON Feed."""
    if not isinstance(items, list):
        return False
    objects = [item for item in items if isinstance(item, dict)]
    fit = sum(not (_NAMES.isdisjoint(item) or _WORDS.isdisjoint(item)) for item in objects)
    return 2 * fit > len(items)


def _entry(
    item: Any, base: str, language: str | None, authors: tuple[str, ...], warnings: list[str]
) -> FeedEntry:
    if not isinstance(item, dict):
        warnings.append(f"an item is {type(item).__name__}, not an object")
        item = {}
    guid = clean(str(item["id"])) if isinstance(item.get("id"), (str, int, float)) else ""
    link = _text(item, "url") or _text(item, "external_url")
    markup = _text(item, "content_html")
    language = short_language(_text(item, "language")) or language
    written = _text(item, "date_published") or _text(item, "date_modified")
    published = read_date(written, language) if written else None
    if written and published is None:
        warnings.append(f"impossible date {written[:40]!r}")
    files = [file for file in _list(item, "attachments") if isinstance(file, dict)]
    return FeedEntry(
        url=(join_url(base, link) if link else join_url("", guid)) or "",
        guid=guid,
        title=plain_title(_text(item, "title")),
        summary=html_to_text(_text(item, "summary")),
        content=html_to_text(markup) if markup else tidy(_text(item, "content_text")),
        published=published,
        language=language,
        authors=_authors(item) or authors,
        categories=listed(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        enclosures=enclosures(
            ((_text(file, "url"), _text(file, "mime_type")) for file in files), base
        ),
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return clean(value) if isinstance(value, str) else ""


def _list(item: dict[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    given = item.get("authors")  # a list, since 1.1; some write the one author of 1.0 there
    people = given if isinstance(given, list) and given else [given or None, item.get("author")]
    return listed(_text(person, "name") for person in people if isinstance(person, dict))
