"""The schedule: what is due is done, job after job, until told to stop.

`pause_s` and `clock_words` decide, without I/O; `watch` does. A round looks at what is due now, not
at what would have been due meanwhile, so that a machine that slept does one round when it wakes.
What goes wrong in a job is told in its line, and the next round goes on.

The schedule in a process of its own, beside the one that answers.

A process, not a thread: judging articles is minutes of work under Python's global lock, and every
request, `/healthz` too, would wait for it. The child ends when its standard input does, so that it
never outlives the server, however that ends; where it ends by itself it is started again.

One schedule at a time on a database: a row says who has it and until when.

It is renewed while its holder lives, and taken over once it has run out, once its holder is seen
to be dead (on the same machine), or where it runs for longer than any holder would have written:
then a clock was set back since.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.records.errors import MonitorError, StoreError, UsageError, describe_exception
from monitor.records.json_shapes import time_json
from monitor.storage.leases import Lease, holder_name, is_dead

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.records.feed import Feed
    from monitor.storage.polls import PollResult
    from monitor.storage.store import Store


LEAST_S = 30.0
"""What comes due within so many seconds is done in one round."""
MOST_S = 60.0
"""So often it is looked again: for feeds added meanwhile, jobs that cannot say when they are due,
a clock that was set."""
SLEPT = timedelta(minutes=5)
"""So much more than a pause says that the machine slept."""
MOST_SKIPPED = 15
"""A job that fails again and again is tried in every sixteenth round."""

Stopped = Callable[[], bool]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work. `do` does what is due and returns its counts, told where one is not 0.

    `due` is when there will be something to do (`None`: nothing), so that a round begins then; a
    job without it is done in every round.
    """

    name: str
    do: Callable[[Desk, Stopped], Mapping[str, int]]
    due: Callable[[Desk], datetime | None] | None = None


def pause_s(
    moments: Mapping[str, datetime | None],
    now: datetime,
    *,
    pauses: tuple[float, float] = (LEAST_S, MOST_S),
) -> float:
    """Return the seconds until the next round, from the least to the most of `pauses`."""
    waits = [(moment - now).total_seconds() for moment in moments.values() if moment is not None]
    return max(pauses[0], min((*waits, pauses[1])))


def clock_words(expected: datetime, now: datetime) -> dict[str, object] | None:
    """Say what the clock did while nothing was done, where that is not what was `expected`."""
    if now < expected - timedelta(seconds=MOST_S):
        back = round((expected - now).total_seconds())
        return {"clock": f"set back by {back} s; what was planned by it is planned anew"}
    if now > expected + SLEPT:
        return {
            "clock": f"{round((now - expected).total_seconds())} s later than expected: one round"
        }
    return None


def line(now: datetime, **said: object) -> str:
    """Return a line for the log: JSON in ASCII, so that no text from outside drives a terminal."""
    return json.dumps({"at": time_json(now), **said}, ensure_ascii=True)


class Stop:
    """Whether to stop, asked from signal handlers and threads; `sleep` ends early with it.

    A plain flag that is looked at: an Event's lock could be held where a signal comes.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self.asked

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds`, or until it is asked to stop."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.25))


@dataclass(slots=True)
class _Failures:
    """How often each job has failed in a row, and how many rounds it is left out."""

    count: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def skips(self, name: str) -> bool:
        """Tell whether to leave a job out this time."""
        if self.left_out[name] <= 0:
            return False
        self.left_out[name] -= 1
        return True

    def note(self, name: str, *, failed: bool) -> None:
        """Take how a job went: after the second failure it is left out once, then longer."""
        self.count[name] = self.count[name] + 1 if failed else 0
        self.left_out[name] = min(2 ** max(0, self.count[name] - 1) - 1, MOST_SKIPPED)


def watch(
    desk: Desk,
    *,
    stop: Stop,
    tell: Tell,
    jobs: Sequence[Job] | None = None,
    sleep: Callable[[float], object] | None = None,
    pauses: tuple[float, float] = (LEAST_S, MOST_S),
    turn: Turn | None = None,
) -> None:
    """Do what is due until `stop`; `tell` gets a line for each job that did something.

    Where another process has the schedule of this database it is waited for. `turn` is this one's
    claim to it.
    """
    rest = sleep or stop.sleep
    failures = _Failures()
    with desk.shelf.watched(), turn or Turn(desk.store, desk.now) as mine:
        while not stop():
            if not _wait_for_turn(desk, mine, stop, tell, rest):
                return
            pause = _round(desk, jobs or JOBS, lambda: stop() or mine.lost, tell, failures, pauses)
            expected = desk.now() + timedelta(seconds=pause)
            rest(pause)
            if not stop() and (said := clock_words(expected, desk.now())):
                tell(line(desk.now(), job="schedule", **said))


def _wait_for_turn(
    desk: Desk, turn: Turn, stop: Stop, tell: Tell, rest: Callable[[float], object]
) -> bool:
    """Return once the schedule is this process's, `False` where it is to stop before."""
    told = ""
    while not stop():
        try:
            other = turn.take()
        except MonitorError as error:
            tell(line(desk.now(), job="schedule", error=str(error)))
        else:
            if other is None:
                return True
            if other.holder != told:
                told = other.holder
                says = f"{holder_words(other)}; this one waits until it ends"
                tell(line(desk.now(), job="schedule", waits=says))
        rest(RENEW_S)
    return False


