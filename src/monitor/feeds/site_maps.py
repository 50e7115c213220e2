"""Site maps (sitemaps.org) as feeds: news site maps first, index files one level deep.

A site map lists a whole archive; only what it dates within the last days is news here, and what it
does not date could be of any year.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.feeds.encoding_detection import clean, decode, header_charset
from monitor.feeds.feed_dates import read_date
from monitor.feeds.feed_entry import MAX_ENTRIES, FeedEntry, ParsedFeed, short_language
from monitor.feeds.html_text import local_name, parse_xml, plain_title
from monitor.feeds.http_client import FetchResult
from monitor.feeds.urls import join_url, naming, same_site, shown_url
from monitor.feeds.xml_repair import MAX_TAGS, declared_charset, prepare_xml
from monitor.records.errors import FeedError

RECENT = timedelta(days=3)
"""Over a long weekend. News site maps hold two days, others everything."""
Record = Mapping[str, str]


def read_sitemap(
    answer: FetchResult, fetch_map: Callable[[str], FetchResult], now: datetime, *, max_bytes: int
) -> ParsedFeed:
    """Return the news of the site map in `answer`; those that an index lists come by `fetch_map`.

    `max_bytes` bounds each when unpacked. Entries too old, undated or of another site are named
    drops. Raises `FeedError` where this is no site map, or no map of an index can be had.
    """
    base = answer.final_url
    root, records = _records(answer, max_bytes)
    failures: list[FeedError] = []
    if root == "sitemapindex":
        # those that may be new, news maps and newest first
        ranked: list[tuple[bool, float, int, str]] = []
        for place, record in enumerate(records):
            url = (where := record.get("loc")) and join_url(base, where)
            changed = read_date(record.get("lastmod", ""))
            if url and same_site(url, base) and not (changed and changed < now - RECENT):
                age = (now - changed).total_seconds() if changed else float("inf")
                ranked.append(("news" not in url.lower(), age, place, url))
        ranked, records = sorted(ranked)[:8], []
        for *_, url in ranked:
            try:
                records += _one_map(fetch_map(url), max_bytes)
            except FeedError as error:
                failures.append(error)
        if failures and len(failures) == len(ranked):
            raise failures[0]
    elif root != "urlset":
        hint = "; is it a feed? add it without --kind" if root in ("rss", "feed", "rdf") else ""
        raise FeedError(f"{shown_url(answer.url)}: this is no site map, but XML of <{root}>{hint}")
    entries, dropped = _entries(records, base, now)
    warnings, alone = tuple(map(str, failures)), root == "urlset"
    return ParsedFeed(
        site=base, entries=entries, warnings=warnings, dropped=dropped, answers_alone=alone
    )


def _one_map(answer: FetchResult, max_bytes: int) -> list[Record]:
    with naming(answer.url):
        if answer.body is None:
            raise FeedError(f"status {answer.status}")
        root, records = _records(answer, max_bytes)
        if root != "urlset":
            raise FeedError("an index within an index is not followed")
        return records


def _records(answer: FetchResult, max_bytes: int) -> tuple[str, list[Record]]:
    """Return the root's name and, of each address in a site map, the texts of its elements."""
    with naming(answer.url):
        body = answer.body or b""
        if body.startswith(b"\x1f\x8b"):
            body = _unpacked(body, max_bytes)
        labels = (header_charset(answer.content_type), declared_charset(body))
        text = clean(decode(body, labels).text).strip()
        if not text.startswith("<"):
            raise FeedError("this is no site map: it is no XML")
        if text.count("<") <= MAX_TAGS:
            text = prepare_xml(text)
        elif "<!doctype" in text[:2000].lower() or "<!ENTITY" in text:
            # a huge map was made by a machine: nothing is mended, what would expand is refused
            raise FeedError("it declares XML entities, which are not read")
        if (root := parse_xml(text)) is None:
            raise FeedError("broken XML")
    records: list[Record] = []
    for element in root:
        if local_name(element.tag) in ("url", "sitemap"):
            found: dict[str, str] = {}
            for part in element.iterdescendants():
                if isinstance(part.tag, str) and 0 < len(part.text or "") <= 4_000:
                    above = part.getparent()
                    prefix = "" if above is element else f"{local_name(above.tag)}."
                    name = f"{prefix}{local_name(part.tag)}"
                    found.setdefault(name, " ".join(clean(part.text).split()))
            records.append(found)
    return local_name(root.tag), records


def _unpacked(body: bytes, max_bytes: int) -> bytes:
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpack.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise FeedError("its compressed data is broken") from error
    if len(found) > max_bytes:
        raise FeedError(f"larger than {max_bytes:,} bytes when unpacked")
    if not unpack.eof:
        raise FeedError("its compressed data ends early")
    return found


def _entries(
    records: Sequence[Record], base: str, now: datetime
) -> tuple[tuple[FeedEntry, ...], Counter[str]]:
    dropped: Counter[str] = Counter()
    dated: list[tuple[datetime, FeedEntry]] = []
    for record in records:
        url = (where := record.get("loc")) and join_url(base, where)
        published = read_date(record.get("news.publication_date", ""))
        moment = published or read_date(record.get("lastmod", ""))
        if not url:
            dropped["no_link"] += 1
        elif not same_site(url, base):
            dropped["off_site"] += 1
        elif moment is None:
            dropped["undated"] += 1
        elif moment < now - RECENT:
            dropped["old"] += 1
        else:
            title = plain_title(record.get("news.title", ""))
            language = short_language(record.get("publication.language"))
            # that a page changed (`lastmod`) is not when it was published
            entry = FeedEntry(url, url, title, published=published, language=language)
            dated.append((moment, entry))
    dated.sort(key=lambda pair: pair[0], reverse=True)
    if len(dated) > MAX_ENTRIES:
        raise FeedError(f"it has more than {MAX_ENTRIES:,} entries of the last days")
    return tuple(entry for _, entry in dated), dropped
