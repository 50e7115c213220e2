"""The key file of a public export: what stands behind the ids of articles without a name.

JSON Lines, `{"id", "url", "title", "sha256"}`, for its owner alone (mode 0600), never inside the
export's folder, so that whoever passes on the folder does not pass it on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from monitor.records.errors import UsageError

OWN_ONLY = 0o600


def key_path(directory: Path) -> Path:
    """Return where the key of an export lies unless it is said: beside its folder.

    Raises `UsageError` for a folder that has nothing beside it.
    """
    whole = Path(os.path.abspath(directory))  # noqa: PTH100 - a link stays one
    if not whole.name:
        raise UsageError(f"cannot write {directory}: an export needs a folder of its own")
    return whole.with_name(f"{whole.name}.key.jsonl")


def private(path: str, flags: int) -> int:
    """Open a file that nobody else may read: an opener for `open`."""
    return os.open(path, flags, OWN_ONLY)


class KeyFile:
    """Writes the key beside `path`; `keep` puts it in the place of the one there, in one step.

    Lines of other articles in the one that is there stay if `kept`: of files that stay elsewhere.
    Without a path nothing is written.
    """

    def __init__(self, path: Path | None, directory: Path, *, kept: bool = False) -> None:
        """Raise `UsageError` for a path inside the folder of the export, or of what is no key."""
        self.path = path and Path(os.path.realpath(path))
        self._part: Path | None = None
        self._kept = kept
        if self.path and self.path.is_relative_to(os.path.realpath(directory)):
            raise UsageError(f"the key {path} must not lie in {directory}, which is passed on")
        # not somebody's notes, a folder or a device
        if self.path and self.path.exists():
            empty = self.path.is_file() and not self.path.stat().st_size
            if not empty and not (self.path.is_file() and next(_lines(self.path), None)):
                raise UsageError(f"cannot write {path}: it is there, and no key file")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not kept."""
        if self._part is not None:
            with suppress(OSError):
                self._part.unlink()

    def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write the lines of articles, where there are any, or a key that they replace."""
        if not self.path or not (lines or self.path.exists()):
            return
        ids = {line["id"] for line in lines}
        others = (line for line in _lines(self.path) if line["id"] not in ids)
        self._part = self.path.with_name(f".{self.path.name}.{uuid4().hex}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self._part, "x", encoding="ascii", newline="", opener=private) as file:
                every = chain(lines, others if self._kept else ())
                file.writelines(f"{json.dumps(line, allow_nan=False)}\n" for line in every)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UsageError(f"cannot write {self.path}: {error.strerror}") from error

    def keep(self) -> Path | None:
        """Put the key in its place; return where it is, `None` where there is nothing to tell."""
        if not self.path or not self._part:
            return None
        try:
            self._part.replace(self.path)
        except OSError as error:
            raise UsageError(f"cannot write {self.path}: {error.strerror}") from error
        return self.path


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a key, one in memory at a time; none of what is no key."""
    with suppress(FileNotFoundError, UnicodeDecodeError), path.open(encoding="ascii") as file:
        for line in file:
            with suppress(ValueError):
                value = json.loads(line)
                if isinstance(value, dict) and "id" in value:
                    yield value
