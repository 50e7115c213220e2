"""Tags of an article, and terms that speak for a look at one that was not judged."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.records.finding import Span


@dataclass(frozen=True, slots=True)
class Tag:
    """One label on an article, with the words that show why.

    `scheme` is `form`, `response`, `place`, `victim`, `gender`, `flow`, `protection`,
    `indicator` or one of `POLICY_SCHEMES`; `role` is set for places only. `experimental`: there
    were too few examples to measure this label.
    """

    scheme: str
    label: str
    score: float
    evidence: tuple[Span, ...] = ()
    role: str | None = None
    experimental: bool = False


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """A listed term, or a phrase of an unmeasured model, that speaks for a look at an article."""

    term: str
    language: str
    meaning: str
    evidence: tuple[Span, ...] = ()
