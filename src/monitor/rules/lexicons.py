"""Word lists as authors write them, turned into the phrases and chains that are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod

from monitor.rules.rule_schema import Lexicon, Slot
from monitor.text.phrase_search import SlotWords, Words, key_of

MAX_EXPANDED = 200
"""A sequence that makes more phrases is kept as a chain of slots."""
MAX_PHRASE = 120
"""Characters; the search for overlaps relies on phrases not being long."""


class LexiconError(ValueError):
    """A word list cannot be made; `name` is the word in the file that is wrong."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


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
        own = self.listed(lexicon.words, lexicon.sequences, below)
        own = own._replace(stems=keys(lexicon.stems), never_in=keys(lexicon.never_in))
        parts = [own, *(self.words(other, below) for other in lexicon.include)]
        self._known[name] = _union(parts)
        return self._known[name]

    def listed(
        self,
        phrases: Iterable[str],
        sequences: Sequence[Sequence[Slot]] = (),
        path: tuple[str, ...] = (),
    ) -> Words:
        """Return a list without a name; a slot is a list of words or a lexicon's name."""
        made, chains = set(keys(phrases)), set()
        for sequence in sequences:
            slots = [self._slot(slot, path) for slot in sequence]
            size = prod(len(slot.words.phrases) + slot.optional for slot in slots)
            plain = not any(slot.words.chains or slot.words.stems for slot in slots)
            if plain and size <= MAX_EXPANDED:
                made |= _expand(slots)
            else:
                chains.add(tuple(slots))
        return Words(_sized(made), chains=frozenset(chains))

    def _slot(self, slot: Slot, path: tuple[str, ...]) -> SlotWords:
        if isinstance(slot, str):
            return SlotWords(self.words(slot, path), optional=False)
        return SlotWords(Words(keys(slot)), optional="" in slot)

    def single(self, name: str) -> list[str]:
        """Return the one-word entries of a lexicon, for token patterns."""
        return sorted(phrase for phrase in self.words(name).phrases if " " not in phrase)


def _union(parts: Sequence[Words]) -> Words:
    return Words(
        frozenset().union(*(part.phrases for part in parts)),
        frozenset().union(*(part.stems for part in parts)),
        frozenset().union(*(part.never_in for part in parts)),
        frozenset().union(*(part.chains for part in parts)),
    )


def _expand(slots: Sequence[SlotWords]) -> set[str]:
    """Return every phrase that slots make; a comma joins the word before it."""
    lists = [[*slot.words.phrases, *([""] if slot.optional else [])] for slot in slots]
    return {" ".join(filter(None, words)).replace(" ,", ",") for words in product(*lists)}


def keys(phrases: Iterable[str]) -> frozenset[str]:
    """Return phrases in the form in which they are looked up."""
    return _sized(set(map(key_of, phrases)))


def _sized(phrases: set[str]) -> frozenset[str]:
    if max(map(len, phrases), default=0) > MAX_PHRASE:
        raise LexiconError(f"a phrase is longer than {MAX_PHRASE} characters")
    return frozenset(phrases - {""})
