"""Background export jobs of a server: one after the other, each in its own folder, for a day.

They lie in `exports` beside the desk's settings. A folder holds `job.json`, what was asked and what
became of it, and `export.zip` once it is whole.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Literal, Self
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from monitor.desk import Desk
from monitor.export.columns import ExportFormat, TextDegree
from monitor.export.selection import export, filters_json
from monitor.records import errors

logger = logging.getLogger("monitor.exports")
FOLDER = "exports"
KEPT = timedelta(days=1)
MOST_KEPT = 20  # with more the oldest finished one goes
MOST_WAITING = 4  # more are refused
_CLEARED_EVERY_S = 600.0
_JOB, _ZIP, _FILES = "job.json", "export.zip", "files"
_ID = re.compile("[0-9a-f]{32}")
State = Literal["waiting", "writing", "done", "failed"]


class TooManyExportsError(errors.UsageError):
    """As many exports wait as may."""


class _StoppedError(Exception):
    """The server ends."""


@dataclass(frozen=True, slots=True)
class ExportJob:
    """An export that was asked for; `filters` as JSON has them, `files` as the manifest tells them.

    `problem` says why it failed.
    """

    id: str
    format: ExportFormat
    text: TextDegree
    filters: Mapping[str, Any]
    made: datetime
    state: State = "waiting"
    rows: int = 0
    withheld: Mapping[str, int] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    problem: str = ""

    @property
    def until(self) -> datetime:
        """When it is deleted."""
        return self.made + KEPT


class ExportJobs:
    """Makes exports over `desk` in a thread of its own; use as a context manager.

    Threads may share it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._folder = desk.settings.home / FOLDER
        self._lock = threading.Lock()
        self._asked: Queue[tuple[str, Mapping[str, Any]] | None] = Queue()
        self._live: dict[str, ExportJob] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self.clear():
            self._start()  # to clear them when their day is over
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._asked.put(None)
        if self._thread:
            self._thread.join()

    def begin(
        self, *, format: ExportFormat, text: TextDegree, filters: Mapping[str, Any]
    ) -> ExportJob:
        """Take an export in; `filters` are fields of `ArticleFilter`.

        Raises `UsageError` for a format that nothing here can write, `TooManyExportsError`,
        `NotFound` for a story that there is not, and `StoreError` where nothing can be written.
        """
        from monitor.export.exporter import format_module

        if need := getattr(format_module(format), "need_library", None):
            need()
        if (story := filters.get("story")) is not None:
            self._desk.store.story_members(self._desk.stories_stamp, story)
        made = self._desk.now()
        job = ExportJob(uuid4().hex, format, text, filters_json(filters), made)
        with self._lock:
            if len(self._live) >= MOST_WAITING:
                raise TooManyExportsError("too many exports wait already")
            self._live[job.id] = job
        try:
            self.clear(room_for=1)
            try:
                self._path(job.id).mkdir(parents=True, mode=0o700)
                self._keep(job)
            except OSError as error:
                raise errors.StoreError(f"cannot write {self._folder}: {error.strerror}") from error
        except Exception:
            self._live.pop(job.id, None)  # or it would wait for ever, and be counted
            raise
        self._start()
        self._asked.put((job.id, filters))
        return job

    def job(self, id_: str) -> ExportJob:
        """Return an export as it stands. Raises `NotFound`."""
        self.clear()
        return self._live.get(id_) or self._read(id_)

    def archive(self, id_: str) -> Path | None:
        """Return the path of an export's archive, `None` before it is whole. Raises `NotFound`."""
        path = self._path(id_) / _ZIP
        return path if self.job(id_).state == "done" else None

    def clear(self, *, room_for: int = 0) -> int:
        """Delete what is too old or too many; return how many there are."""
        now = self._desk.now()
        with self._lock:
            kept = sorted(self._stored(), key=lambda job: job.made)
            ended = [job for job in kept if job.id not in self._live]
            # what was forgotten since it was asked for it may have; where there is none the store,
            # which may be damaged, is not asked
            forgotten = self._desk.store.last_forgotten() if ended else None
            least = max(now - KEPT, forgotten or now - KEPT)
            old = [job for job in ended if job.made <= least]
            left = [job for job in ended if job.made > least]
            old += left[: max(0, len(kept) - len(old) + room_for - MOST_KEPT)]
            for job in old:
                shutil.rmtree(self._path(job.id), ignore_errors=True)
            return len(kept) - len(old)

    def forget(self) -> None:
        """Delete the exports that are done and were asked for before articles were forgotten."""
        last = self._desk.store.last_forgotten()
        for job in self._stored():
            if last and job.state == "done" and job.made <= last:
                shutil.rmtree(self._path(job.id), ignore_errors=True)

    def _path(self, id_: str) -> Path:
        if not _ID.fullmatch(id_):
            raise errors.NotFound("no such export")
        return self._folder / id_

    def _stored(self) -> list[ExportJob]:
        found = []
        for path in self._folder.glob(f"*/{_JOB}"):
            if _ID.fullmatch(path.parent.name):
                try:
                    found.append(self._read(path.parent.name))
                except errors.NotFound:  # another version's, which nobody can take any more
                    shutil.rmtree(path.parent, ignore_errors=True)
        return found

    def _read(self, id_: str) -> ExportJob:
        try:
            values = json.loads((self._path(id_) / _JOB).read_text(encoding="utf-8"))
            made, files = datetime.fromisoformat(values["made"]), tuple(values["files"])
            job = ExportJob(**{**values, "made": made, "files": files})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise errors.NotFound("no such export") from error
        if job.state in ("waiting", "writing") and id_ not in self._live:
            return replace(job, state="failed", problem="the server was stopped before it was done")
        return job

    def _keep(self, job: ExportJob) -> None:
        path = self._path(job.id) / _JOB
        values = {name: getattr(job, name) for name in ExportJob.__dataclass_fields__}
        values |= {"made": job.made.isoformat()}
        part = path.with_suffix(".part")
        part.write_text(json.dumps(values), encoding="utf-8")
        part.replace(path)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="exports", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                asked = self._asked.get(timeout=_CLEARED_EVERY_S)
            except Empty:
                asked = None
            if self._stopped.is_set():
                return
            try:  # a full disk or a busy database costs this turn, not all that come after it
                self.clear() if asked is None else self._make(*asked)
            except Exception as error:  # noqa: BLE001
                logger.error("exports: %s", errors.describe_exception(error))  # noqa: TRY400 - no words

    def _make(self, id_: str, filters: Mapping[str, Any]) -> None:
        from monitor.export.publication import PublicationPolicy

        job, folder = self._live[id_], self._path(id_)

        def report(more: int) -> None:
            if self._stopped.is_set():
                raise _StoppedError
            self._change(id_, rows=self._live[id_].rows + more)

        try:
            self._keep(self._change(id_, state="writing"))
            written = export(
                self._desk,
                folder / _FILES,
                format=job.format,
                policy=PublicationPolicy(text=job.text),
                filters=filters,
                report=report,
            )
            pack(folder / _FILES, folder / _ZIP, job.made)
            self._tidy(id_)
            facts, keys = written.facts, ("name", "bytes", "sha256")
            files = tuple({key: getattr(one, key) for key in keys} for one in facts.files)
            told = {"rows": written.rows, "withheld": dict(facts.withheld), "files": files}
            self._keep(self._change(id_, state="done", **told))
        except _StoppedError:
            shutil.rmtree(folder, ignore_errors=True)
        except Exception as error:  # noqa: BLE001 - told of the export, not raised at nobody
            logger.error("export: %s", errors.describe_exception(error))  # noqa: TRY400 - no words
            known = isinstance(error, errors.MonitorError)
            problem = str(error) if known else "something went wrong here; the log says where"
            self._tidy(id_)  # makes room to say so
            self._keep(self._change(id_, state="failed", problem=problem))
        finally:
            self._live.pop(id_, None)
            self._tidy(id_)

    def _change(self, id_: str, **changes: Any) -> ExportJob:
        job = self._live[id_] = replace(self._live[id_], **changes)
        return job

    def _tidy(self, id_: str) -> None:
        """Keep nothing but the archive and what is told of it."""
        folder = self._path(id_)
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in (_JOB, _ZIP):
                path.unlink(missing_ok=True)


def pack(folder: Path, archive: Path, moment: datetime) -> None:
    """Write a folder's files into a ZIP archive, all dated `moment`: the same bytes each time."""
    with ZipFile(archive, "x") as packed:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            info = ZipInfo(path.relative_to(folder).as_posix(), moment.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            with packed.open(info, "w", force_zip64=True) as entry, path.open("rb") as file:
                shutil.copyfileobj(file, entry)
