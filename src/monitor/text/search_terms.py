"""Search queries: tokenisation of texts and of what is typed, and where the two match.

Both databases are given these words, so that they find the same: letters without case and accents,
figures, and of scripts that are written without spaces each character by itself. Signs between the
words that somebody typed are left out, and that is told; an operator that is not read is an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from monitor.records.errors import UsageError

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

HIDDEN = "words that are hidden as names are not searched"
"""Told with every search alike: else it would tell that a word is one."""
_ONE_SIDED = "OR stands between two words or phrases that may be there"
_TYPED = re.compile(r'(-?)"([^"]*)("?\*?)|(\S+)')
_FIELDS = (
    "body|country|date|form|headline|intext|intitle|language|outlet|place|rule|site|source|tag|text"
    "|title"
)
_OPERATORS = {
    r"NOT|!\w.*": "NOT and ! are not read: -word leaves a word out",
    r"NEAR([/(].*)?": "NEAR is not read: words side by side are a phrase, in quotation marks",
    r"\|+|\S*\w\|\S*|\|\S*\w": "| is not read: OR between two words is either of them",
    r"&&": "&& is not read: all words must be there without it",
    r".*\w[~^]\d*": "~ and ^ are not read: nothing but words, phrases, beginnings*, OR and -words",
    rf"-?({_FIELDS}):.+": "fields such as title: are not read: filters stand beside the words",
    r"(?!.*://).*(\*\w|\w\?\w).*": "* stands at the end of a word alone, and ? for no letter",
    r"-\(.*": "- stands before a word or phrase, not before brackets",
}
"""What looks like an operator of other searches, and what to write in its place."""
_QUOTES = str.maketrans("“”„«»″＂", '"' * 7)

Place = tuple[int, int]
"""Start and end in a text, code points, half open."""


@dataclass(frozen=True, slots=True)
class SearchTerm:
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
    """What is looked for; `notes` say what was left out.

    Of each of `wanted` any term must be there, of `unwanted` none.
    """

    wanted: tuple[tuple[SearchTerm, ...], ...] = ()
    unwanted: tuple[SearchTerm, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.wanted or self.unwanted)

    @property
    def terms(self) -> tuple[SearchTerm, ...]:
        """Every term that may be there."""
        return tuple(term for terms in self.wanted for term in terms)

    @property
    def reading(self) -> str:
        """How it was read, in words."""
        either = [" or ".join(map(str, terms)) for terms in self.wanted]
        if len(self.wanted) > 1 or self.unwanted:
            pairs = zip(either, self.wanted, strict=True)
            either = [f"({one})" if len(terms) > 1 else one for one, terms in pairs]
        wanted, unwanted = " and ".join(either), " or ".join(map(str, self.unwanted))
        if not unwanted:
            return wanted
        return f"{wanted} without {unwanted}" if wanted else f"everything without {unwanted}"

    @property
    def told(self) -> tuple[str, ...]:
        """What to say beside `reading`: the notes, and that nobody is found by a hidden name."""
        return (*self.notes, HIDDEN) if self else self.notes


def read_search(typed: str) -> Search:
    """Return what somebody looks for: words, "phrases", beginnings*, OR, and -words to leave out.

    OR binds what stands beside it: `a OR b c` is a or b, and c. Raises `UsageError` for an operator
    that is not read.
    """
    notes = [f"only the first {MOST_TYPED} characters were read"] * (len(typed) > MOST_TYPED)
    wanted: list[list[SearchTerm]] = []
    unwanted: list[SearchTerm] = []
    either = between = brackets = False
    """Whether a term stands before, whether OR does, whether brackets do."""
    for found in _TYPED.finditer(typed[:MOST_TYPED].translate(_QUOTES)):
        if found[4] in ("OR", "AND"):
            if between or (found[4] == "OR" and not either):
                raise UsageError(_ONE_SIDED)
            between = found[4] == "OR"
            continue
        term, without, said = _read_one(found)
        notes += said
        brackets = brackets or bool(found[4] and re.search(r"^-?\(|\)$", found[4]))
        if between and (without or not term.words):
            raise UsageError(_ONE_SIDED)
        if term.words:
            if not (without or between):
                wanted.append([])
            (unwanted if without else wanted[-1]).append(term)
        either, between = bool(term.words) and not without, False
    if between:
        raise UsageError(_ONE_SIDED)
    if brackets and (unwanted or any(len(terms) > 1 for terms in wanted)):
        raise UsageError("brackets are not read: a OR b c is (a or b) and c")
    # of no term twice, and of the first `MOST_TERMS`
    groups = list(dict.fromkeys(tuple(dict.fromkeys(terms)) for terms in wanted))
    others = tuple(dict.fromkeys(unwanted))
    before = accumulate(map(len, groups), initial=0)
    few = [
        group[: MOST_TERMS - many]
        for group, many in zip(groups, before, strict=False)
        if many < MOST_TERMS
    ]
    left = MOST_TERMS - sum(map(len, few))
    if sum(map(len, groups)) + len(others) > MOST_TERMS:
        notes.append(f"only the first {MOST_TERMS} words and phrases were read")
    return Search(tuple(few), others[:left], tuple(dict.fromkeys(notes)))


def _read_one(found: re.Match[str]) -> tuple[SearchTerm, bool, list[str]]:
    """Return a word or phrase, whether it must not be there, and what was left out."""
    minus, phrase, closed, word = found.groups()
    notes = []
    if word is None:
        typed, without = phrase, bool(minus)
        begins = closed.endswith("*") or phrase.rstrip().endswith("*")
        if re.search(r"\*.*\w", phrase):
            raise UsageError("in a phrase a * stands at the end of the last word")
        notes += [] if '"' in closed else ["a quotation mark without its pair: read up to the end"]
    else:
        for operator, why in _OPERATORS.items():
            if re.fullmatch(operator, word):
                raise UsageError(why)
        typed, begins, without = word.strip('"'), word.endswith("*"), word.startswith("-")
    words = tuple(one for one, _ in words_at(typed))
    term = SearchTerm(words, begins and bool(words) and len(words[-1]) >= LEAST_BEGINNING)
    if words and begins and not term.beginning:
        few = f"a beginning needs {LEAST_BEGINNING} letters: {found[0]} was read without its *"
        notes.append(few)
    if not words:
        notes.append(f"no word in {found[0]}")
    return term, without, notes


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
        words.append(GAP if at < len(places) and places[at][0] < end else word)
    return words


def places_of(text: str, terms: Iterable[SearchTerm], hidden: Sequence[Place] = ()) -> list[Place]:
    """Return where the terms stand in a text, in order; nowhere that touches a `hidden` place."""
    found = list(words_at(text[:MOST_CHARS]))
    words = indexed_words(text, hidden) if hidden else [word for word, _ in found]
    marked = set[int]()
    for term in terms:
        *before, last = term.words
        for at, word in enumerate(words[len(before) :]):
            fits = word.startswith(last) if term.beginning else word == last
            if fits and words[at : at + len(before)] == before:
                marked.update(range(at, at + len(term.words)))
    return [found[at][1] for at in sorted(marked)]


def excerpt_around(text: str, places: Sequence[Place], chars: int) -> Place:
    """Return where about `chars` characters with most of `places` stand, cut between words."""
    if len(text) <= chars:
        return 0, len(text)
    lead = chars // 4
    starts = [max(0, start - lead) for start, _ in places] or [0]
    # the first of the best
    best = max(starts, key=lambda at: sum(at <= a and b <= at + chars for a, b in places))
    start = min(best, len(text) - chars)
    end = start + chars
    if start and (cut := re.search(r"\s", text[start : start + lead])):
        start += cut.end()
    if end < len(text) and (cut := re.search(r"\s\S*\Z", text[start:end])):
        end = start + cut.start()
    return start, end
