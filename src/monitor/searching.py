"""Words as a search sees them: of texts, of what somebody typed, and where the two meet.

Both databases are given these words, so that they find the same: letters without case and accents,
figures, and of scripts that are written without spaces each character by itself. What is typed is
read leniently: nothing in it is an error, and what was left out is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MOST_CHARS = 200_000
"""So much of a text can be searched."""
MOST_TYPED = 300
"""So many characters of a search are read."""
MOST_TERMS = 16
LEAST_BEGINNING = 3
"""Letters that a word's beginning must have: shorter ones fit half of all words."""
GAP = "\ue000"
"""Stands in an index for words that are hidden, so that a phrase does not reach across them."""
_MOST_LETTERS = 60

# Combining marks, which belong to the letter before; no category of `re` names them.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0730-\u074a\u0900-\u0903"
    "\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u09e2\u09e3\u0a01-\u0a03\u0a3c-"
    "\u0a51\u0a70\u0a71\u0a75\u0a81-\u0a83\u0abc-\u0acd\u0ae2\u0ae3\u0b01-\u0b03\u0b3c-\u0b57\u0b62"
    "\u0b63\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3c-\u0c56\u0c62\u0c63\u0c81-\u0c83\u0cbc-\u0cd6"
    "\u0ce2\u0ce3\u0d00-\u0d03\u0d3b-\u0d4d\u0d57\u0d62\u0d63\u0d82\u0d83\u0dca-\u0ddf\u0e31\u0e34-"
    "\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-"
    "\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u135d-\u135f\u17b4-\u17d3\u17dd\u200c\u200d\u20d0-"
    "\u20f0\u3099\u309a"
)
# Thai, Lao, Burmese, Khmer, Chinese and Japanese are written without spaces between words.
_ALONE = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e80-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u1050-"
    "\u1055\u1780-\u17b3\u3005-\u3007\u3040-\u3098\u309b-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003134f"
)
_HAS_ALONE = re.compile(f"[{_ALONE}]")
_ASCII = re.compile(r"[^\W_]+", re.ASCII)
_SPACED = re.compile(f"[^\\W_](?:[^\\W_]|[{_MARKS}])*")
_MIXED = re.compile(f"[{_ALONE}][{_MARKS}]*|(?:(?![{_ALONE}])[^\\W_]|[{_MARKS}])+")
_BARE = str.maketrans("łøđħı", "lodhi")
"""Letters whose strokes are no accents to Unicode, and that are typed without."""
_DROPPED = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0640\u064b-\u065f\u0670\u200c\u200d]"
)
_ASCII_SIGNS = re.compile(r"[\x00-\x2f\x3a-\x60\x7b-\x7f]")

_TYPED = re.compile(r'(-?)"([^"]*)("?)\*?|(\S+)')
_QUOTES = str.maketrans("“”„«»″＂", '"' * 7)

Place = tuple[int, int]
"""Start and end in a text, code points, half open."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side, the last of them perhaps only as a `beginning`."""

    words: tuple[str, ...]
    beginning: bool = False

    def __str__(self) -> str:
        words = " ".join(self.words)
        if self.beginning:
            return f"{words}…"
        return f"“{words}”" if len(self.words) > 1 else words


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all of `wanted`, none of `unwanted`; `notes` say what was left out."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.wanted or self.unwanted)

    @property
    def reading(self) -> str:
        """How it was read, in words."""
        wanted = " and ".join(map(str, self.wanted))
        unwanted = " or ".join(map(str, self.unwanted))
        if not unwanted:
            return wanted
        return f"{wanted} without {unwanted}" if wanted else f"everything without {unwanted}"


