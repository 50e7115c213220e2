"""Ray: judging, classifying and checking on a cluster of this machine's processes or of others.

What goes to workers and comes back is serialised by Ray between its own processes. A cluster of our
own is for one run: it has no dashboard, no usage report, no log of what workers print, listens to
who has its token, and keeps what is on the way in memory, never in Ray's object store or on disk.
On a worker nothing is printed or logged, no failure is told in words but an expected one, and no
core dump is made: it may hold drafts.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from monitor.classify.bulk import ClassifiedChunk, chunks
from monitor.desk import BATCH, Desk
from monitor.jobs.core_dumps import forbid_dumps
from monitor.jobs.draft_processes import expected_error
from monitor.jobs.work_queue import patiently
from monitor.labels.data_files import data_dir
from monitor.records.article import Article
from monitor.records.errors import MonitorError, UsageError, describe_exception, how_to_install
from monitor.settings import Settings, guideline_dir

FILES = 8
"""Drafts of a task."""
IN_FLIGHT = 2
"""Tasks that a worker has at a time: one in hand and one waiting."""
RETRIES = 3
"""So often a task is begun anew after its worker died."""
MOST_BYTES = 400_000_000
"""What is on the way is below: Ray takes it along in its messages instead of storing it."""
_OWN: Mapping[str, Any] = {
    "num_gpus": 0,
    "include_dashboard": False,
    "object_store_memory": 80_000_000,  # the least it may be; it is not used
    "_system_config": {
        "automatic_object_spilling_enabled": False,
        "max_direct_call_object_size": MOST_BYTES,
        "task_rpc_inlined_bytes_limit": MOST_BYTES,
        "enable_metrics_collection": False,
        "worker_niceness": 0,
    },
}
"""How Ray is started for a cluster of our own."""


class WorkerDied(MonitorError):
    """A task cost its worker its life each time it was tried."""


@dataclass(slots=True)
class Cluster:
    """Workers of one run; `ray` is the library."""

    ray: Any
    workers: list[Any] = field(default_factory=list)

    def in_order(self, tasks: Iterable[Task]) -> Iterator[Any]:
        """Yield the result of each task, in order; no more are on the way than keep workers busy.

        A worker that dies is started anew, and what it had in hand begun again. Raises what a
        worker raised as expected; `WorkerDied` for a task that no worker survives.
        """
        waiting: deque[Any] = deque()
        whose: dict[Any, Any] = {}
        busy = [0] * len(self.workers)
        for task in tasks:
            while min(busy) >= IN_FLIGHT:
                done, _ = self.ray.wait(list(whose), num_returns=1)
                for reference in done:
                    busy[whose.pop(reference)] -= 1
            if len(waiting) >= 2 * IN_FLIGHT * len(self.workers):
                yield self.result(waiting.popleft())
            number = busy.index(min(busy))
            reference = self.workers[number].do.remote(task)
            busy[number] += 1
            whose[reference] = number
            waiting.append(reference)
        while waiting:
            yield self.result(waiting.popleft())

    def result(self, reference: Any) -> Any:
        """Return what a worker's `do` gave; raises as `in_order`."""
        try:
            result, kind, says = self.ray.get(reference)
        except self.ray.exceptions.RayActorError as error:
            message = f"a worker of the cluster died {RETRIES + 1} times over one piece"
            raise WorkerDied(message) from error
        except self.ray.exceptions.RayError as error:
            asked = "is this very monitor installed on its machines?"
            raise WorkerDied(f"the cluster failed ({type(error).__name__}): {asked}") from None
        if kind:
            raise expected_error(kind, says) or WorkerDied(says)
        return result


