"""Files of JSON, read so that what is wrong is named by file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.errors import DataError


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield place and value of each line that is not blank. Raises `DataError`."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                where = f"{path}:{number}"
                if line.strip():
                    yield where, parse_json(line, where)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def json_file(path: Path) -> Any:
    """Return the value of a file that is one. Raises `DataError` naming the line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    return parse_json(data, str(path), whole=True)


def parse_json(data: bytes, where: str, *, whole: bool = False) -> Any:
    """Return a value; where it is `whole`, an error tells the line. Raises `DataError`."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: is not UTF-8") from error
    except json.JSONDecodeError as error:
        line = f":{error.lineno}" if whole else ""
        raise DataError(f"{where}{line}: is no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: is no JSON that can be read") from error


def _refuse(word: str) -> None:
    """Read what pandas writes for nothing, as doccano does, as nothing."""
