"""How many words of one article an export gives away, all its files together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.corpus.copyright_cap import Words

PASSAGE_CHARS = 300
"""More in a row is a passage, not a phrase: it is not given, however it is put together."""
GAP = 2
"""So few words between two that are given can be guessed: they count as given."""


class Budget:
    """Counts the words given so far: each once, whatever tells it.

    At most the share of the text (of its words, and of its code points), and at most so many words.
    """

    def __init__(self, words: Words, share: float, most: int) -> None:
        self.words = words
        self._most = min(int(share * len(words)), most)
        self._most_chars = int(share * len(words.text))
        self.given: set[int] = set()

    def take(self, start: int, end: int) -> bool:
        """Return whether the words at a place may be given; then they count."""
        words = self.words
        again = words.repeated_by(words.text[start:end])
        return self._take({*words.within(start, end), *again})

    def take_said(self, said: str) -> bool:
        """Return whether a string about the article may be given; what it repeats counts."""
        wanted = self.words.repeated_by(said)
        for places in self.words.quoted_by(said):
            known = next((one for one in places if self.given.issuperset(one)), places[0])
            wanted.update(known)
        return self._take(wanted)

    def _take(self, wanted: Iterable[int]) -> bool:
        new = set(wanted) - self.given
        if not new:
            return True
        grown = self.given | new
        runs = list(_runs(grown))
        given = sum(len(run) for run in runs)
        lengths = [self.words.ends[run[-1]] - self.words.starts[run[0]] for run in runs]
        if given > self._most or sum(lengths) > self._most_chars or max(lengths) > PASSAGE_CHARS:
            return False
        self.given = grown
        return True


def _runs(numbers: Iterable[int]) -> Iterator[range]:
    """Yield the words in a row, with the gaps that can be guessed."""
    ordered = sorted(numbers)
    first = last = ordered[0]
    for number in ordered[1:]:
        if number - last > GAP + 1:
            yield range(first, last + 1)
            first = number
        last = number
    yield range(first, last + 1)
