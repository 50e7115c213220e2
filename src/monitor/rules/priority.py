"""How much a finding is worth stopping at: harm and confidence together. The order is declared here
alone, for page, command line, API and editors."""

from __future__ import annotations

from monitor.records.finding import Finding, Severity

HARM: dict[Severity, float] = {"error": 3, "warning": 2, "suggestion": 1}
"""By the severity that the rule itself has; a doubted finding of a warning is still about that."""
TO_PEOPLE = frozenset({"child-protection", "privacy-consent", "do-no-harm"})
"""Principles whose breach harms somebody the text tells of: half a step more."""
UNKNOWN = 0.5
"""Taken where no confidence is known: of 23 flags on identification 13 meet an editor's mark."""
LIKELY = 0.5
"""From here on an error stands before all else: under it, it may be a 1-in-10 flag."""

BAR = 0.8
"""From here on a page opens with a flag: warnings that 4 in 10 editors mark, suggestions that 8 do."""
FLOOR = 0.35
"""What a page opens with below the bar, where less than five flags are above it, has this much."""


def harm(severity: Severity, principle: str, protects: bool) -> float:
    """Return what a breach of a rule may do, from 1 to 3.5; `protects`: from being identified."""
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
