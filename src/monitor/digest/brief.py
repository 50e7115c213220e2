"""The weekly policy brief: the four Ps, institutions and instruments by name, no case.

Institutions are told by their names and abbreviations as `institutions.json` lists them, each with
the address of whoever keeps it. Of an article it says which outlet has it, and nothing of whom it
tells.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal
from urllib.parse import unquote

from monitor.digest import words
from monitor.digest.choose import stories_of
from monitor.digest.coverage import CoverageLine, count, coverage_lines
from monitor.digest.letter import Mask
from monitor.digest.neutral import labels, places_of
from monitor.digest.safe import clean, safe_url
from monitor.digest.tags import CountryName
from monitor.digest.times import day_words
from monitor.types import RESPONSES, AssessedArticle, Digest, Story, Tag

PLACES_SHOWN = 8
SOURCES_SHOWN = 6
_P_WORDS = {
    "prevention": "Prevention",
    "protection": "Protection",
    "prosecution": "Prosecution",
    "partnership": "Partnership",
}


@dataclass(frozen=True, slots=True)
class Named:
    """An institution or an instrument: `name` in full, `shown` as it is mostly called."""

    id: str
    kind: Literal["instrument", "institution"]
    name: str
    shown: str
    phrases: tuple[str, ...]
    abbreviations: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Source:
    """An article that names something: its outlet, and its address where that holds no name."""

    outlet: str
    url: str | None


@dataclass(frozen=True, slots=True)
class BriefP:
    """One of the four Ps: how many stories, where, and what they name."""

    heading: str
    told: str
    places: str
    named: str


@dataclass(frozen=True, slots=True)
class BriefNamed:
    """An institution or instrument with how many stories name it, and where to read that."""

    name: str
    shown: str
    url: str
    told: str
    sources: tuple[Source, ...]


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
    instruments: tuple[BriefNamed, ...]
    institutions: tuple[BriefNamed, ...]
    coverage: tuple[CoverageLine, ...]


def write_brief(digest: Digest, *, title: str, country_name: CountryName, mask: Mask) -> Brief:
    """Put the stories of some days into a brief for those who make policy."""
    stories = stories_of(digest)
    named = {story.id: names_in(story) for story in stories}
    about = count(len(stories), "story", "stories")
    heading = f"{clean(title)}: policy brief"

    def listed(kind: str) -> tuple[BriefNamed, ...]:
        found = (_named(entry, stories, named, mask) for entry in known() if entry.kind == kind)
        return tuple(sorted((n for n in found if n), key=lambda n: (-len(n.sources), n.shown)))

    return Brief(
        title=heading,
        subject=f"{heading}, {day_words(digest.day)}: {about}",
        day=day_words(digest.day),
        timezone=clean(digest.timezone),
        summary=f"{about}, by response, and the institutions they name. Cases are left out.",
        quiet="" if stories else words.NOTHING_FITS,
        ps=tuple(_p(label, stories, named, country_name) for label in RESPONSES),
        instruments=listed("instrument"),
        institutions=listed("institution"),
        coverage=coverage_lines(digest, country_name),
    )


@cache
def known() -> tuple[Named, ...]:
    """Return all institutions and instruments of the list."""
    read = json.loads(files("monitor.digest").joinpath("institutions.json").read_text("utf-8"))
    return tuple(
        Named(**{**entry, **{key: tuple(entry[key]) for key in ("phrases", "abbreviations")}})
        for entry in read["entries"]
    )


def names_in(story: Story) -> frozenset[str]:
    """Return the ids of what the articles of a story name."""
    return frozenset(
        id_
        for assessed in story.articles
        for id_ in _named_in(f"{assessed.article.title}\n{assessed.article.text}")
    )


def _named_in(text: str) -> set[str]:
    return {_ids()[match[0]] for match in _pattern().finditer(text)}


@cache
def _ids() -> Mapping[str, str]:
    return {
        phrase: entry.id
        for entry in known()
        for phrase in (entry.name, entry.shown, *entry.phrases, *entry.abbreviations)
    }


@cache
def _pattern() -> re.Pattern[str]:
    """Return all names as written, the longest first: "ILO Convention 29" is not the ILO alone."""
    ordered = sorted(_ids(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ordered))})(?![\w-])")


def _p(
    label: str,
    stories: Sequence[Story],
    named: Mapping[str, frozenset[str]],
    country_name: CountryName,
) -> BriefP:
    own = [s for s in stories if label in labels(_tags(s.articles), "response")]
    places = Counter(place for story in own for place in places_of(story))
    ids = Counter(id_ for story in own for id_ in named[story.id])
    shown = {entry.id: entry.shown for entry in known()}
    return BriefP(
        heading=_P_WORDS[label],
        told=count(len(own), "story", "stories"),
        places=_most({clean(country_name(code)): n for code, n in places.items()}),
        named=_most({shown[id_]: n for id_, n in ids.items()}),
    )


def _named(
    entry: Named,
    stories: Sequence[Story],
    named: Mapping[str, frozenset[str]],
    mask: Mask,
) -> BriefNamed | None:
    own = [story for story in stories if entry.id in named[story.id]]
    if not own:
        return None
    told = count(len(own), "story", "stories")
    sources = [_source(story.articles[0], mask) for story in own[:SOURCES_SHOWN]]
    return BriefNamed(entry.name, entry.shown, entry.url, told, tuple(sources))


def _source(assessed: AssessedArticle, mask: Mask) -> Source:
    article = assessed.article
    url, masked = safe_url(article.url), mask(article)
    hidden = url is not None and masked is not None and masked.names_in(unquote(url))
    return Source(clean(article.outlet) or words.NO_OUTLET, None if hidden else url)


def _tags(articles: Iterable[AssessedArticle]) -> list[Tag]:
    return [tag for assessed in articles for tag in assessed.tags]


def _most(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    shown = ", ".join(f"{name} ({counts[name]})" for name in ordered[:PLACES_SHOWN])
    more = len(ordered) - PLACES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
