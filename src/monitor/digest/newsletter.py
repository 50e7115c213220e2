"""Newsletter: a digest as it is mailed and syndicated, in our own words first, headlines masked.

What leaves the desk is read on phones in trains and kept on others' servers. So names of victims,
minors and relatives are masked by what the whole article says of who is who, wording that is
graphic gives way to a neutral line, and no words of an article's text stand here at all. The
weekly policy brief names no case, and of an article only which outlet has it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from monitor.digest import tag_words
from monitor.digest import view as words
from monitor.digest.build import stories_of
from monitor.digest.coverage_account import count, coverage_lines
from monitor.digest.tag_words import CountryName, counted, labels, neutral_line, places_of
from monitor.digest.view import DigestFrame, headline_findings, quiet_words, summary_words
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.labels.schemes import RESPONSES, TOPICS
from monitor.records.article import Article, AssessedArticle
from monitor.records.dates import date_words, day_words, on_clock
from monitor.records.digest import Digest, Story
from monitor.records.hidden_names import LANGUAGE, REASONS, Shown
from monitor.text.safe_text import clean, excerpt, safe_url

Mask = Callable[[Article], Shown]
"""What may be shown of an article."""
HEADLINE_CHARS = 200


@dataclass(frozen=True, slots=True)
class LetterArticle:
    """An article. `headline` is empty where it is not shown, `note` then says why.

    Where its address is hidden, `url_note` says so, and `url` is the article's page at the desk
    (`at_desk`), `None` where the desk has no public address.
    """

    id: str
    headline: str
    note: str
    url: str | None
    url_note: str
    at_desk: bool
    outlet: str
    language: str
    when: str
    when_iso: str
    published_iso: str
    summary_only: bool


@dataclass(frozen=True, slots=True)
class LetterStory:
    """A story: `line` is composed from tags; `lead` is the article that it is known by."""

    id: str
    line: str
    lead: LetterArticle
    copies: list[LetterArticle]


@dataclass(frozen=True, slots=True)
class LetterSection:
    """Stories of one kind; `note` says which."""

    heading: str
    note: str
    stories: list[LetterStory]


@dataclass(frozen=True, slots=True)
class Newsletter(DigestFrame):
    """A digest by its stories, for mail and feeds."""

    subject: str
    sections: list[LetterSection]


def write_letter(
    digest: Digest,
    *,
    title: str,
    country_name: CountryName,
    mask: Mask,
    filtered: bool = False,
    public_url: str = "",
) -> Newsletter:
    """Put a digest into words that may leave the desk; `filtered`: it holds a choice of stories.

    `public_url` is where recipients reach the desk.
    """
    zone = ZoneInfo(digest.timezone)

    def view_article(assessed: AssessedArticle) -> LetterArticle:
        article = assessed.article
        shown = mask(article)
        headline, note = "", ""
        if shown.withheld:
            unmasked = shown.withheld == REASONS[LANGUAGE]
            note = words.NOT_MASKED if unmasked else f"Headline not shown: {shown.withheld}."
        elif tag_words.tells_violence(article.title) or not tag_words.GRAPHIC_RULES.isdisjoint(
            finding.rule for finding in headline_findings(assessed)
        ):
            note = words.GRAPHIC
        else:
            headline = excerpt(shown.title, HEADLINE_CHARS) or words.NO_HEADLINE
        url, url_note = safe_url(article.url), ""
        at_desk = url is not None and shown.link_tells
        if at_desk:
            url_note = words.URL_TOO if shown.withheld else words.URL_WITHHELD
            url = article_page(public_url, article.id)
        moment = article.published or article.seen
        when = date_words(moment, digest.day, zone)
        return LetterArticle(
            id=clean(article.id),
            headline=headline,
            note=note,
            url=url,
            url_note=url_note,
            at_desk=at_desk and url is not None,
            outlet=clean(article.outlet) or words.NO_OUTLET,
            language=clean(article.language or ""),
            when=when if article.published else f"first seen {when}",
            when_iso=on_clock(article.seen, zone).isoformat(timespec="seconds"),
            published_iso=on_clock(moment, zone).isoformat(timespec="seconds"),
            summary_only=article.origin == "summary",
        )

    def view(story: Story) -> LetterStory:
        lead, *copies = map(view_article, story.articles)
        return LetterStory(clean(story.id), neutral_line(story, country_name), lead, copies)

    possible, unjudged = (
        [Story(one.article.id, (one,)) for one in some]
        for some in (digest.possible, digest.unjudged)
    )
    parts = (
        (words.RELEVANT, "", digest.relevant),
        (words.BORDERLINE, words.BORDERLINE_NOTE, digest.borderline),
        (words.POSSIBLE, words.POSSIBLE_NOTE, possible),
        (words.UNJUDGED, words.UNJUDGED_NOTE, unjudged),
    )
    quiet = words.NOTHING_FITS if filtered else quiet_words(digest)
    # day, count, forms and places: nothing that an outlet wrote stands in a subject
    number, day = len(digest.relevant), day_words(digest.day)
    told = count(number, "story", "stories") if number else "no story"
    about = "; ".join(", ".join(f) for f in counted(digest.relevant, country_name) if f)
    return Newsletter(
        title=clean(title),
        subject=f"{clean(title)}, {day}: {told}{f' ({about})' if about else ''}",
        day=day,
        timezone=clean(digest.timezone),
        summary=summary_words(digest),
        quiet="" if digest.relevant else quiet,
        sections=[
            LetterSection(heading, note, list(map(view, stories)))
            for heading, note, stories in parts
            if stories
        ],
        coverage=coverage_lines(digest, country_name),
    )


def article_page(public_url: str, article_id: str) -> str | None:
    """Return the address of an article's page at the desk; None where it has no public one."""
    return f"{public_url.rstrip('/')}/articles/{quote(article_id, safe='')}" if public_url else None


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


