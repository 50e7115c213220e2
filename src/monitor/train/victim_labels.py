"""Labels of the victims' gender and of protection: ids and labels, no text.

The articles are rows of the labelled files, of which the project may keep no sentence. One
annotator read the headline and the first `read` code points of each before there was a rule.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import DataError
from monitor.train.indicator_labels import DEVELOPMENT, HELD_OUT
from monitor.types import GENDERS, PROTECTIONS

VICTIMS_FILE = Path(__file__).parent / "data" / "victims.jsonl"
_KEYS = {"id", "part", "read", "gender", "protection"}


@dataclass(frozen=True, slots=True)
class VictimLabels:
    """What one annotator found in the headline and the first `read` code points of an article."""

    id: str
    part: str
    read: int
    gender: str
    protection: tuple[str, ...]


def load_victim_labels(path: Path = VICTIMS_FILE) -> list[VictimLabels]:
    """Read the label file; raises `DataError` naming file and line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    found = [_parse(line, f"{path}:{number}") for number, line in enumerate(lines, start=1)]
    if len({entry.id for entry in found}) != len(found):
        raise DataError(f"{path}: an article is labelled twice")
    return found


def _parse(line: str, where: str) -> VictimLabels:
    try:
        raw: Any = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: no JSON ({error})") from error
    if not isinstance(raw, dict) or raw.keys() != _KEYS:
        raise DataError(f"{where}: must have exactly the keys {', '.join(sorted(_KEYS))}")
    if raw["part"] not in (DEVELOPMENT, HELD_OUT):
        raise DataError(f"{where}: unknown part '{raw['part']}'")
    if type(raw["read"]) is not int or raw["read"] < 0 or not isinstance(raw["id"], str):
        raise DataError(f"{where}: 'id' must be a string and 'read' a number of code points")
    if raw["gender"] not in GENDERS:
        raise DataError(f"{where}: unknown gender '{raw['gender']}'")
    if not isinstance(raw["protection"], list):
        raise DataError(f"{where}: 'protection' must be a list")
    for label in raw["protection"]:
        if label not in PROTECTIONS:
            raise DataError(f"{where}: unknown protection '{label}'")
    return VictimLabels(**raw | {"protection": tuple(raw["protection"])})
