"""Weekly policy brief: the four Ps, topics, institutions and instruments by name, no case.

What is named is told by the articles' tags, each with the address of whoever keeps it; policy news
that is not about trafficking counts too, and is told apart. Of an article it says which outlet has
it, and nothing of whom it tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.digest import view as words
from monitor.digest.build import stories_of
from monitor.digest.coverage_account import CoverageLine, count, coverage_lines
from monitor.digest.newsletter import Mask, article_page
from monitor.digest.tag_words import CountryName, labels, places_of
from monitor.digest.tag_words import words as words_of
from monitor.labels.institutions import ENTITY_SCHEMES, Entity, known_entities
from monitor.labels.schemes import RESPONSES, TOPICS
from monitor.records.article import AssessedArticle
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


SourceOf = Callable[[AssessedArticle], BriefSource]


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
    source = partial(_source, mask=mask, public_url=public_url)
    stories, context = stories_of(digest), digest.context
    every = (*stories, *context)
    named = {story.id: names_in(story) for story in every}
    about = count(len(stories), "story", "stories")
    heading = f"{clean(title)}: policy brief"
    more = (
        f", and {count(len(context), 'story', 'stories')} of other policy news" if context else ""
    )

    def listed(scheme: str) -> tuple[BriefNamed, ...]:
        known = known_entities(scheme).values()
        found = [(one, [s for s in every if one.id in named[s.id]]) for one in known]
        found.sort(key=lambda pair: (-len(pair[1]), pair[0].shown))
        return tuple(_named(one, own, source) for one, own in found if own)

    return Brief(
        title=heading,
        subject=f"{heading}, {day_words(digest.day)}: {about}",
        day=day_words(digest.day),
        timezone=clean(digest.timezone),
        summary=f"{about}, by response{more}, and the institutions they name. Cases are left out.",
        quiet="" if every else words.NOTHING_FITS,
        ps=tuple(_p(label, stories, named, country_name) for label in RESPONSES),
        topics=tuple(
            filter(None, (_topic(label, stories, context, named, source) for label in TOPICS))
        ),
        instruments=listed("instrument"),
        institutions=listed("institution"),
        coverage=coverage_lines(digest, country_name),
    )


def names_in(story: Story) -> frozenset[str]:
    """Return the ids of the institutions and instruments that the articles of a story name."""
    return frozenset(tag.label for tag in _tags(story.articles) if tag.scheme in ENTITY_SCHEMES)


def _topic(
    label: str,
    stories: Sequence[Story],
    context: Sequence[Story],
    named: Mapping[str, frozenset[str]],
    source: SourceOf,
) -> BriefTopic | None:
    own, beside = (
        [s for s in some if label in labels(_tags(s.articles), "topic")]
        for some in (stories, context)
    )
    if not own and not beside:
        return None
    told = count(len(own) + len(beside), "story", "stories")
    apart = f", {len(beside)} of them not about trafficking" if beside else ""
    sources = [source(story.articles[0]) for story in (*beside, *own)[:SOURCES_SHOWN]]
    heading = label.replace("_", " ").capitalize()
    return BriefTopic(heading, told + apart, _names((*own, *beside), named), tuple(sources))


def _names(stories: Iterable[Story], named: Mapping[str, frozenset[str]]) -> str:
    """Return what is named most, each with how many of the stories name it."""
    ids = Counter(id_ for story in stories for id_ in named[story.id])
    shown = {
        key: one.shown for scheme in ENTITY_SCHEMES for key, one in known_entities(scheme).items()
    }
    return _most({shown[id_]: n for id_, n in ids.items() if id_ in shown})


def _p(
    label: str,
    stories: Sequence[Story],
    named: Mapping[str, frozenset[str]],
    country_name: CountryName,
) -> BriefP:
    own = [s for s in stories if label in labels(_tags(s.articles), "response")]
    kinds: Counter[str] = Counter()
    if label == "partnership":
        kinds.update(k for s in stories for k in labels(_tags(s.articles), "partnership"))
    places = Counter(place for story in own for place in places_of(story))
    return BriefP(
        heading=label.capitalize(),
        told=count(len(own), "story", "stories"),
        places=_most({clean(country_name(code)): n for code, n in places.items()}),
        named=_names(own, named),
        kinds=_most({words_of(kind): n for kind, n in kinds.items()}),
    )


def _named(entry: Entity, own: Sequence[Story], source: SourceOf) -> BriefNamed:
    told = count(len(own), "story", "stories")
    sources = [source(story.articles[0]) for story in own[:SOURCES_SHOWN]]
    return BriefNamed(entry.name, entry.shown, entry.url, told, tuple(sources))


def _source(assessed: AssessedArticle, mask: Mask, public_url: str) -> BriefSource:
    article = assessed.article
    url = safe_url(article.url)
    if url is not None and mask(article).link_tells:
        url = article_page(public_url, article.id)
    return BriefSource(clean(article.outlet) or words.NO_OUTLET, url)


def _tags(articles: Iterable[AssessedArticle]) -> list[Tag]:
    return [tag for assessed in articles for tag in assessed.tags]


def _most(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    shown = ", ".join(f"{name} ({counts[name]})" for name in ordered[:PLACES_SHOWN])
    more = len(ordered) - PLACES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
