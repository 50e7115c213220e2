"""Findings of a guideline, scorecard items, and spans of a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "suggestion"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "suggestion")
"""Worst first."""
FLAGGED = frozenset({"findings", "ignored", "silenced"})
"""The parts of a checked document that hold flags."""

FieldName = Literal["title", "text"]
Quoted = Literal["no", "attributed", "scare"]
Scope = Literal["headline", "body", "caption"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one field, in code points, half open."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """The document a rule rests on."""

    title: str
    section: str
    url: str


SCORE_TOLERANCE = 0.001
"""By how much a tag's score or an article's relevance may differ between processors: each adds up
in an order of its own, and calibration makes of the last bits what it makes of any difference."""
MEASURED_FROM = 20
"""Labelled stories without which a figure says nothing; a label or country with fewer is told as
not measured."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One flagged phrase. `match` is the field's text from `start` to `end`, to the letter.

    `confidence`: the share of such findings that editors mark, `None` where nothing is known.
    `guideline` is the id of the one whose rule it is.
    """

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
    sources: tuple[Citation, ...]
    confidence: float | None = None
    guideline: str = ""


@dataclass(frozen=True, slots=True)
class ScorecardItem:
    """One good practice, that `guideline` asks for: present, absent, or not to be judged (None)."""

    item: str
    met: bool | None
    reason: str
    evidence: tuple[Span, ...] = ()
    guideline: str = ""
