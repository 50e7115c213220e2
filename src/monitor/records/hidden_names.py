"""Masks: what is hidden of an article, names of victims, minors and relatives, by place."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from monitor.records.article import Article
from monitor.records.finding import FieldName, Span

WITHHELD = "[name withheld]"
"""What stands for a name: no initial, no letter that could be guessed from."""
LANGUAGE, FAILED, LATER, KEY = "language", "failed", "later", "key"
"""Why names cannot be told, or not yet; the key is that of names of words that are gone."""
REASONS = {
    LANGUAGE: "names cannot be told in this language",
    FAILED: "names could not be looked for in this article",
    LATER: "names not looked for yet",
    KEY: "the key to names that were hidden before is not there",
}
MIN_PART = 3
"""Letters of a part of a name that is hidden where it stands alone."""
_GAP = re.compile(r"[\s,]{0,2}")
"""Between two parts of one name, which are hidden as one."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What is hidden in a version, as found by `stamp`: places only, no word.

    `link_tells`: the publisher's address holds a name; `byline_tells`: byline, summary, categories
    or files do. `untold` is why names cannot be told, a key of `REASONS`, else "". Without a stamp
    the version has no words any more. Of what was found in the version itself, `sure` are the
    places of those who are told to be protected, `apart` those of people who are told not to be.
    """

    article_id: str
    sha256: str
    stamp: str
    spans: tuple[Span, ...] = ()
    link_tells: bool = False
    untold: str = ""
    byline_tells: bool = False
    sure: tuple[Span, ...] = ()
    apart: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskedVersion:
    """A version of an article, what was found in it, and hashes of names that are gone from it."""

    article: Article
    own: Mask
    kept: frozenset[str]
    token: int


@dataclass(frozen=True, slots=True)
class MaskGroups:
    """What masks rest on, by article.

    `near` are the articles whose names count, itself among them; `basis` the sum of their tokens;
    `sources` every version of those asked for, of others those with names; `lifted` hashes.
    """

    near: Mapping[str, frozenset[str]] = field(default_factory=dict)
    basis: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, Sequence[MaskedVersion]] = field(default_factory=dict)
    lifted: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seal:
    """Makes hashes of names for one article with the first of `keys`; knows those of all."""

    keys: tuple[bytes, ...] = ()

    def hash(self, article_id: str, words: str, *, sure: bool = True) -> str:
        """Return the hash of words without case and accents; it says whether they are sure."""
        return _sealed(self.keys[0], article_id, words, sure)

    def made(self, article_id: str, words: str) -> frozenset[str]:
        """Return every hash that may stand for words."""
        kinds = (True, False)
        return frozenset(_sealed(k, article_id, words, sure) for k in self.keys for sure in kinds)

    def knows(self, hashes: Iterable[str]) -> bool:
        """Whether the key of each hash is there."""
        known = {_key_id(key) for key in self.keys}
        return all(one[:_KEY_ID] in known for one in hashes)

    @staticmethod
    def is_sure(hash: str) -> bool:
        """Whether a hash stands for a name of which a single word is enough."""
        return hash[_KEY_ID] == "!"


_KEY_ID = 8


def _key_id(key: bytes) -> str:
    return sha256(b"name of the key\0" + key).hexdigest()[:_KEY_ID]


def _sealed(key: bytes, article_id: str, words: str, sure: bool) -> str:
    said = f"{article_id}\0{words}".encode("utf-8", "surrogatepass")
    mark = "!" if sure else "?"
    return f"{_key_id(key)}{mark}{hmac.new(key, said, sha256).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of an article.

    `title` has `WITHHELD` for each name; `spans` are what is hidden of the stored title and text:
    all where `withheld` says why. `link_tells`: nor is the publisher's address, `byline_tells`: nor
    byline, summary, categories and files. `asked`: for the names, so that nothing is hidden.
    """

    title: str
    spans: tuple[Span, ...] = ()
    withheld: str = ""
    link_tells: bool = False
    asked: bool = False
    byline_tells: bool = False

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.spans or self.withheld or self.link_tells or self.byline_tells)

    def hidden(self, field: FieldName) -> tuple[tuple[int, int], ...]:
        """Return what is hidden in a field, as start and end."""
        return tuple((span.start, span.end) for span in self.spans if span.field == field)


def shown_by(article: Article, mask: Mask, *, asked: bool = False) -> Shown:
    """Return what a mask leaves of the version that it is of; all of it where that is `asked`."""
    if asked:
        return Shown(article.title, asked=True)
    if mask.untold and (article.title or article.text):
        return withheld(article, mask.untold)
    title = hide("title", article.title, mask.spans)
    return Shown(title, mask.spans, link_tells=mask.link_tells, byline_tells=mask.byline_tells)


def withheld(article: Article, reason: str) -> Shown:
    """Return that nothing of an article, nor its address, is shown for a key of `REASONS`."""
    lengths: dict[FieldName, int] = {"title": len(article.title), "text": len(article.text)}
    spans = tuple(Span(field, 0, length) for field, length in lengths.items() if length)
    return Shown("", spans, REASONS[reason], link_tells=True, byline_tells=True)


def hide(field: FieldName, text: str, spans: Iterable[Span]) -> str:
    """Return a field's text with `WITHHELD` for what `spans` (none over another) hide in it."""
    for start, end in reversed(stretches(field, text, spans)):
        text = text[:start] + WITHHELD + text[end:]
    return text


def stretches(field: FieldName, text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Return what is hidden of a field in order, parts of a name as one: `Yusuf, Amina`."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((s.start, s.end) for s in spans if s.field == field):
        if joined and _GAP.fullmatch(text, joined[-1][1], max(start, joined[-1][1])):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
