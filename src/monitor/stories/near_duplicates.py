"""Fingerprints for near-duplicate detection: weighted terms, names and sampled word shingles.

A fingerprint is stored with the story, so that a later version of the text, or its erasure, does
not change what was folded. It has hashes rather than words: nobody reads a name out of it.

A word's weight comes from a table of document frequencies shipped with the program, so that whether
two articles tell the same story never depends on what else happened that day. It counts words found
in at least 20 of 26,601 news texts (no private name is that frequent), and how often each is
written with a capital inside a sentence; `benchmarks/bench_stories.py` makes it anew.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path

from monitor.records.article import Article

SHINGLE = 3
MAX_WORDS = 400
"""Wire copy is cut from the bottom and boilerplate stands at the bottom: the first words say
which event a text is about."""
NAMED = 1.5
"""Names come first among the keys."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One article as the comparison sees it; words are CRC-32 values of their stems.

    `terms` are the heaviest words with their weight in this text, of length 1 together; `names`
    those of all words that are names, with their own weight; `shingles` a sample of three words
    in a row, of the text; `keys` what it is looked up by. `short` are feed snippets.
    """

    id: str
    outlet: str
    at: datetime
    english: bool
    short: bool
    terms: Mapping[int, float]
    names: Mapping[int, float]
    figures: frozenset[int]
    title_names: frozenset[int]
    title_figures: frozenset[int]
    shingles: frozenset[int]
    keys: tuple[int, ...]


def make_fingerprint(article: Article) -> Fingerprint:
    """Return the article's fingerprint."""
    # stems written small, big, and big inside a sentence
    lower, upper, proper = set[str](), set[str](), set[str]()
    headline = article.title
    while (short := _OUTLET_SUFFIX.sub("", headline)) != headline and len(short) >= 20:
        headline = short  # without the outlet's name that aggregators append (` - WFLA`)
    told = [(word, stem(plain), begins) for word, plain, begins in written_words(headline)]
    # capitals of a headline say something only where it does not have them everywhere
    sentence_case = 2 * sum(word[0].islower() for word, _, _ in told) >= len(told)
    for word, root, begins in told:
        if word[0].isupper() and not headline.isupper():
            upper.add(root)
            if sentence_case and not begins:
                proper.add(root)
    title = [root for _, root, _ in told]
    text: list[str] = []
    for word, plain, begins in islice(written_words(article.text), MAX_WORDS):
        text.append(stem(plain))
        (upper if word[0].isupper() else lower).add(text[-1])
        if word[0].isupper() and not begins:
            proper.add(text[-1])
    counts = Counter(text + 2 * title)
    heavy = {
        word: (1 + math.log(count)) * weight(word)
        for word, count in counts.items()
        if weight(word) > 2.0 and word not in DAYS  # lighter words stand in every eighth text
    }
    chosen = sorted(heavy, key=lambda word: (-heavy[word], word))[:160]
    length = math.sqrt(math.fsum(heavy[word] ** 2 for word in chosen)) or 1.0
    stems = _frequencies()[0]
    names = {
        word
        for word in counts
        if (
            # lighter ones ("Minister") say nothing
            (stems[word][1] >= NAME_SHARE or word in proper) and weight(word) > 3.5
            if word in stems
            else word in upper
        )
        and not (word in lower or word in DAYS or word.isdigit())
    }
    # numbers of people, years or the like (a year has four digits)
    figures = {word for word in counts if word.isdigit() and len(word) <= 3}
    keys = sorted(chosen, key=lambda w: (-heavy[w] * (NAMED if w in names else 1.0), w))
    shingles = {_hash(" ".join(text[i : i + SHINGLE])) for i in range(len(text) - SHINGLE + 1)}
    return Fingerprint(
        id=article.id,
        outlet=article.outlet.casefold().strip(),
        at=article.published or article.seen,
        english=article.language in (None, "en"),
        short=len(text) < 42,
        terms={_hash(word): round(heavy[word] / length, 4) for word in chosen},
        names={_hash(word): round(weight(word), 3) for word in sorted(names)},
        figures=frozenset(map(_hash, figures)),
        title_names=frozenset(map(_hash, names & set(title))),
        title_figures=frozenset(map(_hash, figures & set(title))),
        shingles=frozenset(value for value in shingles if value % 4 == 0),
        # what is lighter finds nothing
        keys=tuple(_hash(word) for word in keys if weight(word) >= 3.4)[:16],
    )


