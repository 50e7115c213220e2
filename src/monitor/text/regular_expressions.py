"""Builds regular expressions from word lists, so that the lists can be read and reviewed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

_DOUBLING = frozenset(
    {"admit", "ban", "brag", "drop", "dub", "prefer", "quip", "scrap", "slam", "swap"}
)


class _Late:
    """Stands for an expression; compiled at its first use, then as fast as any."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)
        return found


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a long expression that is compiled when first used.

    Some take a hundredth of a second each, and most texts use few of them. The `re` of a match is
    the expression compiled, not what this returns.
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))


def one_of(words: str | Iterable[str]) -> str:
    """Return a group that matches any of the words, longest first; `_` stands for a space.

    The words may hold regular expressions without spaces.
    """
    listed = words.split() if isinstance(words, str) else list(words)
    ordered = sorted({word.replace("_", " ") for word in listed}, key=lambda w: (-len(w), w))
    return f"(?:{'|'.join(ordered)})"


def word_set(text: str) -> frozenset[str]:
    """Return the set of the words of `text`."""
    return frozenset(text.split())


def verb_forms(stems: str) -> list[str]:
    """Return the four regular forms of each verb: `use uses used using`."""
    forms: list[str] = []
    for stem in stems.split():
        if stem.endswith("e"):
            forms += stem, stem + "s", stem + "d", stem[:-1] + "ing"
        elif stem.endswith("y") and stem[-2] not in "aeiou":
            forms += stem, stem[:-1] + "ies", stem[:-1] + "ied", stem + "ing"
        else:
            root = stem + stem[-1] if stem in _DOUBLING else stem
            third = "es" if stem.endswith(("s", "sh", "ch", "x")) else "s"
            forms += stem, stem + third, root + "ed", root + "ing"
    return forms
