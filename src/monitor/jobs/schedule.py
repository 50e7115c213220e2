"""The schedule: what is due is done, job after job, until told to stop.

`pause_s` and `clock_words` decide, without I/O; `watch` does. A round looks at what is due now, not
at what would have been due meanwhile, so that a machine that slept does one round when it wakes.
What goes wrong in a job is told in its line, and the next round goes on.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.jobs.lease import RENEW_S, Turn, holder_words
from monitor.records.errors import MonitorError, describe_exception
from monitor.records.json_shapes import time_json

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.records.article import Feed
    from monitor.storage.polls import PollResult

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


# The jobs --------------------------------------------------------------------------------


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
    from monitor.jobs.judging import assess_due

    totals = assess_due(desk, stopped=stopped).values()
    return {name: sum(count[name] for count in totals) for name in ("assessed", "failed")}


def names(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Look for names that lists do not show."""
    from monitor.archive.names_on_request import mask_due

    return {"masked": mask_due(desk, stopped=stopped)}


def index(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Take into the index of the archive what is not in it, as after an update."""
    from monitor.archive.articles_found import fill_index

    return {"indexed": fill_index(desk, stopped=stopped)}


def fold(desk: Desk, stopped: Stopped) -> dict[str, int]:
    """Fold new articles into stories, and take care of what outlets took back."""
    from monitor.archive.names_on_request import complete_due
    from monitor.archive.withdrawals import withdraw
    from monitor.stories.fold import fold_due

    folded = fold_due(desk)
    complete_due(desk, stopped=stopped)  # a story has one set of hidden names
    if stopped():
        return {"folded": folded}
    done = withdraw(desk, desk.now())
    return {"folded": folded, "withdrawn": done.withdrawn, "erased": done.erased}


def sample(desk: Desk, stopped: Stopped) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Draw what of yesterday is offered for review, once all of it is judged."""
    from monitor.review.coverage import draw_due

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
