"""OPML lists of feeds, as they are found in the wild: read leniently, written strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from monitor.errors import FeedError
from monitor.feeds.decode import decode
from monitor.feeds.markup import Element, read_elements
from monitor.feeds.urls import canonical_url
from monitor.feeds.xmltext import declared_charset, escape_in_attributes, prepare_xml


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One feed of an OPML file; `folders` are the outlines it lies in, outermost first."""

    url: str
    title: str
    site: str = ""
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpmlList:
    """What an OPML file holds: feeds, each once, and what of it could not be used."""

    feeds: tuple[OpmlFeed, ...]
    warnings: tuple[str, ...]


def parse_opml(data: bytes) -> list[OpmlFeed]:
    """Return the feeds of an OPML file, each once, in its order; see `read_opml`."""
    return list(read_opml(data).feeds)


def read_opml(data: bytes) -> OpmlList:
    """Read an OPML file with bare `&` and `<`, wrong encoding, upper-case names and the like.

    Outlines without a feed URL are folders where they hold something; a URL that is none is a
    warning.

    Raises `FeedError` where the file is empty or no OPML.
    """
    text = decode(data, (declared_charset(data),)).text.strip()
    if not text:
        raise FeedError("the OPML file is empty")
    try:
        elements = list(read_elements(prepare_xml(escape_in_attributes(text))))
    except FeedError as error:
        raise FeedError(f"this OPML file is not read: {error}") from error
    if not elements or not any(element.name in ("opml", "outline") for element in elements):
        raise FeedError("this is no OPML file")
    if elements[0].name in ("html", "rss", "feed", "rdf"):
        raise FeedError(f"this is no OPML file, but <{elements[0].name}>")
    return _collected(elements)


def _collected(elements: Iterable[Element]) -> OpmlList:
    feeds: dict[str, OpmlFeed] = {}
    warnings: list[str] = []
    open_outlines: list[tuple[int, str]] = []
    for element in elements:
        if element.name != "outline":
            continue
        while open_outlines and open_outlines[-1][0] >= element.depth:
            open_outlines.pop()
        get = element.attributes.get
        title = " ".join((get("title") or get("text") or "").split())
        url = get("xmlurl") or ""
        if url:
            try:
                key = canonical_url(url)
            except FeedError as error:
                warnings.append(str(error))
            else:
                folders = tuple(name for _, name in open_outlines if name)
                feeds.setdefault(key, OpmlFeed(url, title, get("htmlurl") or "", folders))
        open_outlines.append((element.depth, "" if url else title))
    return OpmlList(tuple(feeds.values()), tuple(warnings))


def render_opml(feeds: Iterable[OpmlFeed], *, title: str = "Feeds", comment: str = "") -> str:
    """Return an OPML 2.0 document; feeds with folders lie in outlines of these names."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    if comment:
        lines.append(f"<!-- {comment.replace('--', '—')} -->")
    head = _attribute(title)[1:-1].replace("&quot;", '"')
    lines += ['<opml version="2.0">', f"  <head><title>{head}</title></head>", "  <body>"]
    inside: tuple[str, ...] = ()
    for feed in sorted(feeds, key=lambda feed: feed.folders):
        common = _common(inside, feed.folders)
        lines += ["  " * (depth + 1) + "</outline>" for depth in range(len(inside), common, -1)]
        for depth in range(common, len(feed.folders)):
            name = _attribute(feed.folders[depth])
            lines.append("  " * (depth + 2) + f"<outline text={name} title={name}>")
        inside = feed.folders
        lines.append("  " * (len(inside) + 2) + _outline(feed))
    lines += ["  " * (depth + 1) + "</outline>" for depth in range(len(inside), 0, -1)]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _common(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _outline(feed: OpmlFeed) -> str:
    name = _attribute(feed.title or feed.url)
    site = f" htmlUrl={_attribute(feed.site)}" if feed.site else ""
    return f'<outline type="rss" text={name} title={name} xmlUrl={_attribute(feed.url)}{site}/>'


def _attribute(text: str) -> str:
    """Return `text` as a double-quoted attribute value."""
    quoted = quoteattr(" ".join(text.split()))
    return quoted if quoted[0] == '"' else '"' + quoted[1:-1].replace('"', "&quot;") + '"'
