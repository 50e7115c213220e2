"""Where a comment that silences a rule goes: where the file still reads as it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.lsp.formats import Format
from monitor.lsp.lines import Lines
from monitor.records.errors import DocumentError

REASON = "kept on purpose: say why"
"""For the writer to type over."""
MOST = 200_000
"""Characters: reading a longer file twice makes a menu wait."""


@dataclass(frozen=True, slots=True)
class Placed:
    """`text` to put in at `offset`; `whole` is the file then, and `reason` where in it to say why.

    All in code points.
    """

    offset: int
    text: str
    whole: str
    reason: tuple[int, int]


def place_comment(
    lines: Lines, format: Format, rule: str, data: Mapping[str, Any], end: int
) -> Placed | None:
    """Return the comment that silences `rule` at the flag of `data`, which ends at `end`.

    It goes to the end of the line or, if need be, right behind the words. Whether the file then
    reads as before and the comment is about this place is tried, not guessed: there are code
    blocks, attributes, tables. `None` where neither will do.
    """
    from monitor.check.ignore_comments import ignore_comment

    text = lines.text
    if len(text) > MOST:
        return None
    before = _read(text, format)
    for offset in _places(lines, end):
        gap = "" if text[offset - 1 : offset].isspace() else " "
        comment = gap + ignore_comment([rule], REASON)
        whole = text[:offset] + comment + text[offset:]
        at = offset + len(gap)
        after = _read(whole, format)
        if before and after and before[0] == after[0] and _covers(after[1], at, data):
            start = offset + comment.rindex(REASON)
            return Placed(offset, comment, whole, (start, start + len(REASON)))
    return None


def _places(lines: Lines, end: int) -> Iterator[int]:
    """Yield where it could go: the line's end before its white space, then behind the words."""
    stop = lines.line_end(end)
    yield max(end, len(lines.text[:stop].rstrip()))
    yield end


def _read(text: str, format: Format) -> tuple[list[str], tuple[Any, ...]] | None:
    """Return the words that a reader sees and the comments, `None` where they cannot be read."""
    from monitor.text.given import make_document

    try:
        document = make_document(text, format=format, max_chars=len(text))
    except DocumentError:
        return None
    return document.text.split(), document.comments


def _covers(comments: tuple[Any, ...], at: int, data: Mapping[str, Any]) -> bool:
    """Whether the comment at `at` is about the words flagged."""
    blocks = [comment.block for comment in comments if comment.start == at]
    return any(block and block[0] <= data["start"] and data["end"] <= block[1] for block in blocks)
