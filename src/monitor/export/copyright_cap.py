"""Copyright cap: how many words of one article an export gives away, all its files together.

A word is what stands between spaces and signs; in scripts that write none between words (Thai, Lao,
Khmer, Burmese, Chinese, Japanese) every four code points count as one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise

ECHO = 5  # so many words in a row that are the text's are taken from it; fewer may be chance
PASSAGE_CHARS = 300
"""More in a row is a passage, not a phrase: it is not given, however it is put together."""
GAP = 2  # so few words between two that are given can be guessed: they count as given
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
        runs = (told[at : at + ECHO] for at in range(len(told) - ECHO + 1))
        return {number for run in runs for place in self._places(run) for number in place}

    def quoted_by(self, said: str) -> Iterator[list[range]]:
        """Yield for each quotation in a string (in quotes or brackets) where it stands here."""
        for found in _QUOTED.finditer(said):
            quoted = next(filter(None, found.groups()))
            for piece in dict.fromkeys((quoted, *_COMMA.split(quoted))):
                if places := self._places(fold(piece)):
                    yield places

    def _places(self, told: list[str]) -> list[range]:
        words, numbers = self._index
        size = len(told)
        starts = numbers.get(told[0], ()) if told else ()
        return [range(at, at + size) for at in starts if words[at : at + size] == told]

    @cached_property
    def _index(self) -> tuple[list[str], Mapping[str, list[int]]]:
        """The words for comparing, and where each of them stands."""
        words = fold(self.text)
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(words):
            numbers[word].append(number)
        return words, numbers


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
        return self._take(words.repeated_by(words.text[start:end]).union(words.within(start, end)))

    def take_said(self, said: str) -> bool:
        """Return whether a string about the article may be given; what it repeats counts."""
        wanted = self.words.repeated_by(said)
        for places in self.words.quoted_by(said):
            known = next((one for one in places if self.given.issuperset(one)), places[0])
            wanted.update(known)
        return self._take(wanted)

    def _take(self, wanted: set[int]) -> bool:
        if wanted <= self.given:
            return True
        grown = sorted(self.given | wanted)
        # words in a row, with the gaps that can be guessed
        breaks = [n for n, (a, b) in enumerate(pairwise(grown), 1) if b - a > GAP + 1]
        firsts, lasts = [0, *breaks], [*breaks, len(grown)]
        runs = [(grown[a], grown[b - 1]) for a, b in zip(firsts, lasts, strict=True)]
        given = sum(last + 1 - first for first, last in runs)
        chars = [self.words.ends[last] - self.words.starts[first] for first, last in runs]
        if given > self._most or sum(chars) > self._most_chars or max(chars) > PASSAGE_CHARS:
            return False
        self.given = set(grown)
        return True
