"""Feed parsing: RSS, RDF and Atom of every age with feedparser, JSON Feed 1.x without.

feedparser gets clean UTF-8 (`encoding_detection`, `xml_repair`) with its sanitiser and its
resolution of links inside text off: the text becomes plain anyway, and without them it is half
again as fast. It is not told where the feed was, or it would make an address of every id: links
are made absolute here.
"""

from __future__ import annotations

import calendar
import contextlib
import html
import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from monitor.feeds import feed_entry
from monitor.feeds.encoding_detection import clean, decode, header_charset
from monitor.feeds.feed_dates import in_english, read_date
from monitor.feeds.feed_entry import FeedEntry, ParsedFeed, listed, short_language
from monitor.feeds.html_text import html_to_text, plain_title, tidy
from monitor.feeds.urls import canonical_url, join_url, naming
from monitor.feeds.xml_repair import declared_charset, prepare_xml, root_name
from monitor.records.errors import FeedError

_ITEM = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
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
_ALTERNATE = ("alternate", "http://www.iana.org/assignments/relation/alternate")
_VERSIONS = ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")
_NAMES = frozenset(("id", "url", "external_url"))
_WORDS = frozenset(("content_html", "content_text", "title", "summary"))
"""A JSON object with one of either kind is an item, whatever the document calls itself."""


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Read the feed `body` that was answered at `url` with the header `content_type`.

    Dates that cannot be are `None` with a warning; of a feed cut short the whole entries are
    kept, and it says what it `lacks`. A feed without entries is one only where it is well-formed.
    Raises `FeedError`, and nothing else, where this is no feed; the message begins with `url`.
    """
    with naming(url):
        if not body.strip():
            raise FeedError("the answer is empty")
        decoded = decode(body, (header_charset(content_type), declared_charset(body)))
        text = clean(decoded.text).strip()
        if text.startswith(("{", "[")):
            return _read_json(text, url)
        text = prepare_xml(text)
        root = root_name(text)
        if root == "html" or ("html" in content_type and root not in ("rss", "rdf:rdf", "feed")):
            raise FeedError("this is an HTML page, not a feed")
        if not root:
            raise FeedError("this is no feed: neither XML nor JSON")
        if sum(1 for _ in _ITEM.finditer(text)) > 2 * feed_entry.MAX_ENTRIES:
            raise FeedError(f"it has more than {feed_entry.MAX_ENTRIES:,} entries")
        said = f"labelled with another encoding, read as {decoded.encoding}"
        return _read(text, root, url, [said] if decoded.mislabelled else [])


def _read(text: str, root: str, url: str, warnings: list[str]) -> ParsedFeed:
    """Return the feed at `url` that is the XML `text` of this root."""
    import feedparser

    try:
        found = feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # its parsers and date readers raise whatever their parts raise
        raise FeedError(f"unreadable ({type(error).__name__} in feedparser)") from error
    if not found.get("version") and not found.entries:
        raise FeedError(f"this is no feed, but XML of <{root[:40]}>")
    items, lacks = list(found.entries), ""
    if found.get("bozo"):  # broken XML: its whole entries are kept
        fault = found.get("bozo_exception")
        reason = str(fault.getMessage() if hasattr(fault, "getMessage") else type(fault).__name__)
        tags = _ITEM.findall(_CDATA.sub("", text))
        if items and tags and not tags[-1]:  # the last entry lacks its end
            items.pop()
        # whatever comment stands behind the root
        rest = text[max((tag.end() for tag in _ITEM.finditer(text)), default=0) :]
        is_cut = f"</{root}" not in rest.lower()
        if is_cut and not items:
            raise FeedError("it is cut off, with no whole entry before the end")
        if not items and reason != "unbound prefix":  # no feed without entries is worse for that
            raise FeedError(f"broken XML ({reason}), and no entry could be read")
        warnings.append(f"broken XML ({reason}), {len(items)} whole entries read")
        if is_cut:
            lacks = f"cut off after {len(items)} whole entr{'y' if len(items) == 1 else 'ies'}"
    about = found.feed
    language = short_language(_string(about, "language"))
    # the ids written as whole addresses, in a feed with a base, where others come to look it;
    # looking for the word first is ten times as fast
    ids: set[str] | None = None
    if _BASE_WORD.search(text.encode().lower()) and _BASE.search(text):
        ids = set()
        for match in _WRITTEN_ID.finditer(text):
            with contextlib.suppress(FeedError):
                ids.add(canonical_url(html.unescape(match[1])))
    impossible: Counter[str] = Counter()
    entries = tuple(_entry(item, found, url, language, ids, impossible) for item in items)
    ttl = _string(about, "ttl")
    minutes = int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 9 else 0
    # A feed's Atom links count where `<link>` is empty, and its own address only where it has no
    # other: an Atom link without `rel` often means the feed itself.
    links = (link for link in about.get("links", []) if link.get("rel") in _ALTERNATE)
    written = (_string(about, "link"), *(_string(link, "href") for link in links))
    sites = [site for link in written if link and (site := join_url(url, clean(link)))]
    return ParsedFeed(
        title=plain_title(_string(about, "title")),
        site=next((site for site in sites if site != url), sites[0] if sites else ""),
        language=language,
        ttl_s=min(minutes, 7 * 24 * 60) * 60 or None,
        entries=entries,
        warnings=(*warnings, *(f"impossible date {written[:40]!r}" for written in impossible)),
        description=feed_entry.one_line(_string(about, "subtitle") or _string(about, "summary")),
        updated=_date(about, ("updated", "published"), language)[0],
        lacks=lacks,
    )


def _entry(
    item: Any, found: Any, url: str, language: str | None, ids: set[str] | None, wrong: Counter[str]
) -> FeedEntry:
    """Return an entry of the feed that feedparser `found` at `url`; count dates that cannot be."""
    version = str(found.get("version", ""))
    is_atom = version.startswith("atom")
    title = item.get("title_detail") or {}
    is_text = is_atom and title.get("type") == "text/plain"
    words = clean(_string(item, "title"))
    parts = [(part, str(part.get("type", ""))) for part in item.get("content", [])]
    contents = [
        _plain(part, is_atom)
        for part, kind in parts
        if part.get("value") and (kind.startswith("text/") or kind.endswith("xml"))
    ]
    summary = item.get("summary_detail") or {"value": _string(item, "summary")}
    published, unusable = _date(item, ("published", "created", "updated"), language)
    if unusable and not published:
        wrong[clean(unusable)] += 1
    authors = _authors(item)
    if is_atom or version in ("rss090", "rss10"):
        # else its source's or its feed's; the channel of RSS 2.0 names the editor to write to
        authors = authors or _authors(item.get("source") or {}) or _authors(found.feed)
    tags = item.get("tags") or ()
    files = (*item.get("enclosures", ()), *item.get("media_content", ()))
    pairs = ((clean(_string(f, "href") or _string(f, "url")), _string(f, "type")) for f in files)
    return FeedEntry(
        url=_link(item, url, ids),
        guid=clean(_string(item, "id")),
        title=" ".join(words.split()) if is_text else plain_title(words),
        summary=_plain(summary, is_atom),
        content=max(contents, key=len, default=""),
        published=published,
        language=short_language(title.get("language")) or language,
        authors=authors,
        categories=listed(_string(tag, "label") or _string(tag, "term") for tag in tags),
        enclosures=feed_entry.enclosures(pairs, url),
    )


def _string(item: Any, key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""


def _authors(item: Any) -> tuple[str, ...]:
    """Return the names of the authors; the mail address of one where that is all there is."""
    people = item.get("authors") or ()
    if len(people) < 2:  # feedparser cuts addresses in long domains such as `.news` apart
        written = _string(item, "author")
        return listed([_MAIL.sub("", written).strip(' ()<>"')]) or listed([written])
    return listed(_string(one, "name") or _string(one, "email") for one in people)


def _plain(part: Any, is_atom: bool) -> str:
    """Return a text construct as plain text; only Atom's `text` is taken to the letter."""
    value = str(part.get("value") or "")
    is_text = part.get("type") == "text/plain" and (is_atom or not _MARKUP.search(value))
    text = tidy(value) if is_text else html_to_text(value)
    return _FOOTER.sub("", text) if " first " in text[text.rfind("\n") + 1 :] else text