def _round(
    desk: Desk,
    jobs: Sequence[Job],
    stopped: Stopped,
    tell: Tell,
    failures: _Failures,
    pauses: tuple[float, float],
) -> float:
    """Do what is due once; return the seconds until the next round."""
    for job in jobs:
        if stopped():
            break
        if failures.skips(job.name):
            continue
        failures.note(job.name, failed=not _do(desk, job, stopped, tell))
    if any(failures.count.values()):
        return pauses[1]
    try:
        return pause_s(_moments(desk, jobs), desk.now(), pauses=pauses)
    except MonitorError:
        return pauses[1]  # the jobs themselves will say what is wrong


def _moments(desk: Desk, jobs: Sequence[Job]) -> dict[str, datetime | None]:
    return {job.name: job.due(desk) for job in jobs if job.due}


def _do(desk: Desk, job: Job, stopped: Stopped, tell: Tell) -> bool:
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


def ingest(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Poll the feeds that are due."""
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
    return dict(counts)


def _next_poll(desk: Desk) -> datetime | None:
    from monitor.feeds.ingest import next_due

    due = next_due(desk)
    return due[1] if due else None


def assess(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Run every assessor on what it has not judged."""
    from monitor.jobs.work_queue import assess_due

    totals = assess_due(desk, stopped=stopped).values()
    return {name: sum(count[name] for count in totals) for name in ("assessed", "failed")}


def names(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Look for names that lists do not show."""
    from monitor.jobs.mask_names import mask_due

    return {"masked": mask_due(desk, stopped=stopped)}


def index(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Take into the index of the archive what is not in it, as after an update."""
    from monitor.archive.articles_found import fill_index

    return {"indexed": fill_index(desk, stopped=stopped)}


def fold(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Fold new articles into stories, and take care of what outlets took back."""
    from monitor.archive.withdrawals import withdraw
    from monitor.jobs.mask_names import complete_due
    from monitor.stories.clustering import fold_due

    folded = fold_due(desk)
    complete_due(desk, stopped=stopped)  # a story has one set of hidden names
    if stopped():
        return {"folded": folded}
    done = withdraw(desk, desk.now())
    return {"folded": folded, "withdrawn": done.withdrawn, "erased": done.erased}


def sample(desk: Desk, stopped: Stopped) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Draw what of yesterday is offered for review, once all of it is judged."""
    from monitor.review.sampling import draw_due

    drawn = draw_due(desk)
    return {"drawn": len(drawn.offered) if drawn else 0}


def send(desk: Desk, stopped: Stopped) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Send the digests that are due."""
    from monitor.digest.mail_delivery import send_due

    outcomes = Counter(one.outcome for one in send_due(desk, desk.now()))
    return {name: outcomes[name] for name in ("sent", "failed", "unknown")}


def expire(desk: Desk, stopped: Stopped) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Let the words of old articles expire, where the desk says so."""
    from monitor.jobs.expire_texts import expire as expire_old

    done = expire_old(desk.store, desk.settings, desk.now())
    return {"expired": done.articles if done else 0}


JOBS: tuple[Job, ...] = (
    Job("ingest", ingest, _next_poll),
    Job("assess", assess),
    Job("names", names),
    Job("index", index),
    Job("fold", fold),
    Job("sample", sample),
    Job("send", send),
    Job("expire", expire),
)
"""What is done in a round, in this order. A further job is a line here."""


def utc_line(**said: object) -> str:
    """Return a line for the log, of now."""
    return line(datetime.now(UTC), **said)


AGAIN_S = 30.0
"""So long after a schedule that ended by itself the next is started."""
PATIENCE_S = 20.0
"""So long a schedule that is told to stop may take for what it has in hand."""
NICE = 5
"""How much the schedule stands back behind drafts that wait for a processor."""


class Schedule:
    """A child process that runs `command`, started and ended with this context."""

    def __init__(
        self, command: Sequence[str], tell: Callable[[str], None], *, again_s: float = AGAIN_S
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with self._guard:
            process = self._process
        if process:
            self._end(process)
        self._thread.join(PATIENCE_S)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._tell(utc_line(job="schedule", error="does not stop, and is ended"))
            process.kill()

    def _keep(self) -> None:
        while not self._over.is_set():
            with self._guard:
                if self._over.is_set():
                    return
                self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own words
            code = self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
            if self._over.is_set():
                return
            says = f"ended with {code}; started again in {self._again_s:g} s"
            self._tell(utc_line(job="schedule", error=says))
            self._over.wait(self._again_s)


def stand_back() -> None:
    """Let other processes of this machine go first, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def on_end_of_input(do: Callable[[], None]) -> None:
    """Call `do`, in a thread, once standard input has ended."""

    def wait() -> None:
        # not through a buffer, whose lock the thread would hold where the program ends before
        while os.read(sys.stdin.fileno(), 4096):
            pass
        do()

    threading.Thread(target=wait, name="parent", daemon=True).start()


LENGTH = timedelta(seconds=90)
"""After a holder died unseen, so long nobody works."""
RENEW_S = 20.0
SKEW = timedelta(seconds=60)
"""By so much the clocks of machines that share a database may differ."""


def is_free(lease: Lease, token: str, now: datetime, is_dead: Callable[[str], bool]) -> bool:
    """Tell whether who has `token` may take the lease at `now`; `is_dead` judges its holder."""
    if lease.token == token or not now < lease.until <= now + LENGTH + SKEW:
        return True
    return is_dead(lease.holder)


class Turn:
    """A process's claim to a database's schedule. Use as a context manager, then `take`.

    Once taken it is renewed by a thread of its own; `lost` tells that somebody else has it, as
    after a sleep.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        *,
        holder: str = "",
        renew_s: float = RENEW_S,
    ) -> None:
        self.lost = False
        self._store = store
        self._now = now
        self._renew_s = renew_s
        self._mine = Lease(holder or holder_name(), uuid.uuid4().hex, now())
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
            with suppress(StoreError):  # locked: it runs out by itself
                self._store.drop_lease(self._mine.token)

    def take(self) -> Lease | None:
        """Take or renew the lease; return whose it is where that is somebody else."""
        now = self._now()
        wanted = Lease(self._mine.holder, self._mine.token, now + LENGTH)
        held = self._store.take_lease(
            wanted, lambda lease: is_free(lease, wanted.token, now, is_dead)
        )
        self.lost = held.token != wanted.token
        if self.lost:
            return held
        if self._thread is None:
            self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
            self._thread.start()
        return None

    def _renew(self) -> None:
        while not self._over.wait(self._renew_s):
            if self.lost:
                continue  # who works sees it, and takes it again when it is free
            try:
                self.take()
            except StoreError:  # locked for a moment: there is time for some more tries
                continue


def holder_words(lease: Lease) -> str:
    """Say who holds a lease, and until when."""
    return (
        f"{lease.holder} is at work on this database (until {lease.until:%H:%M:%S} UTC or longer)"
    )


@contextmanager
def alone(desk: Desk) -> Iterator[None]:
    """Hold the schedule for a job that is done once; raises `UsageError` where another has it."""
    with Turn(desk.store, desk.now) as turn:
        other = turn.take()
        if other is not None:
            raise UsageError(
                f"{holder_words(other)}: it does this by itself, nothing was done here"
            )
        yield
