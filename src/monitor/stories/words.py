"""Words and their weights.

A word's weight comes from a table of document frequencies shipped with the program, not from
the batch at hand: so whether two articles tell the same story never depends on what else
happened that day. The table holds counts only, of words found in at least 20 of 7,686 news
texts (no private name is that frequent); `benchmarks/bench_stories.py` makes it anew.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

ANCHOR_WEIGHT = 4.0
"""From this weight on (under 2 % of news texts) a word says *which* event: a name, a place, a
figure. Lighter words (police, charged, trafficking, county) only say what kind of event."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_OUTLET_SUFFIX = re.compile(r"\s+[-|–—]\s+[^-|–—]{1,40}$")
_MIN_HEADLINE = 20
_MAX_FIGURE_DIGITS = 3


def split_words(text: str) -> list[str]:
    """Return the words of `text`, lower case, a possessive 's left off.

    The table of frequencies was counted in just these words, so they are no other package's.
    """
    words = (word.lower().replace("’", "'") for word in _WORD.findall(text))
    return [word.removesuffix("'s") for word in words]


def strip_outlet(title: str) -> str:
    """Return the headline without the outlet's name that aggregators append (` - WFLA`)."""
    while (shorter := _OUTLET_SUFFIX.sub("", title)) != title and len(shorter) >= _MIN_HEADLINE:
        title = shorter
    return title


@cache
def _frequencies() -> tuple[dict[str, int], int, int]:
    table = json.loads((files(__package__) / "frequencies.json").read_text(encoding="utf-8"))
    return table["words"], table["documents"], table["least"]


@cache
def _log_share(count: int, documents: int) -> float:
    return math.log(documents / count)


def weight(word: str) -> float:
    """Return how much a word tells: the log of the inverse share of news texts that have it."""
    words, documents, least = _frequencies()
    return _log_share(words.get(word, least), documents)


def total_weight(words: Iterable[str]) -> float:
    """Return the summed weight; summed exactly, so that the order of a set cannot show."""
    return math.fsum(weight(word) for word in words)


def is_figure(word: str) -> bool:
    """Tell whether the word is a number of people, years or the like (a year has four digits)."""
    return word.isdigit() and len(word) <= _MAX_FIGURE_DIGITS


def is_anchor(word: str) -> bool:
    """Tell whether the word says which event is meant."""
    return is_figure(word) or weight(word) >= ANCHOR_WEIGHT
