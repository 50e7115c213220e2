"""The words without which a pattern cannot match, looked for before anything is analysed.

A pattern says of most tokens which words they may be. Where they do not stand in a piece, one after
another, spaCy need neither split it nor match it, and often need not be loaded. A word counts
inside another one too: spaCy makes two tokens of "cannot".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

_WORDED = {"LOWER": False, "TEXT": True, "ORTH": True}
"""Attributes whose value is a stretch of the text itself, and whether capitals count."""

_PLAIN = re.compile(r"\^\(([A-Za-z]+(?:\|[A-Za-z]+)*)\)\$")


class _Step(NamedTuple):
    """A token of a pattern: the words it may be (none: any), how often it stands.

    `exact`: with just these capitals.
    """

    words: tuple[str, ...]
    exact: bool
    needed: bool
    repeats: bool


class NeededWords:
    """What must stand in a text for one of some patterns to match there.

    `ordered`: the tokens of a pattern follow one another, with nothing but space between them.
    """

    def __init__(
        self, patterns: Iterable[Sequence[Mapping[str, Any]]], *, ordered: bool = True
    ) -> None:
        self._given, self._ordered = list(patterns), ordered

    @cached_property
    def _patterns(self) -> list[tuple[list[_Step], list[_Step]]]:
        """The steps that must be there, those of few words first, and all if they are in order.

        Worked out when first asked for: most texts ask for few patterns.
        """
        found: list[tuple[list[_Step], list[_Step]]] = []
        for pattern in self._given:
            steps = list(map(_step, pattern))
            listed = {step for step in steps if step.needed and step.words}
            shortest = sorted(listed, key=lambda step: (len(step.words), step.words))
            found.append((shortest, steps if self._ordered else []))
        return found

    def may_match(self, text: str, lower: str) -> bool:
        """Whether a text, given also in lower case, has what one of the patterns needs."""
        for listed, steps in self._patterns:
            for words, exact, *_ in listed:
                where = text if exact else lower
                for word in words:
                    if word in where:
                        break
                else:
                    break
            else:
                if _may_follow(steps, text, lower):
                    return True
        return False


def _may_follow(steps: Sequence[_Step], text: str, lower: str) -> bool:
    """Whether the words of a pattern follow one another somewhere.

    `at` are the places where the next token may begin; from `free` on it may begin anywhere.
    """
    at: set[int] = set()
    free: int | None = 0
    for step in steps:
        if not step.words:
            first = min((*at, *(() if free is None else (free,))))
            at, free = set() if step.needed else at, first + step.needed
            continue
        where = text if step.exact else lower
        begun = set(_after(step.words, where, at, free))
        fresh = begun if step.repeats else set[int]()
        while fresh := set(_after(step.words, where, fresh, None)) - begun:
            begun |= fresh
        at, free = (begun, None) if step.needed else (at | begun, free)
        if not at and free is None:
            return False
    return True


def _after(words: Iterable[str], text: str, at: Iterable[int], free: int | None) -> Iterator[int]:
    """Yield where the word after one of `words` may begin."""
    for word in words:
        for start in at:
            if text.startswith(word, start):
                yield _past_space(text, start + len(word))
        start = -1 if free is None else text.find(word, free)
        while start >= 0:
            yield _past_space(text, start + len(word))
            start = text.find(word, start + 1)


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _step(token: Mapping[str, Any]) -> _Step:
    often = token.get("OP") or "1"
    needed = often in ("1", "+") or often.startswith(tuple(f"{{{n}" for n in range(1, 10)))
    words, exact = ((), False) if often == "!" else _words(token)
    return _Step(words, exact, needed, often not in ("1", "?"))


def _words(token: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """Return the words that a token may be, none where its pattern does not list them."""
    for key, exact in _WORDED.items():
        value = token.get(key)
        listed = _listed(value) if isinstance(value, Mapping) else value and [value]
        if listed:
            return tuple(sorted(set(listed))), exact
    return (), False


def _listed(tests: Mapping[str, Any]) -> Sequence[str] | None:
    """Return the words that an attribute's tests list; "^(WAS|IS)$" is a list too."""
    listed = _PLAIN.fullmatch(str(tests.get("REGEX", "")))
    return listed[1].split("|") if listed else tests.get("IN")
