"""Redaction of hidden names in a record, each code point as `█`, so that offsets hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from urllib.parse import unquote

from monitor.records.finding import FieldName, Span
from monitor.records.hidden_names import MIN_PART, stretches
from monitor.text.search_terms import words_at

MASK = "█"  # stands for a code point of a name in what is given away
_PART = re.compile(r"\w[\w'’-]*\w")
_LETTERS = re.compile(r"[^\W\d_]+")
_BEGUN = re.compile(r"([^\W\d_]{3,})\*")
"""A word that is searched for by its beginning: fewer letters begin too many."""
MIN_JOINED = 7  # letters of a whole name that is hidden in the middle of a longer word too
_WRITERS = re.compile(r"([,;:&|/()]|(?<!\w)(?:[Bb]y|and|as told to|with|[Pp]or|[Pp]ar)(?!\w))")
"""What stands between the names of a byline."""


class NameRedaction:
    """Hides the names that stand at `spans` of an article's title and text."""

    def __init__(self, fields: Mapping[FieldName, str], spans: Sequence[Span]) -> None:
        self.hidden = {name: stretches(name, text, spans) for name, text in fields.items()}
        self._struck = dict(fields)
        for field, places in self.hidden.items():
            for start, end in places:
                text = self._struck[field]
                self._struck[field] = f"{text[:start]}{MASK * (end - start)}{text[end:]}"
        found = self.hidden.items()
        self._names = {fields[field][start:end] for field, at in found for start, end in at}
        self._parts = [part for name in self._names for part in _PART.findall(name)]
        named = (part for part in self._parts if not part[0].islower())  # no "dos", "bin"
        letters = (one for part in named for one in _LETTERS.findall(_plain(part)))
        self._low = {one for one in letters if len(one) >= MIN_PART}
        self._spelt = [_LETTERS.findall(_plain(name)) for name in self._names]
        joined = ("".join(words) for words in self._spelt if len(words) > 1)
        self._joined = [name for name in joined if len(name) >= MIN_JOINED]

    def field(self, name: FieldName, start: int = 0, end: int | None = None) -> str:
        """Return the words of a field, or of a stretch of it, as long as they are."""
        return self._struck[name][start:end]

    def said(self, words: str) -> str:
        """Return what is said about the article, or quoted, without any hidden name."""
        return self._pattern.sub(_masked, words)

    def byline(self, author: str) -> str:
        """Return who wrote or published it without hidden names: whole ones, or all of a name.

        A part alone may be somebody else's: of "Grace Yusuf" nothing is hidden for "Amina Yusuf".
        """
        said = _LETTERS.findall(_plain(author))
        if not any(word in name for name in self._spelt for word in said):
            return author  # of most articles: no expression need be made of their names
        long = (name for name in self._names if len(_PART.findall(name)) > 1)
        whole, names = _any_of(long, re.IGNORECASE), []
        for name in _WRITERS.split(author):
            parts = [part for part in _LETTERS.findall(_plain(name)) if len(part) >= MIN_PART]
            masked = whole.sub(_masked, name)
            every = bool(parts) and self._low.issuperset(parts)
            names.append(_PART.sub(_masked, masked) if every else masked)
        return "".join(names)

    def is_asked_for(self, query: str) -> bool:
        """Whether words that are searched for hold any part of a hidden name, or begin one."""
        begun = tuple(_plain(word) for word in _BEGUN.findall(query))
        return self.stands_in(query) or any(part.startswith(begun) for part in self._low)

    def stands_in(self, address: str) -> bool:
        """Whether an address holds any part of a hidden name.

        As addresses write it: in small letters, without accents, or a whole name in one word.
        """
        parts = _LETTERS.findall(_plain(unquote(address)))
        if not self._low.isdisjoint(parts):
            return True
        return any(name in part for part in parts for name in self._joined)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = [one for one in self._parts if len(one) >= MIN_PART and one[0].isupper()]
        names = [*self._names, *parts]
        return _any_of({form for one in names for form in (one, one.title(), one.upper())})


def _any_of(names: Iterable[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    known = sorted(set(names), key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known)) or '(?!)'})(?!\w)", flags)


def _plain(words: str) -> str:
    """Return words in small letters, without accents: "Đỗ Łucía" is "do lucia"."""
    return " ".join(word for word, _ in words_at(words))


def _masked(found: re.Match[str]) -> str:
    return MASK * len(found[0])
