"""Multi-pattern phrase search (Aho-Corasick): every word of every rule in one pass over the text.

A phrase is compared in lower case, with hyphens, line breaks and runs of spaces counted as one
space, and on word boundaries. Long sequences are not multiplied out (60 rules made 120,000 phrases,
half a second at every start) but joined from what their slots found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from monitor.text.positions import Stretch

_RUN = re.compile(r" {2,}")
_BEGUN_BEFORE = re.compile(r".*(?:\d[.,](?=\d)|(?<!\d)\d{1,3} (?=\d{3}(?!\d)))")
_GOES_ON = re.compile(r"\d(?:[.,]\d|(?<!\d{4}) \d{3}(?!\d))")


def normalise(text: str) -> str:
    """Return `text` as it is compared, same length: lower case, hyphens and breaks as spaces."""
    lower = lower_case(text)
    for sign in "-\n\t\r":  # five times as fast as one `translate`
        lower = lower.replace(sign, " ")
    return lower


def lower_case(text: str) -> str:
    """Return `text` in lower case, same length."""
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals, such as İ, have a longer lower case
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower


def key_of(phrase: str) -> str:
    """Return the form in which a phrase of a rule is looked up."""
    if phrase.isascii():  # the same, three times as fast
        return " ".join(phrase.lower().replace("-", " ").split())
    return " ".join(normalise(phrase).split())


class PhraseList(NamedTuple):
    """A list of words, in the form of `key_of`; a chain is slots that follow one another."""

    phrases: frozenset[str]
    stems: frozenset[str] = frozenset()
    never_in: frozenset[str] = frozenset()
    chains: frozenset[tuple[SlotWords, ...]] = frozenset()


class SlotWords(NamedTuple):
    """What may stand in one slot of a chain, and whether it may be empty."""

    words: PhraseList
    optional: bool


@dataclass(frozen=True, slots=True)
class WordSet:
    """A numbered list; chains are pairs of a list's number and whether it may be left out."""

    phrases: frozenset[str]
    stems: frozenset[str]
    never_in: int | None
    chains: tuple[tuple[tuple[int, bool], ...], ...]


@dataclass(slots=True, eq=False)
class Hits:
    """Where the words of each list stand in one text; offsets into the text that was scanned.

    A list's hits are put together when first asked for: most lists of a guideline are never asked
    for in most texts, and most of those that are have nothing there.
    """

    _sets: Sequence[WordSet]
    _members: Sequence[frozenset[int]]
    _raw: dict[int, list[Stretch]]
    alive: AbstractSet[int]
    """The lists that could have a hit; no other has one."""
    _search: str
    _clean: dict[int, list[Stretch]] = field(default_factory=dict)
    _starts: dict[int, defaultdict[int, list[int]]] = field(default_factory=dict)

    def of(self, wordset: int) -> list[Stretch]:
        """Return the hits of a list in order of start."""
        if (known := self._clean.get(wordset)) is not None:
            return known
        found: list[Stretch] = []
        if wordset in self.alive:
            raw, listed = self._raw, self._sets[wordset]
            found = [hit for entry in self._members[wordset] & raw.keys() for hit in raw[entry]]
            if listed.chains:
                joined = {hit for chain in listed.chains for hit in self._join(chain)}
                found = list(joined.union(found))
            found.sort()
            if listed.never_in is not None and found and (outer := self.of(listed.never_in)):
                found = [hit for hit in found if not _inside(hit, outer)]
        self._clean[wordset] = found
        return found

    def _join(self, chain: Sequence[tuple[int, bool]]) -> list[Stretch]:
        """Return the stretches in which a hit of each slot follows one of the slot before."""
        begun: list[Stretch] = []
        may_begin = all(optional or self.of(wordset) for wordset, optional in chain)
        for wordset, optional in chain if may_begin else ():
            longer: list[Stretch] = []
            if begun and wordset in self.alive:
                if wordset not in self._starts:
                    self._starts[wordset] = defaultdict(list)
                    for start, end in self.of(wordset):
                        self._starts[wordset][start].append(end)
                following = self._starts[wordset]
                longer = [
                    (start, end)
                    for start, last in begun
                    for end in following.get(self._after(last), ())
                ]
            longer += self.of(wordset) if may_begin else []
            begun = begun + longer if optional else longer
            may_begin = may_begin and optional
            if not begun and not may_begin:
                break
        return begun

    def _after(self, end: int) -> int:
        while end < len(self._search) and self._search[end] == " ":
            end += 1
        return end

    def between(self, wordset: int, low: int, high: int, limit: int = 1_000) -> list[Stretch]:
        """Return up to `limit` hits that lie wholly between two offsets."""
        hits = self.of(wordset)
        found: list[Stretch] = []
        for index in range(bisect_left(hits, (low, 0)), len(hits)):
            hit = hits[index]
            if hit[0] >= high or len(found) == limit:
                break
            if hit[1] <= high:
                found.append(hit)
        return found

    def overlapping(self, wordset: int, start: int, end: int) -> list[Stretch]:
        """Return the hits that share a character with the span."""
        hits = self.of(wordset)
        low = bisect_left(hits, (start - _LONGEST, 0))
        high = bisect_left(hits, (end, 0))
        return [hit for hit in hits[low:high] if hit[1] > start]


_LONGEST = 200
"""No listed phrase is longer, so that an overlap is found without looking at all hits."""


