"""Labels of indicators and of places of origin and transit: ids, labels and offsets, no text.

The articles are rows of the labelled train file, of which the project may keep no sentence; where
they are at hand, the offsets say which words the annotator meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import DataError
from monitor.types import INDICATORS
from training.label_files import check_reading, read_labels

LABELS_FILE = Path(__file__).parent / "data" / "indicators.jsonl"
_KEYS = {"id", "part", "read", "indicators", "places"}
_ROLES = ("origin", "transit")


@dataclass(frozen=True, slots=True)
class IndicatorLabel:
    """An indicator and the words that show it: `start` to `end` of `field`, in code points."""

    label: str
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RoleLabel:
    """A country and its role, `origin` or `transit`."""

    country: str
    role: str


@dataclass(frozen=True, slots=True)
class IndicatorLabels:
    """What one annotator found in the headline and the first `read` code points of an article."""

    id: str
    part: str
    read: int
    indicators: tuple[IndicatorLabel, ...]
    places: tuple[RoleLabel, ...]


def load_indicator_labels(path: Path = LABELS_FILE) -> list[IndicatorLabels]:
    """Read the label file; raises `DataError` naming file and line."""
    return [_parse(raw, where) for raw, where in read_labels(path)]


def _parse(raw: dict[str, Any], where: str) -> IndicatorLabels:
    check_reading(raw, _KEYS, where)
    try:
        return IndicatorLabels(
            raw["id"],
            raw["part"],
            raw["read"],
            tuple(_indicator(item, raw["read"]) for item in raw["indicators"]),
            tuple(_role(item) for item in raw["places"]),
        )
    except (TypeError, KeyError, ValueError) as error:
        raise DataError(f"{where}: {error}") from error


def _indicator(raw: Mapping[str, Any], read: int) -> IndicatorLabel:
    label = IndicatorLabel(**raw)
    if label.label not in INDICATORS:
        raise ValueError(f"unknown indicator '{label.label}'")
    if label.field not in ("title", "text"):
        raise ValueError(f"unknown field '{label.field}'")
    if not 0 <= label.start < label.end or (label.field == "text" and label.end > read):
        raise ValueError(f"'{label.label}' lies outside of what was read")
    return label


def _role(raw: Mapping[str, Any]) -> RoleLabel:
    import pycountry

    label = RoleLabel(**raw)
    if label.role not in _ROLES:
        raise ValueError(f"unknown role '{label.role}'")
    if len(label.country) != 2 or pycountry.countries.get(alpha_2=label.country) is None:
        raise ValueError(f"unknown country '{label.country}'")
    return label
