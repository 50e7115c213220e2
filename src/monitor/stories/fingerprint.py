"""What of an article is compared: computed once per article, and small."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from monitor.stories.words import is_anchor, split_words, strip_outlet
from monitor.types import Article

SHINGLE = 3
MAX_WORDS = 300
"""Wire copy is cut from the bottom and boilerplate stands at the bottom: the first words say
whether two texts are one copy."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One article as the comparison sees it.

    `shingles` are CRC-32 values of three words in a row; `keys` those of them that hold an
    anchor word, under which the article is looked up.
    """

    id: str
    outlet: str
    published: datetime | None
    seen: datetime
    title: frozenset[str]
    anchors: frozenset[str]
    shingles: frozenset[int]
    keys: frozenset[int]


def make_fingerprint(article: Article) -> Fingerprint:
    """Return the article's fingerprint."""
    title = frozenset(split_words(strip_outlet(article.title)))
    words = split_words(article.text)[:MAX_WORDS]
    # CRC-32 rather than hash(): the same in every process, whatever PYTHONHASHSEED says.
    shingles: set[int] = set()
    keys: set[int] = set()
    for i in range(len(words) - SHINGLE + 1):
        window = words[i : i + SHINGLE]
        value = zlib.crc32(" ".join(window).encode("utf-8", "surrogatepass"))
        shingles.add(value)
        if any(map(is_anchor, window)):
            keys.add(value)
    return Fingerprint(
        id=article.id,
        outlet=article.outlet.casefold().strip(),
        published=article.published,
        seen=article.seen,
        title=title,
        anchors=frozenset(filter(is_anchor, title)),
        shingles=frozenset(shingles),
        keys=frozenset(keys),
    )
