"""doccano: JSON Lines for its sequence labelling, a span and a label each; overlaps allowed.

Offsets are UTF-16 units of the text, as doccano's page counts and gives them back (its issues 2290
and 2484): what is behind an emoji would be marked beside its place otherwise. Set up the project
with overlapping spans allowed, and without "count grapheme clusters as one character". All else of
the article is in `record`, which doccano keeps as a document's metadata and gives back.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.corpus.annotations import count_empty, count_outside, marks_of
from monitor.corpus.cells import without_surrogates
from monitor.corpus.jsonl import LineWriter, article_line
from monitor.corpus.one_text import one_text
from monitor.text.positions import Positions
from monitor.types import TextDegree

FILE = "doccano.jsonl"
UNIT = "utf-16"


def open_writer(folder: Path, text: TextDegree) -> DoccanoWriter:  # noqa: ARG001 - as every format's
    """Return a writer of `doccano.jsonl`."""
    return DoccanoWriter(folder / FILE)


class DoccanoWriter(LineWriter):
    """Writes a line for each article."""

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        row = document(values)
        self._file.write(article_line(row))
        self.lost["empty_spans"] += count_empty(values)
        self.lost["spans_outside_text"] += count_outside(values)
        # doccano takes no document without text and has no labels of a whole one beside spans.
        self.lost["articles_without_text"] += not row["text"]
        self.lost["labels_of_the_whole_article"] += sum(mark.whole for mark in marks_of(values))

    def close(self) -> None:
        """Close the file."""
        super().close()
        self.lost = +self.lost


def document(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an article as doccano takes it: the same keys in every line, none of them null."""
    whole = one_text(values)
    units = Positions(whole.text)
    return {
        "text": without_surrogates(whole.text),
        "label": [
            [units.utf16(mark.start), units.utf16(mark.end), mark.name]
            for mark in marks_of(values, whole.shift)
            if mark.start is not None and mark.end is not None
        ],
        "article": values["id"],
        "offsets": UNIT,
        "record": {key: value for key, value in values.items() if key not in ("title", "text")},
    }
