"""The three jobs that a cluster takes over, each the same as on one machine but for who judges.

What runs on each worker: this program, loaded once, doing what it is handed.

Nothing is printed or logged there, no failure is told in words but an expected one, and no core
dump is made: a worker may hold drafts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

from monitor.classify.bulk import ClassifiedChunk, chunks
from monitor.desk import BATCH, Desk
from monitor.jobs.core_dumps import forbid_dumps
from monitor.jobs.ray_cluster import Answer, Cluster, Due, Files, Ready, Rows, open_cluster
from monitor.jobs.work_queue import patiently
from monitor.labels.data_files import data_dir
from monitor.records.article import Assessment
from monitor.records.errors import MonitorError, UsageError, describe_exception
from monitor.settings import Settings, guideline_dir

ROWS = 64
"""Rows that go to a worker in one go: a second's work or two, which is what a death costs."""
FILES = 8
"""Drafts that do."""


def bare_settings(settings: Settings) -> Settings:
    """Return what judging needs of the settings: no address or password of anything goes along.

    Guidelines of one's own are named by whole paths, at which every worker has to find them.
    """
    names = []
    for name in settings.check.guidelines:
        folder = guideline_dir(name, settings.home)
        own = folder != data_dir("guidelines") / name
        names.append(str(folder.resolve()) if own else name)
    check = replace(settings.check, guideline=tuple(names), baseline_key="")
    return Settings(home=settings.home.resolve(), timezone=settings.timezone, check=check)


@contextmanager
def _cluster(
    desk: Desk, workers: int, address: str, stamps: Sequence[str], *, everything: bool
) -> Iterator[Cluster]:
    """Open a cluster whose workers judge as this program does; raises `UsageError` for another."""
    make = {"settings": bare_settings(desk.settings)}
    with open_cluster(Worker, make, workers=workers, address=address) as cluster:
        for theirs in cluster.ask(Ready(everything=everything)):
            if tuple(theirs) != tuple(stamps):
                raise UsageError(
                    "the cluster's workers have another version of monitor, its models or"
                    f" guidelines: {_first_other(theirs, stamps)}"
                )
        yield cluster


def _first_other(theirs: Sequence[str], ours: Sequence[str]) -> str:
    pairs = ((one, two) for one, two in zip(theirs, ours, strict=False) if one != two)
    one, two = next(pairs, (f"{len(theirs)} of them", f"{len(ours)}"))
    return f"{one} there, {two} here"


def classify(
    desk: Desk, rows: Iterable[Any], *, workers: int, address: str = ""
) -> Iterator[ClassifiedChunk]:
    """Yield the records of rows in order, chunk by chunk: as `Desk.classify_bulk`."""
    stamps = [assessor.stamp for assessor in desk.classifiers]
    with _cluster(desk, workers, address, stamps, everything=False) as cluster:
        for lines, errors in cluster.in_order(Rows(chunk) for chunk in chunks(rows, ROWS)):
            yield ClassifiedChunk(lines, errors)


def check_files(
    desk: Desk, paths: Sequence[str], options: Mapping[str, Any], *, workers: int
) -> Iterator[dict[str, Any]]:
    """Yield a document's JSON for each path, in order.

    Only on a cluster of this machine's own: drafts are read by the workers and stay here.
    """
    named = [(str(Path(path).absolute()), path) for path in paths]
    some = (named[start : start + FILES] for start in range(0, len(named), FILES))
    make = {"settings": bare_settings(desk.settings)}
    with open_cluster(Worker, make, workers=workers) as cluster:
        for documents in cluster.in_order(Files(files, options) for files in some):
            yield from documents


def assess(
    desk: Desk,
    *,
    workers: int,
    address: str = "",
    report: Callable[[str, int], None] | None = None,
) -> dict[str, dict[str, int]]:
    """Run every assessor on what is due: as `judging.assess_due`, which see.

    The database is read and written here alone, a batch a transaction: a kill loses no more than
    what is on the way.
    """
    totals = {stamp: {"assessed": 0, "failed": 0} for stamp in desk.stamps}
    with _cluster(desk, workers, address, desk.stamps, everything=True) as cluster:
        for said in chain.from_iterable(_judged(desk, cluster, one) for one in desk.stamps):
            for name, judged in said.items():
                totals[name]["assessed"] += len(judged)
                totals[name]["failed"] += sum(one.error is not None for one in judged)
                if report:
                    report(name, len(judged))
    return totals


def _judged(
    desk: Desk, cluster: Cluster, stamp: str
) -> Iterator[Mapping[str, Sequence[Assessment]]]:
    """Have judged what `stamp` has not; yield what was said of some articles once it is stored."""
    tasks: deque[Due] = deque()

    def handed() -> Iterator[Due]:
        for task in _due(desk, stamp):
            tasks.append(task)
            yield task

    for said in cluster.in_order(handed()):
        _record(desk, tasks.popleft(), said)
        yield said


def _due(desk: Desk, stamp: str) -> Iterator[Due]:
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
        yield Due(batch, wanted)


def _record(desk: Desk, task: Due, said: Mapping[str, Sequence[Assessment]]) -> None:
    """Store what a worker said of some articles, at once."""
    pairs = [
        (task.articles[number], one)
        for name, judged in said.items()
        for number, one in zip(task.wanted[name], judged, strict=True)
    ]
    patiently(partial(desk.store.record_assessments, pairs, desk.now()))


class Worker:
    """One process of a cluster. `settings` are those that judging needs, and no password."""

    def __init__(self, settings: Settings) -> None:
        forbid_dumps()
        self._settings = settings

    @cached_property
    def _desk(self) -> Desk:
        return Desk(self._settings)

    def do(self, task: Any) -> Answer:
        """Return the answer to a task; what fails unexpectedly is told by type and place only."""
        doing: dict[type, Callable[[Any], Any]] = {
            Ready: self._stamps,
            Rows: self._classify,
            Files: self._check,
            Due: self._assess,
        }
        try:
            return Answer(doing[type(task)](task))
        except MonitorError as error:
            return Answer(kind=type(error).__name__, says=str(error))
        except Exception as error:  # noqa: BLE001 - its message may quote a draft
            return Answer(kind="WorkerDied", says=f"a worker failed: {describe_exception(error)}")

    def _stamps(self, task: Ready) -> tuple[str, ...]:
        judges = self._desk.assessors if task.everything else self._desk.classifiers
        return tuple(judge.stamp for judge in judges)

    def _classify(self, task: Rows) -> tuple[list[str], int]:
        from monitor.classify.bulk import classify_batch
        from monitor.feeds.web_archives import page_lines

        return classify_batch(page_lines(task.rows), self._desk.classifiers)

    def _check(self, task: Files) -> list[dict[str, Any]]:
        from monitor.check.batch import checked_file

        def check(data: bytes, name: str) -> dict[str, Any]:
            return self._desk.check_bytes(data, name, **task.options)

        return [checked_file(name, check, path) for path, name in task.paths]

    def _assess(self, task: Due) -> dict[str, list[Assessment]]:
        said = {}
        for assessor in self._desk.assessors:
            numbers = task.wanted.get(assessor.stamp, ())
            said[assessor.stamp] = assessor.assess([task.articles[number] for number in numbers])
        return said
