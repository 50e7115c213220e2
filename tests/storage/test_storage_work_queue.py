"""Several processes share what is due: nothing judged twice, nothing left, whoever is killed."""

import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select

import due_worker
from due_worker import NotingDesk
from monitor.jobs.work_queue import LENGTH, TRIES, WAIT_S, ClaimedWork, patiently
from monitor.records.errors import Locked
from monitor.storage.assessments import due_query
from monitor.storage.store import Store, open_store
from monitor.storage.work_queue import SKEW, Lease
from monitor.storage.work_queue import claim as claim_rows
from store_samples import CLASSIFIER, NOW, TAGGER, at, feed, incoming, judged, poll

HERE, THERE = Lease("here", "token-a", NOW + LENGTH), Lease("there", "token-b", NOW + LENGTH)


def fill(store: Store, count: int) -> list[str]:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming(f"{n:03}") for n in range(count)]), NOW)
    return [f"article-{n:03}" for n in range(count)]


def claim(store: Store, mine: Lease, minutes: float = 0, *, limit: int = 2) -> list[str]:
    return [a.id[-1] for a in store.claim_due(CLASSIFIER, mine, at(minutes), limit=limit)]


def test_what_one_is_at_no_other_gets(store: Store) -> None:
    fill(store, 5)
    assert claim(store, HERE) == ["0", "1"]
    assert claim(store, THERE) == ["2", "3"]
    assert [lease.token for lease in store.claims(CLASSIFIER)] == ["token-a", "token-b"]
    assert store.claims(CLASSIFIER)[0] == HERE
    assert store.claims(TAGGER) == []
    assert len(store.due(CLASSIFIER, limit=9)) == 5, "what is due stays a query"
    assert [a.id[-1] for a in store.claim_due(TAGGER, THERE, NOW, limit=1)] == ["0"]
    assert claim(store, HERE) == ["4"]
    assert claim(store, THERE) == []
    mine = [article for article in store.due(CLASSIFIER, limit=9) if article.id[-1] in "014"]
    pairs = [(article, judged(0.1)) for article in mine]
    assert store.record_assessments(pairs, NOW, token="token-a") == 3
    assert [lease.token for lease in store.claims(CLASSIFIER)] == ["token-b"]
    store.drop_claims("token-b")
    assert store.claims(CLASSIFIER) == store.claims(TAGGER) == []
    assert claim(store, HERE) == ["2", "3"], "given back"


def test_a_claim_runs_out_unless_it_is_renewed(store: Store) -> None:
    fill(store, 2)
    assert claim(store, HERE) == ["0", "1"]
    later = Lease("there", "token-b", at(2) + LENGTH)
    store.renew_claims(Lease("here", "token-a", at(2) + LENGTH))
    assert claim(store, later, 2.5) == []
    assert claim(store, Lease("there", "token-b", at(4)), 3) == ["0", "1"]
    store.renew_claims(Lease("here", "token-a", at(9)))
    assert [lease.token for lease in store.claims(CLASSIFIER)] == ["token-b"], "it is taken over"
    early = Lease("here", "token-a", NOW - timedelta(hours=1) + LENGTH)
    assert claim(store, early, -60) == ["0", "1"], "nobody claims for so long: a clock was set back"
    assert early.until + SKEW < at(4)


def test_who_finds_nothing_sees_who_has_it(store: Store) -> None:
    """Though the other has only locked the rows: else all would seem to be judged."""
    fill(store, 3)
    locked, go_on = threading.Event(), threading.Event()
    asked: list[int] = []

    def slow(connection: Connection, most: int) -> Select[Any]:
        asked.append(most)
        if len(asked) == 2:  # first what is free, then of what was claimed the articles
            locked.set()
            assert go_on.wait(10)
        return due_query(CLASSIFIER, most)

    database = store._database
    with ThreadPoolExecutor(1) as pool:
        options: dict[str, Any] = {"limit": 9, "by_index": False}
        pool.submit(claim_rows, database, slow, CLASSIFIER, HERE, NOW, **options)
        assert locked.wait(10)
        threading.Timer(0.3, go_on.set).start()
        assert claim(store, THERE, limit=9) == []
        assert store.claims(CLASSIFIER) == [HERE]


def test_names_are_shared_alike(store: Store) -> None:
    fill(store, 3)
    take = store.claim_unmasked
    assert [a.id[-1] for a in take("names@1", HERE, NOW, limit=2)] == ["2", "1"]
    assert [a.id[-1] for a in take("names@1", THERE, NOW, limit=2)] == ["0"]
    assert take("names@1", THERE, NOW, limit=2, after="article-002") == []
    store.record_masks([], NOW, token="token-a")
    last = take("names@1", THERE, NOW, limit=2, after="article-002")
    assert [a.id[-1] for a in last] == ["1"], "the other is its own already"