@contextmanager
def open_cluster(
    worker: type, make: Mapping[str, Any], *, workers: int, address: str = ""
) -> Iterator[Cluster]:
    """Open a cluster with so many workers, each a `worker(**make)`; close all that was opened.

    A worker has a method `do`, from a task to a result, or the kind and the words of a failure.
    Without `address` it is one of this machine's processes; a cluster at an address gets no more
    workers than it has cores. Raises `UsageError` without Ray, or a cluster at `address`.
    """
    ray = _import_ray(address)
    # sockets need a short path; Ray lets everybody into its folder, and nobody gets into this one
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    cluster = Cluster(ray)
    try:
        own = {**_OWN, "num_cpus": workers, "_temp_dir": str(folder / "r")}
        quiet = {"log_to_driver": False, "logging_level": "ERROR"}
        try:
            ray.init(address=address or "local", **quiet, **({} if address else own))
        except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
            first = next(iter(str(error).splitlines()), "") or type(error).__name__
            what = f"no Ray cluster at {address}" if address else "Ray does not start here"
            raise UsageError(f"{what}: {first}") from error
        cores = int(ray.cluster_resources().get("CPU", 1))
        actor = ray.remote(worker).options(
            num_cpus=1, max_restarts=-1, max_task_retries=RETRIES, max_concurrency=1
        )
        cluster.workers += [actor.remote(**make) for _ in range(max(1, min(workers, cores)))]
        yield cluster
    finally:
        for each in cluster.workers:
            with suppress(Exception):
                ray.kill(each)
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def _import_ray(address: str) -> Any:
    # Ray reads them as it is imported
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_IGNORE_UNHANDLED_ERRORS"] = "1"
    if not address:  # else whoever calls has the token of that cluster
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    try:
        import ray
        import ray._private.worker as told
        import ray.exceptions
    except ImportError as error:
        message = f"--engine ray needs Ray: {how_to_install('cluster')}"
        raise UsageError(message) from error
    # a worker's death would be told on stdout, among the results
    told._worker_logs_enabled = False  # noqa: SLF001 - as Ray's own debugger does
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:  # where nobody listens Ray would try for minutes
        if host and port.isdigit():
            socket.create_connection((host.strip("[]"), int(port)), 10).close()
    except OSError as error:
        raise UsageError(f"no Ray cluster at {address}: {error.strerror or error}") from error
    return ray


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do, in plain data.

    `stamps`: whether of all assessors; `classify`: rows; `check`: files, by absolute path and by
    how they were named, and options; `assess`: articles, and the numbers of those `Wanted`.
    """

    method: Literal["stamps", "classify", "check", "assess"]
    given: tuple[Any, ...]


Wanted = Mapping[str, Sequence[int]]
"""By stamp the numbers of those articles of a batch that it has not judged."""


def bare_settings(settings: Settings) -> Settings:
    """Return what judging needs of the settings, no password, own guidelines by whole paths."""
    folders = {name: guideline_dir(name, settings.home) for name in settings.check.guidelines}
    names = tuple(
        name if folder == data_dir("guidelines") / name else str(folder.resolve())
        for name, folder in folders.items()
    )
    check = replace(settings.check, guideline=names, baseline_key="")
    return Settings(home=settings.home.resolve(), timezone=settings.timezone, check=check)


@contextmanager
def _cluster(
    desk: Desk, workers: int, address: str, stamps: Sequence[str], *, everything: bool
) -> Iterator[Cluster]:
    """Open a cluster whose workers judge as this program does; raises `UsageError` for another."""
    make = {"settings": bare_settings(desk.settings)}
    with open_cluster(RayWorker, make, workers=workers, address=address) as cluster:
        asked = [one.do.remote(Task("stamps", (everything,))) for one in cluster.workers]
        for theirs in map(cluster.result, asked):
            if tuple(theirs) != tuple(stamps):
                pairs = (pair for pair in zip(theirs, stamps, strict=False) if pair[0] != pair[1])
                one, two = next(pairs, (f"{len(theirs)} of them", f"{len(stamps)}"))
                raise UsageError(
                    "the cluster's workers have another version of monitor, its models or"
                    f" guidelines: {one} there, {two} here"
                )
        yield cluster


def classify(
    desk: Desk, rows: Iterable[Any], *, workers: int, address: str = ""
) -> Iterator[ClassifiedChunk]:
    """Yield the records of rows in order, chunk by chunk: as `Desk.classify_bulk`."""
    stamps = [assessor.stamp for assessor in desk.classifiers]
    # a second's work or two, which is what a death costs
    tasks = (Task("classify", (chunk,)) for chunk in chunks(rows, 64))
    with _cluster(desk, workers, address, stamps, everything=False) as cluster:
        for lines, errors in cluster.in_order(tasks):
            yield ClassifiedChunk(lines, errors)


def check_files(
    desk: Desk, paths: Sequence[str], options: Mapping[str, Any], *, workers: int
) -> Iterator[dict[str, Any]]:
    """Yield a document's JSON for each path, in order; drafts stay on this machine."""
    named = [(str(Path(path).absolute()), path) for path in paths]
    some = (named[start : start + FILES] for start in range(0, len(named), FILES))
    tasks = (Task("check", (files, options)) for files in some)
    make = {"settings": bare_settings(desk.settings)}
    with open_cluster(RayWorker, make, workers=workers) as cluster:
        for documents in cluster.in_order(tasks):
            yield from documents


