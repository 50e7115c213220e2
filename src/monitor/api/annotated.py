"""The text a client sends, plain or with markup between, and the way back from plain offsets."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.records.errors import UsageError
from monitor.text.spans import Stretch

_NEITHER = "'data' must be a JSON object with either 'text' or 'annotation'"
_SURROGATE = re.compile("[\ud800-\udfff]")
_ITEM = "each item of 'annotation' must have either 'text' or 'markup', a string"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the plain text and where it comes from.

    `exact`: character by character; else it stands for the whole of some markup.
    """

    plain: Stretch
    source: Stretch
    exact: bool


@dataclass(frozen=True, slots=True)
class Annotated:
    """What is to be checked (`plain`) of what the client has (`source`), piece by piece."""

    plain: str
    source: str
    pieces: tuple[Piece, ...]

    def in_source(self, start: int, end: int) -> Stretch:
        """Return where the plain text from `start` to `end` is in the source; all code points.

        Markup between the two belongs to it, markup before and behind does not.
        """
        if end <= start:
            place = self._of(start, last=False)
            return place, place
        return self._of(start, last=False), self._of(end - 1, last=True)

    def _of(self, offset: int, *, last: bool) -> int:
        """Return where the character at `offset` begins, or with `last` ends, in the source."""
        found = bisect_right(self.pieces, offset, key=lambda piece: piece.plain[0]) - 1
        if found < 0:
            return 0
        piece = self.pieces[found]
        if piece.exact:
            return piece.source[0] + min(offset - piece.plain[0] + last, _length(piece.source))
        return piece.source[1] if last else piece.source[0]


def plain_text(text: str) -> Annotated:
    """Return a text without markup."""
    whole = (0, len(text))
    return _sound(Annotated(text, text, (Piece(whole, whole, exact=True),)))


def read_annotated(data: str) -> Annotated:
    """Return the text of the parameter `data`. Raises `UsageError`, without a word of it."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError("'data' is not valid JSON") from error
    if not isinstance(told, dict) or ("text" in told) == ("annotation" in told):
        raise UsageError(_NEITHER)
    if "text" in told:
        if not isinstance(told["text"], str):
            raise UsageError("'text' in 'data' must be a string")
        return plain_text(told["text"])
    if not isinstance(told["annotation"], list):
        raise UsageError("'annotation' must be a list")
    return _joined(_item(item) for item in told["annotation"])


def _item(item: Any) -> tuple[str, str, bool]:
    """Return an item as source, plain text and whether the two are the same."""
    if not isinstance(item, Mapping) or ("text" in item) == ("markup" in item):
        raise UsageError(_ITEM)
    if "text" in item:
        if "interpretAs" in item:
            raise UsageError("'interpretAs' goes with 'markup' only")
        return _string(item["text"]), _string(item["text"]), True
    return _string(item["markup"]), _string(item.get("interpretAs") or ""), False


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(_ITEM)
    return value


def _joined(items: Iterator[tuple[str, str, bool]]) -> Annotated:
    plain, source, pieces = [], [], []
    here = there = 0
    for written, read, exact in items:
        plain.append(read)
        source.append(written)
        if read:
            places = (here, here + len(read)), (there, there + len(written))
            pieces.append(Piece(*places, exact=exact))
        here += len(read)
        there += len(written)
    return _sound(Annotated("".join(plain), "".join(source), tuple(pieces)))


def _sound(text: Annotated) -> Annotated:
    """Refuse half a surrogate pair: it is no character and has no offset of its own."""
    for one in (text.plain, text.source):
        if _SURROGATE.search(one):
            raise UsageError("the text has half a surrogate pair")
    return text


def _length(stretch: Stretch) -> int:
    return stretch[1] - stretch[0]
