"""Link extraction: a page that lists articles, read as a feed where there is no other.

The rule for a link to be an article, in full: it leads to the same site, it is in no menu, header,
footer, sidebar or form, and either it is a PDF, or its words are a headline (four words, or 20
letters where words are not spaced) and its address tells one thing from others (a number of three
digits, or three words joined by hyphens or underscores).
"""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from monitor.feeds.encoding_detection import clean, decode, header_charset
from monitor.feeds.feed_entry import MAX_ENTRIES, FeedEntry, ParsedFeed
from monitor.feeds.html_text import element_text, page_base, parse_html, plain_title
from monitor.feeds.http_client import FetchResult
from monitor.feeds.urls import canonical_url, join_url, same_site, shown_url
from monitor.records.errors import FeedError

_MENUS = frozenset(("nav", "header", "footer", "aside", "form"))
_TELLING = re.compile(r"\d{3}|[^\s/_-]+(?:[-_][^\s/_-]+){2}")
_PAGES = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cfm|pdf)\Z|/[^.]*\Z", re.IGNORECASE)
"""How the path of a page ends; a picture or an archive ends otherwise."""
_MAX_TITLE = 300


def read_listing(answer: FetchResult) -> ParsedFeed:
    """Return the articles that the page in `answer` links to, in its order, each once.

    Their dates and texts are on their own pages. Raises `FeedError` where this is no page, or one
    without a link to an article.
    """
    name = shown_url(answer.url)
    text = decode(answer.body or b"", (header_charset(answer.content_type),)).text
    if text.lstrip()[:500].lower().startswith(("<?xml", "<rss", "<feed", "{")):
        raise FeedError(f"{name}: this is no page; is it a feed? add it without --kind")
    root, page = parse_html(clean(text)), answer.final_url
    base = page_base(root, page)
    words: dict[str, str] = {}  # by address; of several links to one, the longest words are it
    for link in root.iter("a"):
        href = link.get("href", "").strip()
        url = join_url(base, href) if href else None
        menus = any(above.tag in _MENUS for above in link.iterancestors())
        if url is None or menus or not same_site(url, page):
            continue
        with suppress(FeedError):
            address = canonical_url(url)
            if address != canonical_url(page):
                pictures = (picture.get("alt") for picture in link.iter("img"))
                said = " ".join(element_text(link).split())
                said = said or link.get("title") or next(filter(None, pictures), "")
                said = " ".join(said.split())[:_MAX_TITLE]
                words[address] = max(words.get(address, ""), said, key=len)
    entries = [
        FeedEntry(url, url, said if is_headline(said) else "")
        for url, said in words.items()
        if is_article(url, said)
    ]
    if not entries:
        raise FeedError(
            f"{name}: no link to an article in it; a page that is put together by scripts, or that"
            " only lists sections, cannot be followed"
        )
    title = root.find(".//title")
    return ParsedFeed(
        title=plain_title("" if title is None else "".join(title.itertext()))[:_MAX_TITLE],
        site=page,
        entries=tuple(entries[:MAX_ENTRIES]),
    )


def is_article(url: str, title: str) -> bool:
    """Tell whether a link of these words leads to an article, as the rule above says."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if path.lower().endswith(".pdf"):
        return True
    told = _TELLING.search(path) or _TELLING.search(unquote(parts.query))
    return bool(told) and bool(_PAGES.search(path or "/")) and is_headline(title)


def is_headline(words: str) -> bool:
    """Tell whether words are a headline rather than the name of a section or "Download"."""
    return len(words.split()) >= 4 or sum(c.isalpha() for c in words) >= 20
