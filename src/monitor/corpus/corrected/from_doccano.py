"""Corrected documents of doccano: JSON Lines as it exports them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.corpus.corrected.json_lines import json_lines
from monitor.corpus.corrections import (
    Corrected,
    Place,
    need_record,
    need_span,
    need_text,
    whole_marks,
)
from monitor.corpus.doccano import UNIT
from monitor.errors import DataError
from monitor.text.positions import Positions


def read(path: Path, *, approved: bool = False) -> Iterator[Corrected]:
    """Yield the documents of a file, or of all `.jsonl` of a folder. Raises `DataError`.

    `approved`: doccano was asked for approved documents only; the lines themselves do not tell,
    save those of older versions.
    """
    paths = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    for one in paths:
        for where, row in json_lines(one):
            yield _read_row(where, row, approved=approved)


def _read_row(where: str, row: Any, *, approved: bool) -> Corrected:
    if not isinstance(row, dict):
        raise DataError(f"{where}: it is no document")
    text = need_text(row.get("text", row.get("data")), where)
    if row.get("offsets") != UNIT:
        raise DataError(f"{where}: its offsets are not said to be {UNIT}, as they are exported")
    record = need_record(row.get("record"), where)
    units = Positions(text)
    last = units.utf16(len(text))
    marks: set[Place] = set()
    for start, end, label in _spans(where, row):
        _, first, after = need_span(label, start, end, last, where)
        marks.add((label, units.from_utf16(first), units.from_utf16(after)))
    found = Corrected(where, record, text, frozenset(marks), None)
    # What is of the whole article is only metadata there: nobody can have changed it.
    return Corrected(
        where,
        record,
        text,
        frozenset(marks | whole_marks(found.exported)),
        None,
        looked=approved or bool(row.get("annotation_approver")) or row.get("is_confirmed") is True,
        on_words=True,
    )


def _spans(where: str, row: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield start, end and label: triples, or objects where the project has relations."""
    given = next((row[key] for key in ("label", "labels", "entities") if key in row), None)
    if not isinstance(given, list):
        raise DataError(f"{where}: it has no labels")
    for one in given:
        if isinstance(one, dict):
            yield one.get("start_offset"), one.get("end_offset"), one.get("label")
        elif isinstance(one, list) and len(one) == 3:
            yield one[0], one[1], one[2]
        else:
            raise DataError(f"{where}: a label is neither start, end and name nor an object")
