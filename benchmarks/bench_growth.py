"""What a day of the desk costs in a store of more and more articles.

    python benchmarks/bench_growth.py 100000

Made-up articles, 500 a day, of which 15 are told of, a third of them copies of late ones. At 1,000
stored and at each ten times as many: asking what is due where nothing is but five articles, of
all and, as a process that keeps watch does but once a day, of the last hour; folding one more, the
digest of the last whole day, and its page. Medians of nine, in milliseconds of processor time.
"""

from __future__ import annotations

import hashlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench_stories import TABLE, Row, made_article

from monitor.app import Monitor
from monitor.records.article import Assessment
from monitor.records.feed import Feed, FeedState, Incoming, Poll
from monitor.settings import Settings

START = datetime(2020, 1, 1, tzinfo=UTC)
A_DAY, TOLD_OF = 500, 15
FEED = Feed("f", "https://made.example/rss", "Made", "Made Outlet")


class Filling:
    """A desk that is filled day by day."""

    def __init__(self, monitor: Monitor) -> None:
        self.monitor, self.count, self.late = monitor, 0, list[Row]()
        self.draw = random.Random(1)
        self.words = list(json.loads(TABLE.read_text(encoding="utf-8"))["words"])
        self.judges = [s for s in monitor.stamps if s.partition("-en@")[1]]
        monitor.store.add_feeds([FEED], START)

    def moment(self) -> datetime:
        """Return the desk's clock: 500 articles are a day."""
        return START + timedelta(days=self.count / A_DAY)

    def bring(self, count: int, told_of: int, *, judged: bool = True) -> None:
        """Store articles, the first of which are told of."""
        at, entries = self.moment(), []
        for number in range(count):
            self.count += 1
            copied = self.draw.choice(self.late[-100:]) if self.late and number % 3 == 2 else None
            row = made_article(self.draw, self.words, copied if number < told_of else None)
            if number < told_of:
                self.late.append(row)
            sha = hashlib.sha256(str(self.count).encode()).hexdigest()
            url = f"https://made.example/{self.count}"
            article_id = f"a{self.count:07}"
            entries.append(
                Incoming(article_id, url, row["title"], row["text"], "", "en", at, "feed", sha, sha)
            )
        made = Poll(FEED, FeedState(), at, fetched=count, incoming=tuple(entries))
        self.monitor.store.record_poll(made, at)
        if judged:
            self.judge(told_of)

    def judge(self, told_of: int) -> None:
        """Say of what is due that its first articles are relevant."""
        for stamp in self.judges:
            due = self.monitor.store.due(stamp, limit=A_DAY)
            is_first = stamp.startswith("relevance-")
            said = [
                Assessment(stamp, 0.9 if n < told_of else 0.01, n < told_of, False)
                if is_first
                else Assessment(stamp, None, None, None)
                for n in range(len(due))
            ]
            pairs = list(zip(due, said, strict=True))
            self.monitor.store.record_assessments(pairs, self.moment())


def milliseconds(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Return the median of nine."""
    times = []
    for _ in range(9):
        before()
        begun = time.process_time()
        work()
        times.append(1000 * (time.process_time() - begun))
    return statistics.median(times)


def costs(filling: Filling, day: str) -> str:
    """Measure, with 14 articles more."""
    monitor, digest = filling.monitor, filling.monitor.digest(day)
    assert sum(len(story.articles) for story in digest.relevant) == TOLD_OF
    page = milliseconds(lambda: monitor.render_digest(digest, "html"))
    told = milliseconds(lambda: monitor.digest(day))
    fold = milliseconds(monitor.fold, lambda: filling.bring(1, 1))
    filling.bring(5, 0, judged=False)
    judge, late = filling.judges[0], filling.moment() - timedelta(hours=1)
    due = milliseconds(lambda: monitor.store.due(judge, limit=64))
    lately = milliseconds(lambda: monitor.store.due(judge, limit=64, since=late))
    filling.judge(0)
    return f"{due:8.1f} {lately:9.1f} {fold:9.1f} {told:8.1f} {page:8.1f}"


def main(most: int) -> None:
    """Fill, and print a line at each power of ten."""
    clock = [START]
    with (
        tempfile.TemporaryDirectory() as folder,
        Monitor(Settings(home=Path(folder)), now=lambda: clock[0]) as monitor,
    ):
        filling, wanted = Filling(monitor), 1000
        print(" stored      due   of late  fold one   digest     page  (ms)")
        while filling.count < most:
            filling.bring(A_DAY, TOLD_OF)
            clock[0] = filling.moment()
            monitor.fold()
            if filling.count < wanted:
                continue
            day = (filling.moment() - timedelta(days=1)).date().isoformat()
            print(f"{filling.count:7} {costs(filling, day)}", flush=True)
            filling.count += A_DAY - 14
            wanted *= 10


if __name__ == "__main__":
    main(int(sys.argv[1]))
