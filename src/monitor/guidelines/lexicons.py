"""Word lists as authors write them, turned into the phrases that are looked up.

Sequences are multiplied out instead of matched slot by slot: 40,000 phrases cost 0.1 s once, and
the text is still read in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from monitor.guidelines.scan import key_of
from monitor.guidelines.schema import Lexicon, Slot

MAX_COMBINATIONS = 20_000
"""A sequence that makes more phrases than this is a mistake, or a token pattern."""
MAX_PHRASE = 120
"""Characters; the search for overlaps relies on phrases not being long."""


class LexiconError(ValueError):
    """A word list cannot be made; `name` is the word in the file that is wrong."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


class Words(NamedTuple):
    """A list of words in the form in which they are looked up."""

    phrases: frozenset[str]
    stems: frozenset[str] = frozenset()
    never_in: frozenset[str] = frozenset()


class Lexicons:
    """The named lists of a guideline; each is worked out when first asked for."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        self._lexicons = lexicons
        self._known: dict[str, Words] = {}

    def words(self, name: str, path: tuple[str, ...] = ()) -> Words:
        """Return a lexicon with those it includes; raises `LexiconError`."""
        if name in self._known:
            return self._known[name]
        if name not in self._lexicons:
            raise LexiconError(f"there is no lexicon '{name}'", name)
        if name in path:
            raise LexiconError(f"lexicon '{name}' includes itself", name)
        lexicon, below = self._lexicons[name], (*path, name)
        parts = [
            Words(
                keys([*lexicon.words]) | self.combine(lexicon.sequences, below),
                keys(lexicon.stems),
                keys(lexicon.never_in),
            ),
            *(self.words(other, below) for other in lexicon.include),
        ]
        self._known[name] = Words(
            *(frozenset[str]().union(*part) for part in zip(*parts, strict=True))
        )
        return self._known[name]

    def combine(
        self, sequences: Sequence[Sequence[Slot]], path: tuple[str, ...] = ()
    ) -> frozenset[str]:
        """Return every phrase that slots make; a slot is a list of words or a lexicon's name."""
        made: set[str] = set()
        for slots in sequences:
            lists = [
                self.words(slot, path).phrases if isinstance(slot, str) else list(map(key_of, slot))
                for slot in slots
            ]
            if prod(map(len, lists)) > MAX_COMBINATIONS:
                raise LexiconError(f"a sequence makes more than {MAX_COMBINATIONS:,} phrases")
            made |= {" ".join(filter(None, words)).replace(" ,", ",") for words in product(*lists)}
        return _sized(made)

    def single(self, name: str) -> list[str]:
        """Return the one-word entries of a lexicon, for token patterns."""
        return sorted(phrase for phrase in self.words(name).phrases if " " not in phrase)


def keys(phrases: Iterable[str]) -> frozenset[str]:
    """Return phrases in the form in which they are looked up."""
    return _sized(set(map(key_of, phrases)))


def _sized(phrases: set[str]) -> frozenset[str]:
    if max(map(len, phrases), default=0) > MAX_PHRASE:
        raise LexiconError(f"a phrase is longer than {MAX_PHRASE} characters")
    return frozenset(phrases - {""})
