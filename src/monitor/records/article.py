"""Articles, what assessors and reviewers said of one, and both merged.

All times are timezone-aware UTC datetimes; all offsets are 0-based half-open code points into the
named field exactly as given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from monitor.records.finding import Finding, ScorecardItem
from monitor.records.tag import FoundTerm, Tag

ContentOrigin = Literal["feed", "page", "summary"]
"""Where an article's text came from: the feed's full content, its page, or only the summary
because the page could not be had."""

Mining = Literal["reserved", "allowed"]
"""What a publisher says of mining an article's text (TDM Reservation Protocol, `noai`)."""
Verdict = Literal["relevant", "borderline", "not_relevant"]
VERDICTS: tuple[Verdict, ...] = ("relevant", "borderline", "not_relevant")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with an article, such as a photograph; `type` is its media type or ""."""

    url: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """A file that articles come from, without its folder; `id` is the feed that stands for it."""

    id: str
    name: str
    sha256: str
    format: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file an article stands: its line, from 1, or its record's offset in bytes."""

    at: int
    name: str = ""
    captured: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """The current version of one news item.

    `id` is derived from the canonical URL; `sha256` is the hash of title and text and names the
    version; `seen` is when the desk first saw the item, in whatever version. `summary` is what the
    feed said of it, empty where the text came without one; `authors` (the byline), `categories` and
    `enclosures` are what it listed with this version. `published_in` is the year or month, such as
    2004 or 2004-05, where no day is said. Since `expired` it has no words: the desk keeps them for
    so long only.
    """

    id: str
    url: str
    title: str
    text: str
    outlet: str
    language: str | None
    published: datetime | None
    seen: datetime
    sha256: str
    origin: ContentOrigin = "feed"
    summary: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    mining: Mining | None = None
    mining_policy: str = ""
    published_in: str = ""
    expired: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one assessor said of one article; fields it has no opinion on stay empty.

    `not_judged` names why there is no judgement (`language`), `terms` what speaks for a look all
    the same; `error` that the assessor failed on this article, which does not stay due for ever.
    `experimental`: what judged is not measured in this language, and counts for nothing known.
    """

    stamp: str
    relevance: float | None = None
    relevant: bool | None = None
    borderline: bool | None = None
    not_judged: str | None = None
    tags: tuple[Tag, ...] = ()
    findings: tuple[Finding, ...] = ()
    scorecard: tuple[ScorecardItem, ...] = ()
    error: str | None = None
    terms: tuple[FoundTerm, ...] = ()
    experimental: bool = False


class Assessor(Protocol):
    """Anything that judges an article."""

    @property
    def stamp(self) -> str:
        """`name@version+hash`, changed by any change of data, code or library that could show."""

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order; one failing article is an `error`, not an exception."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of one version of an article.

    `tags` maps the schemes that were looked at to all labels that hold (of `place`: where the
    exploitation is). The latest review of each reviewer holds; one that is `provisional` counts
    once a reviewer has confirmed its `decision`.
    """

    article_id: str
    sha256: str
    reviewer: str
    verdict: Verdict
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: datetime | None = None
    decision: int | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class AssessorsVerdict:
    """What the assessors said of an article that people decided; no text, which may be masked."""

    relevant: bool | None
    borderline: bool | None
    not_judged: str | None
    experimental: bool
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class AssessedArticle:
    """An article with all that the current assessors said of it, merged, and what holds of it.

    Where people decided, `relevant`, `borderline` and `tags` are their word (see `as_decided`) and
    `judged` is the same by the assessors; None where nobody did. `relevance` is always a model's.
    """

    article: Article
    relevance: float | None
    relevant: bool | None
    borderline: bool | None
    not_judged: str | None
    tags: tuple[Tag, ...]
    findings: tuple[Finding, ...]
    scorecard: tuple[ScorecardItem, ...]
    stamps: tuple[str, ...]
    terms: tuple[FoundTerm, ...] = ()
    experimental: bool = False
    judged: AssessorsVerdict | None = None
