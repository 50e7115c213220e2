"""Words of a text with their places: what every model of this package reads.

One hand-made splitter instead of scikit-learn's, because a judgement must point at the words
that carried it, and because serving then needs NumPy alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"[Uu]\.[Ss]\.(?:[Aa]\.)?|[Uu]\.[KkNn]\.|[^\W_]+(?:['’][^\W_]+)*")
_DOTTED = {"u.s.": "u.s", "u.s.a.": "u.s", "u.k.": "u.k", "u.n.": "u.n"}
_STOPS = frozenset(".!?…|\n")
# After these a full stop ends no sentence.
_SHORT = frozenset(
    "mr mrs ms dr st sgt lt col gen gov sen rep hon prof no vs jr sr rs jan feb mar apr jun jul "  # noqa: SIM905 a list of words reads better so
    "aug sep sept oct nov dec inc ltd co corp dept ave mt ft".split()
)


def word_set(words: str) -> frozenset[str]:
    """Return the words of a string that lists them between spaces."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Words:
    """Lower-cased words; `text[starts[i]:ends[i]]` is where word `i` stands as written.

    `sentences[i]` numbers the sentence of word `i`, from 0.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]

    def __len__(self) -> int:
        return len(self.words)


def split_words(text: str) -> Words:
    """Split into words; a hyphen separates, a possessive 's is dropped, U.S. is one word."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[int] = []
    sentence, after = 0, 0
    for match in _WORD.finditer(text):
        word = match.group().lower()
        start, end = match.span()
        # a single character between two words, save a line break, ends no sentence
        apart = start - after > 1 or text[after] == "\n"
        if apart and words and _ends_sentence(text, after, start, words[-1]):
            sentence += 1
        after = end
        if "." in word:
            word = _DOTTED[word]
        elif "’" in word or "'" in word:
            word = word.replace("’", "'")
            if word.endswith("'s"):
                word = word[:-2]
                end -= 2
        words.append(word)
        starts.append(start)
        ends.append(end)
        sentences.append(sentence)
    return Words(words, starts, ends, sentences)


def _ends_sentence(text: str, after: int, start: int, before: str) -> bool:
    between = text[after:start]
    if _STOPS.isdisjoint(between):
        return False
    if "." in between and between.count(".") == 1 and _STOPS.isdisjoint(between.replace(".", "")):
        return not (text[start].islower() or before in _SHORT or len(before) == 1)
    return True
