"""Tags in words: a line that names them, each with the words that gave it, a story's neutral line.

A neutral line is composed from a story's tags in our own words: no name, no detail of a case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.labels.institutions import ENTITY_SCHEMES, entity_name
from monitor.labels.schemes import SCHEMES
from monitor.records.article import AssessedArticle
from monitor.records.digest import Story
from monitor.records.finding import Span
from monitor.records.tag import Tag
from monitor.text.safe_text import clean, excerpt

CountryName = Callable[[str], str]
"""ISO 3166-1 alpha-2 code -> the country's name."""

QUOTE_CHARS = 90
QUOTES_PER_TAG = 3
QUOTED_CHARS = 600
"""Of one article's text, all tags together: a digest points at articles, it reprints none."""
PLACES_IN_LINE = 3
NAMED_IN_LINE = 3
"""Institutions, and instruments, in a line."""
SURE = 0.6
"""A tag below this score carries a question mark."""
SCHEME_WORDS = {name: scheme.word for name, scheme in SCHEMES.items()}


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag in words, with the words that gave it; `unsure`: it is less than sure."""

    scheme: str
    label: str
    unsure: bool
    evidence: tuple[str, ...]


def view_tags(assessed: AssessedArticle, country_name: CountryName) -> list[TagView]:
    """Return the tags that say something, scheme by scheme, surest first, with their quotes."""
    left, views = QUOTED_CHARS, []
    for tag in _ordered(assessed.tags):
        evidence = []
        for quote in quotes(tag.evidence, assessed):
            if len(quote) > left:
                break
            left -= len(quote)
            evidence.append(quote)
        scheme, label = scheme_words(tag.scheme), label_words(tag, country_name)
        views.append(TagView(scheme, label, is_unsure(tag), tuple(evidence)))
    return views


def tag_line(tags: Iterable[Tag], country_name: CountryName) -> tuple[str, ...]:
    """Return the tags in a line's pieces, one for each scheme.

    Of the places only the first few: those of the exploitation, or else the others.
    """
    by_scheme: dict[str, list[Tag]] = {}
    for tag in _ordered(tags):
        by_scheme.setdefault(tag.scheme, []).append(tag)
    pieces = []
    for scheme, found in by_scheme.items():
        shown = found
        if scheme == "indicator" and len(found) > 1:
            pieces.append(f"{len(found)} indicators")
            continue
        if scheme == "place":
            shown = (_of_exploitation(found) or found)[:PLACES_IN_LINE]
        elif scheme in ENTITY_SCHEMES:
            shown = found[:NAMED_IN_LINE]
        own = SCHEMES[scheme].in_line if scheme in SCHEMES else {}
        piece = ", ".join(
            (own.get(tag.label) or label_words(tag, country_name)) + "?" * is_unsure(tag)
            for tag in shown
        )
        pieces.append(piece + (f" +{more}" if (more := len(found) - len(shown)) else ""))
    return tuple(pieces)


def _of_exploitation(places: Iterable[Tag]) -> list[Tag]:
    return [tag for tag in places if tag.role in (None, "exploitation")]


def is_unsure(tag: Tag) -> bool:
    """Whether a tag is less than sure."""
    scheme = SCHEMES.get(tag.scheme)
    return tag.score < SURE and not (scheme and scheme.graded)


def quotes(spans: Iterable[Span], assessed: AssessedArticle) -> Iterator[str]:
    """Yield the first few different quotes."""
    seen: set[str] = set()
    for span in spans:
        source = assessed.article.title if span.field == "title" else assessed.article.text
        quote = excerpt(source[span.start : span.end], QUOTE_CHARS)
        if quote and quote.casefold() not in seen:
            seen.add(quote.casefold())
            yield quote
        if len(seen) == QUOTES_PER_TAG:
            return


def _ordered(tags: Iterable[Tag]) -> list[Tag]:
    order = list(SCHEME_WORDS)

    def place(tag: Tag) -> tuple[int, float, str, str]:
        rank = order.index(tag.scheme) if tag.scheme in order else len(order)
        return rank, -tag.score, tag.label, tag.role or ""

    return sorted((tag for tag in tags if tag.label != "unknown"), key=place)


def scheme_words(scheme: str) -> str:
    """Return what a scheme of tags is called on pages."""
    return SCHEME_WORDS.get(scheme, clean(scheme))


def label_words(tag: Tag, country_name: CountryName) -> str:
    """Return a tag's label in words, a place's role beside its name."""
    if tag.scheme != "place":
        words = entity_name(tag.scheme, tag.label) or _other_words(tag.scheme, tag.label)
        return clean(words or tag.label.replace("_", " "))
    name = clean(country_name(tag.label))
    return f"{name} ({clean(tag.role)})" if tag.role and tag.role != "exploitation" else name


def _other_words(scheme: str, label: str) -> str | None:
    return SCHEMES[scheme].other_words.get(label) if scheme in SCHEMES else None


def choice_words(scheme: str, label: str) -> str:
    """Return what a label is called where it can be chosen, with the words that pages have."""
    other, plain = _other_words(scheme, label), clean(label).replace("_", " ")
    return entity_name(scheme, label) or (f"{plain} ({other})" if other else plain)


NO_TAGS = "Trafficking in human beings"
"""The line of a story whose tags say nothing."""
MOST = 3
_VICTIMS = {"child": "children", "adult": "adults", "both": "adults and children"}
_TELLS_NOTHING = ("unspecified", "unknown", "other")
GRAPHIC_RULES = frozenset({"graphic-sexual-detail", "headline-sensational"})
"""Findings in a headline for which it is not shown in mail and feeds."""
_GRAPHIC = re.compile(
    r"\b(?:(?:gang[- ]?)?rap(?:e[ds]?|ing|ist)s?|tortur\w+|behead\w*|decapitat\w+|mutilat\w+|"
    r"dismember\w*|disembowel\w*|butcher\w+|slit|slash\w+|hack\w+ to death|burn(?:t|ed) alive|"
    r"corpses?|bod(?:y|ies) parts?|blood(?:y|ied|-soaked|bath)?|naked|stripp\w+|strangl\w+|"
    r"sodomi[sz]\w+|molest\w+|whipp?\w*|flogg?\w+|chain(?:s|ed)|shackle\w*|horrif\w+|gruesome|"
    r"sex(?:ual)? slaves?|porn\w*|orgy|orgies)\b",
    re.IGNORECASE,
)
"""Words of a headline that tell of bodies and violence; a neutral line stands for it."""


def neutral_line(story: Story, country_name: CountryName) -> str:
    """Return a story in a line: "Forced labour · Thailand · prosecution · adults"."""
    tags = [tag for assessed in story.articles for tag in assessed.tags]
    forms = [words(label) for label in labels(tags, "form")]
    places = [clean(country_name(code)) for code in places_of(story)]
    victims = [_VICTIMS[label] for label in labels(tags, "victim")[:1] if label in _VICTIMS]
    pieces = [forms[:MOST], places[:MOST], labels(tags, "response")[:MOST], victims]
    line = " · ".join(", ".join(map(words, piece)) for piece in pieces if piece)
    return line[:1].upper() + line[1:] if forms else " · ".join(filter(None, [NO_TAGS, line]))


def labels(tags: Iterable[Tag], scheme: str) -> list[str]:
    """Return the labels of a scheme that say something, surest first; of those less than sure one.

    A label that is told of several articles of a story counts once.
    """
    told = [tag for tag in tags if tag.scheme == scheme and tag.label not in _TELLS_NOTHING]
    told.sort(key=lambda tag: (-tag.score, tag.label))
    sure = dict.fromkeys(tag.label for tag in told if not is_unsure(tag))
    return list(sure) or [tag.label for tag in told[:1]]


def places_of(story: Story) -> list[str]:
    """Return the codes of where the exploitation is; where that is not told, of other places."""
    places = [tag for assessed in story.articles for tag in assessed.tags if tag.scheme == "place"]
    return labels(_of_exploitation(places) or places, "place")


def words(label: str) -> str:
    """Return a label in words."""
    return clean(label).replace("_", " ")


def counted(stories: Sequence[Story], country_name: CountryName) -> tuple[list[str], list[str]]:
    """Return the most frequent forms and places of stories, at most three of each, in words."""
    tags = ((tag for article in story.articles for tag in article.tags) for story in stories)
    forms = Counter(label for some in tags for label in labels(some, "form"))
    places = Counter(place for story in stories for place in places_of(story))
    ordered = [sorted(found, key=lambda x: (-found[x], x))[:MOST] for found in (forms, places)]
    return list(map(words, ordered[0])), [clean(country_name(code)) for code in ordered[1]]


def tells_violence(text: str) -> bool:
    """Whether a text has words that tell of bodies and violence."""
    return _GRAPHIC.search(text) is not None
