"""Checks many files, on several processes where that is worth their start."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from monitor.cli.output import progress
from monitor.errors import DocumentError, describe_exception
from monitor.findings.batch import STDIN

if TYPE_CHECKING:
    from monitor.core import Monitor

WORTH = 40_000
"""Bytes for each process: reading the rules takes one as long as checking so much text does."""
MOST = 50_000
"""Bytes that one file counts for at most: of a large one most is no text."""

Check = Callable[[bytes, str], dict[str, Any]]


def check_files(
    monitor: Monitor,
    paths: Sequence[str],
    options: Mapping[str, Any],
    *,
    jobs: int,
    worth: int = WORTH,
    keep: Callable[[dict[str, Any]], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Return a document's JSON for each path, in order, through `keep` as soon as it is there.

    What cannot be read or checked has an `error`. Raises what is wrong with settings and rules.
    """
    count = processes(paths, jobs, worth)
    found = _beside(monitor, paths, options, count) if count > 1 else _here(monitor, paths, options)
    with closing(found), progress() as bar:
        task = bar.add_task("checking", total=len(paths), visible=len(paths) > 1)
        documents = []
        for document in found:
            documents.append(keep(document))
            bar.advance(task)
    return documents


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
    monitor: Monitor, paths: Sequence[str], options: Mapping[str, Any]
) -> Generator[dict[str, Any], None, None]:
    for path in paths:
        yield _checked(path, lambda data, name: monitor.check_bytes(data, name, **options))


def _beside(
    monitor: Monitor, paths: Sequence[str], options: Mapping[str, Any], count: int
) -> Generator[dict[str, Any], None, None]:
    """Check on `count` processes; a thread each reads a file, asks its process and waits."""
    from monitor.workers import Job, Worker

    workers = [Worker(monitor.settings) for _ in range(count)]
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
        yield from pool.map(lambda path: _checked(path, ask), paths)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.close()


def _checked(path: str, check: Check) -> dict[str, Any]:
    """Return one document's JSON, with its path first."""
    from monitor.errors import MonitorError

    try:
        data, name = _read(path)
        return {"path": path, **check(data, name)}
    except DocumentError as error:
        return {"path": path, "error": str(error)}
    except MonitorError:
        raise
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote the draft
        return {"path": path, "error": f"a fault of the program: {describe_exception(error)}"}


def _read(path: str) -> tuple[bytes, str]:
    """Return a file's bytes and by which name its kind is told."""
    try:
        if path == STDIN:
            return sys.stdin.buffer.read(), "stdin.txt"
        return Path(path).read_bytes(), path
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from error
