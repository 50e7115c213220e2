"""XML repair: broken and hostile XML made fit for a parser, before one sees it.

A feed with a bare `&`, an HTML entity or an impossible character reference would drop feedparser
into its tag-soup mode or make it fail; entity declarations and tags with thousands of attributes
would make it burn memory and seconds (296 MB, 3 s).
"""

from __future__ import annotations

import html.entities
import re

from monitor.feeds.encoding_detection import clean
from monitor.records.errors import FeedError

MAX_ATTRIBUTES = 256
MAX_TAGS = 300_000
"""feedparser takes 20 to 60 µs for a tag; a feed of a thousand long articles has 200,000."""
_DECLARATION = re.compile(r"<\?xml\s[^>]{0,400}\?>", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_DOCTYPE = re.compile(
    r"<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_PROLOG = re.compile(r"(?:\s|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->)*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LONG_TAG = re.compile(r"<[^<>!?][^<>]{1000,}")
_NUMBER = re.compile(r"&#(?:x([0-9a-f]{1,8})|(\d{1,9}));?", re.IGNORECASE)
_PAIR = re.compile(r"&#(\d{5}|x[0-9a-f]{4});&#(\d{5}|x[0-9a-f]{4});", re.IGNORECASE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")
_ROOT = re.compile(r"<\s*([\w:.-]+)")


def declared_charset(body: bytes) -> str | None:
    """Return the encoding that an XML declaration at the head of `body` names."""
    match = _DECLARED.search(body[:1000])
    return match[1].decode("ascii", "replace") if match else None


def prepare_xml(text: str) -> str:
    """Return `text` without declaration and DOCTYPE, and with its `&` and characters mended.

    Raises `FeedError` for entity declarations and for absurdly many tags or attributes.
    """
    text = _DECLARATION.sub("", clean(text), count=1).lstrip()
    start = _after_prolog(text)
    if text[start : start + 9].lower() == "<!doctype":
        match = _DOCTYPE.match(text, start)
        if match is None:
            raise FeedError("its document type declaration does not end")
        if "<!entity" in match[0].lower():
            raise FeedError("it declares XML entities, which are not read")
        text = text[:start] + text[match.end() :]
    parts = _CDATA.split(text)  # in turn what is outside of the sections, and the sections
    if sum(part.count("<") for part in parts[0::2]) > MAX_TAGS:
        raise FeedError(f"it has more than {MAX_TAGS:,} tags")
    for place, part in enumerate(parts):
        outside = place % 2 == 0
        bare = _COMMENT.sub("", part) if outside else part
        if outside and any(tag[0].count("=") > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(bare)):
            raise FeedError(f"it has a tag with more than {MAX_ATTRIBUTES} attributes")
        if "&#" in bare:
            bare = _NUMBER.sub(_character, _PAIR.sub(_joined, bare))
        if outside and "&" in bare:
            bare = _BARE.sub("&amp;", _NAMED.sub(_letter, bare))
        parts[place] = bare
    return "".join(parts)


def root_name(text: str) -> str:
    """Return the lower-case name of the first element of prepared `text`, or ""."""
    match = _ROOT.match(text, _after_prolog(text))
    return match[1].lower() if match else ""


def _after_prolog(text: str) -> int:
    prolog = _PROLOG.match(text)
    return prolog.end() if prolog else 0


def _joined(match: re.Match[str]) -> str:
    """Join a surrogate pair written as two references, as old Java programs do."""
    high, low = (int(g[1:], 16) if g[0] in "xX" else int(g) for g in match.groups())
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match[0]


def _character(match: re.Match[str]) -> str:
    """Keep a reference to a character that XML allows, else return what was meant or nothing."""
    code = int(match[1], 16) if match[1] else int(match[2])
    if code in (0x9, 0xA, 0xD) or 0x20 <= code < 0x7F:
        return f"&#{code};"
    return "\ufffd" if 0xD800 <= code < 0xE000 or code > 0x10FFFF else clean(chr(code))


def _letter(match: re.Match[str]) -> str:
    letter = html.entities.html5.get(f"{match[1]};", match[0])
    return match[0] if letter in "<>&\"'" else letter
