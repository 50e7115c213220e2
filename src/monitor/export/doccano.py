"""doccano: JSON Lines for its sequence labelling, a span and a label each; overlaps allowed.

Offsets are UTF-16 units of the text, as doccano's page counts and gives them back (its issues 2290
and 2484). Set up the project with overlapping spans allowed, and without "count grapheme clusters
as one character". All else is in `record`, which doccano keeps as metadata and gives back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.export import corrections
from monitor.export.annotations import marks_of, one_text, unplaced, without_words
from monitor.export.corrections import Corrected, Place
from monitor.export.jsonl import LineWriter, article_line
from monitor.records.errors import DataError
from monitor.text.positions import Positions
from monitor.text.safe_text import without_surrogates

FILE = "doccano.jsonl"
UNIT = "utf-16"
NO_PROOF = (
    "the file does not tell whether they were approved (--approved, if only such were exported)"
)


class DoccanoWriter(LineWriter):
    """Writes a line for each article into `doccano.jsonl`."""

    name = FILE
    of_texts = True

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        row = document(values)
        self._file.write(article_line(row))
        self.lost.update(unplaced(values))
        # doccano takes no document without text and has no labels of a whole one beside spans.
        self.lost["articles_without_text"] += not row["text"]
        self.lost["labels_of_the_whole_article"] += sum(mark.whole for mark in marks_of(values))


open_writer = DoccanoWriter


def document(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an article as doccano takes it: the same keys in every line, none of them null."""
    text = one_text(values)
    units = Positions(text)
    return {
        "text": without_surrogates(text),
        "label": [
            [units.utf16(mark.start), units.utf16(mark.end), mark.name]
            for mark in marks_of(values)
            if mark.start is not None and mark.end is not None
        ],
        "article": values["id"],
        "offsets": UNIT,
        "record": without_words(values),
    }


def read_corrections(path: Path, exported: Path | None, *, approved: bool) -> Iterator[Corrected]:  # noqa: ARG001 - of JSONL
    """Yield the documents of a file, or of all `.jsonl` of a folder. Raises `DataError`.

    `approved`: doccano was asked for approved documents only; the lines themselves do not tell,
    save those of older versions.
    """
    for one in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        for where, row in corrections.json_lines(one):
            if not isinstance(row, dict):
                raise DataError(f"{where}: it is no document")
            text = corrections.need_text(row.get("text", row.get("data")), where)
            if row.get("offsets") != UNIT:
                raise DataError(
                    f"{where}: its offsets are not said to be {UNIT}, as they are exported"
                )
            record = corrections.need_record(row.get("record"), where)
            units = Positions(text)
            last = units.utf16(len(text))
            # What is of the whole article is only metadata there: nobody can have changed it.
            marks: set[Place] = {corrections.place_of(m) for m in marks_of(record) if m.whole}
            for start, end, label in _spans(where, row):
                _, first, after = corrections.need_span(label, start, end, last, where)
                marks.add((label, units.from_utf16(first), units.from_utf16(after)))
            signed = bool(row.get("annotation_approver")) or row.get("is_confirmed") is True
            told, looked = frozenset(marks), approved or signed
            yield Corrected(where, record, text, told, None, looked=looked, on_words=True)


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
