"""The key file of a public export: what stands behind the ids of articles without a name.

JSON Lines, `{"id", "url", "title", "sha256"}`, for its owner alone (mode 0600), never inside the
export's folder, so that whoever passes on the folder does not pass it on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self
from uuid import uuid4

from monitor.records.errors import UsageError

SUFFIX = ".key.jsonl"


def key_path(directory: Path) -> Path:
    """Return where the key of an export lies unless it is said: beside its folder.

    Raises `UsageError` for a folder that has nothing beside it.
    """
    whole = Path(os.path.abspath(directory))  # noqa: PTH100 - a link stays one
    if not whole.name:
        raise UsageError(f"cannot write {directory}: an export needs a folder of its own")
    return whole.with_name(whole.name + SUFFIX)


class KeyFile:
    """Writes the key beside `path`; `keep` puts it in the place of the one there, in one step.

    Lines of other articles in the one that is there stay if `kept`: of files that stay elsewhere.
    Without a path nothing is written.
    """

    def __init__(self, path: Path | None, directory: Path, *, kept: bool = False) -> None:
        """Raise `UsageError` for a path inside the folder of the export, or of what is no key."""
        self.path = path and Path(os.path.realpath(path))
        if self.path and self.path.is_relative_to(os.path.realpath(directory)):
            raise UsageError(f"the key {path} must not lie in {directory}, which is passed on")
        if self.path and not _is_key_or_free(self.path):
            raise UsageError(f"cannot write {path}: it is there, and no key file")
        self._kept = kept
        self._file: BinaryIO | None = None
        self._ids: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not kept."""
        if self._file is not None:
            self._file.close()
            with suppress(OSError):
                Path(self._file.name).unlink()

    def write(self, line: Mapping[str, Any]) -> None:
        """Write the line of an article."""
        if self.path:
            self._put(self.path, line)
        if self._kept:
            self._ids.add(line["id"])

    def keep(self) -> Path | None:
        """Put the key in its place; return where it is, `None` where there is nothing to tell."""
        if not self.path:
            return None
        for line in _lines(self.path) if self._kept else ():
            if line["id"] not in self._ids:
                self._put(self.path, line)
        if self._file is None and not self.path.exists():
            return None
        try:
            file = self._open(self.path)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            Path(file.name).replace(self.path)
        except OSError as error:
            raise UsageError(f"cannot write {self.path}: {error.strerror}") from error
        return self.path

    def _put(self, path: Path, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=True, allow_nan=False)
        self._open(path).write(text.encode("ascii") + b"\n")

    def _open(self, path: Path) -> BinaryIO:
        if self._file is None:
            part = path.with_name(f".{path.name}.{uuid4().hex}.part")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                os.close(opened)
                self._file = part.open("r+b")
            except OSError as error:
                raise UsageError(f"cannot write {path}: {error.strerror}") from error
        return self._file


def _is_key_or_free(path: Path) -> bool:
    """Whether there is nothing, or a key; not somebody's notes, a folder or a device."""
    return not path.exists() or (
        path.is_file() and (not path.stat().st_size or next(_lines(path), None) is not None)
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a key, one in memory at a time; none of what is no key."""
    with suppress(FileNotFoundError, UnicodeDecodeError), path.open(encoding="ascii") as file:
        for line in file:
            with suppress(ValueError):
                value = json.loads(line)
                if isinstance(value, dict) and "id" in value:
                    yield value
