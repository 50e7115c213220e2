"""Workers that share what is due, on PostgreSQL and SQLite: throughput, and what a kill costs.

    python tests/support/workers_proof.py [--articles N] [--news N]

1, 2 and 4 processes over N made-up articles and two assessors that cost 2 ms an article, with every
call counted; two and four of which one is killed with SIGKILL half way; then `monitor assess
--workers` over N articles of the development data with all that is in force, models and names.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import due_worker
from desk import Desk
from monitor.jobs.work_queue import WATCHED_BATCH
from monitor.storage.store import Store, open_store
from postgres import new_database, serve
from shared_data import SHARED
from store_samples import CLASSIFIER, NOW, TAGGER, feed, incoming, poll

PAUSE_MS = 2
BATCH = 500


def fill(store: Store, texts: list[tuple[str, str]]) -> None:
    """Store articles of those headlines and texts."""
    store.add_feeds([feed()], NOW)
    for start in range(0, len(texts), BATCH):
        entries = [
            incoming(f"{start + n:06}", text, title=title)
            for n, (title, text) in enumerate(texts[start : start + BATCH])
        ]
        store.record_poll(poll(feed(), entries), NOW)


def calls(folder: Path) -> Counter[str]:
    """Return how often each article was judged, by stamp and id."""
    logs = (path.read_text(encoding="utf-8").splitlines() for path in folder.glob("*.log"))
    return Counter(line for lines in logs for line in lines)


def light(url: str, folder: Path, workers: int, articles: int, *, kill: bool = False) -> str:
    """Let workers judge all; return a line of the table. Each writes a log of its calls."""
    with open_store(url) as store:
        fill(store, [(f"Title {n}", "A text. " * 100) for n in range(articles)])
    folder.mkdir()
    words = [sys.executable, due_worker.__file__, url]
    begun = time.monotonic()
    running = [
        subprocess.Popen([*words, str(folder / f"{n}.log"), "0", str(PAUSE_MS)], stdout=-1)
        for n in range(workers)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    ready = time.monotonic()
    if kill:
        while len(calls(folder)) < articles:  # of twice as many calls
            time.sleep(0.05)
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
    for process in running:
        process.communicate()
    seconds = time.monotonic() - ready
    made = calls(folder)
    with open_store(url) as store:
        counts = store.counts()
        left = sum(len(store.due(stamp, limit=articles)) for stamp in (CLASSIFIER, TAGGER))
    again = sum(made.values()) - len(made)
    codes = [process.returncode for process in running]
    assert (left, counts["assessments"], counts["due_claims"]) == (0, 2 * articles, 0)
    assert again <= (WATCHED_BATCH if kill else 0), "no more than the killed one had in hand"
    assert codes == [-signal.SIGKILL if kill else 0, *[0] * (workers - 1)]
    shares = "/".join(
        str(len((folder / f"{n}.log").read_text(encoding="utf-8").splitlines()))
        for n in range(workers)
    )
    killed = ", the first killed half way" if kill else ""
    return (
        f"{workers} worker{'s' if workers > 1 else ''}{killed}: {2 * articles / seconds:6.0f}"
        f" judgements/s in {seconds:.1f} s (started in {ready - begun:.1f} s); calls by worker"
        f" {shares}; judged twice {again}, left {left}"
    )


def news(url: str, folder: Path, workers: int, texts: list[tuple[str, str]]) -> str:
    """Type `monitor assess` over real news; return a line of the table."""
    folder.mkdir()
    (folder / "monitor.toml").write_text(f"database = {json.dumps(url)}\n", encoding="utf-8")
    with open_store(url) as store:
        fill(store, texts)
    begun = time.monotonic()
    said = Desk(folder).type("assess", "--workers", str(workers), timeout=3000)
    seconds = time.monotonic() - begun
    assert said.code == 0, said.err
    told = [line for line in said.err.splitlines() if "assessed" in line or "names" in line]
    assert told
    assert all(f" {len(texts)} " in line for line in told), told
    with open_store(url) as store:
        assert store.counts()["assessments"] == len(texts) * (len(told) - 1)
        assert store.counts()["masks"] == len(texts)
    return f"{workers} worker{'s' if workers > 1 else ''}: {seconds:.1f} s, {len(told)} stamps"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--news", type=int, default=60)
    given = parser.parse_args()
    texts: list[tuple[str, str]] = []
    dev = SHARED / "data" / "relevance" / "dev.jsonl.gz"
    if given.news and dev.exists():
        with gzip.open(dev, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line, _ in zip(lines, range(given.news), strict=False)]
        texts = [(row["title"], row["text"]) for row in rows]
    with tempfile.TemporaryDirectory() as name, serve() as server:
        home = Path(name)
        kinds: dict[str, Callable[[int], str]] = {
            "PostgreSQL": lambda _: new_database(server),
            "SQLite": lambda n: f"sqlite:///{home / f'{n}.sqlite'}",
        }
        number = 0
        for kind, make in kinds.items():
            cores = len(os.sched_getaffinity(0))
            print(
                f"{kind}, {given.articles} articles, 2 assessors, {PAUSE_MS} ms each; {cores} cores"
            )
            for workers, kill in ((1, False), (2, False), (4, False), (2, True), (4, True)):
                number += 1
                line = light(make(number), home / str(number), workers, given.articles, kill=kill)
                print(f"  {line}", flush=True)
        if not texts:
            print("the development data are absent: no real news")
        for kind, make in kinds.items() if texts else ():
            print(f"{kind}, {len(texts)} articles of real news, monitor assess --workers")
            for workers in (1, 2, 4):
                number += 1
                print(f"  {news(make(number), home / str(number), workers, texts)}", flush=True)


if __name__ == "__main__":
    main()
