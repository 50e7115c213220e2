"""The columns of an export's tables, and what each means."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from monitor.corpus.cells import MARK
from monitor.corpus.crosswalk import ctdc_words
from monitor.corpus.export_facts import Column, Kind
from monitor.corpus.k_anonymity import YEAR
from monitor.corpus.record import record_schema
from monitor.types import TextDegree

_NAMES: Mapping[str, tuple[Kind, str]] = {
    "tags": ("text", "Labels as scheme:label[:role], separated by ;."),
    "findings_error": ("integer", "Findings of severity error."),
    "findings_warning": ("integer", "Findings of severity warning."),
    "findings_suggestion": ("integer", "Findings of severity suggestion."),
    "findings_confidence": ("number", "The highest confidence of a finding; empty: not known."),
    "stamps": ("text", "Who judged, separated by ;."),
    "authors": ("text", "The byline, separated by ; and a blank."),
    "categories": ("text", "As the feed has them, separated by ; and a blank."),
    "enclosures": ("text", "Addresses of files, separated by blanks."),
    "places": ("text", "Countries (ISO 3166-1 alpha-2), separated by ;."),
    "places_alpha3": ("text", "The same countries (alpha-3)."),
    "flow_bodies": ("text", "Regional bodies that all of them were members of then."),
    "decided": ("boolean", "Whether people decided: relevant, borderline and tags are their word."),
    "judged_relevant": ("boolean", "What the model said, whatever people decided."),
    "judged_borderline": ("boolean", "What the model said, whatever people decided."),
    "judged_tags": ("text", "The taggers' labels, whatever people decided; as tags."),
    "reviews": ("integer", "How many reviews of this version stand."),
    "versions": ("integer", "How many texts the article has had."),
    "feed": ("text", "The feed that brought this version."),
    "origin": ("text", "Where the text came from: feed, page, summary."),
    "fetched": ("time", "When this version came in."),
    "import": ("text", "How it was imported, as JSON; empty where a feed brought it."),
    "title_length": ("integer", "Code points of the headline."),
    "text_length": ("integer", "Code points of the text."),
    "tag": ("integer", "Which tag of the article, from 0: rows of one tag are its places."),
    "finding": ("integer", "Which finding of the article, from 0."),
    "review": ("integer", "Which review of the article, from 0."),
    "scheme": ("text", "What the label is of: form, response, place and so on."),
    "label": ("text", "The label."),
    "alpha3": ("text", "The country (ISO 3166-1 alpha-3), of places."),
    "role": ("text", "Of places: exploitation, origin, transit, mentioned."),
    "score": ("number", "How sure the model is, 0 to 1; 1 where a person decided it."),
    "experimental": ("boolean", "There were too few examples to measure this."),
    "field": ("text", "Where it stands: title or text."),
    "start": ("integer", "First code point of the field, from 0."),
    "end": ("integer", "Code point behind the last."),
    "match": ("text", "The words there, where they are given."),
    "rule": ("text", "The rule's id."),
    "guideline": ("text", "The guideline's id."),
    "severity": ("text", "error, warning or suggestion."),
    "confidence": ("number", "Share of such findings that editors mark; empty: not known."),
    "principle": ("text", "The principle the rule serves."),
    "scope": ("text", "headline, body or caption."),
    "quoted": ("text", "no, attributed or scare."),
    "message": ("text", "What is wrong."),
    "why": ("text", "Why."),
    "suggestions": ("text", "Better words, as JSON."),
    "item": ("text", "The good practice."),
    "met": ("boolean", "Whether it is there; empty: cannot be told."),
    "reason": ("text", "Why it is met, not met or cannot be told."),
    "experimental_variables": ("text", "CTDC's variables that only experimental tags fill."),
    "reviewer": ("text", "Who said it."),
    "verdict": ("text", "relevant, borderline or not_relevant."),
    "at": ("time", "When it was said."),
    "provisional": ("boolean", "A reviewer has not confirmed it yet."),
}
_OF_TYPES: Mapping[str, Kind] = {
    "string": "text",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "object": "object",
}
_TIMES = frozenset(("published", "seen", "fetched", "expired"))


def columns_of(path: Path, text: TextDegree) -> tuple[Column, ...]:
    """Return the columns of a file of an export, none where it is no table of ours."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            names = next(csv.reader([file.readline().removeprefix(MARK)]), [])
        return tuple(map(_in_table, names))
    if path.name == "articles.parquet":
        import pyarrow.parquet as pq

        return tuple(
            record_columns().get(n, Column(n, "text", "")) for n in pq.read_schema(path).names
        )
    if path.name == "articles.jsonl":
        always = {**record_columns()}
        for name in ("expired", "published_in", YEAR):  # only there where they say something
            del always[name]
        if text != "full":
            del always["text"]
        return tuple(always.values())
    return ()


def _in_table(name: str) -> Column:
    kind, words = _NAMES.get(name, ("text", ctdc_words(name)))
    known = record_columns().get(name)
    if not words and known is not None:
        kind, words = ("text" if known.kind in ("list", "object") else known.kind), known.words
    return Column(name, kind, words)


@cache
def record_columns() -> dict[str, Column]:
    """Return the keys of a record, as its schema describes them."""
    schema = json.loads(record_schema())
    return {name: _of(name, key) for name, key in schema["properties"].items()}


def _of(name: str, key: Mapping[str, Any]) -> Column:
    words = key.get("description") or key.get("items", {}).get("description", "")
    if name in _TIMES:
        return Column(name, "time", words)
    if key.get("type") == "array":
        return Column(name, "list" if key["items"].get("type") == "string" else "object", words)
    kinds = key.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    return Column(name, _OF_TYPES[kind], words)
