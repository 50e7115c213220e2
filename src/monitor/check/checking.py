"""One file of many to be checked, wherever that is done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitor.check.batch import STDIN
from monitor.records.errors import DocumentError, MonitorError, describe_exception

Check = Callable[[bytes, str], dict[str, Any]]


def checked_file(path: str, check: Check, place: str | None = None) -> dict[str, Any]:
    """Return one document's JSON, with its path first; what cannot be checked has an `error`.

    `place` is where the file is, if that is another name than the one to be told. Raises what is
    wrong with settings and rules.
    """
    try:
        data, name = _read(path, place or path)
        return {"path": path, **check(data, name)}
    except DocumentError as error:
        return {"path": path, "error": str(error)}
    except MonitorError:
        raise
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote the draft
        return {"path": path, "error": f"a fault of the program: {describe_exception(error)}"}


def _read(path: str, place: str) -> tuple[bytes, str]:
    """Return a file's bytes and by which name its kind is told."""
    try:
        if path == STDIN:
            return sys.stdin.buffer.read(), "stdin.txt"
        return Path(place).read_bytes(), path
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from error
