"""An export of ours, read again: its articles as published records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.corpus.export_facts import sha256_of
from monitor.corpus.packaging import old_entries
from monitor.corpus.parquet import record_of
from monitor.corpus.record import spans_of
from monitor.errors import DataError, UsageError, how_to_install

NAMES = ("articles.jsonl", "articles.parquet")
_NEEDED = frozenset({"id", "tags", "findings", "length"})


def export_file(path: Path) -> Path:
    """Return the file of an export with whole records; `path` is it, or the export's folder.

    Raises `UsageError` where there is none, or it is not what the manifest beside it vouches for.
    """
    if path.is_dir():
        there = [path / name for name in NAMES if (path / name).is_file()]
        if not there:
            raise UsageError(f"{path}: no {' or '.join(NAMES)} in it")
        path = there[0]
    if path.suffix not in (".jsonl", ".parquet") or not path.is_file():
        raise UsageError(f"{path}: no export in jsonl or parquet")
    said = {entry["file"]: entry.get("sha256") for entry in old_entries(path.parent)}
    if path.name in said and said[path.name] != sha256_of(path):
        raise UsageError(f"{path}: not the file that its manifest vouches for")
    return path


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of an export. Raises `DataError` for a line that is none."""
    rows = _parquet_rows(path) if path.suffix == ".parquet" else _lines(path)
    for number, row in enumerate(rows, 1):
        if not _is_record(row):
            raise DataError(f"{path}:{number}: no record of an export")
        yield row


def _is_record(row: Any) -> bool:
    """Whether a line is a record, as far as its spans are to be followed."""
    try:
        told = row.keys() >= _NEEDED and isinstance(row["id"], str)
        lengths = row["length"]["title"], row["length"]["text"]
        spans = list(spans_of(row))
        places = {place for span in spans for place in (span["start"], span["end"])}
        fields = {span["field"] for span in spans}
    except (KeyError, TypeError, AttributeError):
        return False
    whole = all(isinstance(number, int) for number in places)
    whole = whole and all(isinstance(number, int | None) for number in lengths)
    return told and whole and fields <= {"title", "text"}


def read_key(path: Path) -> dict[str, dict[str, Any]]:
    """Return what a key file tells by article: address, headline, hash. Raises `DataError`."""
    found: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(_lines(path), 1):
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise DataError(f"{path}:{number}: no line of a key file")
        found[row["id"]] = row
    return found


def _lines(path: Path) -> Iterator[Any]:
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise DataError(f"{path}:{number}: not JSON") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def _parquet_rows(path: Path) -> Iterator[Any]:
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        message = f"reading parquet needs pyarrow: {how_to_install('parquet')}"
        raise UsageError(message) from error
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=200):
                yield from map(record_of, batch.to_pylist())
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: no records of an export") from error
