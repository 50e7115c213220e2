"""Words, their weights, and whether they are names.

A word's weight comes from a table of document frequencies shipped with the program, not from
the batch at hand: so whether two articles tell the same story never depends on what else
happened that day. The table holds counts only, of words found in at least 20 of 26,601 news
texts (no private name is that frequent), and how often each is written with a capital inside a
sentence; `benchmarks/bench_stories.py` makes it anew.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

FREQUENCIES = Path(__file__).with_name("frequencies.json")
"""The table; it counts in the stamp of stories."""
NAME_SHARE = 0.6
"""A word of the table is a name if it is written with a capital this often."""
NAME_WEIGHT = 3.5
"""Lighter ones ("Minister", "Police") say nothing about which event is meant."""
FIGURE_WEIGHTS = (3.0, 5.0)
"""Of a figure of one digit, and of more: "3 arrested" is said of many days, "213 arrested" not."""
DAYS = frozenset(
    (
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    )
)

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BEGINS = re.compile("[.!?:\"“”'‘’(\n]\\s*$")
_OUTLET_SUFFIX = re.compile(r"\s+[-|–—]\s+[^-|–—]{1,40}$")
_MIN_HEADLINE = 20
_MAX_FIGURE_DIGITS = 3
_ENDINGS = ("ing", "ed", "es", "s")
_NO_PLURAL = ("ss", "us", "is")
_SHORT_WORD = 5
_SHORT_STEM = 3


def written_words(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each word as it is written, as it is counted, and whether it begins a sentence."""
    for found in _WORD.finditer(text):
        begins = bool(_BEGINS.search(text, max(0, found.start() - 3), found.start()))
        yield found[0], _plain(found[0]), begins or found.start() == 0


def split_words(text: str) -> list[str]:
    """Return the words of `text`, lower case, a possessive 's left off.

    The table of frequencies was counted in just these words, so they are no other package's.
    """
    return [_plain(word) for word in _WORD.findall(text)]


def _plain(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s")


def strip_outlet(title: str) -> str:
    """Return the headline without the outlet's name that aggregators append (` - WFLA`)."""
    while (shorter := _OUTLET_SUFFIX.sub("", title)) != title and len(shorter) >= _MIN_HEADLINE:
        title = shorter
    return title


@cache
def stem(word: str) -> str:
    """Return the word without an English ending, so that "arrests" and "arrested" are one."""
    if word.isdigit() or len(word) < _SHORT_WORD:
        return word
    for ending in _ENDINGS:
        long_enough = len(word) - len(ending) >= _SHORT_STEM
        if (
            word.endswith(ending)
            and long_enough
            and not (ending == "s" and word.endswith(_NO_PLURAL))
        ):
            word = word[: -len(ending)]
            break
    return word.removesuffix("e") if len(word) >= _SHORT_WORD else word


@cache
def _frequencies() -> tuple[dict[str, tuple[int, float]], int, int]:
    """Return by stem the count and the share of capitals of its commonest word."""
    table = json.loads(FREQUENCIES.read_text(encoding="utf-8"))
    stems: dict[str, tuple[int, float]] = {}
    for word, (count, capitals) in table["words"].items():
        key = stem(word)
        stems[key] = max(stems.get(key, (0, 0.0)), (count, capitals))
    return stems, table["documents"], table["least"]


@cache
def weight(word: str) -> float:
    """Return how much a stem tells: the log of the inverse share of news texts that have it."""
    if word.isdigit():
        return FIGURE_WEIGHTS[len(word) > 1]
    stems, documents, least = _frequencies()
    return math.log(documents / stems.get(word, (least, 0.0))[0])


def total_weight(words: Iterable[str]) -> float:
    """Return the summed weight; summed exactly, so that the order of a set cannot show."""
    return math.fsum(weight(word) for word in words)


def is_figure(word: str) -> bool:
    """Tell whether the word is a number of people, years or the like (a year has four digits)."""
    return word.isdigit() and len(word) <= _MAX_FIGURE_DIGITS


def known_name(word: str) -> bool | None:
    """Tell whether the table has a stem as a name; `None` where it does not have it at all."""
    if word.isdigit() or word in DAYS:
        return False
    stems, _, _ = _frequencies()
    if word not in stems:
        return None
    return stems[word][1] >= NAME_SHARE and weight(word) > NAME_WEIGHT
