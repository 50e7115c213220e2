"""What was read for counting, kept so that only what is new is read again.

Judgements are only ever added, an article stays in its story, and the days that are over get no
more articles. So the rows of a whole archive are read once, and then those that came since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from threading import Lock

from sqlalchemy import Connection, func, select

from monitor.counted import Item
from monitor.store import stories
from monitor.store import trend_counts as counting
from monitor.store.schema import articles, assessments
from monitor.store.trend_counts import Said

AT_ONCE = 20_000
"""From so many new judgements on it is quicker to begin anew than to look which they are."""
Bounds = Mapping[date, tuple[datetime, datetime]]
"""When each day begins and ends."""


class CountedSoFar:
    """What of articles, stories and days is known.

    Threads that share it take `lock` before they open the transaction in which they read: so none
    keeps what an older one saw.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self._stamps: tuple[str, ...] = ()
        self._last = 0
        self._expired: datetime | None = None
        self._said: dict[tuple[str, str], Said] = {}
        self._story: dict[str, dict[str, str]] = {}
        self._outlets: dict[tuple[datetime, datetime], dict[str, int]] = {}

    def items(
        self,
        connection: Connection,
        since: datetime | None,
        until: datetime | None,
        stamps: Sequence[str],
    ) -> list[Item]:
        """Return what `counting.items` does."""
        self._forget_changed(connection, tuple(stamps))
        return counting.items(connection, since, until, stamps, known=self._said)

    def _forget_changed(self, connection: Connection, stamps: tuple[str, ...]) -> None:
        """Forget what was said of versions of which more has been said since, or words expired."""
        last = connection.execute(select(func.max(assessments.c.id))).scalar() or 0
        expired = connection.execute(select(func.max(articles.c.expired_at))).scalar()
        if (stamps, expired) != (self._stamps, self._expired) or last - self._last > AT_ONCE:
            self._said.clear()
        elif last > self._last:
            new = select(assessments.c.article_id, assessments.c.sha256).where(
                assessments.c.id > self._last, assessments.c.id <= last
            )
            for row in connection.execute(new):
                self._said.pop((row.article_id, row.sha256), None)
        self._stamps, self._last, self._expired = stamps, last, expired

    def stories(self, connection: Connection, stamp: str, ids: Sequence[str]) -> dict[str, str]:
        """Return by article the story that `stamp` put it into; those in none are left out."""
        known = self._story.setdefault(stamp, {})
        missing = [key for key in ids if key not in known]
        known.update(stories.stories_of(connection, stamp, missing))
        return {key: known[key] for key in ids if key in known}

    def by_outlet(
        self, connection: Connection, days: Bounds, over: datetime
    ) -> dict[date, Mapping[str, int]]:
        """Return how many articles were first seen on each day, by outlet.

        What ended by `over` gets no more.
        """
        found: dict[date, Mapping[str, int]] = {}
        for day, bounds in days.items():
            known = self._outlets.get(bounds)
            if known is None:
                known = counting.stored_by_outlet(connection, *bounds)
                if bounds[1] <= over:
                    self._outlets[bounds] = known
            found[day] = known
        return found
