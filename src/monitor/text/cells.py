"""Cells of CSV, for spreadsheets and data frames.

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

MARK = "\ufeff"
TRUE, FALSE = "TRUE", "FALSE"
"""As R has them: it reads `true` as a text, and picks rows by that without a word; pandas reads
both."""
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def guarded_line(cells: Iterable[Any]) -> str:
    """Return a row of any table; what a spreadsheet would run as a formula is guarded."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return line.getvalue()


def unguard(cell: str) -> str:
    """Return a cell's text as it was before it was guarded against formulas."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def without_surrogates(text: str) -> str:
    """Return a text with U+FFFD for each lone surrogate, which UTF-8 cannot carry."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def count_surrogates(cells: Iterable[Any]) -> int:
    """Return how many lone surrogates a row's cells have."""
    texts = [cell for cell in cells if isinstance(cell, str) and not cell.isascii()]
    return sum(len(_SURROGATE.findall(text)) for text in texts)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if not isinstance(value, str):
        return repr(value)
    text = without_surrogates(value)
    return f"'{text}" if _FORMULA.match(text) else text
