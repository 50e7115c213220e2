"""Labels of the victims' gender and of protection: ids and labels, no text.

The articles are rows of the labelled files, of which the project may keep no sentence. One
annotator read the headline and the first `read` code points of each before there was a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import DataError
from monitor.types import GENDERS, PROTECTIONS
from training.label_files import check_reading, read_labels

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
    return [_parse(raw, where) for raw, where in read_labels(path)]


def _parse(raw: dict[str, Any], where: str) -> VictimLabels:
    check_reading(raw, _KEYS, where)
    if raw["gender"] not in GENDERS:
        raise DataError(f"{where}: unknown gender '{raw['gender']}'")
    if not isinstance(raw["protection"], list):
        raise DataError(f"{where}: 'protection' must be a list")
    for label in raw["protection"]:
        if label not in PROTECTIONS:
            raise DataError(f"{where}: unknown protection '{label}'")
    return VictimLabels(**raw | {"protection": tuple(raw["protection"])})
