"""The nouns that travel through the program: frozen, without behaviour, without I/O.

A stage that needs something half-finished has a type of its own in its package; only what
crosses package borders lives here. All times are timezone-aware UTC datetimes; all offsets are
0-based half-open code points into the named field exactly as given.
"""

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
    """Words that speak for a look at an article that no measured model judges, in English.

    A listed trafficking term, or a phrase that an unmeasured model goes by.

    `evidence` are the first places where it stands, in one of its spellings.
    """

    term: str
    language: str
    meaning: str
    evidence: tuple[Span, ...] = ()
