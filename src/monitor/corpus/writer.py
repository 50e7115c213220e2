"""What every format is written through: a writer takes published records, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from monitor.types import TextDegree


class Writer(Protocol):
    """Writes the files of one format into a folder, in flat memory however many articles there are.

    It reads nothing but the values it is given. `files` are the paths it has written, an entry of
    many small files as their folder; `lost` counts what the format could not carry, by kind. Both
    are whole once it is closed.
    """

    files: list[Path]
    lost: Counter[str]

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one published record."""
        ...

    def close(self) -> None:
        """Write what is left and close the files; also after a failure."""
        ...


class Format(Protocol):
    """The module of a format."""

    def open_writer(self, folder: Path, text: TextDegree) -> Writer:
        """Return a writer into a folder that is there; `text` is how much of texts is given."""
        ...
