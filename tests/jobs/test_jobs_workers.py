"""Processes that share what is due: what they say is gathered, who ends early is told."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from monitor.jobs.worker_processes import run_workers

WORKER = """
import json, os, signal, sys
print(json.dumps({"stamp": "a@1", "judged": 3, "failed": 1}), flush=True)
print("a word of some library", flush=True)
sys.stdout.buffer.write(b"another, \\xff in its own encoding\\n")
sys.stdout.flush()
try:
    os.mkdir(sys.argv[1])
except FileExistsError:
    sys.stdout.write('{"stamp": "b@1", "jud')
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
print(json.dumps({"stamp": "b@1", "judged": 2, "failed": 0}), flush=True)
"""
"""The second of them is killed in the middle of a line."""
WAITING = """
import pathlib, sys, time
sys.stdin.read()
here = pathlib.Path(sys.argv[1])
(here / str(time.monotonic_ns())).touch()
until = time.monotonic() + 8
while time.monotonic() < until and len(list(here.iterdir())) < 2:
    time.sleep(0.02)
if len(list(here.iterdir())) < 2:
    (here / "alone").touch()
"""
"""Each ends once the other was told to."""
WATCHING = """
import json
from monitor.jobs.schedule import on_end_of_input
on_end_of_input(print)
print(json.dumps({"stamp": "a@1", "judged": 1, "failed": 0}), flush=True)
"""


def test_what_workers_say_is_gathered(tmp_path: Path) -> None:
    judged: Counter[str] = Counter()
    failed: Counter[str] = Counter()

    def told(stamp: str, number: int, wrong: int) -> None:
        judged[stamp] += number
        failed[stamp] += wrong

    ended = run_workers([sys.executable, "-c", WORKER, str(tmp_path / "first")], 2, told)
    assert (judged, +failed) == (Counter({"a@1": 6, "b@1": 2}), Counter({"a@1": 2}))
    assert [one.number for one in ended] == [1, 2]
    assert sorted(one.code for one in ended) == [-9, 0]


def test_they_end_with_who_started_them(tmp_path: Path) -> None:
    """All at once, not one after the other."""

    class Stopped(Exception):
        """As Ctrl-C does."""

    def told(_stamp: str, _judged: int, _failed: int) -> None:
        raise Stopped

    says = 'print(\'{"stamp": "a", "judged": 1, "failed": 0}\', flush=True)\n'
    begun = time.monotonic()
    with pytest.raises(Stopped):
        run_workers([sys.executable, "-c", f"{says}{WAITING}", str(tmp_path)], 2, told)
    assert time.monotonic() - begun < 15, "nobody had to be killed"
    assert not (tmp_path / "alone").exists()


def test_who_is_done_first_ends_well() -> None:
    """Though a thread of it waits for the end of its input."""
    told = Counter[str]()
    ended = run_workers([sys.executable, "-c", WATCHING], 1, lambda s, n, _: told.update({s: n}))
    assert ([one.code for one in ended], told["a@1"]) == ([0], 1)
