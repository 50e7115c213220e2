"""One text of an article, for tools that know no headline: title, an empty line, text.

Where the words of a text are not given, each of its code points is a veil (U+00B7), so that
offsets hold and nothing is told, not even where words end; the words that are given stand in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.corpus.record import spans_of

BETWEEN = "\n\n"
VEIL = "·"


@dataclass(frozen=True, slots=True)
class OneText:
    """The text, where the title stands in it, and by how much spans of the field `text` move."""

    text: str
    title_span: tuple[int, int]
    shift: int

    def place(self, span: Mapping[str, Any]) -> tuple[int, int]:
        """Return where a span of either field stands, as start and end."""
        moved = self.shift if span["field"] == "text" else 0
        return span["start"] + moved, span["end"] + moved


def one_text(values: Mapping[str, Any]) -> OneText:
    """Return the text of a published record; code points."""
    title, text = (_field(values, field) for field in ("title", "text"))
    shift = len(title) + len(BETWEEN) if title else 0
    return OneText(f"{title}{BETWEEN}{text}" if title else text, (0, len(title)), shift)


def _field(values: Mapping[str, Any], field: str) -> str:
    whole: str | None = values.get(field)
    if whole is not None:
        return whole
    letters = [VEIL] * values["length"][field]
    for start, words in _given(values, field):
        letters[start : start + len(words)] = words
    return "".join(letters)


def _given(values: Mapping[str, Any], field: str) -> Iterator[tuple[int, str]]:
    for span in spans_of(values):
        if span["field"] == field and span.get("match"):
            yield span["start"], span["match"]
