"""How much a finding is worth stopping at: harm and confidence together.

The order of what is told is declared here alone, for page, command line and API.
"""

from __future__ import annotations

from monitor.records.finding import Finding, Severity

HARM: dict[Severity, float] = {"error": 3, "warning": 2, "suggestion": 1.25}
"""By the severity that the rule has: a doubted finding of a rule that warns is about that, too. Of
warnings that are half sure as many are right as of suggestions that are 0.8 sure."""
TO_PEOPLE = frozenset({"child-protection", "privacy-consent", "do-no-harm"})
"""Principles whose breach harms somebody the text tells of: half a step more."""
UNKNOWN = 0.5
"""Taken where no confidence is known: of 54 flags on identification 31 meet an editor's mark."""
LIKELY = 0.5
"""From here on an error stands before all else: under it, it may be a 1-in-10 flag."""

BAR = 1.0
"""From here on a page opens with a flag: of rules that warn from 0.5 sure, of others from 0.8."""
FLOOR, BEST = 0.5, 5
"""A page that has less than so many of those opens with the best from the floor: never one that is
right once in ten."""


def harm(severity: Severity, principle: str, protects: bool) -> float:
    """Return the harm of a breach, from 1.25 to 3.5; `protects`: somebody from being known."""
    most = HARM["error"] if protects else HARM[severity]
    return most + 0.5 * (principle in TO_PEOPLE)


def priority(finding: Finding, severity: Severity, protects: bool) -> float:
    """Return the priority of a finding whose rule has `severity`; the highest is told first.

    It is harm times confidence, at most 3.5; an error that is likely right has 4 more.
    """
    sure = UNKNOWN if finding.confidence is None else finding.confidence
    own = min(severity, finding.severity, key=list(HARM).index)
    first = 4 * (finding.severity == "error" and sure >= LIKELY)
    return round(first + harm(own, finding.principle, protects) * sure, 3)
