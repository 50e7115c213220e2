"""The nouns of what may be missed: samples of what was not shown, and what was learned elsewhere.

They are the store's and the arithmetic's, so they stand below both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

SHOWN = -1
"""The stratum of what the digest showed: all of it, each with probability 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A judged article of a day that may be drawn; `score` is its relevance."""

    article_id: str
    score: float
    shown: bool


@dataclass(frozen=True, slots=True)
class Stratum:
    """Articles of a day below the threshold with a score of [low, high), and how many were drawn.

    `high` of the last one is 1, which belongs to it.
    """

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
class Missed:
    """Recall among what the feeds brought and the models judged, with 95 % intervals.

    `days` have a sample; of the articles below the threshold (`population`) so many were
    `offered`, `reviewed` and `relevant`; `missed` is the estimate of all of them. Of those shown
    people `confirmed` some as relevant and have not looked at `unreviewed`. Recall is None where
    nothing was found. `says`: its interval is narrow enough to be told; else `needed` reviews a day
    would make it so within the window, None where that is not known either.
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


Had = Literal["shown", "below", "not_judged", "late", "never", "not_followed"]
"""What we had of a case when the desk learned of it elsewhere: it was shown; stored, but below the
threshold; stored and not judged; it came in only later; no feed brought it, though one of its
outlet is followed; none is."""


@dataclass(frozen=True, slots=True)
class Told:
    """A case that the desk learned of elsewhere; `same_as` is an article of ours about it."""

    url: str
    article_id: str
    note: str
    at: datetime
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class ToldHad:
    """A case learned of elsewhere, what we had of it, and under which article."""

    told: Told
    had: Had
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """What may be missed, in words, and the figures behind them as JSON."""

    words: tuple[str, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)
