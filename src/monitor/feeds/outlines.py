"""The outlines of an OPML file that is no well-formed XML.

Titles are pasted into such files as they are, with bare quotes, `<` and `>`. A parser that mends
XML guesses where a value ends and may swallow what follows, an address included. Here an outline
reaches to where the next one starts, and a value to the quote that a further attribute or the
tag's end follows; an address that even this loses is looked for by itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from monitor.feeds.encoding_detection import clean
from monitor.feeds.html_text import Element

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


def without_comments(text: str) -> str:
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


def scan_outlines(text: str) -> Iterator[Element]:
    """Yield the `opml` and `outline` elements of a broken OPML file in order, in linear time."""
    depth = 0
    tags = list(_TAG.finditer(text))
    for index, tag in enumerate(tags):
        if tag[1] is None:
            depth = max(0, depth - 1)
            continue
        end = tags[index + 1].start() if index + 1 < len(tags) else len(text)
        inside, closed, _ = text[tag.end() : end].rpartition(">")
        if closed:
            alone = inside.endswith("/")
            attributes = _attributes(inside.removesuffix("/"))
        else:
            alone = False
            attributes = _cut_attributes(text[tag.end() : end])
        yield Element(tag[1].lower(), attributes, depth + 1)
        depth += not alone


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


def _cut_attributes(inside: str) -> dict[str, str]:
    """Return the attributes of a tag that the file's end cuts, with `CUT` if in its address."""
    found = _attributes(inside)
    whole = _WHOLE_ADDRESS.search(inside)
    if whole:
        found["xmlurl"] = clean(html.unescape(whole[2])).strip()
    elif found.get("xmlurl"):
        found[CUT] = ""
    return found
