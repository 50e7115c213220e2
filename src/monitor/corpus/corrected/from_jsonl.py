"""Corrected records: JSON Lines as exported, changed by a program or by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from monitor.corpus.annotations import marks_of, relevance_word
from monitor.corpus.corrected.json_lines import json_lines, parse_json
from monitor.corpus.corrections import (
    Corrected,
    need_record,
    place_of,
    read_verdict,
    shift_of,
)
from monitor.corpus.k_anonymity import YEAR
from monitor.corpus.one_text import one_text
from monitor.errors import DataError, UsageError

FILE = "articles.jsonl"


def read(path: Path, exported: Path) -> Iterator[Corrected]:
    """Yield the records of a file, or of a folder's `articles.jsonl`. Raises `DataError`.

    `exported` is the same of the export, or another file of it; `UsageError` if it is this one.
    """
    path, exported = (one / FILE if one.is_dir() else one for one in (path, exported))
    if path.exists() and exported.exists() and path.samefile(exported):
        raise UsageError(f"{path}: is the export itself; correct a copy of it")
    with Exported(exported) as before:
        for where, row in json_lines(path):
            record = need_record(row, where)
            old = before.find(record["id"])
            if YEAR in record and record == old:
                continue  # it is withheld: there is nothing in it to look at
            marks = frozenset(place_of(mark) for mark in marks_of(record, shift_of(record)))
            verdict = read_verdict(relevance_word(record), where)
            text = one_text(record).text if record.get("text") is not None else None
            known = old is not None
            yield Corrected(where, old or record, text, marks, verdict, known=known)


class Exported:
    """The records of an export, found by id without being held."""

    def __init__(self, path: Path) -> None:
        """Look through the file once. Raises `DataError`."""
        self._path = path
        self._at: dict[str, tuple[int, int]] = {}
        try:
            self._file = path.open("rb")
            at = 0
            for number, line in enumerate(self._file, 1):
                where = f"{path}:{number}"
                if line.strip():
                    self._at[need_record(parse_json(line, where), where)["id"]] = (at, number)
                at += len(line)
        except OSError as error:
            raise DataError(f"{path}: cannot be read: {error.strerror}") from error

    def find(self, id_: str) -> Mapping[str, Any] | None:
        """Return the record of an article, None where it has none."""
        if id_ not in self._at:
            return None
        at, number = self._at[id_]
        self._file.seek(at)
        where = f"{self._path}:{number}"
        return need_record(parse_json(self._file.readline(), where), where)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
