"""Which files `monitor check` is to look at: named ones, those of folders, those of a glob."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.check.batch import STDIN
from monitor.records.errors import UsageError

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx")
_GLOB = re.compile(r"[*?]|\[[^\]]+\]")
"""An opening bracket alone is a file's name."""


def expand(paths: Sequence[str], *, leave_out: Sequence[Path] = ()) -> list[str]:
    """Return the files in the order given, those of a folder or a glob sorted and not twice.

    Names are taken as they are given; a folder or a glob gives what can be checked, without hidden
    files and those of `leave_out`: what this run writes. Raises `UsageError`, naming the folder or
    the glob, where there is nothing.
    """
    own = {path.resolve() for path in leave_out}
    found: list[str] = []
    for name in paths:
        inside = _inside(name)
        if inside is None:
            found.append(name)
            continue
        fitting = [path for path in inside if path.suffix.lower() in SUFFIXES and path.is_file()]
        if not fitting:
            where = "in this folder" if Path(name).is_dir() else "is there that fits"
            raise UsageError(f"{name}: no {', '.join(SUFFIXES)} file {where}")
        there = set(found)
        names = (str(path) for path in sorted(fitting) if path.resolve() not in own)
        found += [each for each in names if each not in there]
    return found


def _inside(name: str) -> Iterator[Path] | None:
    """Return what a folder or a glob gives, `None` for a file."""
    path = Path(name)
    if name == STDIN:
        return None
    if path.is_dir():
        shown = (p for p in path.rglob("*") if not _is_hidden(p, path))
        return iter(shown)
    if _GLOB.search(name) and not path.exists():
        return (Path(match) for match in glob.iglob(name, recursive=True))  # noqa: PTH207
    return None


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
