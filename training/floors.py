"""`models/floors.json`: the figures that were measured, each a floor for whoever comes after.

A section is what was measured on one set of data, with the command that repeats it. Its figures
are as measured, without slack; `within` is what another processor may make of the same files.
Floors move one way by themselves, to the better; one that is lowered by hand shows in the diff.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from monitor.errors import DataError

FLOORS = "floors.json"


@dataclass(frozen=True, slots=True)
class Floors:
    """The figures of one set of data: `at_least` should be high, `at_most` low.

    `data` names the files, `data_sha256` their content.
    """

    data: str
    data_sha256: str
    repeat: str
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    within: float = 0.0

    def below(self, reached: Mapping[str, float]) -> list[str]:
        """Return a sentence for each figure that is worse than its floor, or was not measured."""
        return [
            f"{key} is {_told(reached.get(key))}, its floor is {_told(floor)}"
            for key, floor in {**self.at_least, **self.at_most}.items()
            if key not in reached
            or isnan(reached[key])
            or self._gain(key, floor, reached[key]) < -self.within
        ]

    def better(self, reached: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        """Return the floor and the figure reached, for each figure that is better."""
        return {
            key: (floor, reached[key])
            for key, floor in {**self.at_least, **self.at_most}.items()
            if key in reached and self._gain(key, floor, reached[key]) > 0
        }

    def raised(self, reached: Mapping[str, float]) -> Floors:
        """Return the floors with every better figure in its place."""
        new = {key: figure for key, (_, figure) in self.better(reached).items()}
        return replace(
            self,
            at_least={key: new.get(key, floor) for key, floor in self.at_least.items()},
            at_most={key: new.get(key, floor) for key, floor in self.at_most.items()},
        )

    def _gain(self, key: str, floor: float, figure: float) -> float:
        # rounded as figures are: 0.985 - 0.984 is not quite 0.001
        return round(figure - floor if key in self.at_least else floor - figure, 9)


def read_floors(folder: Path) -> dict[str, Floors]:
    """Read `folder/floors.json`; raises `DataError`."""
    path = folder / FLOORS
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {name: _section(name, section) for name, section in raw.items()}
    except (OSError, ValueError, AttributeError, DataError) as error:
        raise DataError(f"{path}: {error}") from error


def write_floors(folder: Path, floors: Mapping[str, Floors]) -> None:
    """Write `folder/floors.json`."""
    sections = {
        name: {key: value for key, value in asdict(section).items() if value not in ({}, 0.0)}
        for name, section in floors.items()
    }
    text = json.dumps(sections, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / FLOORS).write_text(text + "\n", encoding="utf-8", newline="\n")


def _section(name: str, raw: Any) -> Floors:
    known = {each.name for each in fields(Floors)}
    if not isinstance(raw, dict) or raw.keys() - known:
        raise DataError(f"'{name}' must be an object with keys of {', '.join(sorted(known))}")
    try:
        floors = Floors(**raw)
    except TypeError as error:
        raise DataError(f"'{name}': a key is missing ({error})") from error
    figures = {**floors.at_least, **floors.at_most, "within": floors.within}
    for key, value in figures.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise DataError(f"'{name}': '{key}' is not a number")
    return floors


def _told(figure: float | None) -> str:
    return "not measured" if figure is None else f"{figure:g}"
