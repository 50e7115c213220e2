"""Sentences in the manner of real ones: whose they are, what they say, and that none is a copy."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import shipped
from monitor.records.errors import DataError
from shared_data import SHARED, needs_shared
from training.rule_model_data import (
    FOLDER,
    VARIATIONS,
    judged_rules,
    read_variations,
    rows_of,
    unmarked,
)

RUN = 8
"""So many words in a row are no stock phrase such as "is charged with two felony counts"."""


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[\w']+", text.lower())
    return (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def test_a_variation_goes_with_its_article_and_speaks_of_its_own_sentence(tmp_path: Path) -> None:
    _, siblings = judged_rules(shipped.thb())
    rows: list[dict[str, str]] = [
        {"id": "a", "rule": "pimp-term", "kind": "bad", "before": "Two men were charged.",
         "text": "A [[pimp]] of forty was held."},
        {"id": "a", "rule": "pimp-term", "kind": "near_miss", "before": "", "text": "He sold it."},
        {"id": "kept apart", "rule": "pimp-term", "kind": "near_miss", "before": "", "text": "X."},
    ]  # fmt: skip
    file = tmp_path / "one.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    breach, near = read_variations(tmp_path, {"a": "event"}, siblings)
    assert breach.event == near.event == "event"
    silent, told = rows_of(breach, siblings)
    assert (silent.text, silent.found, silent.doubted) == ("Two men were charged.", (), ())
    (claim,) = told.found
    assert told.text[claim.start : claim.end] == "pimp"
    (alone,) = rows_of(near, siblings)
    assert (alone.found, [doubt.rule for doubt in alone.doubted]) == ((), ["pimp-term"])
    for wrong in (
        {"kind": "near_miss"},
        {"kind": "good"},
        {"rule": "nothing"},
        {"text": "A pimp."},
        {"befor": "Two men were charged."},
    ):
        file.write_text(json.dumps({**rows[0], **wrong}))
        with pytest.raises(DataError, match="line 1"):
            list(read_variations(tmp_path, {"a": "event"}, siblings))
    file.write_text(json.dumps({"id": "a", "rule": "pimp-term", "kind": "bad"}))
    with pytest.raises(DataError, match="line 1: its fields are not before, id, kind, rule, text"):
        list(read_variations(tmp_path, {"a": "event"}, siblings))


@needs_shared
def test_no_variation_is_a_copy() -> None:
    texts: dict[str, str] = {}
    for name in ("train", "dev", "regional"):
        with gzip.open(SHARED / "data" / "relevance" / f"{name}.jsonl.gz", "rt") as file:
            for article in map(json.loads, file):
                texts[article["id"]] = f"{article.get('title')}\n{article.get('text')}"
    known: dict[str, set[tuple[str, ...]]] = {}
    copied = []
    for path in sorted((FOLDER / VARIATIONS).glob("*.jsonl")):
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            if row["id"] not in known:
                known[row["id"]] = set(runs(texts[row["id"]]))
            written = (row["before"], unmarked(row["text"])[0])
            copied += [text for text in written if not known[row["id"]].isdisjoint(runs(text))]
    assert len(known) > 300
    assert copied == []
