"""JSON Lines: the whole record, one article a line; loses nothing that the degree of text gives."""

from __future__ import annotations

import json
import re

from monitor.corpus.record import Record, TextDegree

LOSS: tuple[str, ...] = ()

# Line breaks in the eyes of many readers, direction overrides, and lone surrogates, which UTF-8
# cannot carry: \uXXXX in JSON means the same.
_ESCAPED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def header_line(text: TextDegree) -> str:  # noqa: ARG001 - as every format's
    """Return nothing: each line stands alone."""
    return ""


def article_line(record: Record) -> str:
    """Return the record as one line with its line break."""
    text = json.dumps(record.values, ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
