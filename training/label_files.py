"""Files of labels without a text: an object a line, with the id of its article."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.errors import DataError
from monitor.evaluate.labelled_data import parse_object

DEVELOPMENT, HELD_OUT = "development", "held-out"


def read_labels(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each line's object and where it stands; raises `DataError` naming file and line.

    No article is labelled twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    known: set[str] = set()
    for number, line in enumerate(lines, start=1):
        where = f"{path}:{number}"
        raw = parse_object(line, where)
        if not isinstance(raw.get("id"), str):
            raise DataError(f"{where}: 'id' must be a string")
        if raw["id"] in known:
            raise DataError(f"{where}: '{raw['id']}' is labelled twice")
        known.add(raw["id"])
        yield raw, where


def check_reading(raw: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    """Check what all labels of a reader have: exactly `keys`, the part, how far was read."""
    if raw.keys() != set(keys):
        raise DataError(f"{where}: must have exactly the keys {', '.join(sorted(keys))}")
    if raw["part"] not in (DEVELOPMENT, HELD_OUT):
        raise DataError(f"{where}: unknown part '{raw['part']}'")
    if type(raw["read"]) is not int or raw["read"] < 0:
        raise DataError(f"{where}: 'read' must be a number of code points")
