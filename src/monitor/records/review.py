"""Reviews: decisions of people, what holds of an article then, and samples for recall.

A sample is drawn of what was not shown; cases that the desk learned of elsewhere stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

from monitor.records.article import AssessedArticle, AssessorsVerdict, Review, Verdict
from monitor.records.finding import FieldName, Severity
from monitor.records.tag import Tag

Act = Literal["review", "confirm", "overrule", "undo"]
"""Somebody decides; a reviewer confirms or overrules what a volunteer decided; somebody takes an
act of their own back. Each is a row that is never changed."""


@dataclass(frozen=True, slots=True)
class FlagSaid:
    """What a person said of one flag of a version: whether it is right."""

    article_id: str
    sha256: str
    rule: str
    field: FieldName
    start: int
    end: int
    right: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """An act of a reviewer; `about` is the one that it confirms, overrules or undoes.

    `article_id` and `sha256` are the version that was read. A review has its `verdict` on it (None
    where only flags were judged), its `tags`, and how many `articles` and `flags` it speaks of;
    while it `waits` for a reviewer to confirm it, it counts for nothing.
    """

    id: int
    act: Act
    about: int | None
    reviewer: str
    provisional: bool
    article_id: str
    sha256: str
    at: datetime
    verdict: Verdict | None = None
    tags: Mapping[str, tuple[str, ...]] | None = None
    articles: int = 0
    flags: int = 0
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Reviewable:
    """An article that a digest shows, and may be reviewed: its story and how relevant it is."""

    article_id: str
    sha256: str
    story: str
    relevance: float
    seen: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """The latest word of a reviewer on a current version; `waits`: nobody has confirmed it yet."""

    article_id: str
    reviewer: str
    verdict: Verdict
    at: datetime
    waits: bool = False
    decision: int | None = None


@dataclass(frozen=True, slots=True)
class PracticeAnswer:
    """An answer given in practice, and what the desk had decided then."""

    article_id: str
    verdict: Verdict
    desk: Verdict
    at: datetime


Client = Literal["page", "lsp", "languagetool", "cli"]
CLIENTS: tuple[Client, ...] = get_args(Client)
"""Where somebody says whether a flag of a draft is right."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """How often flags, shown with a `severity`, were said to be right and wrong on one day."""

    stamp: str
    rule: str
    day: date
    client: Client
    severity: Severity | Literal[""]
    right: int
    wrong: int


def as_decided(assessed: AssessedArticle, review: Review) -> AssessedArticle:
    """Return an article as it holds by a person's review of it; `judged` keeps the assessors' word.

    Of the schemes that the review speaks of its labels hold, with the evidence that was found for
    them and the score 1; of places it says only where the exploitation is.
    """
    tags: list[Tag] = []
    seen = set[tuple[str, str]]()
    for tag in assessed.tags:
        if tag.scheme not in review.tags or tag.role not in (None, "exploitation"):
            tags.append(tag)
        elif tag.label in review.tags[tag.scheme]:
            seen.add((tag.scheme, tag.label))
            tags.append(replace(tag, score=1.0, experimental=False))
    for scheme, labels in review.tags.items():
        role = "exploitation" if scheme == "place" else None
        new = [label for label in labels if (scheme, label) not in seen]
        tags += [Tag(scheme, label, 1.0, role=role) for label in new]
    was = {one.name: getattr(assessed, one.name) for one in fields(AssessorsVerdict)}
    return replace(
        assessed,
        relevant=review.verdict == "relevant",
        borderline=review.verdict == "borderline",
        not_judged=None,
        experimental=False,
        tags=tuple(tags),
        judged=AssessorsVerdict(**was),
    )


def is_rejected(assessed: AssessedArticle) -> bool:
    """Whether people decided that an article is not relevant."""
    return assessed.judged is not None and not (assessed.relevant or assessed.borderline)


def as_judged(assessed: AssessedArticle) -> AssessedArticle:
    """Return an article as the assessors judged it, whatever people decided."""
    if assessed.judged is None:
        return assessed
    was = {one.name: getattr(assessed.judged, one.name) for one in fields(assessed.judged)}
    return replace(assessed, **was, judged=None)


SHOWN = -1
"""The stratum of what the digest showed: all of it, each with probability 1."""


@dataclass(frozen=True, slots=True)
class DrawCandidate:
    """A judged article of a day that may be drawn; `score` is its relevance."""

    article_id: str
    score: float
    shown: bool


@dataclass(frozen=True, slots=True)
class Stratum:
    """Articles of a day with a score of [low, high) (1 is in the last), and how many were drawn."""

    low: float
    high: float
    population: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """An article drawn; `probability` is that with which it was, of its stratum."""

    article_id: str
    stratum: int
    probability: float


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn of one ISO `day`; `stamp` are the relevance models whose threshold it was."""

    day: str
    stamp: str
    strata: tuple[Stratum, ...]
    items: tuple[Drawn, ...]
    at: datetime

    @property
    def offered(self) -> tuple[Drawn, ...]:
        """What is offered for review: the articles below the threshold."""
        return tuple(item for item in self.items if item.stratum != SHOWN)

    @property
    def shown(self) -> tuple[str, ...]:
        """The ids of the articles that the digest of the day showed."""
        return tuple(item.article_id for item in self.items if item.stratum == SHOWN)


@dataclass(frozen=True, slots=True)
class RecallEstimate:
    """Recall among what the feeds brought and the models judged, with 95 % intervals.

    `days` have a sample; of the articles below the threshold (`population`) so many were
    `offered`, `reviewed` and `relevant`; `missed` estimates all of them. Of those shown people
    `confirmed` some and have not looked at `unreviewed`. Recall is None where nothing was found.
    `says`: its interval is narrow enough to be told, or would be by `needed` reviews a day.
    """

    days: int = 0
    population: int = 0
    offered: int = 0
    reviewed: int = 0
    relevant: int = 0
    missed: float = 0.0
    missed_interval: tuple[float, float] = (0.0, 0.0)
    confirmed: int = 0
    unreviewed: int = 0
    recall: float | None = None
    recall_interval: tuple[float, float] | None = None
    says: bool = False
    needed: int | None = None


CaseStatus = Literal["shown", "below", "not_judged", "late", "never", "not_followed"]
"""What we had of a case when the desk learned of it elsewhere: it was shown; stored, but below the
threshold; stored and not judged; it came in only later; no feed brought it, though one of its
outlet is followed; none is."""


@dataclass(frozen=True, slots=True)
class OutsideCase:
    """A case that the desk learned of elsewhere; `same_as` is an article of ours about it."""

    url: str
    article_id: str
    note: str
    at: datetime
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A case learned of elsewhere, what we had of it, and under which article."""

    told: OutsideCase
    had: CaseStatus
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class CoverageGaps:
    """What may be missed, in words, and the figures behind them as JSON."""

    words: tuple[str, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)
