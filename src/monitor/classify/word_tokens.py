"""Word tokens: words of a text with their places, which every model of this package reads.

One hand-made splitter instead of scikit-learn's, because a judgement must point at the words
that carried it, and because serving then needs NumPy alone. Words and sentences are not those of
`monitor.text` or `monitor.stories`: the weights of every shipped model were learned on these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from monitor.text.regular_expressions import word_set

_WORD = re.compile(r"[Uu]\.[Ss]\.(?:[Aa]\.)?|[Uu]\.[KkNn]\.|[^\W_]+(?:['’][^\W_]+)*")
_THAI = re.compile(
    r"[เ-ไ]?[ก-ฮ][ะ-\u0e3aๅ\u0e47-\u0e4e]*|[๐-๙]+|[\u0e00-\u0e7f]|(?:(?![\u0e00-\u0e7f])[^\W_])+"
)
_SPACES = frozenset(" \n\u00a0")
_DOTTED = {"u.s.": "u.s", "u.s.a.": "u.s", "u.k.": "u.k", "u.n.": "u.n"}
_STOPS = frozenset(".!?…|\n")
# After these a full stop ends no sentence.
_SHORT = word_set(
    "mr mrs ms dr st sgt lt col gen gov sen rep hon prof no vs jr sr rs jan feb mar apr jun jul "
    "aug sep sept oct nov dec inc ltd co corp dept ave mt ft"
)


@dataclass(frozen=True, slots=True)
class WordTokens:
    """Lower-cased words; `text[starts[i]:ends[i]]` is where word `i` stands as written.

    `sentences[i]` numbers the sentence of word `i`, from 0. Models count runs of up to `longest`
    words.
    """

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    longest: int = 2

    def __len__(self) -> int:
        return len(self.words)

    def written(self, first: int, last: int) -> str:
        """Return the text from word `first` to word `last` (exclusive)."""
        return self.text[self.starts[first] : self.ends[last - 1]]

    def gap(self, at: int) -> str:
        """Return the text between word `at` and the word before it; "" where one is missing."""
        inside = 0 < at < len(self.words)
        return self.text[self.ends[at - 1] : self.starts[at]] if inside else ""

    def is_capital(self, at: int) -> bool:
        """Whether there is a word `at`, written with a capital."""
        return 0 <= at < len(self.words) and self.text[self.starts[at]].isupper()


Splitter = Callable[[str], WordTokens]


def split_words(text: str) -> WordTokens:
    """Split into words; a hyphen separates, a possessive 's is dropped, U.S. is one word."""
    words, starts, ends, sentences = list[str](), list[int](), list[int](), list[int]()
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
    return WordTokens(text, words, starts, ends, sentences)


def split_thai(text: str) -> WordTokens:
    """Split Thai into clusters, other scripts into words; a space ends a clause, a "sentence".

    Thai has no spaces between words, and words need a dictionary. A cluster, a consonant with its
    vowels and marks, needs none: cues match whole clusters, and runs of up to five stand for words.
    """
    words, starts, ends, sentences = list[str](), list[int](), list[int](), list[int]()
    sentence = 0
    for match in _THAI.finditer(text):
        start, end = match.span()
        if ends and not _SPACES.isdisjoint(text[ends[-1] : start]):
            sentence += 1
        words.append(match.group().lower())
        starts.append(start)
        ends.append(end)
        sentences.append(sentence)
    return WordTokens(text, words, starts, ends, sentences, longest=5)


def splitter_of(language: str) -> Splitter:
    """Return what splits texts of a language into words."""
    return split_thai if language == "th" else split_words


def _ends_sentence(text: str, after: int, start: int, before: str) -> bool:
    stops = [sign for sign in text[after:start] if sign in _STOPS]
    if stops == ["."]:
        return not (text[start].islower() or before in _SHORT or len(before) == 1)
    return bool(stops)
