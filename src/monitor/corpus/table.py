"""CSV: one row per article, for spreadsheets and data frames.

UTF-8 with a byte order mark: without one Excel reads Thai or Sinhala as Windows-1252 and says
nothing; pandas and LibreOffice know the mark, Python's reader is told `utf-8-sig`. A cell that a
spreadsheet would run as a formula gets a leading apostrophe, in a way that `unguard` undoes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from monitor.corpus.record import Record, TextDegree
from monitor.types import SEVERITIES, Tag

MARK = "\ufeff"
LOSS: tuple[str, ...] = (
    "findings: only their number by severity, and the highest confidence",
    "tags: no scores and no evidence",
    "enclosures: only their addresses",
    "line breaks and offsets: use jsonl",
)
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def columns(text: TextDegree) -> list[str]:
    """Return the names of the columns, in order."""
    first = ["id", "url", "title", "outlet", "language", "published", "seen", "sha256"]
    judged = ["relevance", "relevant", "borderline", "not_judged", "tags"]
    counts = [f"findings_{severity}" for severity in SEVERITIES]
    listed = ["authors", "categories", "enclosures", "findings_confidence"]
    listed += ["mining", "mining_policy", "expired"]
    return [*first, *(["text"] if text == "full" else []), *judged, *counts, "stamps", *listed]


def header_line(text: TextDegree) -> str:
    """Return the byte order mark and the first line."""
    return MARK + _line(columns(text))


def article_line(record: Record) -> str:
    """Return the article as one row; a row may hold line breaks inside quotes."""
    assessed = record.assessed
    row: dict[str, Any] = {
        "text": None,
        **record.values,
        "borderline": assessed.borderline,
        "not_judged": assessed.not_judged,
        "tags": ";".join(map(_label, assessed.tags)),
        "stamps": ";".join(assessed.stamps),
        "authors": "; ".join(assessed.article.authors),
        "categories": "; ".join(assessed.article.categories),
        "enclosures": " ".join(enclosure.url for enclosure in assessed.article.enclosures),
    }
    for severity in SEVERITIES:
        row[f"findings_{severity}"] = sum(f.severity == severity for f in assessed.findings)
    known = [f.confidence for f in assessed.findings if f.confidence is not None]
    row["expired"] = record.values.get("expired")
    row["findings_confidence"] = max(known, default=None)
    return _line([_cell(row[name]) for name in columns(record.text)])


def guarded_line(cells: Iterable[Any]) -> str:
    """Return a row of any table; what a spreadsheet would run as a formula is guarded."""
    return _line([_cell(cell) for cell in cells])


def unguard(cell: str) -> str:
    """Return a cell's text as it was before it was guarded against formulas."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _label(tag: Tag) -> str:
    return ":".join(filter(None, (tag.scheme, tag.label, tag.role)))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    text = _SURROGATE.sub("\ufffd", value)
    return f"'{text}" if _FORMULA.match(text) else text


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