def test_nothing_is_judged_twice_and_nothing_left(url: str, tmp_path: Path) -> None:
    with open_store(url) as store:
        ids = fill(store, 120)
    gate = threading.Barrier(4)

    def work(number: int) -> None:
        with NotingDesk(url, tmp_path / f"{number}.log") as monitor:
            monitor.store.ping()
            gate.wait(30)
            monitor.assess(wait=True, stopped=lambda: False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert calls(tmp_path) == Counter(f"{s} {key}" for s in (CLASSIFIER, TAGGER) for key in ids)
    with open_store(url) as store:
        assert store.counts()["assessments"] == 240
        assert store.counts()["due_claims"] == 0


def calls(folder: Path) -> Counter[str]:
    logs = (path.read_text(encoding="utf-8").splitlines() for path in folder.glob("*.log"))
    return Counter(line for lines in logs for line in lines)


def test_who_is_killed_half_way_is_replaced(url: str, tmp_path: Path) -> None:
    with open_store(url) as store:
        ids = fill(store, 40)
    process = subprocess.Popen(
        [sys.executable, due_worker.__file__, url, str(tmp_path / "killed.log"), "32"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["ready\n", "stuck\n"]
    waits: list[float] = []

    def kill(seconds: float) -> None:
        waits.append(seconds)
        process.kill()
        process.wait()

    with NotingDesk(url, tmp_path / "other.log", sleep=kill) as monitor:
        done = monitor.assess(wait=True, stopped=lambda: False)
        assert done[CLASSIFIER]["assessed"] == 24, "all but the 16 that were recorded"
        assert monitor.store.counts()["due_claims"] == 0
    process.stdout.close()
    assert waits == [WAIT_S, WAIT_S], "one until it is killed, one until that is seen"
    assert calls(tmp_path) == Counter(f"{s} {key}" for s in (CLASSIFIER, TAGGER) for key in ids)


def test_who_dies_on_another_machine_is_waited_out(url: str, tmp_path: Path) -> None:
    clock = [NOW]

    def sleep(seconds: float) -> None:
        clock[0] += timedelta(seconds=20)

    with NotingDesk(url, tmp_path / "a.log", now=lambda: clock[0], sleep=sleep) as monitor:
        fill(monitor.store, 20)
        assert len(monitor.store.claim_due(CLASSIFIER, THERE, NOW, limit=5)) == 5
        done = monitor.assess(stopped=lambda: False)
        assert done[CLASSIFIER]["assessed"] == 15, "the schedule does not wait"
        assert monitor.judged.since(CLASSIFIER, NOW) is None, "and does not think all was done"
        done = monitor.assess(wait=True)
        assert done[CLASSIFIER]["assessed"] == 5
    assert NOW + LENGTH <= clock[0] < NOW + 2 * LENGTH
    assert set(calls(tmp_path).values()) == {1}


def test_what_one_could_not_judge_is_given_back(url: str, tmp_path: Path) -> None:
    with NotingDesk(url, tmp_path / "a.log") as monitor:
        fill(monitor.store, 3)
        (tmp_path / "a.log").mkdir()
        with pytest.raises(IsADirectoryError):
            monitor.assess()
        assert monitor.store.counts()["due_claims"] == 0
        assert len(monitor.store.due(CLASSIFIER, limit=9)) == 3


def test_a_lock_of_some_seconds_costs_no_work(url: str, tmp_path: Path) -> None:
    """Nor the worker: it is waited for again."""
    with open_store(url) as store:
        fill(store, 3)
    with NotingDesk(url, tmp_path / "a.log") as monitor, open_store(url) as other:
        monitor.__dict__["store"] = open_store(url, busy_timeout_s=0.3)
        begun, done = threading.Event(), threading.Event()

        def write() -> None:
            with other._database.writing():
                begun.set()
                done.wait(0.4)

        with ThreadPoolExecutor(1) as pool:
            pool.submit(write)
            assert begun.wait(10)
            assert monitor.assess()[CLASSIFIER]["assessed"] == 3
        monitor.store.close()


def test_a_lock_that_stays_is_told() -> None:
    tried: list[int] = []

    def kept_out() -> None:
        tried.append(1)
        raise Locked("by another program")

    with pytest.raises(Locked):
        patiently(kept_out)
    assert len(tried) == TRIES


def test_long_work_keeps_its_claims(store: Store) -> None:
    fill(store, 1)
    clock = [NOW]
    take = partial(store.claim_due, CLASSIFIER, limit=1)
    with ClaimedWork(store, lambda: clock[0], renew_s=0.02) as share:
        for _ in share.batches(CLASSIFIER, take):
            for minutes in range(1, 5):
                clock[0] = at(minutes)
                while store.claims(CLASSIFIER)[0].until <= clock[0]:
                    time.sleep(0.01)
            break
        assert claim(store, Lease("there", "token-b", at(4) + LENGTH), 4) == []
    assert store.claims(CLASSIFIER) == []
