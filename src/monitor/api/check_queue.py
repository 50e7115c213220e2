"""Queue of drafts to check, with as many at work at once as it is worth.

Checking is work for one core, much of it under Python's global lock: forty drafts in forty threads
all come late. So a fixed number is checked at once, in the order they came, and at most a hundred
wait. Several workers are processes: the one that answers has its lock to itself.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from contextlib import AbstractContextManager

import anyio
from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.requests import Request

from monitor.api.authentication import at_home
from monitor.api.problem_details import ProblemError
from monitor.api.rate_limit import Tries
from monitor.desk import Desk
from monitor.jobs.draft_processes import WARM_UP, Job, Worker, perform
from monitor.records.errors import describe_exception

logger = logging.getLogger("monitor.api")
MAX_WAITING = 100  # drafts that may wait for their turn


class ClientLeftError(Exception):
    """Whoever sent the draft has gone: there is nobody to answer."""


class Checkers(AbstractContextManager["Checkers"]):
    """Does jobs over `desk`, `workers` at once; close it at the end.

    One worker is a thread of this process. More are processes, each of which holds rules and models
    for itself; the second and further ones start when drafts wait.
    """

    def __init__(self, desk: Desk, *, workers: int = 1, max_waiting: int = MAX_WAITING) -> None:
        self.max_waiting = max_waiting
        self._desk = desk
        self._most = workers if workers > 1 else 0
        self._all = [Worker(desk.settings)] if self._most else []
        self._idle = list(self._all)
        self._limiter: CapacityLimiter | None = None
        self._growth: asyncio.Task[None] | None = None
        self._loaded = False
        self._seconds = 0.3  # how long a draft takes, before one was measured
        refusal = "Too many drafts came from this address: go on when Retry-After says."
        self._sent = Tries(desk.settings.serve.checks_per_minute, refusal=refusal)

    def __exit__(self, *_: object) -> None:
        """End the processes, whatever they are doing."""
        for worker in self._all:
            worker.close()

    def load(self) -> None:
        """Load what checking needs, if that has not been done; raises what is wrong with it."""
        if self._loaded:
            return
        if self._most:
            self._all[0].start()
        else:
            perform(self._desk, WARM_UP)
        self._loaded = True

    async def ask(self, request: Request, job: Job) -> bytes:
        """Return the JSON of the answer to `job`, once it is its turn.

        Raises `ProblemError` (503, too many wait; 429, too many from one address elsewhere within a
        minute), `ClientLeftError` where the client left before its turn, and what `perform` raises.
        """
        if self._sent.most and not at_home(request.scope):
            self._sent.refuse(request.scope)
            self._sent.note(request.scope)
        limiter = self._limiter = self._limiter or CapacityLimiter(1)
        if limiter.statistics().tasks_waiting >= self.max_waiting:
            # half of those that wait will have had their turn then
            turns = self.max_waiting / 2 / max(1, len(self._all))
            pause = max(1, min(300, math.ceil(turns * self._seconds)))
            said = "Too many drafts are waiting to be checked;"
            said += " Retry-After says in how many seconds to try."
            raise ProblemError(503, said, headers={"Retry-After": str(pause)})
        growing = self._growth is not None and not self._growth.done()
        if limiter.available_tokens < 1 and not growing and len(self._all) < self._most:
            self._growth = asyncio.create_task(self._add_worker(limiter))
        answer: bytes | None = None
        failure: Exception | None = None
        async with anyio.create_task_group() as group:

            async def cancel_when_left() -> None:
                """Cancel when the client, whose body was read, closes its connection."""
                while (await request.receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            group.start_soon(cancel_when_left)
            try:
                # cancelled, a draft that waits gives up its place; one at work is finished
                answer = await to_thread.run_sync(self._work, job, limiter=limiter)
            except Exception as error:  # noqa: BLE001 - raised again outside of the group
                failure = error
            group.cancel_scope.cancel()
        if failure:
            raise failure
        if answer is None:
            raise ClientLeftError
        return answer

    def _work(self, job: Job) -> bytes:
        """Do a job in this thread, or have it done and wait."""
        start = time.monotonic()
        if not self._most:
            answer = perform(self._desk, job)
        else:
            worker = self._idle.pop()
            try:
                answer = worker.do(job)
            finally:
                self._idle.append(worker)
        self._seconds += (time.monotonic() - start - self._seconds) / 10
        return answer

    async def _add_worker(self, limiter: CapacityLimiter) -> None:
        """Start one more worker beside the work."""
        worker = Worker(self._desk.settings)
        self._all.append(worker)
        try:
            with CancelScope(shield=True):
                await to_thread.run_sync(worker.start)
        except Exception as error:  # noqa: BLE001 - whatever kept it, the others go on
            self._all.remove(worker)
            self._most = len(self._all)  # where one could not start, the next draft need not try
            worker.close()
            logger.warning("no further checking process: %s", describe_exception(error))
            return
        self._idle.append(worker)
        limiter.total_tokens = len(self._all)
