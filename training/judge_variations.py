"""Invented sentences in the manner of a sentence of an article: breaches of its rule, near misses.

Sentences written from a rule alone teach another manner of writing than that of news. A variation
is learned from and left out with the article whose sentence it was written after, and has no six
words in a row of that sentence or of the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.errors import DataError
from monitor.guidelines.evaluate import read_lines
from monitor.text.document import Document
from training.judge_sources import (
    IN_SENTENCES,
    NEAR_MISS,
    SURE,
    VARIATION,
    Claim,
    Labels,
    Source,
    unmarked,
)

VARIATIONS = Path("texts") / "variations"
"""Below `monitor/train`: `*.jsonl` with an article's `id`, `rule`, `kind`, `before`, `text`."""
_FIELDS = {"id", "rule", "kind", "before", "text"}
_KINDS = ("bad", "near_miss")


def read_variations(
    folder: Path, events: Mapping[str, str], siblings: Mapping[str, frozenset[str]]
) -> Iterator[Source]:
    """Yield the variations on articles of which the event is known; raises `DataError`.

    What stands `before` is context and nothing is said of it.
    """
    for file in sorted(folder.glob("*.jsonl")):
        for number, row in enumerate(read_lines(file), 1):
            where = f"{file}: line {number}"
            if row.keys() != _FIELDS:
                raise DataError(f"{where}: its fields are not {', '.join(sorted(_FIELDS))}")
            if row["kind"] not in _KINDS or row["rule"] not in siblings:
                raise DataError(f"{where}: no kind '{row['kind']}' or rule '{row['rule']}'")
            if (event := events.get(row["id"])) is not None:
                key = f"{file.stem} {row['rule']} {row['kind']} {number}"
                yield _source(key, event, row, where)


def _source(key: str, event: str, row: Mapping[str, Any], where: str) -> Source:
    plain, place = unmarked(row["text"])
    if (place is None) == (row["kind"] == "bad"):
        raise DataError(f"{where}: a breach has one [[mark]] and a near miss none")
    before = f"{row['before']}\n" if row["before"] else ""
    shift, rule = len(before), row["rule"]
    if place is None:
        claim = Claim(rule, "text", shift, shift + len(plain), NEAR_MISS)
        labels = Labels(doubted=[claim])
    else:
        labels = Labels([Claim(rule, "text", shift + place[0], shift + place[1], SURE)])
    document = Document(before + plain, language="en")
    return Source(VARIATION, key, event, document, labels, IN_SENTENCES)
