"""Up to when a stamp is known to have judged everything, so that the archive need not be asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MARGIN = timedelta(hours=1)
"""For clocks of other processes, and transactions that were still open."""
WHOLE = timedelta(days=1)
"""So often the whole archive is asked all the same: this is a memory, and the store the truth."""


@dataclass(slots=True)
class JudgedSoFar:
    """What one process remembers, by stamp; lost with it, which costs one look at the archive."""

    _nothing_due: dict[str, datetime] = field(default_factory=dict)
    _whole: dict[str, datetime] = field(default_factory=dict)

    def since(self, stamp: str, now: datetime) -> datetime | None:
        """Return from when on what came in is to be looked at; `None`: everything is.

        A clock that was set back makes everything be looked at.
        """
        at, whole = self._nothing_due.get(stamp), self._whole.get(stamp)
        if at is None or whole is None or not whole <= at <= now < whole + WHOLE:
            return None
        return at - MARGIN

    def note(self, stamp: str, now: datetime) -> None:
        """Remember that nothing was due at `now`, of all that `since` had said to look at."""
        if self.since(stamp, now) is None:
            self._whole[stamp] = now
        self._nothing_due[stamp] = now


@dataclass(slots=True)
class FoldedSoFar:
    """The same of folding: up to which assessment all that is shown is in a story, by rule.

    A rule is the stamp of stories with those of the models that say what is shown.
    """

    _last: dict[tuple[str, ...], int] = field(default_factory=dict)
    _whole: dict[tuple[str, ...], datetime] = field(default_factory=dict)

    def after(self, rule: tuple[str, ...], last: int, now: datetime) -> int | None:
        """Return after which assessment, of those up to `last`, to look; `None`: at everything.

        A clock that was set back, or a store with fewer assessments, makes everything be looked at.
        """
        before, whole = self._last.get(rule), self._whole.get(rule)
        if before is None or whole is None or before > last or not whole <= now < whole + WHOLE:
            return None
        return before

    def note(self, rule: tuple[str, ...], last: int, now: datetime) -> None:
        """Remember that of the assessments up to `last` nothing is to be folded."""
        if self.after(rule, last, now) is None:
            self._whole[rule] = now
        self._last[rule] = last
