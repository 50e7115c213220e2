"""Feeds of every age to `ParsedFeed`: feedparser for the XML formats, `jsonfeed` for JSON Feed.

feedparser gets clean UTF-8 (see `decode`, `xmltext`) with its sanitiser and its resolution of
links inside text off: the text becomes plain anyway, and without them it is half again as fast.

What feedparser found in an XML feed to `ParsedFeed`.

feedparser is not told where the feed was: it would make an address of every id. Links are made
absolute here.
"""

from __future__ import annotations

import calendar
import contextlib
import html
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from monitor.feeds.encoding_detection import clean, decode, header_charset
from monitor.feeds.feed_dates import in_english, read_date
from monitor.feeds.feed_entry import (
    MAX_ENTRIES,
    FeedEntry,
    ParsedFeed,
    enclosures,
    listed,
    one_line,
    plausible_date,
    short_language,
)
from monitor.feeds.html_text import html_to_text, plain_title, tidy
from monitor.feeds.json_feed import parse_json_feed
from monitor.feeds.urls import canonical_url, join_url, shown_url
from monitor.feeds.xml_repair import declared_charset, prepare_xml, root_name
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


_FOOTER = re.compile(r"\n*The post [^\n]{1,500} (?:appeared first on|first appeared on) [^\n]+\Z")
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
_MARKUP = re.compile(r"</?[a-zA-Z]|&#?\w+;")
_BASE = re.compile(r"[\s:]base\s*=", re.IGNORECASE)
_BASE_WORD = re.compile(rb"base(?![a-z])")
_WRITTEN_ID = re.compile(
    r"<(?:\w+:)?(?:guid|id)\b[^<>]{0,300}>\s*+(?:<!\[CDATA\[\s*+)?(https?://[^<\]\s]+)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?:mailto:)?[^\s<>()@]{1,64}@[^\s<>()@]{1,255}")
_RDF = ("rss090", "rss10")
_ALTERNATE = ("alternate", "http://www.iana.org/assignments/relation/alternate")
_MAX_TTL_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class _Reading:
    """A feed being read: where it was found, what it says of itself, and what came of its dates.

    `written_ids` are the ids that are addresses as they stand, `None` where all that look it are.
    """

    url: str
    about: Any
    version: str
    written_ids: frozenset[str] | None
    impossible: Counter[str] = field(default_factory=Counter)

    @property
    def is_atom(self) -> bool:
        return self.version.startswith("atom")

    @property
    def language(self) -> str | None:
        return short_language(_string(self.about, "language"))


def _written_ids(text: str) -> frozenset[str]:
    """Return the ids written as whole addresses: in a feed with a base others come to look it."""
    found = set()
    for match in _WRITTEN_ID.finditer(text):
        with contextlib.suppress(FeedError):
            found.add(canonical_url(html.unescape(match[1])))
    return frozenset(found)


def _has_base(text: str) -> bool:
    """Tell whether some tag may give a base; looking for the word first is ten times as fast."""
    has_word = _BASE_WORD.search(text.encode().lower())
    return has_word is not None and _BASE.search(text) is not None


def read_feed(found: Any, items: list[Any], url: str, text: str, warnings: list[str]) -> ParsedFeed:
    """Return the feed at `url` that feedparser `found` in `text`, with those of its `items`."""
    about = found.feed
    written = _written_ids(text) if _has_base(text) else None
    reading = _Reading(url, about, str(found.get("version", "")), written)
    entries = tuple(_entry(item, reading) for item in items)
    warnings += [f"impossible date {written[:40]!r}" for written in reading.impossible]
    ttl = _string(about, "ttl")
    minutes = int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 9 else 0
    return ParsedFeed(
        title=plain_title(_string(about, "title")),
        site=_site(about, url),
        language=reading.language,
        ttl_s=min(minutes, _MAX_TTL_MINUTES) * 60 or None,
        entries=entries,
        warnings=tuple(warnings),
        description=one_line(_string(about, "subtitle") or _string(about, "summary")),
        updated=_date(about, ("updated", "published"), reading.language)[0],
    )


