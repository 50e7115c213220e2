"""OPML lists of feeds, as they are found in the wild: read leniently, written strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from monitor.feeds.encoding_detection import clean, decode
from monitor.feeds.html_text import Element, read_elements
from monitor.feeds.outlines import CUT, scan_outlines, without_comments
from monitor.feeds.urls import feed_id, without_login
from monitor.feeds.xml_repair import declared_charset, prepare_xml
from monitor.records.article import Feed, FeedKind
from monitor.records.errors import FeedError

_FEED_TYPES = frozenset(("rss", "rss1", "rdf", "atom", "feed", "json", "jsonfeed"))

_KINDS: dict[str, FeedKind] = {"sitemap": "sitemap", "page": "page"}
"""What other programs do not know as a type they take for a feed, and find none."""


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One feed of an OPML file; `folders` are the outlines it lies in, outermost first.

    `problem` says why it cannot be followed as it stands.
    """

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
        text = prepare_xml(without_comments(text))
        elements = read_elements(text) or list(scan_outlines(text))
    except FeedError as error:
        raise FeedError(f"{name}: {error}") from error
    if not any(element.name in ("opml", "outline") for element in elements):
        raise FeedError(f"{name}: this is no OPML file")
    return _collected(elements)


def _collected(elements: Iterable[Element]) -> list[OpmlFeed]:
    feeds: dict[str, OpmlFeed] = {}
    above: list[tuple[int, str]] = []
    for element in elements:
        if element.name != "outline":
            continue
        while above and above[-1][0] >= element.depth:
            above.pop()
        get = element.attributes.get
        title = " ".join((get("title") or get("text") or "").split())
        url = get("xmlurl") or (get("url") if get("type", "").lower() in _FEED_TYPES else "") or ""
        if url:
            folders = tuple(folder for _, folder in above if folder)
            problem = "the file ends in this address" if CUT in element.attributes else ""
            kind = _KINDS.get(get("type", "").lower(), "feed")
            feed = OpmlFeed(url, title, get("htmlurl") or "", folders, problem, kind)
            feeds.setdefault(_identity(url), feed)
        above.append((element.depth, "" if url else title))
    return list(feeds.values())


def _identity(url: str) -> str:
    try:
        return feed_id(url)
    except FeedError:
        return url


def render_opml(
    feeds: Iterable[Feed | OpmlFeed], *, title: str = "Feeds", comment: str = ""
) -> str:
    """Return an OPML 2.0 document; feeds with folders lie in outlines of these names."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    if comment:
        lines.append(f"<!-- {comment.replace('--', '—')} -->")
    lines += ['<opml version="2.0">', f"  <head><title>{escape(title)}</title></head>", "  <body>"]
    inside: tuple[str, ...] = ()
    for feed in sorted(feeds, key=_folders):
        folders = _folders(feed)
        common = _common(inside, folders)
        lines += ["  " * (depth + 1) + "</outline>" for depth in range(len(inside), common, -1)]
        for depth in range(common, len(folders)):
            name = _attribute(folders[depth])
            lines.append("  " * (depth + 2) + f"<outline text={name} title={name}>")
        inside = folders
        lines.append("  " * (len(inside) + 2) + _outline(feed))
    lines += ["  " * (depth + 1) + "</outline>" for depth in range(len(inside), 0, -1)]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _folders(feed: Feed | OpmlFeed) -> tuple[str, ...]:
    return feed.folders if isinstance(feed, OpmlFeed) else ()


def _common(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _outline(feed: Feed | OpmlFeed) -> str:
    name = _attribute(feed.title or feed.url)
    site = f" htmlUrl={_attribute(without_login(feed.site))}" if feed.site else ""
    about = feed.description if isinstance(feed, Feed) else ""
    said = f" description={_attribute(about)}" if about else ""
    address = _attribute(feed.url)
    kind = "rss" if feed.kind == "feed" else feed.kind
    return f'<outline type="{kind}" text={name} title={name} xmlUrl={address}{site}{said}/>'


def _attribute(text: str) -> str:
    """Return `text` as a double-quoted attribute value."""
    quoted = quoteattr(" ".join(clean(text).split()))
    return quoted if quoted[0] == '"' else '"' + quoted[1:-1].replace('"', "&quot;") + '"'
