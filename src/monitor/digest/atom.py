"""The digest as Atom (RFC 4287) and JSON Feed 1.1: an entry for each story, as it is mailed."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

from monitor.digest import view as words
from monitor.digest.newsletter import Newsletter

ATOM = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_atom(letter: Newsletter, *, period: str, public_url: str = "") -> str:
    """Return an Atom feed. `period` is a day, `FIRST..LAST` or `all`; ids hold it."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(_name("feed"))
    _child(feed, "id", _id(period))
    _child(feed, "title", f"{letter.title}, {letter.day}")
    _child(feed, "subtitle", letter.quiet or letter.summary)
    times = [s.lead.when_iso for section in letter.sections for s in section.stories]
    _child(feed, "updated", max(times, default="1970-01-01T00:00:00+00:00"))
    _child(_child(feed, "author"), "name", letter.title)
    if public_url:
        address = f"{public_url.rstrip('/')}/digests/{period}"
        ET.SubElement(feed, _name("link"), {"rel": "alternate", "href": address})
    for section in letter.sections:
        for story in section.stories:
            entry = _child(feed, "entry")
            _child(entry, "id", _id(period, story.id))
            _child(entry, "title", story.line)
            _child(entry, "updated", story.lead.when_iso)
            _child(entry, "published", story.lead.published_iso)
            for article in (story.lead, *story.copies):
                if article.url:
                    kind = "alternate" if article is story.lead else "related"
                    ET.SubElement(entry, _name("link"), {"rel": kind, "href": article.url})
            ET.SubElement(entry, _name("category"), {"term": section.heading})
            _child(entry, "summary", _summary(story)).set("type", "text")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, "unicode") + "\n"


def render_jsonfeed(letter: Newsletter, *, period: str, public_url: str = "") -> str:
    """Return a JSON Feed of the same."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{letter.title}, {letter.day}",
        "description": letter.quiet or letter.summary,
        "language": "en",
    }
    if public_url:
        feed["home_page_url"] = f"{public_url.rstrip('/')}/digests/{period}"
    feed["items"] = [
        {
            "id": _id(period, story.id),
            "title": story.line,
            **({"url": story.lead.url} if story.lead.url else {}),
            "content_text": _summary(story),
            "date_published": story.lead.published_iso,
            "date_modified": story.lead.when_iso,
            "tags": [section.heading],
        }
        for section in letter.sections
        for story in section.stories
    ]
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _summary(story: SimpleNamespace) -> str:
    """Return the headline, or why there is none, then who has it."""
    lead = story.lead
    outlets = list(dict.fromkeys([lead.outlet, *(copy.outlet for copy in story.copies)]))
    parts = [lead.headline or lead.note, lead.url_note, "In " + ", ".join(outlets)]
    if lead.language and lead.language != "en":
        parts.append(f"language: {lead.language}")
    if lead.summary_only:
        parts.append(words.SUMMARY_ONLY)
    return " · ".join(filter(None, parts))


def _id(period: str, story: str = "") -> str:
    return ":".join(filter(None, ("urn:thb-monitor:digest", period, story)))


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _child(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    child = ET.SubElement(parent, _name(tag))
    child.text = _NO_XML.sub("\ufffd", text) or None
    return child
