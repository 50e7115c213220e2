"""The nouns that travel through the program: frozen, without behaviour, without I/O.

A stage that needs something half-finished has a type of its own in its package; only what
crosses package borders lives here. All times are timezone-aware UTC datetimes; all offsets are
0-based half-open code points into the named field exactly as given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Severity = Literal["error", "warning", "suggestion"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "suggestion")
"""Worst first."""

FieldName = Literal["title", "text"]
Quoted = Literal["no", "attributed", "scare"]
Scope = Literal["headline", "body", "caption"]
ContentOrigin = Literal["feed", "page", "summary"]
"""Where an article's text came from: the feed's full content, its page, or only the summary
because the page could not be had."""

FORMS = (
    "sexual_exploitation",
    "forced_labour",
    "domestic_servitude",
    "forced_criminality",
    "forced_begging",
    "forced_marriage",
    "organ_removal",
    "armed_recruitment",
    "illegal_adoption",
    "other",
    "unspecified",
)
RESPONSES = ("prevention", "protection", "prosecution", "partnership")
PLACE_ROLES = ("exploitation", "origin", "transit", "mentioned")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one field, in code points, half open."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """The document a rule rests on."""

    title: str
    section: str
    url: str


@dataclass(frozen=True, slots=True)
class Tag:
    """One label on an article, with the words that show why.

    `scheme` is `form`, `response`, `place`, `victim`, `flow` or `indicator`; `role` is set for
    places only.
    """

    scheme: str
    label: str
    score: float
    evidence: tuple[Span, ...] = ()
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One flagged phrase. `match` is the field's text from `start` to `end`, to the letter."""

    rule: str
    severity: Severity
    principle: str
    scope: Scope
    field: FieldName
    start: int
    end: int
    match: str
    quoted: Quoted
    message: str
    why: str
    suggestions: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ScorecardItem:
    """One good practice for a whole document: present, absent, or not to be judged (`None`)."""

    item: str
    met: bool | None
    reason: str
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed the desk follows. `id` is derived from the URL and never changes."""

    id: str
    url: str
    title: str
    outlet: str
    site: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """The current version of one news item.

    `id` is derived from the canonical URL; `sha256` is the hash of title and text and names the
    version; `seen` is when the desk first saw the item, in whatever version.
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


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one assessor said of one article; fields it has no opinion on stay empty.

    `not_judged` names why there is no judgement (`language`); `error` that the assessor failed
    on this article, so that it does not stay due for ever.
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


class Assessor(Protocol):
    """Anything that judges an article."""

    @property
    def stamp(self) -> str:
        """`name@version+hash`, changed by any change of data, code or library that could show."""
        ...

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order; one failing article is an `error`, not an exception."""
        ...


@dataclass(frozen=True, slots=True)
class AssessedArticle:
    """An article with all that the current assessors said of it, merged."""

    article: Article
    relevance: float | None
    relevant: bool | None
    borderline: bool | None
    not_judged: str | None
    tags: tuple[Tag, ...]
    findings: tuple[Finding, ...]
    scorecard: tuple[ScorecardItem, ...]
    stamps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The coverage law of a run or a day: `fetched == stored + sum(dropped.values())`."""

    feeds: int = 0
    failed: int = 0
    silent: int = 0
    fetched: int = 0
    stored: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    not_judged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell the same story, most certain first; `id` is that of the first seen."""

    id: str
    articles: tuple[AssessedArticle, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One day of the desk. `day` is an ISO date or `all`."""

    day: str
    timezone: str
    relevant: tuple[Story, ...]
    borderline: tuple[Story, ...]
    ledger: Ledger
    stamps: tuple[str, ...]
