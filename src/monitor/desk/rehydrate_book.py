"""The files of `monitor rehydrate`: what became of each article, on the disk before the next.

`rehydrated.jsonl` has full records, `progress.jsonl` a line for each article that was asked for;
both are for their owner alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from monitor.corpus.jsonl import article_line
from monitor.errors import UsageError

RECORDS, PROGRESS, REPORT = "rehydrated.jsonl", "progress.jsonl", "report.json"
HAD = ("same", "changed")
"""The outcomes with a record."""
OWN_ONLY = 0o600

Outcome = dict[str, Any]


@dataclass(slots=True)
class Book:
    """The files of a run: what is known of each article, by id, and where more is written."""

    folder: Path
    outcomes: dict[str, Outcome]
    records: TextIO
    progress: TextIO
    fetched: int = 0

    def note(self, article_id: str, outcome: Outcome, record: Mapping[str, Any] | None) -> None:
        """Write down what became of an article, its record first, both on the disk."""
        if record is not None:
            _put(self.records, article_line(record))
        _put(self.progress, json.dumps({"id": article_id, **outcome}) + "\n")
        self.outcomes[article_id] = outcome


def open_book(
    stack: ExitStack, folder: Path, mark: Mapping[str, Any], *, retry: bool = False
) -> Book:
    """Open the files in a folder, with what earlier runs wrote down.

    `mark` says what is fetched; `retry` leaves out what may be had another time. Raises
    `UsageError` for a folder of something else.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        outcomes = _outcomes(folder, mark)
        if retry:
            outcomes = {one: said for one, said in outcomes.items() if not said.get("again")}
        records = stack.enter_context(_append(folder / RECORDS))
        progress = stack.enter_context(_append(folder / PROGRESS))
        if not (folder / PROGRESS).stat().st_size:
            _put(progress, json.dumps(mark) + "\n")
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from error
    return Book(folder, outcomes, records, progress)


def _outcomes(folder: Path, mark: Mapping[str, Any]) -> dict[str, Outcome]:
    """Return by article what earlier runs wrote down; a line that was cut off is taken away."""
    lines = list(_whole_lines(folder / PROGRESS))
    if lines and lines[0] != mark:
        raise UsageError(f"{folder}: holds what was fetched for another export, or key file")
    if not lines and any((folder / name).exists() for name in (RECORDS, REPORT)):
        raise UsageError(f"{folder}: holds files that no run of ours left there")
    found = {line["id"]: {k: v for k, v in line.items() if k != "id"} for line in lines[1:]}
    for record in _whole_lines(folder / RECORDS):
        if found.get(record["id"], {}).get("cause") not in HAD:  # stopped between the two
            found[record["id"]] = {"cause": record["rehydrated"]["status"], **_counted(record)}
    return found


def _counted(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"spans": record["rehydrated"]["spans"], "moved": record["rehydrated"]["moved_to"]}


def _whole_lines(path: Path) -> Iterator[Any]:
    """Yield the lines of a file as JSON, and cut off a last one that is not whole."""
    if not path.exists():
        return
    whole = 0
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            yield json.loads(line)
    os.truncate(path, whole)


def _append(path: Path) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWN_ONLY)
    return os.fdopen(descriptor, "a", encoding="utf-8", newline="")


def _put(file: TextIO, line: str) -> None:
    file.write(line)
    file.flush()
    os.fsync(file.fileno())


def sort_records(path: Path, order: Mapping[str, int]) -> None:
    """Put the lines of a file into an order; of several of one article only the last stays."""
    places: dict[str, tuple[int, int]] = {}
    at = lines = 0
    with path.open("rb") as file:
        for line in file:
            places[json.loads(line)["id"]] = (at, len(line))
            at += len(line)
            lines += 1
    wanted = sorted(places, key=lambda one: order.get(one, len(order)))
    if [places[one][0] for one in wanted] == sorted(start for start, _ in places.values()) and (
        lines == len(places)
    ):
        return
    part = path.with_name(f".{path.name}.part")
    with path.open("rb") as file, open(part, "wb", opener=private) as out:
        for one in wanted:
            start, length = places[one]
            file.seek(start)
            out.write(file.read(length))
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def private(path: str, flags: int) -> int:
    """Open a file that nobody else may read: an opener for `open`."""
    return os.open(path, flags, OWN_ONLY)
