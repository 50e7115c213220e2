"""The key file of a public export: what stands behind the ids of articles without a name.

JSON Lines, `{"id", "url", "title", "sha256"}`, for its owner alone (mode 0600), never inside the
export's folder, so that whoever passes on the folder does not pass it on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any
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


@contextmanager
def key_written(
    path: Path | None, directory: Path, *, kept: bool = False
) -> Iterator[Callable[[Sequence[Mapping[str, Any]]], Path | None]]:
    """Give what writes lines beside `path` and returns where they will be, None if nowhere.

    At the end they are put in the place of the key there, in one step; lines of other articles in
    that one stay if `kept`: of files that stay elsewhere. Without a path nothing is written. Raises
    `UsageError` for a path inside the folder of the export, or of what is no key.
    """
    if path is None:
        yield lambda _: None
        return
    target = Path(os.path.realpath(path))
    if target.is_relative_to(os.path.realpath(directory)):
        raise UsageError(f"the key {path} must not lie in {directory}, which is passed on")
    # not somebody's notes, a folder or a device
    if target.exists():
        empty = target.is_file() and not target.stat().st_size
        if not empty and not (target.is_file() and next(_lines(target), None)):
            raise UsageError(f"cannot write {path}: it is there, and no key file")
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")

    def write(lines: Sequence[Mapping[str, Any]]) -> Path | None:
        if not lines and not target.exists():
            return None
        ids = {line["id"] for line in lines}
        others = (line for line in _lines(target) if line["id"] not in ids)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(part, "x", encoding="ascii", newline="", opener=private) as file:
                every = chain(lines, others if kept else ())
                file.writelines(f"{json.dumps(line, allow_nan=False)}\n" for line in every)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UsageError(f"cannot write {target}: {error.strerror}") from error
        return target

    try:
        yield write
        if part.exists():
            part.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a key, one in memory at a time; none of what is no key."""
    with suppress(FileNotFoundError, UnicodeDecodeError), path.open(encoding="ascii") as file:
        for line in file:
            with suppress(ValueError):
                value = json.loads(line)
                if isinstance(value, dict) and "id" in value:
                    yield value
