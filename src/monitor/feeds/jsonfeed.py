"""JSON Feed 1.x, which feedparser does not read: strict about the format, lenient per item."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from monitor.errors import FeedError
from monitor.feeds.entry import MAX_ENTRIES, Entry, ParsedFeed, plausible_date, short_language
from monitor.feeds.markup import html_to_text, plain_title, tidy
from monitor.feeds.urls import join_url

_VERSIONS = ("https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1")


def parse_json_feed(text: str, url: str) -> ParsedFeed:
    """Read a JSON Feed that was found at `url`.

    An item of the wrong shape becomes an entry without what is wrong in it, so that it is counted.
    Raises `FeedError` where `text` is no JSON, or JSON that is no JSON Feed.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nesting"
        raise FeedError(f"broken JSON ({where})") from error
    if not isinstance(data, dict) or not str(data.get("version", "")).startswith(_VERSIONS):
        raise FeedError("JSON, but not a JSON Feed (no 'version' of jsonfeed.org)")
    items = data.get("items")
    if not isinstance(items, list):
        raise FeedError("a JSON Feed without a list of 'items'")
    if len(items) > MAX_ENTRIES:
        raise FeedError(f"it has more than {MAX_ENTRIES:,} entries")
    warnings: list[str] = []
    home = _text(data, "home_page_url")
    language = short_language(_text(data, "language"))
    entries = [_entry(item, url, language, warnings) for item in items]
    return ParsedFeed(
        title=plain_title(_text(data, "title")),
        site=(home and join_url(url, home)) or "",
        language=language,
        ttl_s=None,
        entries=tuple(entries),
        warnings=tuple(warnings),
    )


def _entry(item: Any, base: str, language: str | None, warnings: list[str]) -> Entry:
    if not isinstance(item, dict):
        warnings.append(f"an item is {type(item).__name__}, not an object")
        item = {}
    guid = str(item["id"]) if isinstance(item.get("id"), (str, int, float)) else ""
    link = _text(item, "url") or _text(item, "external_url") or guid
    markup = _text(item, "content_html")
    return Entry(
        url=(join_url(base, link) or "") if link != guid else (join_url("", link) or ""),
        guid=guid,
        title=plain_title(_text(item, "title")),
        summary=html_to_text(_text(item, "summary")),
        content=html_to_text(markup) if markup else tidy(_text(item, "content_text")),
        published=_date(item, warnings),
        language=short_language(_text(item, "language")) or language,
        author=_author(item),
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _date(item: dict[str, Any], warnings: list[str]) -> datetime | None:
    written = _text(item, "date_published") or _text(item, "date_modified")
    if not written:
        return None
    try:
        moment = plausible_date(datetime.fromisoformat(written.strip()))
    except ValueError:
        moment = None
    if moment is None:
        warnings.append(f"impossible date {written[:40]!r}")
    return moment


def _author(item: dict[str, Any]) -> str:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = [_text(person, "name") for person in people if isinstance(person, dict)]
    return ", ".join(plain_title(name) for name in names if name)
