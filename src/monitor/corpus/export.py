"""Writing an export: the data file whole or not at all, then a manifest that vouches for it."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TypeVar, get_args
from uuid import uuid4

from monitor.corpus import jsonl, table
from monitor.corpus.record import Record, TextDegree, make_record
from monitor.errors import UsageError
from monitor.shapes import time_json
from monitor.types import SCORE_TOLERANCE, AssessedArticle

ExportFormat = Literal["jsonl", "csv"]
MANIFEST = "manifest.json"
SCHEMA = 1

T = TypeVar("T")


class _Format(Protocol):
    """What the module of a format has: what it leaves out, the first line, a line an article."""

    LOSS: tuple[str, ...]

    def header_line(self, text: TextDegree) -> str: ...

    def article_line(self, record: Record) -> str: ...


_FORMATS: Mapping[str, _Format] = {"jsonl": jsonl, "csv": table}


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written.

    `withheld` counts spans whose words were kept back (`record.py`), `reserved` articles of which
    no words are given, since their publishers reserve text mining, `expired` those whose words
    the desk keeps no longer.
    """

    path: Path
    manifest: Path
    rows: int
    sha256: str
    withheld: int
    stamps: tuple[str, ...]
    reserved: int = 0
    expired: int = 0


def export(
    records: Iterable[AssessedArticle],
    directory: Path,
    *,
    format: ExportFormat,
    text: TextDegree = "quotes",
    filters: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    include_reserved: bool = False,
) -> ExportReport:
    """Write `articles.` with the format's name, and `manifest.json`, into `directory`.

    Every record is written, in the order given, one at a time; a file of the same name is replaced
    only once the new one is complete. `filters` (what the records were selected by) and `now` go
    into the manifest; without `now` the same records give the same bytes. `include_reserved`: the
    words of articles whose publishers reserve text mining are given too.

    Raises `UsageError` for an unknown format or degree, or where the directory is not writable.
    """
    if format not in get_args(ExportFormat) or text not in get_args(TextDegree):
        known = ", ".join((*get_args(ExportFormat), *get_args(TextDegree)))
        raise UsageError(f"cannot export '{format}' with text '{text}' (known: {known})")
    directory = Path(directory)
    path, manifest = directory / f"articles.{format}", directory / MANIFEST
    made = (make_record(one, text, include_reserved=include_reserved) for one in records)
    counts, stamps, sha256 = _replace(path, lambda file: _write_records(file, made, format, text))
    report = ExportReport(
        path,
        manifest,
        counts["rows"],
        sha256,
        counts["withheld"],
        stamps,
        reserved=counts["reserved"],
        expired=counts["expired"],
    )
    entry = _entry(report, format, text, filters or {}, now)
    _write_manifest(manifest, entry)
    return report


def _write_records(
    file: BinaryIO, records: Iterable[Record], format: ExportFormat, text: TextDegree
) -> tuple[Counter[str], tuple[str, ...], str]:
    """Write all records; return counts, stamps and the SHA-256 of the bytes."""
    counts: Counter[str] = Counter()
    stamps: set[str] = set()
    digest = hashlib.sha256()

    def put(line: str) -> None:
        data = line.encode("utf-8")
        digest.update(data)
        file.write(data)

    put(_FORMATS[format].header_line(text))
    for record in records:
        put(_FORMATS[format].article_line(record))
        counts.update(rows=1, withheld=record.withheld, reserved=int(record.reserved))
        counts["expired"] += record.assessed.article.expired is not None
        stamps.update(record.assessed.stamps)
    return counts, tuple(sorted(stamps)), digest.hexdigest()


def _entry(
    report: ExportReport,
    format: ExportFormat,
    text: TextDegree,
    filters: Mapping[str, Any],
    now: datetime | None,
) -> dict[str, Any]:
    return {
        "file": report.path.name,
        "format": format,
        "text": text,
        "rows": report.rows,
        "sha256": report.sha256,
        "created": time_json(now),
        "filters": dict(filters),
        "stamps": list(report.stamps),
        "score_tolerance": SCORE_TOLERANCE,
        "withheld": report.withheld,
        "expired": report.expired,
        "reserved": report.reserved,
        "left_out": list(_FORMATS[format].LOSS),
    }


def _write_manifest(path: Path, entry: dict[str, Any]) -> None:
    """Write the entry beside those of other files there: two formats can share a directory."""
    entries = {old["file"]: old for old in _old_entries(path)}
    entries[entry["file"]] = entry
    kept = [entries[name] for name in sorted(entries)]
    manifest = {"schema": SCHEMA, "files": kept}
    text = json.dumps(manifest, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    _replace(path, lambda file: file.write(text.encode("ascii")))


def _old_entries(path: Path) -> list[dict[str, Any]]:
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return [old for old in files if (path.parent / old["file"]).is_file()]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # no manifest, or none of ours: it is written anew


def _replace(path: Path, write: Callable[[BinaryIO], T]) -> T:
    """Write a file beside `path`, then put it in its place in one step."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            result = write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()
    return result
