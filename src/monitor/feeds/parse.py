"""Feeds of every age to `ParsedFeed`: feedparser for the XML formats, `jsonfeed` for JSON Feed.

feedparser gets clean UTF-8 (see `decode`, `xmltext`) with its sanitiser and its resolution of
links inside text off: the text becomes plain anyway, and without them it is half again as fast.
"""

from __future__ import annotations

import calendar
import io
import re
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from monitor.errors import FeedError
from monitor.feeds.decode import clean, decode, header_charset
from monitor.feeds.entry import MAX_ENTRIES, Entry, ParsedFeed, plausible_date, short_language
from monitor.feeds.jsonfeed import parse_json_feed
from monitor.feeds.markup import html_to_text, plain_title, tidy
from monitor.feeds.urls import join_url
from monitor.feeds.xmltext import declared_charset, prepare_xml, root_name

_ITEM = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_FOOTER = re.compile(r"\n*The post [^\n]{1,500} (?:appeared first on|first appeared on) [^\n]+\Z")
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
_MARKUP = re.compile(r"</?[a-zA-Z]|&#?\w+;")
_MAX_TTL_MINUTES = 7 * 24 * 60


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Read the feed `body` that was answered at `url` with the header `content_type`.

    Dates that cannot be are `None` with a warning; of a feed cut short the whole entries are
    kept, with a warning.

    Raises `FeedError`, and nothing else, where this is no feed; the message begins with `url`.
    """
    try:
        return _parse(body, content_type, url)
    except FeedError as error:
        raise FeedError(f"{url}: {error}") from error


def _parse(body: bytes, content_type: str, url: str) -> ParsedFeed:
    if not body.strip():
        raise FeedError("the answer is empty")
    decoded = decode(body, (header_charset(content_type), declared_charset(body)))
    text = clean(decoded.text).strip()
    if text.startswith(("{", "[")):
        return parse_json_feed(text, url)
    text = prepare_xml(text)
    root = root_name(text)
    if root == "html" or ("html" in content_type and root not in ("rss", "rdf:rdf", "feed")):
        raise FeedError("this is an HTML page, not a feed")
    if not root:
        raise FeedError("this is no feed: neither XML nor JSON")
    if sum(1 for _ in _ITEM.finditer(text)) > 2 * MAX_ENTRIES:
        raise FeedError(f"it has more than {MAX_ENTRIES:,} entries")
    found = _feedparser(text, url)
    entries, warnings = list(found.entries), []
    if not found.get("version") and not entries:
        raise FeedError(f"this is no feed, but XML of <{root[:40]}>")
    if decoded.mislabelled:
        warnings.append(f"labelled with another encoding, read as {decoded.encoding}")
    if found.get("bozo"):
        if entries and _is_cut(text):
            entries.pop()
        warnings.append(f"broken XML, {len(entries)} whole entries read")
    return _feed(found, entries, url, warnings)


def _feedparser(text: str, url: str) -> Any:
    import feedparser

    try:
        return feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": url,
            },
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # its parsers and date readers raise whatever their parts raise
        raise FeedError(f"unreadable ({type(error).__name__} in feedparser)") from error


def _is_cut(text: str) -> bool:
    """Tell whether the last entry of broken XML lacks its end."""
    tags = _ITEM.findall(_CDATA.sub("", text))
    return bool(tags) and not tags[-1]


def _feed(found: Any, items: list[Any], url: str, warnings: list[str]) -> ParsedFeed:
    about = found.feed
    language = short_language(_string(about, "language"))
    dates: Counter[str] = Counter()
    entries = tuple(_entry(item, language, found.get("version", ""), dates) for item in items)
    warnings += [f"impossible date {written[:40]!r}" for written in dates]
    link = _string(about, "link")
    ttl = _string(about, "ttl")
    minutes = int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 9 else 0
    return ParsedFeed(
        title=plain_title(_string(about, "title")),
        site=(link and join_url(url, link)) or "",
        language=language,
        ttl_s=min(minutes, _MAX_TTL_MINUTES) * 60 or None,
        entries=entries,
        warnings=tuple(warnings),
    )


def _entry(item: Any, language: str | None, version: str, dates: Counter[str]) -> Entry:
    title = item.get("title_detail") or {}
    is_text = version.startswith("atom") and title.get("type") == "text/plain"
    words = clean(_string(item, "title"))
    contents = [_plain(part, version) for part in item.get("content", []) if _is_text(part)]
    summary = item.get("summary_detail") or {"value": _string(item, "summary")}
    guid = clean(_string(item, "id"))
    return Entry(
        url=_link(item, guid),
        guid=guid,
        title=" ".join(words.split()) if is_text else plain_title(words),
        summary=_plain(summary, version),
        content=max(contents, key=len, default=""),
        published=_date(item, dates),
        language=short_language(title.get("language")) or language,
        author=plain_title(_string(item, "author")),
    )


def _string(item: Any, key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""


def _is_text(part: Any) -> bool:
    kind = str(part.get("type", ""))
    return bool(part.get("value")) and (kind.startswith("text/") or kind.endswith("xml"))


def _plain(part: Any, version: str) -> str:
    """Return a text construct as plain text; only Atom's `text` is taken to the letter.

    RSS does not tell; what feedparser calls plain there may still be HTML with unknown tags.
    """
    value = str(part.get("value") or "")
    is_text = part.get("type") == "text/plain"
    if is_text and (version.startswith("atom") or not _MARKUP.search(value)):
        text = tidy(value)
    else:
        text = html_to_text(value)
    return _FOOTER.sub("", text)


def _link(item: Any, guid: str) -> str:
    links = [entry for entry in item.get("links", []) if entry.get("rel") == "alternate"]
    candidates = (
        _string(item, "feedburner_origlink"),
        _string(item, "link"),
        *(_string(entry, "href") for entry in links),
        guid,
    )
    return next((url for link in candidates if link and (url := join_url("", clean(link)))), "")


def _date(item: Any, dates: Counter[str]) -> datetime | None:
    """Return the first usable date of an entry; collect in `dates` what cannot be one."""
    unusable = ""
    for key in ("published", "created", "updated"):
        if not dict.__contains__(item, key):
            continue  # `get` would answer for another key, and warn of it
        written, parsed = _string(item, key), item.get(f"{key}_parsed")
        moment = _moment(parsed) if parsed and _is_possible(written) else None
        if moment:
            return moment
        unusable = unusable or written
    if unusable:
        dates[clean(unusable)] += 1
    return None


def _is_possible(written: str) -> bool:
    """Tell whether the day of an ISO date exists: feedparser makes 2026-13-45 the next January."""
    match = _ISO_DAY.match(written)
    if match is None:
        return True
    try:
        date(*map(int, match.groups()))
    except ValueError:
        return False
    return True


def _moment(parsed: Any) -> datetime | None:
    try:
        return plausible_date(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    except (OverflowError, ValueError, OSError, TypeError):
        return None
