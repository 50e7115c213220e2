"""What runs on each worker: this program, loaded once, doing what it is handed.

Nothing is printed or logged there, no failure is told in words but an expected one, and no core
dump is made: a worker may hold drafts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from monitor.desk import Desk
from monitor.jobs.core_dumps import forbid_dumps
from monitor.jobs.tasks import Answer, Due, Files, Ready, Rows
from monitor.records.article import Assessment
from monitor.records.errors import MonitorError, describe_exception
from monitor.settings import Settings


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
        from monitor.classify.records import classify_batch
        from monitor.feeds.web_archives import page_lines

        return classify_batch(page_lines(task.rows), self._desk.classifiers)

    def _check(self, task: Files) -> list[dict[str, Any]]:
        from monitor.check.checking import checked_file

        def check(data: bytes, name: str) -> dict[str, Any]:
            return self._desk.check_bytes(data, name, **task.options)

        return [checked_file(name, check, path) for path, name in task.paths]

    def _assess(self, task: Due) -> dict[str, list[Assessment]]:
        said = {}
        for assessor in self._desk.assessors:
            numbers = task.wanted.get(assessor.stamp, ())
            said[assessor.stamp] = assessor.assess([task.articles[number] for number in numbers])
        return said
