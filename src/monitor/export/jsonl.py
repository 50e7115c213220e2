"""JSON Lines: the whole record, one article a line; loses nothing. Read back when it is corrected.

`articles.jsonl` may be changed by a program or by hand; what was taken away only the export tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from monitor.export import corrections
from monitor.export.annotations import marks_of, one_text, relevance_word
from monitor.export.columns import TextDegree, keys_at
from monitor.export.corrections import Corrected
from monitor.export.export_facts import Writer
from monitor.export.k_anonymity import YEAR
from monitor.records.errors import DataError, UsageError

FILE = "articles.jsonl"
NO_PROOF = "such files do not tell whether somebody looked"
# Line breaks in the eyes of many readers, direction overrides, and lone surrogates, which UTF-8
# cannot carry: \uXXXX in JSON means the same.
_ESCAPED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class LineWriter(Writer):
    """Writes a line for each article into `articles.jsonl`, or another file."""

    name = FILE

    def __init__(self, folder: Path, text: TextDegree) -> None:
        super().__init__(folder, text)
        self.files = [folder / self.name]
        self._file = self.files[0].open("x", encoding="utf-8", newline="")
        if self.name == FILE:
            # keys that are optional are there only where they say something; `text` in every line
            keys = keys_at(text)
            self.tables[FILE] = tuple(o for o in keys if not o.optional or o.name == "text")

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        self._file.write(article_line(values))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


open_writer = LineWriter


def article_line(values: Mapping[str, Any]) -> str:
    """Return the record as one line with its line break."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def read_corrections(path: Path, exported: Path | None, *, approved: bool) -> Iterator[Corrected]:  # noqa: ARG001 - of other tools
    """Yield the records of a file, or of a folder's `articles.jsonl`. Raises `DataError`.

    `exported` is the same of the export, or another file of it; `UsageError` if it is this one, or
    none is named.
    """
    if exported is None:
        raise UsageError(
            "what was taken away of a JSONL only its export tells: name it with --exported"
        )
    path, exported = (one / FILE if one.is_dir() else one for one in (path, exported))
    if path.exists() and exported.exists() and path.samefile(exported):
        raise UsageError(f"{path}: is the export itself; correct a copy of it")
    with ExitStack() as stack:
        places: dict[str, tuple[int, str]] = {}  # so that the records need not be held
        try:
            file = stack.enter_context(exported.open("rb"))
            at = 0
            for number, line in enumerate(file, 1):
                where = f"{exported}:{number}"
                if line.strip():
                    record = corrections.need_record(corrections.parse_json(line, where), where)
                    places[record["id"]] = (at, where)
                at += len(line)
        except OSError as error:
            raise DataError(f"{exported}: cannot be read: {error.strerror}") from error
        for where, row in corrections.json_lines(path):
            record = corrections.need_record(row, where)
            old = None
            if record["id"] in places:
                at, there = places[record["id"]]
                file.seek(at)
                old = corrections.need_record(corrections.parse_json(file.readline(), there), there)
            if YEAR in record and record == old:
                continue  # it is withheld: there is nothing in it to look at
            marks = frozenset(map(corrections.place_of, marks_of(record)))
            verdict = corrections.read_verdict(relevance_word(record), where)
            text = one_text(record) if record.get("text") is not None else None
            known = old is not None
            yield Corrected(where, old or record, text, marks, verdict, known=known)
