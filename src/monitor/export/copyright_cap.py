"""Copyright cap: how many words of one article an export gives away, all its files together.

A word is what stands between spaces and signs; in scripts that write none between words (Thai, Lao,
Khmer, Burmese, Chinese, Japanese) every four code points count as one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

ECHO = 5
"""So many words in a row that are the text's are taken from it; fewer may be chance."""
PASSAGE_CHARS = 300
"""More in a row is a passage, not a phrase: it is not given, however it is put together."""
GAP = 2
"""So few words between two that are given can be guessed: they count as given."""
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_SIGNS = re.escape('!"#$%&()*+,./:;<=>?@[\\]^_`{|}~…“”«»—–¡¿।。、！？，：；（）「」')
_LETTER = rf"[^\s{_SIGNS}{_UNSPACED}'’‘-]"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,4}}|{_LETTER}(?:['’-]?{_LETTER}){{0,31}}")
_QUOTED = re.compile(r"(?<!\w)['‘](.+?)['’](?!\w)|[\"“](.+?)[\"”]|\((.+?)\)")
_COMMA = re.compile(r"[,;]\s")


def fold(text: str) -> list[str]:
    """Return the words of a string, for comparing."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


class NumberedWords:
    """The words of a text, by number."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        for found in _WORD.finditer(text):
            self.starts.append(found.start())
            self.ends.append(found.end())

    def __len__(self) -> int:
        return len(self.starts)

    def within(self, start: int, end: int) -> range:
        """Return the words that a span holds any code point of."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def repeated_by(self, said: str) -> set[int]:
        """Return all words that stand in a string `ECHO` in a row, as in the text."""
        told = fold(said)
        runs = (tuple(told[n : n + ECHO]) for n in range(len(told) - ECHO + 1))
        return {at + n for run in runs for at in self._runs.get(run, ()) for n in range(ECHO)}

    def quoted_by(self, said: str) -> Iterator[list[range]]:
        """Yield for each quotation in a string (in quotes or brackets) where it stands here."""
        for found in _QUOTED.finditer(said):
            quoted = next(filter(None, found.groups()))
            for piece in dict.fromkeys((quoted, *_COMMA.split(quoted))):
                if places := list(self._places(fold(piece))):
                    yield places

    def _places(self, told: list[str]) -> Iterator[range]:
        for at in self._numbers.get(told[0], ()) if told else ():
            if self._folded[at : at + len(told)] == told:
                yield range(at, at + len(told))

    @cached_property
    def _folded(self) -> list[str]:
        return fold(self.text)

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(self._folded):
            numbers[word].append(number)
        return dict(numbers)

    @cached_property
    def _runs(self) -> dict[tuple[str, ...], list[int]]:
        runs: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for at in range(len(self) - ECHO + 1):
            runs[tuple(self._folded[at : at + ECHO])].append(at)
        return dict(runs)


class QuotationBudget:
    """Counts the words given so far: each once, whatever tells it.

    At most the share of the text (of its words, and of its code points), and at most so many words.
    """

    def __init__(self, words: NumberedWords, share: float, most: int) -> None:
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