def read_search(typed: str) -> Search:
    """Return what somebody looks for: words, "phrases", beginnings*, and -words to leave out."""
    notes = []
    if len(typed) > MOST_TYPED:
        notes.append(f"only the first {MOST_TYPED} characters were read")
    sides: tuple[dict[Term, None], dict[Term, None]] = {}, {}
    for found in _TYPED.finditer(typed[:MOST_TYPED].translate(_QUOTES)):
        minus, phrase, closed, word = found.groups()
        if word is None:
            without, term = bool(minus), _term(phrase, ends="")
            notes += [] if closed else ["a quotation mark without its pair: read up to the end"]
        else:
            without = word.startswith("-")
            term = _term(word.strip('"'), ends=word[-1:])
            if term.words and word.endswith("*") and not term.beginning:
                few = f"a beginning needs {LEAST_BEGINNING} letters: {word} was read without its *"
                notes.append(few)
        if term.words:
            sides[without].setdefault(term)
        else:
            notes.append(f"no word in {found[0]}")
    if sum(map(len, sides)) > MOST_TERMS:
        notes.append(f"only the first {MOST_TERMS} words and phrases were read")
    wanted, unwanted = list(sides[0])[:MOST_TERMS], list(sides[1])
    left = tuple(unwanted[: MOST_TERMS - len(wanted)])
    return Search(tuple(wanted), left, tuple(dict.fromkeys(notes)))


def _term(typed: str, *, ends: str) -> Term:
    words = tuple(word for word, _ in words_at(typed))
    long_enough = bool(words) and len(words[-1]) >= LEAST_BEGINNING
    return Term(words, beginning=ends == "*" and long_enough)


def words_at(text: str) -> Iterator[tuple[str, Place]]:
    """Yield the words of a text in order, each with its place."""
    if text.isascii():
        for found in _ASCII.finditer(text):
            yield found[0].lower()[:_MOST_LETTERS], found.span()
        return
    for found in (_MIXED if _HAS_ALONE.search(text) else _SPACED).finditer(text):
        if word := _folded(found[0]):
            yield word, found.span()


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    """Return a word without case and accents, with nothing in it that separates words."""
    if word.isascii():
        return word.lower()[:_MOST_LETTERS]
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    whole = unicodedata.normalize("NFC", _DROPPED.sub("", apart).translate(_BARE))
    return _ASCII_SIGNS.sub("", whole)[:_MOST_LETTERS]


def indexed_words(text: str, hidden: Sequence[Place] = ()) -> list[str]:
    """Return what of a text can be searched, `GAP` for each word that touches a `hidden` place."""
    if not hidden and text.isascii():
        return [word[:_MOST_LETTERS] for word in _ASCII.findall(text[:MOST_CHARS].lower())]
    places = sorted(hidden)
    words, at = [], 0
    for word, (start, end) in words_at(text[:MOST_CHARS]):
        while at < len(places) and places[at][1] <= start:
            at += 1
        is_hidden = at < len(places) and places[at][0] < end
        words.append(GAP if is_hidden else word)
    return words


def places_of(text: str, terms: Iterable[Term], hidden: Sequence[Place] = ()) -> list[Place]:
    """Return where the terms stand in a text, in order; nowhere that touches a `hidden` place."""
    found = list(words_at(text[:MOST_CHARS]))
    places = [place for _, place in found]
    words = indexed_words(text, hidden) if hidden else [word for word, _ in found]
    marked = set[int]()
    for term in terms:
        first, *_ = term.words
        for at, word in enumerate(words):
            if (word == first or len(term.words) == 1) and _stands(term, words, at):
                marked.update(range(at, at + len(term.words)))
    return [places[at] for at in sorted(marked)]


def _stands(term: Term, words: Sequence[str], at: int) -> bool:
    *before, last = term.words
    end = at + len(before)
    if end >= len(words) or list(words[at:end]) != before:
        return False
    return words[end].startswith(last) if term.beginning else words[end] == last


def excerpt_around(text: str, places: Sequence[Place], chars: int) -> Place:
    """Return where about `chars` characters with most of `places` stand, cut between words."""
    if len(text) <= chars:
        return 0, len(text)
    lead = chars // 4
    starts = [max(0, start - lead) for start, _ in places] or [0]

    def shown(start: int) -> int:
        return sum(start <= first and last <= start + chars for first, last in places)

    start = min(max(starts, key=shown), len(text) - chars)  # the first of the best
    end = start + chars
    if start and (cut := re.search(r"\s", text[start : start + lead])):
        start += cut.end()
    if end < len(text) and (cut := re.search(r"\s\S*\Z", text[start:end])):
        end = start + cut.start()
    return start, end
