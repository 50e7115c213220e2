"""Killed at any moment, or beside another program: nothing is lost and nothing doubled."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

import store_worker
from monitor.storage.store import Store, open_store
from store_samples import CLASSIFIER, NOW, TAGGER, at, dump, feed, incoming, judged, poll
from store_worker import POLLS

KILLS = int(os.environ.get("KILLS", "6"))


def start(url: str, mode: str = "run") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(store_worker.__file__)), url, mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")


def kill_within(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill at a moment in its work; return whether it was still running."""
    assert process.stdout is not None
    process.stdout.readline()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_killed_again_and_again(make_url_of: Callable[[], str]) -> None:
    calm, killed = make_url_of(), make_url_of()
    rounds = KILLS if calm.startswith("sqlite") else KILLS // 2
    open_store(calm).close()
    begun = monotonic()
    store_worker.main(calm, "run")
    duration = monotonic() - begun
    dice = random.Random(20261125)
    # Half of the work on average: what was timed may have been slowed by others, and a run that is
    # over cannot be killed.
    longest = duration / rounds
    kills = sum(kill_within(start(killed), dice.uniform(0, longest)) for _ in range(rounds))
    finish(start(killed))
    assert kills > rounds / 2
    assert dump(killed) == dump(calm)
    with open_store(killed) as store:
        counts = store.counts()
        ledger = store.ledger(None, None, (CLASSIFIER,))
    assert counts["polls"] == POLLS
    assert ledger.stored == counts["versions"]
    assert ledger.fetched == ledger.stored + sum(ledger.dropped.values())
    print(f"{kills} kills in {duration:.2f} s of work: {counts}")


def test_killed_while_the_tables_are_made(make_url_of: Callable[[], str]) -> None:
    url = make_url_of()
    dice = random.Random(1)
    for _ in range(4):
        process = start(url)
        try:
            process.wait(timeout=dice.uniform(0.2, 0.8))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    with open_store(url) as store:
        assert store.counts()["feeds"] in (0, len(store_worker.FEEDS))


def test_polling_and_assessing_at_once(make_url_of: Callable[[], str]) -> None:
    url = make_url_of()
    open_store(url).close()
    both = [start(url, "ingest"), start(url, "assess")]
    for process in both:
        finish(process)
    finish(start(url, "assess"))  # what the last poll brought after the assessors' last look
    with open_store(url) as store:
        assert store.due(CLASSIFIER, limit=1) == store.due(TAGGER, limit=1) == []
        assert store.counts()["polls"] == POLLS
        assert len(list(store.assessed((CLASSIFIER, TAGGER)))) == store.counts()["articles"]


@pytest.mark.parametrize("times", range(3))
def test_two_polls_of_the_same_entries_at_once(store: Store, times: int) -> None:
    sources = [feed("a"), feed("b")]
    store.add_feeds(sources, NOW)
    entries = [incoming(str(number)) for number in range(30)]
    gate = threading.Barrier(4)
    stored: list[int] = []

    def work(number: int) -> None:
        gate.wait()
        stored.append(store.record_poll(poll(sources[number % 2], entries), at(number)).stored)
        batch = store.due(CLASSIFIER, limit=30)
        store.record_assessments([(article, judged(0.5)) for article in batch], at(number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored) == [0, 0, 0, 30]
    counts = store.counts()
    assert (counts["articles"], counts["sightings"], counts["assessments"]) == (30, 60, 30)