def _inside(hit: Stretch, outer: Sequence[Stretch]) -> bool:
    low = bisect_left(outer, (hit[0] - _LONGEST, 0))
    high = bisect_left(outer, (hit[0] + 1, 0))
    return any(start <= hit[0] and hit[1] <= end for start, end in outer[low:high])


@dataclass(slots=True)
class WordSets:
    """Collects word lists while a guideline is compiled; equal lists are kept once."""

    sets: list[WordSet] = field(default_factory=list)
    _known: dict[WordSet, int] = field(default_factory=dict)

    def add(self, words: PhraseList) -> int:
        """Add a list and return its number; it may be empty."""
        wordset = WordSet(
            words.phrases,
            words.stems,
            self.add(PhraseList(words.never_in)) if words.never_in else None,
            tuple(
                tuple((self.add(slot.words), slot.optional) for slot in chain)
                for chain in words.chains
            ),
        )
        if wordset not in self._known:
            self._known[wordset] = len(self.sets)
            self.sets.append(wordset)
        return self._known[wordset]


class Scanner:
    """Finds the words of all lists in one pass; immutable and safe to share between threads."""

    def __init__(self, sets: Sequence[WordSet]) -> None:
        self._sets = tuple(sets)
        self._parts: dict[frozenset[int], Scanner] = {}
        numbers: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
        for number, wordset in enumerate(sets):
            for phrase in wordset.phrases:
                numbers[phrase, False].append(number)
            for stem in wordset.stems:
                numbers[stem, True].append(number)
        # "000" is listed as a part of a number, all others are whole ones
        self._entries = [
            (not text.startswith("0") and (text[0].isdigit() or text[-1].isdigit()), is_stem)
            for text, is_stem in numbers
        ]
        self._lists = [tuple(listed) for listed in numbers.values()]
        members: list[set[int]] = [set() for _ in sets]
        for entry, listed in enumerate(self._lists):
            for number in listed:
                members[number].add(entry)
        self._members = tuple(map(frozenset, members))
        # lists are numbered after those that their chains are made of
        self._chained = [
            (number, [frozenset(n for n, optional in c if not optional) for c in wordset.chains])
            for number, wordset in enumerate(sets)
            if wordset.chains
        ]
        self._automaton = AhoCorasick([text for text, _ in numbers]) if numbers else None

    def only(self, numbers: Iterable[int]) -> Scanner:
        """Return a scanner for some of the lists, which keep their numbers; made once.

        It finds what this one finds for them, without what all the others have in a text.
        """
        wanted: set[int] = set()
        queue = list(numbers)
        while queue:
            number = queue.pop()
            if number not in wanted:
                wanted.add(number)
                listed = self._sets[number]
                queue += [part for chain in listed.chains for part, _ in chain]
                queue += [] if listed.never_in is None else [listed.never_in]
        key = frozenset(wanted)
        if key not in self._parts:
            none = WordSet(frozenset(), frozenset(), None, ())
            kept = [one if n in key else none for n, one in enumerate(self._sets)]
            self._parts[key] = Scanner(kept)
        return self._parts[key]

    def scan(self, text: str) -> Hits:
        """Return the hits of every list in `text` (a shadow text); linear in its length."""
        full = normalise(text)
        search, back = _collapse(full)
        raw: dict[int, list[Stretch]] = {}
        if self._automaton is not None:
            self._find(self._automaton, search, back, raw)
        alive = set[int]().union(*map(self._lists.__getitem__, raw))
        for number, chains in self._chained:
            if any(required <= alive for required in chains):
                alive.add(number)
        return Hits(self._sets, self._members, raw, alive, full)

    def _find(
        self,
        automaton: AhoCorasick,
        search: str,
        back: Callable[[int], int] | None,
        raw: dict[int, list[Stretch]],
    ) -> None:
        size = len(search)
        for entry, start, end in automaton.find_matches_as_indexes(search, overlapping=True):
            if start and search[start].isalnum() and search[start - 1].isalnum():
                continue
            has_digit, is_stem = self._entries[entry]
            if has_digit:  # "50 million" begins inside the number of "2.50 million"
                before = _BEGUN_BEFORE.match(search[max(0, start - 5) : start + 4])
                begun = before is not None and before.end() == min(start, 5)
                if begun or _GOES_ON.match(search, end - 1):
                    continue
            if end < size and search[end].isalnum() and search[end - 1].isalnum():
                if not is_stem:
                    continue
                while end < size and search[end].isalnum():
                    end += 1  # noqa: PLW2901 - the word's end, not the stem's
            hit = (start, end) if back is None else (back(start), back(end - 1) + 1)
            raw.setdefault(entry, []).append(hit)


def _collapse(search: str) -> tuple[str, Callable[[int], int] | None]:
    """Reduce runs of spaces to one; return the text and what says where a character stood."""
    if "  " not in search:
        return search, None
    pieces: list[str] = []
    begins, left_out = [0], [0]
    last = 0
    for run in _RUN.finditer(search):
        pieces.append(search[last : run.start() + 1])
        begins.append(run.start() + 1 - left_out[-1])
        left_out.append(left_out[-1] + run.end() - run.start() - 1)
        last = run.end()
    pieces.append(search[last:])
    return "".join(pieces), lambda at: at + left_out[bisect_right(begins, at) - 1]
