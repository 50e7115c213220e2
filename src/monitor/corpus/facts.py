"""What is known of an export once it is written: all that its manifest and its cards tell of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.corpus.publish import Policy

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file by its name in the export's folder, or a folder of many: `parts` is how many.

    A folder's `bytes` are those of all its files together, its `sha256` that of the lines that
    `sha256sum` prints of them, sorted by name.
    """

    name: str
    bytes: int
    sha256: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What one format was made of, by what rules, and what came out.

    `filters` are what the articles were chosen by, as JSON has it; `withheld` counts what was kept
    back by kind (`publish.py`), `lost` what the format cannot carry; `labels` says for each stamp
    or reviewer how many articles have labels of it.
    """

    format: str
    policy: Policy
    filters: Mapping[str, Any]
    created: datetime | None
    rows: int
    stamps: tuple[str, ...]
    withheld: Mapping[str, int]
    lost: Mapping[str, int]
    files: tuple[FileFacts, ...]
    labels: Mapping[str, int] = field(default_factory=dict)
    as_of: datetime | None = None


def file_facts(path: Path, name: str) -> FileFacts:
    """Return the size and hash of a file, or of a folder of files."""
    if not path.is_dir():
        return FileFacts(name, path.stat().st_size, sha256_of(path))
    whole, size, parts = hashlib.sha256(), 0, 0
    for part in _files_in(path):
        whole.update(f"{sha256_of(part)}  {part.relative_to(path).as_posix()}\n".encode())
        size += part.stat().st_size
        parts += 1
    return FileFacts(name, size, whole.hexdigest(), parts)


def _files_in(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def sha256_of(path: Path) -> str:
    """Return the hash of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
