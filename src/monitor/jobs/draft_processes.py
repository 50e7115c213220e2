"""Worker processes that check drafts: one job at a time over a pipe.

A job goes there as JSON and, beside it, the file's content; the answer comes back as JSON. Nothing
of a draft is pickled, and a traceback stays there: only its types and places come back. A process
ends when its pipe does, so it never outlives the one it works for.
"""

from __future__ import annotations

import gc
import json
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Literal

from monitor.desk import Desk
from monitor.jobs.core_dumps import forbid_dumps
from monitor.records import errors
from monitor.records.errors import MonitorError, UsageError, describe_exception
from monitor.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do to a draft: the method's options as JSON has them, and a file's content."""

    method: Literal["warm_up", "check_text", "check_bytes", "comment_docx", "classify", "say_flag"]
    options: Mapping[str, Any] = field(default_factory=dict)
    data: bytes = b""


WARM_UP = Job("warm_up", {})
"""Loads all that drafts need, so that the first one waits for nothing."""
_TEXTS = "The women, who were trafficked, admitted it.", "Rain moves in from the west. " * 25
"""A draft on trafficking, and one that has to be asked about."""


def perform(desk: Desk, job: Job) -> bytes:
    """Return the answer to `job`, as JSON or a Word file; raises what `desk` raises."""
    options = dict(job.options)
    answer: Any
    if job.method == "warm_up":
        answer = [desk.check_text(text)["words"] for text in _TEXTS]
    elif job.method == "check_text":
        answer = desk.check_text(**options)
    elif job.method == "check_bytes":
        answer = desk.check_bytes(job.data, **options)
    elif job.method == "comment_docx":
        from monitor.text.docx_comments import AUTHOR, comment_docx

        now = datetime.fromisoformat(options.pop("now"))  # when the comments are made
        document = desk.check_bytes(job.data, **{"people": True, **options})
        return comment_docx(job.data, document, author=AUTHOR, now=now)
    elif job.method == "say_flag":  # nothing of a draft is in the options
        from monitor.review.flag_feedback import ChangedError, say_flag

        try:
            answer = {"hits": say_flag(desk, **options).hits}
        except ChangedError as error:
            raise UsageError(str(error)) from error  # which every process knows
    else:
        (line,) = desk.classify_lines([json.dumps(options)])
        return line.encode()
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


class WorkerError(Exception):
    """A job failed in an unforeseen way; `places` says of what type and where, without a word."""

    def __init__(self, places: str) -> None:
        super().__init__(places)
        self.places = places


class WorkerEnded(WorkerError):
    """The process ended at work: killed, out of memory."""


class Worker:
    """One process, started with its first job and anew after it ended. One job at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._starting = threading.Lock()
        self._guard = threading.Lock()
        self._closed = False
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def do(self, job: Job) -> bytes:
        """Return the answer to `job`; raises an expected error of `perform`, else `WorkerError`."""
        pipe = self.start()
        try:
            pipe.send_bytes(json.dumps([job.method, dict(job.options)]).encode())
            pipe.send_bytes(job.data)
            return _receive(pipe)
        except (EOFError, OSError) as error:
            raise self._ended() from error

    def start(self) -> Connection:
        """Return the pipe to the process, started if need be and ready; raises what is wrong."""
        with self._starting:
            if self._process and self._pipe and self._process.is_alive():
                return self._pipe
            self._stop()
            context = get_context("spawn")
            ours, theirs = context.Pipe()
            given = (theirs, self._settings)
            process = context.Process(target=work, args=given, name="checker", daemon=True)
            with self._guard:
                if self._closed:
                    raise WorkerEnded("the server is ending")
                process.start()
                self._process, self._pipe = process, ours
            theirs.close()  # or its end would never be seen
            try:
                _receive(ours)
            except (EOFError, OSError) as error:
                raise self._ended() from error
            except BaseException:
                self._stop()
                raise
            return ours

    def close(self) -> None:
        """End the process whatever it is doing, for good."""
        with self._guard:
            self._closed = True
        self._stop()

    def _ended(self) -> WorkerEnded:
        process = self._process
        if process:
            process.join(1)
        code = process.exitcode if process else None
        self._stop()
        return WorkerEnded(f"a checking process ended (exit code {code})")

    def _stop(self) -> None:
        with self._guard:
            process, pipe = self._process, self._pipe
            self._process = self._pipe = None
        if process:
            process.kill()
            process.join()
        if pipe:
            pipe.close()


def expected_error(kind: str, says: str) -> MonitorError | None:
    """Return the error of another process by the name of its class; `None` for no expected one."""
    found: Any = getattr(errors, kind, None)
    return found(says) if isinstance(found, type) and issubclass(found, MonitorError) else None


def _receive(pipe: Connection) -> bytes:
    """Return an answer, or raise what kept it."""
    failure, answer = json.loads(pipe.recv_bytes()), pipe.recv_bytes()
    if failure is None:
        return answer
    kind, says = failure
    raise expected_error(kind, says) or WorkerError(says)


def work(pipe: Connection, settings: Settings) -> None:
    """Do jobs until the pipe ends; this is what the process runs."""
    forbid_dumps()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the server ends its workers
    with suppress(EOFError, OSError), Desk(settings) as desk, desk.shelf.watched():
        job = WARM_UP
        while True:
            failure, answer = None, b""
            try:
                answer = perform(desk, job)
            except Exception as error:  # noqa: BLE001 - told without its message
                name = type(error).__name__
                known = getattr(errors, name, None) is type(error)  # to whoever is told
                says = str(error) if known else describe_exception(error)
                failure = name if known else "", says
            pipe.send_bytes(json.dumps(failure).encode())
            pipe.send_bytes(answer)
            if job is WARM_UP:
                gc.collect()
                gc.freeze()  # as `monitor serve` does: the rules are a million objects that stay
            method, options = json.loads(pipe.recv_bytes())
            job = Job(method, options, pipe.recv_bytes())