def _site(about: Any, url: str) -> str:
    """Return the address of the site of the feed at `url`, "" where it names none.

    A feed's Atom links count where `<link>` is empty, and its own address only where it has no
    other: an Atom link without `rel` often means the feed itself.
    """
    links = (link for link in about.get("links", []) if link.get("rel") in _ALTERNATE)
    written = (_string(about, "link"), *(_string(link, "href") for link in links))
    joined = [site for link in written if link and (site := join_url(url, clean(link)))]
    return next((site for site in joined if site != url), joined[0] if joined else "")


def _entry(item: Any, reading: _Reading) -> FeedEntry:
    version = reading.version
    title = item.get("title_detail") or {}
    is_text = reading.is_atom and title.get("type") == "text/plain"
    words = clean(_string(item, "title"))
    contents = [_plain(part, version) for part in item.get("content", []) if _is_text(part)]
    summary = item.get("summary_detail") or {"value": _string(item, "summary")}
    published, unusable = _date(item, ("published", "created", "updated"), reading.language)
    if unusable and not published:
        reading.impossible[clean(unusable)] += 1
    return FeedEntry(
        url=_link(item, reading),
        guid=clean(_string(item, "id")),
        title=" ".join(words.split()) if is_text else plain_title(words),
        summary=_plain(summary, version),
        content=max(contents, key=len, default=""),
        published=published,
        language=short_language(title.get("language")) or reading.language,
        authors=_authors(item) or _inherited_authors(item, reading),
        categories=listed(
            _string(tag, "label") or _string(tag, "term") for tag in item.get("tags") or ()
        ),
        enclosures=enclosures(
            (
                (clean(_string(file, "href") or _string(file, "url")), _string(file, "type"))
                for file in (*item.get("enclosures", ()), *item.get("media_content", ()))
            ),
            reading.url,
        ),
    )


def _string(item: Any, key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""


def _authors(item: Any) -> tuple[str, ...]:
    """Return the names of the authors; the mail address of one where that is all there is.

    One author is read here: feedparser cuts addresses in long domains such as `.news` apart.
    """
    people = item.get("authors") or ()
    if len(people) < 2:
        written = _string(item, "author")
        return listed([_MAIL.sub("", written).strip(' ()<>"')]) or listed([written])
    return listed(_string(one, "name") or _string(one, "email") for one in people)


def _inherited_authors(item: Any, reading: _Reading) -> tuple[str, ...]:
    """Return the authors of an entry without any of its own: its source's, else its feed's.

    Not of RSS 2.0, whose channel names the editor to write to.
    """
    if not reading.is_atom and reading.version not in _RDF:
        return ()
    return _authors(item.get("source") or {}) or _authors(reading.about)


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
    return _FOOTER.sub("", text) if " first " in text[text.rfind("\n") + 1 :] else text


def _link(item: Any, reading: _Reading) -> str:
    """Return the address of an entry, "" where it has none: an id is one only as it stands."""
    links = [entry for entry in item.get("links", []) if entry.get("rel") == "alternate"]
    hrefs = [href for link in links if (href := _string(link, "href"))]
    is_guid = bool(item.get("guidislink")) and not hrefs
    candidates = (
        _string(item, "feedburner_origlink"),
        "" if is_guid else _string(item, "link"),
        *hrefs,
    )
    for link in candidates:
        if link and (url := join_url(reading.url, clean(link))):
            return url
    guid = clean(_string(item, "id"))
    return guid if _is_address(guid, reading) else ""


def _is_address(guid: str, reading: _Reading) -> bool:
    try:
        canonical = canonical_url(guid)
    except FeedError:
        return False
    return reading.written_ids is None or canonical in reading.written_ids


def _date(item: Any, keys: tuple[str, ...], language: str | None) -> tuple[datetime | None, str]:
    """Return the first usable date of an entry or feed, and the first that is none, as written."""
    unusable = ""
    for key in keys:
        if not dict.__contains__(item, key):
            continue  # `get` would answer for another key, and warn of it
        written = _string(item, key)
        moment = _read_moment(written, item.get(f"{key}_parsed"), language)
        if moment:
            return moment, unusable
        unusable = unusable or written
    return None, unusable


def _read_moment(written: str, parsed: Any, language: str | None) -> datetime | None:
    """Return the moment of a date; what feedparser `parsed` counts where the month is English."""
    named = in_english(written, language)
    if named is not None:
        return read_date(named)
    if not _is_possible(written):
        return None
    return (_moment(parsed) if parsed else None) or read_date(written, language)


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
