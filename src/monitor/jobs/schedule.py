"""Scheduler: does what is due, job after job, until told to stop; in a process of its own.

A round looks at what is due now, not at what would have been due meanwhile, so that a machine that
slept does one round when it wakes. What goes wrong in a job is told in its line. One schedule at a
time works on a database: it has the lease. Beside a server it is a process, not a thread: judging
articles is minutes of work under Python's global lock. The child ends when its standard input does,
so that it never outlives the server; where it ends by itself it is started again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

from monitor.jobs.work_queue import SCHEDULE_RENEW_S, ScheduleLease, assess_due, holder_words
from monitor.records.errors import MonitorError, describe_exception
from monitor.records.json_shapes import time_json

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.records.feed import Feed
    from monitor.storage.polls import PollResult


PAUSES = (30.0, 60.0)
"""What comes due within the first is done in one round; after the second it is looked again: for
feeds added meanwhile, jobs that cannot say when they are due, a clock that was set."""

Stopped = Callable[[], bool]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """One kind of work. `do` does what is due and returns its counts, told where one is not 0.

    `due` is when there will be something to do (`None`: nothing), and a round begins then.
    """

    name: str
    do: Callable[[Desk, Stopped], Mapping[str, int]]
    due: Callable[[Desk], datetime | None] | None = None


def pause_s(
    moments: Mapping[str, datetime | None], now: datetime, *, pauses: tuple[float, float] = PAUSES
) -> float:
    """Return the seconds until the next round, from the least to the most of `pauses`."""
    waits = [(moment - now).total_seconds() for moment in moments.values() if moment is not None]
    return max(pauses[0], min((*waits, pauses[1])))


def clock_words(expected: datetime, now: datetime) -> str | None:
    """Say what the clock did while nothing was done, where that is not what was `expected`."""
    late = round((now - expected).total_seconds())
    if now < expected - timedelta(seconds=PAUSES[1]):
        return f"set back by {-late} s; what was planned by it is planned anew"
    slept = now > expected + timedelta(minutes=5)
    return f"{late} s later than expected: one round" if slept else None


def line(now: datetime, **said: object) -> str:
    """Return a line for the log: JSON in ASCII, so that no text from outside drives a terminal."""
    return json.dumps({"at": time_json(now), **said}, ensure_ascii=True)


class Stop:
    """Whether to stop, asked from signal handlers and threads; `sleep` ends early with it."""

    def __init__(self) -> None:
        self.asked = False  # an Event's lock could be held where a signal comes

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self.asked

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds`, or until it is asked to stop."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.25))


def watch(
    desk: Desk,
    *,
    stop: Stop,
    tell: Tell,
    jobs: Sequence[ScheduledJob] | None = None,
    sleep: Callable[[float], object] | None = None,
    pauses: tuple[float, float] = PAUSES,
    lease: ScheduleLease | None = None,
) -> None:
    """Do what is due until `stop`; `tell` gets a line for each job that did something.

    Where another process has the schedule it is waited for. `lease` is this one's claim to it.
    """
    rest = sleep or stop.sleep
    failures, left_out = Counter[str](), Counter[str]()
    with desk.shelf.watched(), lease or ScheduleLease(desk.store, desk.now) as mine:
        while not stop():
            if not _wait_for_lease(desk, mine, stop, tell, rest):
                return
            with desk.people_memory.kept():  # masks are made of what the assessors read
                for job in jobs or JOBS:
                    if stop() or mine.lost:
                        break
                    if left_out[job.name] > 0:
                        left_out[job.name] -= 1
                        continue
                    failed = not _do(desk, job, lambda: stop() or mine.lost, tell)
                    count = failures[job.name] = failures[job.name] + 1 if failed else 0
                    # after the second failure in a row it is left out once, then longer
                    left_out[job.name] = min(2 ** max(0, count - 1) - 1, 15)
            pause = pauses[1]
            if not any(failures.values()):
                with suppress(MonitorError):  # the jobs themselves will say what is wrong
                    moments = {job.name: job.due(desk) for job in jobs or JOBS if job.due}
                    pause = pause_s(moments, desk.now(), pauses=pauses)
            expected = desk.now() + timedelta(seconds=pause)
            rest(pause)
            if not stop() and (said := clock_words(expected, desk.now())):
                tell(line(desk.now(), job="schedule", clock=said))


def _wait_for_lease(
    desk: Desk, lease: ScheduleLease, stop: Stop, tell: Tell, rest: Callable[[float], object]
) -> bool:
    """Return once the schedule is this process's, `False` where it is to stop before."""
    told = ""
    while not stop():
        try:
            other = lease.take()
            if other is None:
                return True
            if other.holder != told:
                told = other.holder
                says = f"{holder_words(other)}; this one waits until it ends"
                tell(line(desk.now(), job="schedule", waits=says))
        except MonitorError as error:
            tell(line(desk.now(), job="schedule", error=str(error)))
        rest(SCHEDULE_RENEW_S)
    return False


