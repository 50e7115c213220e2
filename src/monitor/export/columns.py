"""The formats of exports, and the keys of a record as its JSON Schema declares them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from monitor.export.record import record_schema

ExportFormat = Literal["jsonl", "csv", "parquet", "brat", "docbin", "labelstudio", "doccano"]
CorrectedFormat = Literal["brat", "labelstudio", "doccano", "jsonl"]
"""Exports that come back corrected."""
KNOWS_APPROVAL: CorrectedFormat = "doccano"
"""The one whose tool tells which documents were approved."""
TextDegree = Literal["none", "quotes", "full"]  # how much of the texts an export gives
QUOTES = frozenset(("match", "message", "why", "suggestions", "reason"))
"""Keys of spans, findings and the scorecard that are given with quotes or the whole text alone."""
Kind = Literal["text", "number", "integer", "boolean", "time", "list", "object"]
Schema = Mapping[str, Any]
_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"


@dataclass(frozen=True, slots=True)
class Column:
    """A key of an object of a record, or a column of a table.

    One that is `optional` is left out where it says nothing.
    """

    name: str
    kind: Kind
    words: str
    schema: Schema = field(default_factory=dict)
    optional: bool = False


@cache
def schema_of_record() -> Schema:
    """Return the JSON Schema of a record."""
    return dict(json.loads(record_schema()))


@cache
def keys_of(name: str = "") -> Mapping[str, Column]:
    """Return the keys of a record, or of an object in it, by name and in order."""
    whole = schema_of_record()
    schema = whole["$defs"].get(name) or (whole["properties"][name] if name else whole)
    found = {}
    for key, one in schema["properties"].items():
        words = one.get("description") or one.get("items", {}).get("description") or ""
        found[key] = Column(key, kind_of(one), words, one, key not in schema["required"])
    return found


def keys_at(text: TextDegree) -> list[Column]:
    """Return the keys of a record that an export of a degree of text can have."""
    return [one for one in keys_of().values() if text == "full" or one.name != "text"]


def resolved(schema: Schema) -> Schema:
    """Return what a schema refers to, if it does."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = schema_of_record()["$defs"][name] if name else schema
    return found


def is_mapping(schema: Schema) -> bool:
    """Whether a value is an object with any keys: labels by scheme."""
    return isinstance(schema.get("additionalProperties"), Mapping)


def kind_of(schema: Schema) -> Kind:
    """Return what the values are that a schema describes."""
    if "enum" in schema or "const" in schema:
        return "boolean" if schema.get("const") is True else "text"
    if "items" in schema:
        return "list" if schema["items"].get("type") == "string" else "object"
    if schema.get("pattern") == _TIME:
        return "time"
    kind: Any = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    return "text" if kind == "string" else kind
