"""What a guideline says of a document."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.records.article import Finding, ScorecardItem
from monitor.rules.preconditions import About
from monitor.text.datelines_bylines import DeskLine


@dataclass(frozen=True, slots=True)
class Checked:
    """What a guideline says of one document; `words` counts those of its text.

    `unchecked` are the stretches of its text that are for the desk: no finding lies in one.
    """

    findings: tuple[Finding, ...]
    scorecard: tuple[ScorecardItem, ...]
    words: int
    about: About = "on"
    unchecked: tuple[DeskLine, ...] = ()

    @property
    def is_elsewhere(self) -> bool:
        """Whether its words do not tell that it is about trafficking: others may know it is."""
        return self.about in ("off", "touched")
