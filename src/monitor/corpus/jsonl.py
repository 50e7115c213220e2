"""JSON Lines: the whole record, one article a line; loses nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.types import TextDegree

# Line breaks in the eyes of many readers, direction overrides, and lone surrogates, which UTF-8
# cannot carry: \uXXXX in JSON means the same.
_ESCAPED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def open_writer(folder: Path, text: TextDegree) -> LineWriter:  # noqa: ARG001 - as every format's
    """Return a writer of `articles.jsonl`."""
    return LineWriter(folder / "articles.jsonl")


class LineWriter:
    """Writes a line for each article."""

    def __init__(self, path: Path) -> None:
        self.files = [path]
        self.lost: Counter[str] = Counter()
        self._file = path.open("x", encoding="utf-8", newline="")

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        self._file.write(article_line(values))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def article_line(values: Mapping[str, Any]) -> str:
    """Return the record as one line with its line break."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
