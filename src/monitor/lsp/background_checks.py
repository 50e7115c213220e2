"""Checking beside the main loop, so that typing never waits: when, and in which process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from monitor.jobs.draft_processes import Job, Worker, WorkerEnded
from monitor.settings import Settings


class Checker:
    """Checks drafts in a process of its own, which loads guideline and models; one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._worker = Worker(settings)
        self._pool = ThreadPoolExecutor(1, "checks")

    async def load(self) -> None:
        """Start the process and wait until it is ready; raises what is wrong."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._worker.start)

    async def check(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return `Drafts.check_text(**options)`; raises what that raises, else `WorkerError`.

        Where the process ended, a new one tries once more: it may have been another's fault.
        """
        job = Job("check_text", options)
        try:
            return await self._do(job)
        except WorkerEnded:
            return await self._do(job)

    async def say_flag(self, options: Mapping[str, Any]) -> None:
        """Count whether a flag was right, in the desk's database; raises as `say_flag` does."""
        await self._do(Job("say_flag", options))

    async def _do(self, job: Job) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        done = await loop.run_in_executor(self._pool, self._worker.do, job)
        answer: dict[str, Any] = json.loads(done)
        return answer

    def close(self) -> None:
        """End the process whatever it is doing."""
        self._worker.close()
        self._pool.shutdown(wait=False)


class Debouncer:
    """Which document is checked when: a pause after its last change, one at a time.

    A change while a document waits for its pause to end begins the pause anew; a change while it
    is checked makes it due again.
    """

    def __init__(self, check: Callable[[str], Awaitable[None]]) -> None:
        self._check = check
        self._pausing: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def later(self, uri: str, pause_s: float) -> None:
        """Have `uri` checked when nothing happened to it for `pause_s`."""
        self.forget(uri)
        task = asyncio.get_running_loop().create_task(self._run(uri, pause_s))
        self._pausing[uri] = task
        self._running.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._running.discard)

    def forget(self, uri: str) -> None:
        """Have `uri` not checked, unless that has begun."""
        if task := self._pausing.pop(uri, None):
            task.cancel()

    async def now(self, uri: str) -> None:
        """Check `uri` as soon as it is its turn, and return when that is done."""
        self.forget(uri)
        async with self._turn:
            await self._check(uri)

    async def _run(self, uri: str, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        self._pausing.pop(uri, None)  # its pause is over: nothing is to be cancelled
        await self.now(uri)
