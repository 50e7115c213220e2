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
