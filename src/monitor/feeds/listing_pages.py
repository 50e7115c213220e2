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

from monitor.feeds.encoding_detection import decode, header_charset
from monitor.feeds.feed_entry import MAX_ENTRIES, FeedEntry, ParsedFeed
from monitor.feeds.html_text import Anchor, find_anchors, find_title, plain_title
from monitor.feeds.http_client import FetchResult
from monitor.feeds.urls import canonical_url, join_url, same_site, shown_url
from monitor.records.errors import FeedError

MIN_WORDS = 4
MIN_LETTERS = 20
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
    base, anchors = find_anchors(text)
    here = (base and join_url(answer.final_url, base)) or answer.final_url
    found = _articles(anchors, here, answer.final_url)
    if not found:
        raise FeedError(
            f"{name}: no link to an article in it; a page that is put together by scripts, or that"
            " only lists sections, cannot be followed"
        )
    return ParsedFeed(
        title=plain_title(find_title(text))[:_MAX_TITLE],
        site=answer.final_url,
        entries=tuple(FeedEntry(url, url, title) for url, title in found.items())[:MAX_ENTRIES],
    )


def _articles(anchors: list[Anchor], base: str, page: str) -> dict[str, str]:
    """Return addresses with headlines; of several links to one, the longest words are it."""
    words: dict[str, str] = {}
    for anchor in anchors:
        url = join_url(base, anchor.href)
        if url is None or anchor.in_menu or not same_site(url, page):
            continue
        with suppress(FeedError):
            address = canonical_url(url)
            if address != canonical_url(page):
                words[address] = max(words.get(address, ""), anchor.text[:_MAX_TITLE], key=len)
    return {
        url: title if is_headline(title) else ""
        for url, title in words.items()
        if is_article(url, title)
    }


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
    return len(words.split()) >= MIN_WORDS or sum(c.isalpha() for c in words) >= MIN_LETTERS
