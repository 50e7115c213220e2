"""Sanitising of text from outside for terminal, page and spreadsheet.

What a feed sends may hold terminal escapes, characters that turn the direction of what follows, or
links that are programs. All renderers pass every such text through here and then escape it for
their format. CSV has a byte order mark: without one Excel reads Thai or Sinhala as Windows-1252.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x9b[0-?]*[ -/]*[@-~]"
)
_SPACE = re.compile(r"[\s\x85\u2028\u2029]+")
# Controls; direction marks, overrides and isolates; invisible characters and tags. The zero-width
# joiners U+200C and U+200D stay: Sinhala, Persian and emoji are misspelt without them.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_USER = re.compile(r"(?<=:)//[^/?#\s]*@")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str, *, strip: bool = True) -> str:
    """Return one line of visible text: no controls, no direction overrides, single spaces."""
    text = _SPACE.sub(" ", _ESCAPE_SEQUENCE.sub("", text))
    text = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
    return text.strip() if strip else text


def excerpt(text: str, limit: int) -> str:
    """Return `text` cleaned and cut at a word to at most `limit` characters."""
    text = clean(text)
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip() + "…"


def shown_url(url: str) -> str:
    """Return an address to be read, not followed: in one line, short, without user and password."""
    return excerpt(without_user(clean(url)), 200)


def without_user(text: str) -> str:
    """Return `text` without the user names and passwords in its addresses."""
    return _USER.sub("//", text)


def safe_url(url: str) -> str | None:
    """Return an http or https address with nothing but plain URL characters, else None."""
    url = clean(url)
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    return quote(url, safe="%/:?#[]@!$&'*+,;=-._~")


MARK = "\ufeff"
TRUE, FALSE = "TRUE", "FALSE"
"""As R has them: it reads `true` as a text, and picks rows by that without a word; pandas reads
both."""
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


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