def assess(
    desk: Desk, *, workers: int, address: str = "", report: Callable[[str, int], None] | None = None
) -> dict[str, dict[str, int]]:
    """Run every assessor on what is due: as `work_queue.assess_due`, which see.

    The database is read and written here alone, a batch a transaction.
    """
    totals = {stamp: {"assessed": 0, "failed": 0} for stamp in desk.stamps}
    handed: deque[tuple[Sequence[Article], Wanted]] = deque()

    def tasks(stamp: str) -> Iterator[Task]:
        for batch, wanted in _due(desk, stamp):
            handed.append((batch, wanted))
            yield Task("assess", (batch, wanted))

    with _cluster(desk, workers, address, desk.stamps, everything=True) as cluster:
        for said in chain.from_iterable(cluster.in_order(tasks(stamp)) for stamp in desk.stamps):
            batch, wanted = handed.popleft()
            pairs = [
                (batch[number], one)
                for name, judged in said.items()
                for number, one in zip(wanted[name], judged, strict=True)
            ]
            patiently(partial(desk.store.record_assessments, pairs, desk.now()))
            for name, judged in said.items():
                totals[name]["assessed"] += len(judged)
                totals[name]["failed"] += sum(one.error is not None for one in judged)
                if report:
                    report(name, len(judged))
    return totals


def _due(desk: Desk, stamp: str) -> Iterator[tuple[Sequence[Article], Wanted]]:
    """Yield what `stamp` has not judged, and of each which others have not either."""
    last = None
    while batch := desk.store.due(stamp, limit=BATCH, after=last):
        last = batch[-1].id
        found = desk.store.articles_by_id([one.id for one in batch], desk.stamps)
        # what was forgotten meanwhile is nobody's to judge
        there = [found[one.id].stamps if one.id in found else desk.stamps for one in batch]
        wanted = {
            name: [number for number, stamps in enumerate(there) if name not in stamps]
            for name in desk.stamps
        }
        yield batch, wanted


class RayWorker:
    """One process of a cluster. `settings` are those that judging needs, and no password."""

    def __init__(self, settings: Settings) -> None:
        forbid_dumps()
        self._settings = settings

    @cached_property
    def _desk(self) -> Desk:
        return Desk(self._settings)

    def do(self, task: Task) -> tuple[Any, str, str]:
        """Return the result of a task, or its failure: the kind and what may be said of it."""
        try:
            return self._answer(task.method, *task.given), "", ""
        except MonitorError as error:
            return None, type(error).__name__, str(error)
        except Exception as error:  # noqa: BLE001 - its message may quote a draft
            return None, "WorkerDied", f"a worker failed: {describe_exception(error)}"

    def _answer(self, method: str, given: Any, more: Any = None) -> Any:
        desk = self._desk
        if method == "stamps":
            return [judge.stamp for judge in (desk.assessors if given else desk.classifiers)]
        if method == "classify":
            from monitor.classify.bulk import classify_batch
            from monitor.feeds.web_archives import page_lines

            return classify_batch(page_lines(given), desk.classifiers)
        if method == "check":
            from monitor.check.batch import checked_file

            check = partial(desk.check_bytes, **more)
            return [checked_file(name, check, path) for path, name in given]
        return {
            assessor.stamp: assessor.assess([given[n] for n in more.get(assessor.stamp, ())])
            for assessor in desk.assessors
        }