def _do(desk: Desk, job: ScheduledJob, stopped: Stopped, tell: Tell) -> bool:
    """Do one job, and tell; return whether that went well."""
    start, said = time.monotonic(), dict[str, object]()
    try:
        said.update(job.do(desk, stopped))
    except MonitorError as error:
        said["error"] = str(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours must not end the desk's days
        said["error"] = f"unexpected: {describe_exception(error)}"
    if any(said.values()):
        seconds = round(time.monotonic() - start, 2)
        tell(line(desk.now(), job=job.name, seconds=seconds, **said))
    return "error" not in said


def _ingest(desk: Desk, stopped: Stopped) -> Mapping[str, int]:
    from monitor.feeds.ingest import ingest_due

    counts = Counter(feeds=0, failed=0, unchanged=0, fetched=0, stored=0, dropped=0)

    def report(_: Feed, result: PollResult) -> None:
        counts.update(
            feeds=1,
            failed=int(result.error is not None),
            unchanged=int(result.not_modified),
            fetched=result.fetched,
            stored=result.stored,
            dropped=sum(result.dropped.values()),
        )

    ingest_due(desk, report=report, stopped=stopped)
    return counts


def _next_poll(desk: Desk) -> datetime | None:
    from monitor.feeds.ingest import next_due

    due = next_due(desk)
    return due[1] if due else None


def _fold(desk: Desk, stopped: Stopped) -> Mapping[str, int]:
    from monitor.archive.withdrawals import withdraw
    from monitor.jobs.mask_names import complete_due
    from monitor.stories.clustering import fold_due

    folded = fold_due(desk)
    complete_due(desk, stopped=stopped)  # a story has one set of hidden names
    if stopped():
        return {"folded": folded}
    done = withdraw(desk, desk.now())
    return {"folded": folded, "withdrawn": done.withdrawn, "erased": done.erased}


def _keep_house(name: str, desk: Desk, stopped: Stopped) -> Mapping[str, int]:
    """Do a job of a call or two; return its counts."""
    if name == "assess":
        totals = assess_due(desk, stopped=stopped).values()
        return {key: sum(count[key] for count in totals) for key in ("assessed", "failed")}
    if name == "names":
        from monitor.jobs.mask_names import mask_due

        return {"masked": mask_due(desk, stopped=stopped)}
    if name == "index":  # after an update
        from monitor.archive.articles_found import fill_index

        return {"indexed": fill_index(desk, stopped=stopped)}
    if name == "sample":
        from monitor.review.sampling import draw_due

        drawn = draw_due(desk)
        return {"drawn": len(drawn.offered) if drawn else 0}
    if name == "send":
        from monitor.digest.mail_delivery import send_due

        outcomes = Counter(one.outcome for one in send_due(desk, desk.now()))
        return {key: outcomes[key] for key in ("sent", "failed", "unknown")}
    raise ValueError(f"no job is called {name}")


def _expire(desk: Desk, _: Stopped) -> Mapping[str, int]:
    from monitor.jobs.expire_texts import expire

    done = expire(desk.store, desk.settings, desk.now())
    return {"expired": done.articles if done else 0}


JOBS: tuple[ScheduledJob, ...] = (
    ScheduledJob("ingest", _ingest, _next_poll),
    ScheduledJob("assess", partial(_keep_house, "assess")),
    ScheduledJob("names", partial(_keep_house, "names")),
    ScheduledJob("index", partial(_keep_house, "index")),
    ScheduledJob("fold", _fold),
    ScheduledJob("sample", partial(_keep_house, "sample")),
    ScheduledJob("send", partial(_keep_house, "send")),
    ScheduledJob("expire", _expire),
)
"""What is done in a round, in this order. A further job is a line here."""


PATIENCE_S = 20.0
"""So long a schedule that is told to stop may take for what it has in hand."""


class ScheduleProcess:
    """A child process that runs `command`, started and ended with this context."""

    def __init__(
        self, command: Sequence[str], tell: Callable[[str], None], *, again_s: float = 30.0
    ) -> None:
        self._command = list(command)
        self._tell = tell
        self._again_s = again_s
        self._over = threading.Event()
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="schedule", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with self._guard:
            process = self._process
        if process and process.stdin:
            process.stdin.close()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._say("does not stop, and is ended")
                process.kill()
        self._thread.join(PATIENCE_S)

    def _say(self, error: str) -> None:
        self._tell(line(datetime.now(UTC), job="schedule", error=error))

    def _keep(self) -> None:
        while True:
            with self._guard:
                if self._over.is_set():
                    return
                self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own words
            code = self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
            if not self._over.is_set():
                self._say(f"ended with {code}; started again in {self._again_s:g} s")
                self._over.wait(self._again_s)


def stand_back() -> None:
    """Let other processes of this machine go first, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(5)  # behind drafts that wait for a processor


def on_end_of_input(do: Callable[[], None]) -> None:
    """Call `do`, in a thread, once standard input has ended."""

    def wait() -> None:
        # not through a buffer, whose lock the thread would hold where the program ends before
        while os.read(sys.stdin.fileno(), 4096):
            pass
        do()

    threading.Thread(target=wait, name="parent", daemon=True).start()
