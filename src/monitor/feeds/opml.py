"""OPML lists of feeds, as they are found in the wild: read leniently, written strictly.

Titles are pasted into files that are no well-formed XML as they are, with bare quotes, `<` and `>`.
A parser that mends XML guesses where a value ends and may swallow what follows, an address
included. Here an outline reaches to where the next one starts, and a value to the quote that a
further attribute or the tag's end follows; an address that even this loses is looked for by itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import cast
from xml.sax.saxutils import quoteattr

from monitor.feeds.encoding_detection import clean, decode
from monitor.feeds.html_text import local_name, parse_xml
from monitor.feeds.urls import feed_id, without_login
from monitor.feeds.xml_repair import declared_charset, prepare_xml
from monitor.records.errors import FeedError
from monitor.records.feed import Feed, FeedKind

_FEED_TYPES = frozenset(("rss", "rss1", "rdf", "atom", "feed", "json", "jsonfeed"))


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One feed of an OPML file; `folders`, outermost first; `problem`: why it is not followed."""

    url: str
    title: str
    site: str = ""
    folders: tuple[str, ...] = ()
    problem: str = ""
    kind: FeedKind = "feed"


def parse_opml(data: bytes, *, name: str = "the OPML file") -> list[OpmlFeed]:
    """Return the feeds of an OPML file, each once, in its order.

    Bare `&`, `<` and quotes, values without quotes, wrong encodings, upper-case names and the like
    are mended. Outlines without an address (`xmlUrl`, or `url` of a type that is a feed's) are
    folders. An address that is none, or cut, stays in the list, for the caller to name.
    Raises `FeedError`, beginning with `name`, where the file is empty or no OPML.
    """
    text = decode(data, (declared_charset(data),)).text.strip()
    if not text:
        raise FeedError(f"{name}: empty")
    try:
        text = prepare_xml(_without_comments(text))
    except FeedError as error:
        raise FeedError(f"{name}: {error}") from error
    elements = list(_read_outlines(text))
    if not any(element in ("opml", "outline") for element, _, _ in elements):
        raise FeedError(f"{name}: this is no OPML file")
    feeds: dict[str, OpmlFeed] = {}
    above: list[tuple[int, str]] = []
    for element, attributes, depth in elements:
        if element != "outline":
            continue
        while above and above[-1][0] >= depth:
            above.pop()
        get = attributes.get
        title, said = " ".join((get("title") or get("text") or "").split()), get("type", "").lower()
        url = get("xmlurl") or (get("url") if said in _FEED_TYPES else "") or ""
        if url:
            folders = tuple(folder for _, folder in above if folder)
            problem = "the file ends in this address" if CUT in attributes else ""
            # what other programs do not know as a type they take for a feed, and find none
            kind = cast("FeedKind", said if said in ("sitemap", "page") else "feed")
            identity = url
            with suppress(FeedError):
                identity = feed_id(url)
            feed = OpmlFeed(url, title, get("htmlurl") or "", folders, problem, kind)
            feeds.setdefault(identity, feed)
        above.append((depth, "" if url else title))
    return list(feeds.values())


def render_opml(feeds: Iterable[Feed]) -> str:
    """Return an OPML 2.0 document."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += ["  <head><title>Feeds</title></head>", "  <body>"]
    for feed in feeds:
        name = _attribute(feed.title or feed.url)
        site = f" htmlUrl={_attribute(without_login(feed.site))}" if feed.site else ""
        said = f" description={_attribute(feed.description)}" if feed.description else ""
        kind = "rss" if feed.kind == "feed" else feed.kind
        address = f"xmlUrl={_attribute(feed.url)}{site}{said}"
        lines.append(f'    <outline type="{kind}" text={name} title={name} {address}/>')
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _attribute(text: str) -> str:
    """Return `text` as a double-quoted attribute value."""
    quoted = quoteattr(" ".join(clean(text).split()))
    return quoted if quoted[0] == '"' else '"' + quoted[1:-1].replace('"', "&quot;") + '"'


_TAG = re.compile(r"<(?:(opml|outline)(?=[\s/>])|/(?:outline|body|opml)\s*>)", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w:.-])([A-Za-z_][\w:.-]{0,39})\s*=\s*([\"']?)")
_CLOSING = {
    quote: re.compile(
        rf"{quote}(?=\s*(?:\Z|[\w:.-]{{1,40}}\s*=\s*[\"'])|\s+[\w:.-]{{1,40}}=\S)"
        r"|(?=\sxmlurl\s*=\s*[\"'])",
        re.IGNORECASE,
    )
    for quote in "\"'"
}
"""What ends a value: its outline's last quote, one before a further attribute, or the address."""
_BARE = re.compile(r"[^\s\"'<>]*")
_ADDRESS = re.compile(r"\bxmlurl\s*=\s*[\"']?\s*([^\s\"'<>]+)", re.IGNORECASE)
_WHOLE_ADDRESS = re.compile(r"\bxmlurl\s*=\s*([\"'])([^\"']+)\1", re.IGNORECASE)
CUT = "cut"
"""The attribute of an outline in whose address the file ends."""


def _without_comments(text: str) -> str:
    """Return `text` without the comments between its tags; a `<!--` inside one is text."""
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        before = text[at:start]
        if before.rstrip()[-1:] in (">", "") and (end := text.find("-->", start)) >= 0:
            kept.append(before)
            at = end + 3
        else:
            kept += (before, "&lt;!--")
            at = start + 4
    return "".join([*kept, text[at:]])


def _read_outlines(text: str) -> Iterator[tuple[str, dict[str, str], int]]:
    """Yield name, attributes (names in lower case) and depth of elements, in linear time."""
    root = parse_xml(text)
    if root is not None:
        for element in root.iter("*"):
            said = {local_name(k): clean(str(v)).strip() for k, v in element.attrib.items()}
            yield local_name(element.tag), said, sum(1 for _ in element.iterancestors())
        return
    depth = 0
    tags = list(_TAG.finditer(text))
    for index, tag in enumerate(tags):
        if tag[1] is None:
            depth = max(0, depth - 1)
            continue
        end = tags[index + 1].start() if index + 1 < len(tags) else len(text)
        inside, closed, rest = text[tag.end() : end].rpartition(">")
        found = _attributes(inside.removesuffix("/") if closed else rest)
        if not closed:  # the file's end cuts the tag, perhaps in its address
            if whole := _WHOLE_ADDRESS.search(rest):
                found["xmlurl"] = clean(html.unescape(whole[2])).strip()
            elif found.get("xmlurl"):
                found[CUT] = ""
        yield tag[1].lower(), found, depth
        depth += not (closed and inside.endswith("/"))


def _attributes(inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while name := _NAME.search(inside, at):
        quote, start = name[2], name.end()
        if quote:
            closing = _CLOSING[quote].search(inside, start)
            end, at = (closing.start(), closing.end()) if closing else (len(inside), len(inside))
        else:
            bare = _BARE.match(inside, start)
            end = at = bare.end() if bare else start
        key = name[1].rpartition(":")[2].lower()
        found.setdefault(key, clean(html.unescape(inside[start:end])).strip())
    if not found.get("xmlurl") and (address := _ADDRESS.search(inside)):
        found["xmlurl"] = clean(html.unescape(address[1]))
    return found
