"""A story in a line of our own words, composed from its tags: no name, no detail of a case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from monitor.digest.tag_words import CountryName, is_unsure
from monitor.records.article import AssessedArticle, Story, Tag
from monitor.text.safe_text import clean

NO_TAGS = "Trafficking in human beings"
"""The line of a story whose tags say nothing."""
MOST = 3
_VICTIMS = {"child": "children", "adult": "adults", "both": "adults and children"}
_SAYS_NOTHING = ("unspecified", "unknown", "other")
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
    best: dict[str, float] = {}
    sure: set[str] = set()
    for tag in tags:
        if tag.scheme == scheme and tag.label not in _SAYS_NOTHING:
            best[tag.label] = max(tag.score, best.get(tag.label, 0.0))
            sure |= set() if is_unsure(tag) else {tag.label}
    ordered = sorted(best, key=lambda label: (-best[label], label))
    return [label for label in ordered if label in sure] or ordered[:1]


def places_of(story: Story) -> list[str]:
    """Return the codes of where the exploitation is; where that is not told, of other places."""
    places = [tag for assessed in story.articles for tag in assessed.tags if tag.scheme == "place"]
    own = [tag for tag in places if tag.role in (None, "exploitation")]
    return labels(own or places, "place")


def words(label: str) -> str:
    """Return a label in words."""
    return clean(label).replace("_", " ")


def counted(stories: Sequence[Story], country_name: CountryName) -> tuple[list[str], list[str]]:
    """Return the most frequent forms and places of stories, at most three of each, in words."""
    forms: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for story in stories:
        forms.update(labels((t for a in story.articles for t in a.tags), "form"))
        places.update(places_of(story))
    ordered = [sorted(found, key=lambda x: (-found[x], x))[:MOST] for found in (forms, places)]
    return list(map(words, ordered[0])), [clean(country_name(code)) for code in ordered[1]]


def is_graphic(title: str, assessed: AssessedArticle) -> bool:
    """Whether a headline has words or findings for which it is not to be shown unasked."""
    flagged = any(
        finding.rule in GRAPHIC_RULES
        for finding in assessed.findings
        if finding.scope == "headline" or finding.field == "title"
    )
    return flagged or tells_violence(title)


def tells_violence(text: str) -> bool:
    """Whether a text has words that tell of bodies and violence."""
    return _GRAPHIC.search(text) is not None
