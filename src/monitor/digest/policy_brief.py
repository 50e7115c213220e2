"""Weekly policy brief: the four Ps, topics, institutions and instruments by name, no case.

What is named is told by the articles' tags, each with the address of whoever keeps it; policy news
that is not about trafficking counts too, and is told apart. Of an article it says which outlet has
it, and nothing of whom it tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from monitor.digest import view as words
from monitor.digest.build import stories_of
from monitor.digest.coverage_account import count, coverage_lines
from monitor.digest.newsletter import Letter, Mask, article_page
from monitor.digest.tag_words import CountryName, labels, places_of
from monitor.digest.tag_words import words as words_of
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.labels.schemes import RESPONSES, TOPICS
from monitor.records.dates import day_words
from monitor.records.digest import Digest, Story
from monitor.text.safe_text import clean, safe_url

PLACES_SHOWN = 8
SOURCES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class BriefEntry:
    """One of the four Ps, a topic, institution or instrument, and how many stories tell of it.

    A P has `places`, and `kinds` of partnership, an institution its full `name` and `url`; `named`
    are the institutions and instruments of its stories, `sources` where to read it: each an
    `outlet`, and its `url` (at the desk if that tells).
    """

    heading: str
    told: str
    places: str = ""
    named: str = ""
    kinds: str = ""
    name: str = ""
    url: str = ""
    sources: Sequence[SimpleNamespace] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(Letter):
    """The brief in words."""

    ps: tuple[BriefEntry, ...]
    topics: tuple[BriefEntry, ...]
    instruments: tuple[BriefEntry, ...]
    institutions: tuple[BriefEntry, ...]


def write_brief(
    digest: Digest, *, title: str, country_name: CountryName, mask: Mask, public_url: str = ""
) -> Brief:
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

    def sources(stories: Sequence[Story]) -> list[SimpleNamespace]:
        found = []
        for article in (story.articles[0].article for story in stories[:SOURCES_SHOWN]):
            url = safe_url(article.url)
            if url is not None and mask(article).link_tells:
                url = article_page(public_url, article.id)
            found.append(SimpleNamespace(outlet=clean(article.outlet) or words.NO_OUTLET, url=url))
        return found

    def listed(scheme: str) -> tuple[BriefEntry, ...]:
        known = known_entities(scheme).values()
        found = [(one, [s for s in every if one.id in named[s.id]]) for one in known]
        found.sort(key=lambda pair: (-len(pair[1]), pair[0].shown))
        return tuple(
            BriefEntry(one.shown, _stories(told), name=one.name, url=one.url, sources=sources(told))
            for one, told in found
            if told
        )

    ps, topics = [], []
    for label in RESPONSES:
        told = telling(own, "response", label)
        kinds = _most(words_of(k) for s in own for k in labels(tags[s.id], "partnership"))
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
    return Brief(
        title=heading,
        subject=f"{heading}, {day}: {about}",
        day=day,
        timezone=clean(digest.timezone),
        summary=f"{about}, by response{more}, and the institutions they name. Cases are left out.",
        quiet="" if every else words.NOTHING_FITS,
        ps=tuple(ps),
        topics=tuple(topics),
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
