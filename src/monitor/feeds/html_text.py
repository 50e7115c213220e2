"""HTML and XML from outside to plain text and links, with lxml.

Plain text rather than sanitised HTML: nothing downstream shows a feed's markup, and text has no
sanitiser to get past. Entities are decoded once, by the HTML parser.
"""

from __future__ import annotations

import html
import re
from contextlib import suppress
from typing import Any

from lxml import etree

from monitor.feeds.encoding_detection import clean
from monitor.feeds.urls import join_url

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd dl dt details dialog div fieldset "  # noqa: SIM905 a list of names reads better so
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section "
    "summary table tbody tfoot thead tr ul".split()
)
_SILENT = frozenset(
    "audio canvas head iframe math noscript object script select style svg template "  # noqa: SIM905
    "textarea title video".split()
)
_TAG = re.compile(
    r"</?(?:a|abbr|applet|audio|b|big|blink|blockquote|br|center|cite|code|del|div|em|embed|figure|"
    r"font|frame|frameset|h[1-6]|hr|i|iframe|img|ins|kbd|li|link|mark|meta|noscript|object|ol|p|q|s|"
    r"script|small|span|strike|strong|style|sub|sup|svg|table|td|time|tr|tt|u|ul|video|wbr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_PLAYERS = ("audio", "canvas", "iframe", "object", "video")
"""What they hold is for browsers that cannot play it; unclosed they would hold the rest."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});", re.IGNORECASE)
_SPACES = "\t\r\f\v\xa0\u2028\u2029"


def html_to_text(markup: str) -> str:
    """Return what a reader sees of an HTML fragment: paragraphs separated by blank lines."""
    markup = clean(markup)
    lower = markup.lower()
    for name in _PLAYERS:
        if f"<{name}" in lower and f"</{name}" not in lower:
            markup = re.sub(rf"<{name}\b[^<>]*>", "", markup, flags=re.IGNORECASE)
    return tidy(element_text(parse_html(markup)))


def plain_title(title: str) -> str:
    """Return a title as one line, decoding it only where it is evidently HTML."""
    # RSS does not say whether a title is text or HTML, and `if a<b` must not lose its end
    if _TAG.search(title):
        title = html_to_text(title)
    elif _ENTITY.search(title):
        title = html.unescape(title)
    return " ".join(clean(title).split())


def tidy(text: str) -> str:
    """Return cleaned `text` with single spaces, and one blank line between paragraphs."""
    text = clean(text)
    for space in _SPACES:
        text = text.replace(space, " ")
    while "  " in text:  # ten times the speed of a pattern
        text = text.replace("  ", " ")
    text = "\n".join(map(str.strip, text.split("\n")))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()


def parse_html(markup: str) -> Any:
    """Return the root element of cleaned `markup`, one without content where it has none."""
    root = None
    if markup.strip():
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
        with suppress(etree.LxmlError):
            root = etree.fromstring(markup.encode(), parser)
    return etree.Element("html") if root is None else root


def element_text(root: Any) -> str:
    """Return the text of an element of an HTML page as it is read, not yet tidy."""
    pieces: list[str] = []
    silent = preformatted = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        silent += step * (tag in _SILENT)
        preformatted += step * (tag == "pre")
        if tag in _BLOCKS and not silent:
            pieces.append("\n\n")
        elif tag == "br" and event == "start" and not silent:
            pieces.append("\n")
        elif tag in ("td", "th"):
            pieces.append(" ")
        words = element.text if event == "start" else element.tail
        if words and not silent:
            pieces.append(words if preformatted else words.replace("\n", " "))
    return "".join(pieces)


def page_base(root: Any, url: str) -> str:
    """Return the address against which links of the page at `url` are made absolute."""
    base = next((e.get("href", "") for e in root.iter("base")), "")
    return (base and join_url(url, base)) or url


def parse_xml(markup: str) -> Any:
    """Return the root of an XML document, read without DTD or network; `None` if it is broken."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    with suppress(etree.LxmlError):
        return etree.fromstring(markup.encode(), parser)
    return None


def local_name(name: Any) -> str:
    """Return the name of a tag or attribute in lower case, without prefix; "" for a comment's."""
    return name.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(name, str) else ""
