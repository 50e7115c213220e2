"""Checks many files, on several processes where that is worth their start."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from monitor.check.batch import STDIN
from monitor.check.checking import checked_file
from monitor.classify.onnx_encoder import open_ahead
from monitor.cli.engine import EngineName
from monitor.cli.output import progress
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk

WORTH = 40_000
"""Bytes for each process: reading the rules takes one as long as checking so much text does."""
MOST = 50_000
"""Bytes that one file counts for at most: of a large one most is no text."""


def check_files(
    desk: Desk,
    paths: Sequence[str],
    options: Mapping[str, Any],
    *,
    jobs: int,
    worth: int = WORTH,
    keep: Callable[[dict[str, Any]], dict[str, Any]],
    engine: EngineName = "local",
) -> list[dict[str, Any]]:
    """Return a document's JSON for each path, in order, through `keep` as soon as it is there.

    What cannot be read or checked has an `error`. Raises what is wrong with settings and rules.
    """
    count = processes(paths, jobs, worth)
    if engine == "ray":
        found = _on_cluster(desk, paths, options, jobs)
    elif count > 1:
        found = _beside(desk, paths, options, count)
    else:
        found = _here(desk, paths, options)
    with closing(found):
        if len(paths) == 1:  # nothing to show the progress of, and its library takes time to open
            return [keep(document) for document in found]
        with progress() as bar:
            return [
                keep(document) for document in bar.track(found, len(paths), description="checking")
            ]


def processes(paths: Sequence[str], jobs: int, worth: int = WORTH) -> int:
    """Return how many processes are worth it, at most `jobs`; 1 is this one."""
    if min(jobs, len(paths)) < 2:
        return 1
    total = sum(min(MOST, _size(path)) for path in paths)
    return max(1, min(jobs, len(paths), total // worth))


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _here(
    desk: Desk, paths: Sequence[str], options: Mapping[str, Any]
) -> Generator[dict[str, Any], None, None]:
    open_ahead()
    for path in paths:
        yield checked_file(path, lambda data, name: desk.check_bytes(data, name, **options))


def _on_cluster(
    desk: Desk, paths: Sequence[str], options: Mapping[str, Any], jobs: int
) -> Generator[dict[str, Any], None, None]:
    from monitor.jobs.ray_jobs import check_files as check_on_cluster

    if STDIN in paths:
        raise UsageError("--engine ray checks files: leave out -")
    desk.in_force  # noqa: B018 - a broken guideline is told before a cluster is started
    yield from check_on_cluster(desk, paths, options, workers=min(jobs, len(paths)))


def _beside(
    desk: Desk, paths: Sequence[str], options: Mapping[str, Any], count: int
) -> Generator[dict[str, Any], None, None]:
    """Check on `count` processes; a thread each reads a file, asks its process and waits."""
    from monitor.jobs.draft_processes import Job
    from monitor.jobs.workers_worker import Worker

    workers = [Worker(desk.settings) for _ in range(count)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def ask(data: bytes, name: str) -> dict[str, Any]:
        worker = idle.get()
        try:
            answer = worker.do(Job("check_bytes", {"name": name, **options}, data))
        finally:
            idle.put(worker)
        document: dict[str, Any] = json.loads(answer)
        return document

    pool = ThreadPoolExecutor(count)
    try:
        yield from pool.map(lambda path: checked_file(path, ask), paths)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.close()
