"""A worker that judges what is due by an assessor that costs nothing, for tests that kill it.

`python due_worker.py URL LOG [STICKS_AT [PAUSE_MS]]`: notes the id of every article it judges in
LOG; in the batch in which its count comes to STICKS_AT it says `stuck` and does nothing more.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from monitor.app import Monitor
from monitor.desk import utc_now
from monitor.records.article import Article, Assessment, Assessor
from monitor.settings import Settings
from store_samples import CLASSIFIER, TAGGER


@dataclass
class Noting:
    """Says little, and notes in a file of what, one line a call for an article."""

    stamp: str
    log: Path
    sticks_at: int = 0
    pause_s: float = 0.0
    count: int = 0

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        self.count += len(articles)
        time.sleep(self.pause_s * len(articles))
        if self.sticks_at and self.count >= self.sticks_at:
            print("stuck", flush=True)
            time.sleep(600)
        with self.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{self.stamp} {article.id}\n" for article in articles)
        return [Assessment(self.stamp, 0.1, False, False) for _ in articles]


class NotingDesk(Monitor):
    """A `Monitor` over a database with two assessors that note what they are asked."""

    def __init__(
        self,
        url: str,
        log: Path,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], object] = time.sleep,
        sticks_at: int = 0,
        pause_s: float = 0.0,
    ) -> None:
        super().__init__(Settings(database=url), now=now, sleep=sleep)
        self._noting = (
            Noting(CLASSIFIER, log, sticks_at, pause_s),
            Noting(TAGGER, log, 0, pause_s),
        )

    @cached_property
    def assessors(self) -> tuple[Assessor, ...]:
        return self._noting

    @property
    def stamps(self) -> tuple[str, ...]:
        return self.carried(one.stamp for one in self.assessors)


def main(url: str, log: str, sticks_at: str = "0", pause_ms: str = "0") -> None:
    """Judge until nothing is due and nobody else is at it."""
    pause_s = float(pause_ms) / 1000
    with NotingDesk(url, Path(log), sticks_at=int(sticks_at), pause_s=pause_s) as monitor:
        print("ready", flush=True)
        for stamp, count in monitor.assess(wait=True, stopped=lambda: False).items():
            print(stamp, count["assessed"], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
