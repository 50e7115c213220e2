"""Articles to learn from beyond those of the data: annotated rows, and articles written for it.

Of real rows the project keeps ids, offsets and rules in `data/marks.jsonl`, and no text. Written
articles stand with their text in `texts/articles/`, invented drafts among the tests' data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.errors import DataError
from monitor.guidelines.evaluate import Item, item_of, read_items, read_lines
from monitor.text.document import Document

HERE = Path(__file__).parent
MARKS, TEXTS = Path("data") / "marks.jsonl", Path("texts") / "articles"
SENTENCES = Path("texts") / "rules"
"""Below `HERE`."""
DRAFTS = "drafts/developed"
"""Drafts that rules were made with, beside the development sentences."""
SILENT_EVERY = 120
"""One item in so many of general news is read for sentences that no rule has to do with."""
READ = 3_000
"""Characters of such an item that are read."""


def read_marked(marks: Path, texts: Sequence[Path]) -> list[Item]:
    """Return annotated rows of `texts`; raises `DataError` for a row that is in none of them.

    A finding's place counts in its field: `start`, `end`.
    """
    rows = {str(row["id"]): row for row in read_lines(marks)}
    found: dict[str, Item] = {}
    for file in texts:
        for article in read_lines(file):
            if (name := str(article["id"])) in rows:
                found[name] = item_of(quoting(rows[name], article), article)
    if missing := rows.keys() - found.keys():
        raise DataError(f"{marks}: the text of '{min(missing)}' is in none of the files given")
    return [found[name] for name in rows]


def quoting(row: Mapping[str, Any], article: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the words of its findings, from where they stand."""
    fields = {name: str(article.get(name) or "") for name in ("title", "text")}
    findings = [
        {**mark, "quote": fields[mark["field"]][mark["start"] : mark["end"]]}
        for mark in row["findings"]
    ]
    return {"doc": [], "doc_ok": [], **row, "findings": findings}


def read_written(folder: Path = HERE / TEXTS) -> list[Item]:
    """Return the written articles with their marks: `NAME.jsonl` beside `NAME.marks.jsonl`."""
    return [
        item
        for marks in sorted(folder.glob("*.marks.jsonl"))
        for item in read_items(marks, [marks.with_name(marks.name.replace(".marks", ""))])
    ]


def read_drafts(development: Path) -> list[Item]:
    """Return the annotated drafts beside the guideline's development sentences, if any."""
    marks = development.parent / f"{DRAFTS}.marks.jsonl"
    texts = development.parent / f"{DRAFTS}.texts.jsonl"
    return read_items(marks, [texts]) if marks.exists() else []


def general_news(
    texts: Sequence[Path], apart: Callable[[str], bool]
) -> Iterator[tuple[str, Document]]:
    """Yield event and beginning of a sample of items that are not about trafficking."""
    for file in texts:
        for row in read_lines(file):
            event, language = str(row["event"]), row.get("language", "en")
            drawn = hashlib.sha256(f"silent {row['id']}".encode()).digest()[:2]
            if row.get("rel") != 0 or language != "en" or apart(event):
                continue
            if int.from_bytes(drawn) % SILENT_EVERY == 0:
                title, text = str(row.get("title") or ""), str(row.get("text") or "")
                yield event, Document(text[:READ], title, language="en")