def _hash(words: str) -> int:
    # CRC-32 rather than hash(): the same in every process, whatever PYTHONHASHSEED says.
    return zlib.crc32(words.encode("utf-8", "surrogatepass"))


_SETS = ("figures", "title_names", "title_figures", "shingles")


def write_fingerprint(one: Fingerprint) -> str:
    """Return a fingerprint as JSON, to be stored."""
    values = {
        "id": one.id,
        "outlet": one.outlet,
        "at": one.at.isoformat(),
        "english": one.english,
        "short": one.short,
        "terms": list(one.terms.items()),
        "names": list(one.names.items()),
        "keys": one.keys,
        **{key: sorted(getattr(one, key)) for key in _SETS},
    }
    return json.dumps(values, separators=(",", ":"))


def read_fingerprint(text: str) -> Fingerprint:
    """Read back what `write_fingerprint` returned."""
    values = json.loads(text)
    values |= {key: frozenset(values[key]) for key in _SETS}
    values |= {key: dict(values[key]) for key in ("terms", "names")}
    at, keys = datetime.fromisoformat(values["at"]), tuple(values["keys"])
    return Fingerprint(**values | {"at": at, "keys": keys})


FREQUENCIES = Path(__file__).with_name("frequencies.json")
"""The table; it counts in the stamp of stories."""
NAME_SHARE = 0.6
"""A word of the table is a name if it is written with a capital this often."""
"""Lighter ones ("Minister", "Police") say nothing about which event is meant."""
FIGURE_WEIGHTS = (3.0, 5.0)
"""Of a figure of one digit, and of more: "3 arrested" is said of many days, "213 arrested" not."""
DAYS = frozenset(
    "january february march april may june july august september october november december monday "  # noqa: SIM905 - a list of names reads best as words
    "tuesday wednesday thursday friday saturday sunday".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BEGINS = re.compile("[.!?:\"“”'‘’(\n]\\s*$")
_OUTLET_SUFFIX = re.compile(r"\s+[-|–—]\s+[^-|–—]{1,40}$")
_ENDINGS = ("ing", "ed", "es", "s")
_NO_PLURAL = ("ss", "us", "is")
_SHORT_WORD = 5


def written_words(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each word as it is written, as it is counted, and whether it begins a sentence."""
    for found in _WORD.finditer(text):
        begins = bool(_BEGINS.search(text, max(0, found.start() - 3), found.start()))
        plain = found[0].lower().replace("’", "'").removesuffix("'s")
        yield found[0], plain, begins or found.start() == 0


@cache
def stem(word: str) -> str:
    """Return the word without an English ending, so that "arrests" and "arrested" are one."""
    if word.isdigit() or len(word) < _SHORT_WORD:
        return word
    for ending in _ENDINGS:
        is_plural = ending != "s" or not word.endswith(_NO_PLURAL)
        if word.endswith(ending) and len(word) - len(ending) >= 3 and is_plural:
            word = word[: -len(ending)]
            break
    return word.removesuffix("e") if len(word) >= _SHORT_WORD else word


@cache
def _frequencies() -> tuple[dict[str, tuple[int, float]], int, int]:
    """Return by stem the count and the share of capitals of its commonest word."""
    table = json.loads(FREQUENCIES.read_text(encoding="utf-8"))
    stems: dict[str, tuple[int, float]] = {}
    for word, (count, capitals) in table["words"].items():
        key = stem(word)
        stems[key] = max(stems.get(key, (0, 0.0)), (count, capitals))
    return stems, table["documents"], table["least"]


@cache
def weight(word: str) -> float:
    """Return how much a stem tells: the log of the inverse share of news texts that have it."""
    if word.isdigit():
        return FIGURE_WEIGHTS[len(word) > 1]
    stems, documents, least = _frequencies()
    return math.log(documents / stems.get(word, (least, 0.0))[0])
