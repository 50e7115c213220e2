"""Weekly policy brief: the four Ps, topics, institutions and instruments by name, no case.

What is named is told by the articles' tags, each with the address of whoever keeps it; policy news
that is not about trafficking counts too, and is told apart. Of an article it says which outlet has
it, and nothing of whom it tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.digest import view as words
from monitor.digest.build import stories_of
from monitor.digest.coverage_account import CoverageLine, count, coverage_lines
from monitor.digest.newsletter import Mask, article_page
from monitor.digest.tag_words import CountryName, labels, places_of
from monitor.digest.tag_words import words as words_of
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.labels.schemes import RESPONSES, TOPICS
from monitor.records.dates import day_words
from monitor.records.digest import Digest, Story
from monitor.records.tag import Tag
from monitor.text.safe_text import clean, safe_url

PLACES_SHOWN = 8
SOURCES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class BriefSource:
    """An article that names something: its outlet, and its address (at the desk if that tells)."""

    outlet: str
    url: str | None


@dataclass(frozen=True, slots=True)
class BriefP:
    """One of the four Ps: how many stories, where, and what they name; of partnership its kinds."""

    heading: str
    told: str
    places: str
    named: str
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class BriefNamed:
    """An institution or instrument with how many stories name it, and where to read that."""

    name: str
    shown: str
    url: str
    told: str
    sources: tuple[BriefSource, ...]


@dataclass(frozen=True, slots=True)
class BriefTopic:
    """A topic beside trafficking: how many stories tell of it, whom they name, where to read it."""

    heading: str
    told: str
    named: str
    sources: tuple[BriefSource, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief in words."""

    title: str
    subject: str
    day: str
    timezone: str
    summary: str
    quiet: str
    ps: tuple[BriefP, ...]
    topics: tuple[BriefTopic, ...]
    instruments: tuple[BriefNamed, ...]
    institutions: tuple[BriefNamed, ...]
    coverage: tuple[CoverageLine, ...]


def write_brief(
    digest: Digest, *, title: str, country_name: CountryName, mask: Mask, public_url: str = ""
) -> Brief:
    """Put the stories of some days into a brief for those who make policy.

    `public_url` is where recipients reach the desk.
    """
    own, context = stories_of(digest), digest.context
    every = (*own, *context)
    about = _stories(own)
    heading = f"{clean(title)}: policy brief"
    more = f", and {_stories(context)} of other policy news" if context else ""
    entities = {
        key: one for scheme in ENTITY_SCHEMES for key, one in known_entities(scheme).items()
    }
    named = {
        story.id: {tag.label for tag in _tags(story) if tag.scheme in ENTITY_SCHEMES}
        for story in every
    }

    def names(stories: Iterable[Story]) -> str:
        ids = Counter(id_ for story in stories for id_ in named[story.id])
        return _most({entities[id_].shown: n for id_, n in ids.items() if id_ in entities})

    def sources(stories: Sequence[Story]) -> tuple[BriefSource, ...]:
        found = []
        for article in (story.articles[0].article for story in stories[:SOURCES_SHOWN]):
            url = safe_url(article.url)
            if url is not None and mask(article).link_tells:
                url = article_page(public_url, article.id)
            found.append(BriefSource(clean(article.outlet) or words.NO_OUTLET, url))
        return tuple(found)

    def p(label: str) -> BriefP:
        told = [s for s in own if label in labels(_tags(s), "response")]
        places = Counter(place for story in told for place in places_of(story))
        kinds = Counter(k for s in own for k in labels(_tags(s), "partnership"))
        return BriefP(
            heading=label.capitalize(),
            told=_stories(told),
            places=_most({clean(country_name(code)): n for code, n in places.items()}),
            named=names(told),
            kinds=_most({words_of(kind): n for kind, n in kinds.items()})
            if label == "partnership"
            else "",
        )

    def topics() -> Iterator[BriefTopic]:
        for label in TOPICS:
            told = [s for s in own if label in labels(_tags(s), "topic")]
            beside = [s for s in context if label in labels(_tags(s), "topic")]
            both = [*beside, *told]
            apart = f", {len(beside)} of them not about trafficking" if beside else ""
            head = label.replace("_", " ").capitalize()
            if both:
                yield BriefTopic(head, _stories(both) + apart, names(both), sources(both))

    def listed(scheme: str) -> tuple[BriefNamed, ...]:
        known = known_entities(scheme).values()
        found = [(one, [s for s in every if one.id in named[s.id]]) for one in known]
        found.sort(key=lambda pair: (-len(pair[1]), pair[0].shown))
        return tuple(
            BriefNamed(one.name, one.shown, one.url, _stories(told), sources(told))
            for one, told in found
            if told
        )

    return Brief(
        title=heading,
        subject=f"{heading}, {day_words(digest.day)}: {about}",
        day=day_words(digest.day),
        timezone=clean(digest.timezone),
        summary=f"{about}, by response{more}, and the institutions they name. Cases are left out.",
        quiet="" if every else words.NOTHING_FITS,
        ps=tuple(map(p, RESPONSES)),
        topics=tuple(topics()),
        instruments=listed("instrument"),
        institutions=listed("institution"),
        coverage=coverage_lines(digest, country_name),
    )


def _tags(story: Story) -> list[Tag]:
    return [tag for assessed in story.articles for tag in assessed.tags]


def _stories(stories: Sequence[Story]) -> str:
    return count(len(stories), "story", "stories")


def _most(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    shown = ", ".join(f"{name} ({counts[name]})" for name in ordered[:PLACES_SHOWN])
    more = len(ordered) - PLACES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