def _summary(story: LetterStory) -> str:
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


PLACES_SHOWN = 8
SOURCES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class BriefEntry:
    """How many stories tell of one of the four Ps, a topic, an institution or instrument.

    `named` are the institutions and instruments of these stories, `sources` outlets and addresses
    where to read them; `name` and `url` are an institution's or instrument's own.
    """

    heading: str
    told: str
    places: str = ""
    named: str = ""
    kinds: str = ""
    name: str = ""
    url: str = ""
    sources: Sequence[tuple[str, str | None]] = ()


@dataclass(frozen=True, slots=True)
class PolicyBrief(DigestFrame):
    """A digest by what its stories say to those who make policy."""

    subject: str
    ps: list[BriefEntry]
    topics: list[BriefEntry]
    instruments: list[BriefEntry]
    institutions: list[BriefEntry]


def write_brief(
    digest: Digest, *, title: str, country_name: CountryName, mask: Mask, public_url: str = ""
) -> PolicyBrief:
    """Put the stories of some days into a brief for those who make policy.

    `public_url` is where recipients reach the desk.
    """
    own, context = stories_of(digest), digest.context
    every = (*own, *context)
    tags = {s.id: [tag for assessed in s.articles for tag in assessed.tags] for s in every}
    entities = {
        key: one for scheme in ENTITY_SCHEMES for key, one in known_entities(scheme).items()
    }
    named = {
        story: {tag.label for tag in found if tag.scheme in ENTITY_SCHEMES}
        for story, found in tags.items()
    }

    def telling(stories: Iterable[Story], scheme: str, label: str) -> list[Story]:
        return [story for story in stories if label in labels(tags[story.id], scheme)]

    def names(stories: Iterable[Story]) -> str:
        ids = (id_ for story in stories for id_ in named[story.id])
        return _most(entities[id_].shown for id_ in ids if id_ in entities)

    def sources(stories: Sequence[Story]) -> list[tuple[str, str | None]]:
        found = []
        for article in (story.articles[0].article for story in stories[:SOURCES_SHOWN]):
            url = safe_url(article.url)
            if url is not None and mask(article).link_tells:
                url = article_page(public_url, article.id)
            found.append((clean(article.outlet) or words.NO_OUTLET, url))
        return found

    def listed(scheme: str) -> list[BriefEntry]:
        known = known_entities(scheme).values()
        found = [(one, [s for s in every if one.id in named[s.id]]) for one in known]
        found.sort(key=lambda pair: (-len(pair[1]), pair[0].shown))
        return [
            BriefEntry(one.shown, _stories(told), name=one.name, url=one.url, sources=sources(told))
            for one, told in found
            if told
        ]

    ps, topics = [], []
    for label in RESPONSES:
        told = telling(own, "response", label)
        kinds = _most(tag_words.words(k) for s in own for k in labels(tags[s.id], "partnership"))
        ps.append(
            BriefEntry(
                label.capitalize(),
                _stories(told),
                places=_most(clean(country_name(code)) for s in told for code in places_of(s)),
                named=names(told),
                kinds=kinds if label == "partnership" else "",
            )
        )
    for label in TOPICS:
        beside = telling(context, "topic", label)
        if both := [*beside, *telling(own, "topic", label)]:
            apart = f", {len(beside)} of them not about trafficking" if beside else ""
            head, told_of = label.replace("_", " ").capitalize(), _stories(both) + apart
            topics.append(BriefEntry(head, told_of, named=names(both), sources=sources(both)))
    about, heading, day = _stories(own), f"{clean(title)}: policy brief", day_words(digest.day)
    more = f", and {_stories(context)} of other policy news" if context else ""
    return PolicyBrief(
        title=heading,
        subject=f"{heading}, {day}: {about}",
        day=day,
        timezone=clean(digest.timezone),
        summary=f"{about}, by response{more}, and the institutions they name. Cases are left out.",
        quiet="" if every else words.NOTHING_FITS,
        ps=ps,
        topics=topics,
        instruments=listed("instrument"),
        institutions=listed("institution"),
        coverage=coverage_lines(digest, country_name),
    )


def _stories(stories: Sequence[Story]) -> str:
    return count(len(stories), "story", "stories")


def _most(names: Iterable[str]) -> str:
    counts = Counter(names)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    shown = ", ".join(f"{name} ({counts[name]})" for name in ordered[:PLACES_SHOWN])
    more = len(ordered) - PLACES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