def _link(item: Any, base: str, ids: set[str] | None) -> str:
    """Return the address of an entry, "" where it has none: an id is one only as it stands."""
    links = [entry for entry in item.get("links", []) if entry.get("rel") == "alternate"]
    hrefs = [href for link in links if (href := _string(link, "href"))]
    is_guid = bool(item.get("guidislink")) and not hrefs
    named = "" if is_guid else _string(item, "link")
    for link in (_string(item, "feedburner_origlink"), named, *hrefs):
        if link and (url := join_url(base, clean(link))):
            return url
    guid = clean(_string(item, "id"))
    with contextlib.suppress(FeedError):
        canonical = canonical_url(guid)
        if ids is None or canonical in ids:
            return guid
    return ""


def _date(item: Any, keys: tuple[str, ...], language: str | None) -> tuple[datetime | None, str]:
    """Return the first usable date of an entry or feed, and the first that is none, as written."""
    unusable = ""
    for key in keys:
        if not dict.__contains__(item, key):
            continue  # `get` would answer for another key, and warn of it
        written = _string(item, key)
        if moment := _read_moment(written, item.get(f"{key}_parsed"), language):
            return moment, unusable
        unusable = unusable or written
    return None, unusable


def _read_moment(written: str, parsed: Any, language: str | None) -> datetime | None:
    """Return the moment of a date; what feedparser `parsed` counts where the month is English."""
    named = in_english(written, language)
    if named is not None:
        return read_date(named)
    moment = None
    with contextlib.suppress(OverflowError, ValueError, OSError, TypeError):
        if day := _ISO_DAY.match(written):
            try:  # feedparser makes 2026-13-45 the next January
                date(*map(int, day.groups()))
            except ValueError:
                return None
        moment = feed_entry.plausible_date(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    return moment or read_date(written, language)


def _read_json(text: str, url: str) -> ParsedFeed:
    """Return the JSON Feed at `url`: strict about the format, lenient per item."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nesting"
        raise FeedError(f"broken JSON ({where})") from error
    data = data if isinstance(data, dict) else {}
    items = data.get("items")
    warnings: list[str] = []
    if not str(data.get("version", "")).startswith(_VERSIONS):
        objects = [item for item in _list(data, "items") if isinstance(item, dict)]
        fit = sum(not (_NAMES.isdisjoint(item) or _WORDS.isdisjoint(item)) for item in objects)
        if 2 * fit <= len(_list(data, "items")):
            raise FeedError("JSON, but not a JSON Feed (no 'version' of jsonfeed.org)")
        warnings.append("no 'version' of jsonfeed.org: read as a JSON Feed for its shape")
    if not isinstance(items, list):
        raise FeedError("a JSON Feed without a list of 'items'")
    if len(items) > feed_entry.MAX_ENTRIES:
        raise FeedError(f"it has more than {feed_entry.MAX_ENTRIES:,} entries")
    home = _text(data, "home_page_url")
    language = short_language(_text(data, "language"))
    authors = _json_authors(data)
    return ParsedFeed(
        title=plain_title(_text(data, "title")),
        site=(home and join_url(url, home)) or "",
        language=language,
        entries=tuple(_json_entry(item, url, language, authors, warnings) for item in items),
        warnings=tuple(warnings),
        description=feed_entry.one_line(_text(data, "description")),
    )


def _json_entry(
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
    pairs = ((_text(file, "url"), _text(file, "mime_type")) for file in files)
    return FeedEntry(
        url=(join_url(base, link) if link else join_url("", guid)) or "",
        guid=guid,
        title=plain_title(_text(item, "title")),
        summary=html_to_text(_text(item, "summary")),
        content=html_to_text(markup) if markup else tidy(_text(item, "content_text")),
        published=published,
        language=language,
        authors=_json_authors(item) or authors,
        categories=listed(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        enclosures=feed_entry.enclosures(pairs, base),
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return clean(value) if isinstance(value, str) else ""


def _list(item: dict[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _json_authors(item: dict[str, Any]) -> tuple[str, ...]:
    given = item.get("authors")  # a list, since 1.1; some write the one author of 1.0 there
    people = given if isinstance(given, list) and given else [given or None, item.get("author")]
    return listed(_text(person, "name") for person in people if isinstance(person, dict))
