"""Ray: a cluster of this machine's processes or of others, workers on it, tasks in order.

The only module that knows Ray. What goes to workers and comes back is serialised by Ray between
its own processes; nothing of it is read from a file. A cluster of our own is for one run: it has no
dashboard, no usage report, no log of what workers print, listens to who has its token, and keeps
what is on the way in memory, never in Ray's object store or on disk; its folder goes with it.

What is asked of a worker and what it says: plain data, which Ray carries.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.records.article import Article
from monitor.records.errors import MonitorError, UsageError, how_to_install

IN_FLIGHT = 2
"""Tasks that a worker has at a time: one in hand and one waiting."""
RETRIES = 3
"""So often a task is begun anew after its worker died."""
MOST_BYTES = 400_000_000
"""What is on the way is below: Ray takes it along in its messages instead of storing it."""
PATIENCE_S = 10
STORE_BYTES = 80_000_000
"""The least that Ray's object store, which we do not use, may be."""


class WorkerDied(MonitorError):
    """A task cost its worker its life each time it was tried."""


@dataclass(slots=True)
class Cluster:
    """Workers of one run; `ray` is the library."""

    ray: Any
    workers: list[Any] = field(default_factory=list)

    def in_order(self, tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield the result of each task, in order; no more are on the way than keep workers busy.

        A worker that dies is started anew, and what it had in hand begun again. Raises what a
        worker raised as expected; `WorkerDied` for a task that no worker survives.
        """
        waiting: deque[Any] = deque()
        whose: dict[Any, Any] = {}
        busy = [0] * len(self.workers)
        for task in tasks:
            while min(busy) >= IN_FLIGHT:
                self._settle(whose, busy)
            if len(waiting) >= 2 * IN_FLIGHT * len(self.workers):
                yield self._result(waiting.popleft())
            number = busy.index(min(busy))
            reference = self.workers[number].do.remote(task)
            busy[number] += 1
            whose[reference] = number
            waiting.append(reference)
        while waiting:
            yield self._result(waiting.popleft())

    def _settle(self, whose: dict[Any, int], busy: list[int]) -> None:
        """Wait until a task is done."""
        done, _ = self.ray.wait(list(whose), num_returns=1)
        for reference in done:
            busy[whose.pop(reference)] -= 1

    def ask(self, task: Any) -> list[Any]:
        """Return what every worker says to one task."""
        return [self._result(one) for one in [worker.do.remote(task) for worker in self.workers]]

    def _result(self, reference: Any) -> Any:
        try:
            answer: Answer = self.ray.get(reference)
        except self.ray.exceptions.RayActorError as error:
            tries = RETRIES + 1
            raise WorkerDied(
                f"a worker of the cluster died {tries} times over one piece"
            ) from error
        except self.ray.exceptions.RayError as error:
            kind = type(error).__name__
            raise WorkerDied(
                f"the cluster failed ({kind}): is this very monitor installed on its machines?"
            ) from None
        if answer.kind:
            raise _error_of(answer)
        return answer.result


def _error_of(answer: Answer) -> MonitorError:
    from monitor.records import errors

    kind: Any = getattr(errors, answer.kind, None)
    known = isinstance(kind, type) and issubclass(kind, MonitorError)
    made: MonitorError = (kind if known else WorkerDied)(answer.says)
    return made


@contextmanager
def open_cluster(
    worker: type, make: Mapping[str, Any], *, workers: int, address: str = ""
) -> Iterator[Cluster]:
    """Open a cluster with so many workers, each a `worker(**make)`; close all that was opened.

    A worker has a method `do`, from a task to an `Answer`.

    Without `address` it is one of this machine's processes, for this run; a cluster at an address
    gets no more workers than it has cores. Raises `UsageError` where Ray is not installed or no
    cluster answers at `address`.
    """
    ray = _import_ray(own=not address)
    _reach(address)
    # sockets need a short path; Ray lets everybody into its folder, and nobody gets into this one
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    cluster = Cluster(ray)
    try:
        _start(ray, workers, address, folder)
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


def _import_ray(*, own: bool) -> Any:
    # Ray reads them as it is imported
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_IGNORE_UNHANDLED_ERRORS"] = "1"
    if own:  # else whoever calls has the token of that cluster
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
    return ray


def _reach(address: str) -> None:
    """Raise `UsageError` where nobody listens at `HOST:PORT`: Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), PATIENCE_S):
            return
    except OSError as error:
        raise UsageError(f"no Ray cluster at {address}: {error.strerror or error}") from error


def _start(ray: Any, workers: int, address: str, folder: Path) -> None:
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    own: dict[str, Any] = {
        "num_cpus": workers,
        "num_gpus": 0,
        "include_dashboard": False,
        "object_store_memory": STORE_BYTES,
        "_temp_dir": str(folder / "r"),
        "_system_config": {
            "automatic_object_spilling_enabled": False,
            "max_direct_call_object_size": MOST_BYTES,
            "task_rpc_inlined_bytes_limit": MOST_BYTES,
            "enable_metrics_collection": False,
            "worker_niceness": 0,
        },
    }
    try:
        ray.init(address=address or "local", **quiet, **({} if address else own))
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        first = next(iter(str(error).splitlines()), "") or type(error).__name__
        what = f"no Ray cluster at {address}" if address else "Ray does not start here"
        raise UsageError(f"{what}: {first}") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says: a result, or an expected failure by its kind and words."""

    result: Any = None
    kind: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """Asks for the stamps of a worker: those of the classifiers, or of all assessors."""

    everything: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to classify: lines, or pages out of web archives."""

    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Files:
    """Files to check, by absolute path and by how they were named: a worker reads them itself."""

    paths: Sequence[tuple[str, str]]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """Articles, and by stamp the numbers of those that it has not judged."""

    articles: Sequence[Article]
    wanted: Mapping[str, Sequence[int]]
