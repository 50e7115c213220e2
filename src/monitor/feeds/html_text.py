"""HTML and XML from outside to plain text and links, with lxml.

Plain text rather than sanitised HTML: nothing downstream shows a feed's markup, and text has no
sanitiser to get past. Entities are decoded once, by the HTML parser.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from monitor.feeds.encoding_detection import clean

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
_MENUS = frozenset(("nav", "header", "footer", "aside", "form"))
MAX_RECORD_CHARS = 4_000
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});", re.IGNORECASE)
_SPACES = "\t\r\f\v\xa0\u2028\u2029"


def html_to_text(markup: str) -> str:
    """Return what a reader sees of an HTML fragment: paragraphs separated by blank lines."""
    markup = clean(markup)
    lower = markup.lower()
    for name in _PLAYERS:
        if f"<{name}" in lower and f"</{name}" not in lower:
            markup = re.sub(rf"<{name}\b[^<>]*>", "", markup, flags=re.IGNORECASE)
    root = _parse_html(markup)
    return "" if root is None else tidy("".join(_pieces(root)))


def plain_title(title: str) -> str:
    """Return a title as one line, decoding it only where it is evidently HTML.

    RSS does not say whether a title is text or HTML, and `if a<b` must not lose its end.
    """
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


def _parse_html(markup: str) -> Any:
    """Return the root element of `markup`, or `None` where it has none."""
    if not markup.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        return etree.fromstring(markup.encode(), parser)
    except etree.LxmlError:
        return None


def _pieces(root: Any) -> Iterator[str]:
    silent = 0
    preformatted = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        silent += step * (tag in _SILENT)
        preformatted += step * (tag == "pre")
        if tag in _BLOCKS and not silent:
            yield "\n\n"
        elif tag == "br" and event == "start" and not silent:
            yield "\n"
        elif tag in ("td", "th"):
            yield " "
        words = element.text if event == "start" else element.tail
        if words and not silent:
            yield words if preformatted else words.replace("\n", " ")


@dataclass(frozen=True, slots=True)
class Link:
    """A `<link>` element: its `rel` words and type in lower case, `href` as written."""

    rel: frozenset[str]
    type: str
    href: str
    title: str


def find_links(markup: str) -> tuple[str, list[Link]]:
    """Return the `<base href>` (or "") and every `<link>` with an href of an HTML page."""
    root = _parse_html(clean(markup))
    if root is None:
        return "", []
    links = [
        Link(
            rel=frozenset(e.get("rel", "").lower().split()),
            type=e.get("type", "").partition(";")[0].strip().lower(),
            href=e.get("href", "").strip(),
            title=" ".join(e.get("title", "").split()),
        )
        for e in root.iter("link")
        if e.get("href")
    ]
    return _base(root), links


def _base(root: Any) -> str:
    return next((e.get("href", "") for e in root.iter("base")), "")


@dataclass(frozen=True, slots=True)
class Element:
    """An XML element without its tree: local name and attributes, both in lower case."""

    name: str
    attributes: dict[str, str]
    depth: int


def read_elements(markup: str) -> list[Element] | None:
    """Return the elements of an XML document in order, `None` where it is not well-formed.

    Reads nothing but `markup`: no entities, no DTD, no network.
    """
    root = _parse_xml(markup)
    if root is None:
        return None
    found: list[Element] = []
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and isinstance(element.tag, str):
            attributes = {_local(k): clean(str(v)).strip() for k, v in element.attrib.items()}
            found.append(Element(_local(element.tag), attributes, depth))
    return found


def _parse_xml(markup: str) -> Any:
    """Return the root element of `markup` alone, `None` where it is not well-formed."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    try:
        return etree.fromstring(markup.encode(), parser)
    except etree.LxmlError:
        return None


def _local(name: Any) -> str:
    """Return the name of a tag or attribute without prefix; "" for a comment's."""
    return name.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(name, str) else ""


def find_title(markup: str) -> str:
    """Return the title of an HTML page, or ""."""
    root = _parse_html(clean(markup))
    title = None if root is None else root.find(".//title")
    return "" if title is None else " ".join("".join(title.itertext()).split())


def read_records(markup: str, names: frozenset[str]) -> tuple[str, list[dict[str, str]]] | None:
    """Return the root's name and, of each element of `names` in it, the texts of its elements.

    A text stands under its element's name, or `parent.name` where it lies deeper; names without
    prefix, in lower case. `None` where `markup` is not well-formed. Reads nothing but `markup`.
    """
    root = _parse_xml(markup)
    if root is None:
        return None
    return _local(root.tag), [_record(one) for one in root if _local(one.tag) in names]


def _record(element: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for inner in element.iterdescendants():
        if isinstance(inner.tag, str) and inner.text and len(inner.text) <= MAX_RECORD_CHARS:
            above = inner.getparent()
            prefix = "" if above is element else f"{_local(above.tag)}."
            found.setdefault(f"{prefix}{_local(inner.tag)}", " ".join(clean(inner.text).split()))
    return found


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link in a page's body: `href` as written, its words, and whether it is of a menu."""

    href: str
    text: str
    in_menu: bool


def find_anchors(markup: str) -> tuple[str, list[Anchor]]:
    """Return the `<base href>` (or "") and every `<a>` with an href of an HTML page, in order."""
    root = _parse_html(clean(markup))
    if root is None:
        return "", []
    anchors = []
    for element in root.iter("a"):
        if href := element.get("href", "").strip():
            pictures = (picture.get("alt") for picture in element.iter("img"))
            text = " ".join("".join(_pieces(element)).split())
            named = text or " ".join(
                (element.get("title") or next(filter(None, pictures), "")).split()
            )
            menu = any(above.tag in _MENUS for above in element.iterancestors())
            anchors.append(Anchor(href, named, menu))
    return _base(root), anchors
