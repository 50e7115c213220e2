"""Who has the schedule of a database, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Monitor
from monitor.jobs.work_queue import SCHEDULE_LENGTH as LENGTH
from monitor.jobs.work_queue import ScheduleLease, alone
from monitor.records.errors import UsageError
from monitor.settings import Settings
from monitor.storage.store import Store, open_store
from monitor.storage.work_queue import Lease, holder_name, is_dead, is_over, machine_name
from postgres import new_database

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OTHER = "elsewhere process 12"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    else:
        url = new_database(request.getfixturevalue("postgres_server"))
    with open_store(url) as opened:
        yield opened


def test_when_a_lease_is_free() -> None:
    held = Lease("h", "t", NOW + LENGTH)
    for now, free in (
        (NOW, False),
        (NOW + LENGTH - timedelta(seconds=1), False),
        (NOW + LENGTH, True),
        (NOW - timedelta(seconds=59), False),  # another machine's clock may be so far behind
        (NOW - timedelta(seconds=61), True),  # nobody writes one as long: a clock was set back
        (NOW - timedelta(days=40), True),
    ):
        assert is_over(held, now, LENGTH, lambda _: False) is free, now
    assert is_over(held, NOW, LENGTH, lambda _: True)


def test_whether_a_holder_is_dead() -> None:
    assert not is_dead(holder_name())
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = holder_name().rpartition(" process ")[0]
    assert is_dead(f"{here} process {ended.pid}") is (os.name == "posix")
    for unknown in (f"elsewhere process {ended.pid}", here, "", f"{here} process x"):
        assert not is_dead(unknown)


def test_containers_that_share_a_name_are_told_apart() -> None:
    """One sees no process of the other: to it all of them would be dead."""
    host = socket.gethostname()
    assert machine_name(host, "pid:[4026531836]") == host
    inside = machine_name(host, "pid:[4026532999]")
    assert inside != host
    assert not is_dead(f"{inside} process 99999999")


def test_one_at_a_time_and_the_next_when_it_ends(store: Store) -> None:
    clock = [NOW]
    first = ScheduleLease(store, lambda: clock[0], holder=OTHER)
    second = ScheduleLease(store, lambda: clock[0], holder="here process 13")
    with second:
        with first:
            assert first.take() is None
            held = second.take()
            assert held is not None
            assert (held.holder, held.until) == (OTHER, NOW + LENGTH)
            assert second.lost
            clock[0] += LENGTH / 2
            assert first.take() is None, "renewed"
            clock[0] += LENGTH * 0.75
            assert second.take() is not None
        assert second.take() is None, "given back"


def test_a_holder_that_slept_sees_that_it_lost_its_turn(store: Store) -> None:
    clock = [NOW]
    with (
        ScheduleLease(store, lambda: clock[0], holder=OTHER) as first,
        ScheduleLease(store, lambda: clock[0], holder="here process 13") as second,
    ):
        assert first.take() is None
        clock[0] += LENGTH
        assert second.take() is None, "run out"
        assert first.take() is not None
        assert first.lost
    with ScheduleLease(store, lambda: clock[0], holder="a third") as third:
        assert third.take() is None


def test_it_is_renewed_while_work_goes_on(store: Store) -> None:
    clock = [NOW]
    with ScheduleLease(store, lambda: clock[0], holder=OTHER, renew_s=0.02) as first:
        assert first.take() is None
        clock[0] += LENGTH * 0.9
        deadline = time.monotonic() + 10
        other = ScheduleLease(store, lambda: clock[0], holder="here process 13")
        while (held := other.take()) is not None and held.until < clock[0] + LENGTH:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert held is not None


def test_what_is_done_once_is_refused_in_words(tmp_path: Path) -> None:
    with Monitor(Settings(home=tmp_path), now=lambda: NOW) as monitor:
        with ScheduleLease(monitor.store, monitor.now, holder=OTHER) as turn:
            turn.take()
            with (
                pytest.raises(UsageError, match=r"elsewhere process 12 is at work .* 12:01:30"),
                alone(monitor),
            ):
                pass
        with alone(monitor):
            pass
