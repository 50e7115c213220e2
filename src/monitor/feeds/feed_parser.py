"""Feeds of every age to `ParsedFeed`: feedparser for the XML formats, `jsonfeed` for JSON Feed.

feedparser gets clean UTF-8 (see `decode`, `xmltext`) with its sanitiser and its resolution of
links inside text off: the text becomes plain anyway, and without them it is half again as fast.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

from monitor.feeds.encoding_detection import clean, decode, header_charset
from monitor.feeds.feed_entry import MAX_ENTRIES, ParsedFeed
from monitor.feeds.json_feed import parse_json_feed
from monitor.feeds.urls import shown_url
from monitor.feeds.xml_repair import declared_charset, prepare_xml, root_name
from monitor.feeds.xmlfeed import read_feed
from monitor.records.errors import FeedError

_ITEM = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Read the feed `body` that was answered at `url` with the header `content_type`.

    Dates that cannot be are `None` with a warning; of a feed cut short the whole entries are
    kept, and it says what it `lacks`. A feed without entries is one only where it is well-formed.

    Raises `FeedError`, and nothing else, where this is no feed; the message begins with `url`.
    """
    try:
        return _parse(body, content_type, url)
    except FeedError as error:
        raise FeedError(f"{shown_url(url)}: {error}") from error


def _parse(body: bytes, content_type: str, url: str) -> ParsedFeed:
    if not body.strip():
        raise FeedError("the answer is empty")
    decoded = decode(body, (header_charset(content_type), declared_charset(body)))
    text = clean(decoded.text).strip()
    if text.startswith(("{", "[")):
        return parse_json_feed(text, url)
    text = prepare_xml(text)
    root = root_name(text)
    _refuse_other(text, root, content_type)
    found = _feedparser(text)
    if not found.get("version") and not found.entries:
        raise FeedError(f"this is no feed, but XML of <{root[:40]}>")
    warnings: list[str] = []
    lacks = ""
    if decoded.mislabelled:
        warnings.append(f"labelled with another encoding, read as {decoded.encoding}")
    entries = list(found.entries)
    if found.get("bozo"):
        entries = _whole_entries(found, text, root)
        warnings.append(f"broken XML ({_reason(found)}), {len(entries)} whole entries read")
        if not _has_end(text, root):
            lacks = f"cut off after {len(entries)} whole entr{'y' if len(entries) == 1 else 'ies'}"
    return replace(read_feed(found, entries, url, text, warnings), lacks=lacks)


def _refuse_other(text: str, root: str, content_type: str) -> None:
    """Raise `FeedError` for what is evidently no feed, or too much of one."""
    if root == "html" or ("html" in content_type and root not in ("rss", "rdf:rdf", "feed")):
        raise FeedError("this is an HTML page, not a feed")
    if not root:
        raise FeedError("this is no feed: neither XML nor JSON")
    if sum(1 for _ in _ITEM.finditer(text)) > 2 * MAX_ENTRIES:
        raise FeedError(f"it has more than {MAX_ENTRIES:,} entries")


def _feedparser(text: str) -> Any:
    import feedparser

    try:
        return feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # its parsers and date readers raise whatever their parts raise
        raise FeedError(f"unreadable ({type(error).__name__} in feedparser)") from error


def _is_cut(text: str) -> bool:
    """Tell whether the last entry of broken XML lacks its end."""
    tags = _ITEM.findall(_CDATA.sub("", text))
    return bool(tags) and not tags[-1]


def _has_end(text: str, root: str) -> bool:
    """Tell whether broken XML ends with its root, whatever comment stands behind it."""
    rest = text[max((tag.end() for tag in _ITEM.finditer(text)), default=0) :]
    return f"</{root}" in rest.lower()


def _whole_entries(found: Any, text: str, root: str) -> list[Any]:
    """Return the whole entries of broken XML; raise `FeedError` where there is none.

    A feed that is all there and has no entry is none the worse for an undeclared prefix.
    """
    entries = list(found.entries)
    if entries and _is_cut(text):
        entries.pop()
    if entries:
        return entries
    if not _has_end(text, root):
        raise FeedError("it is cut off, with no whole entry before the end")
    reason = _reason(found)
    if reason != "unbound prefix":
        raise FeedError(f"broken XML ({reason}), and no entry could be read")
    return entries


def _reason(found: Any) -> str:
    """Return what the XML parser found wrong."""
    error = found.get("bozo_exception")
    return str(error.getMessage() if hasattr(error, "getMessage") else type(error).__name__)
