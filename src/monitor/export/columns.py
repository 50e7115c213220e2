"""The formats of exports, and the keys of a record as its JSON Schema declares them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from monitor.export.record import record_schema

ExportFormat = Literal["jsonl", "csv", "parquet", "brat", "docbin", "labelstudio", "doccano"]
CorrectedFormat = Literal["brat", "labelstudio", "doccano", "jsonl"]
"""Exports that come back corrected."""
KNOWS_APPROVAL: CorrectedFormat = "doccano"
"""The one whose tool tells which documents were approved."""
TextDegree = Literal["none", "quotes", "full"]
"""How much of the texts an export gives."""
QUOTES = frozenset(("match", "message", "why", "suggestions", "reason"))
"""Keys of spans, findings and the scorecard that are given with quotes or the whole text alone."""

Kind = Literal["text", "number", "integer", "boolean", "time", "list", "object"]
Schema = Mapping[str, Any]
_KINDS: Mapping[str, Kind] = {
    "string": "text",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "object": "object",
}
_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or a key of a JSON line."""

    name: str
    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an object of a record; one that is `optional` is left out where it says nothing."""

    name: str
    schema: Schema
    optional: bool

    def column(self) -> Column:
        """Return the key as a column."""
        words = self.schema.get("description") or self.schema.get("items", {}).get("description")
        return Column(self.name, kind_of(self.schema), words or "")


@cache
def schema_of_record() -> Schema:
    """Return the JSON Schema of a record."""
    return dict(json.loads(record_schema()))


def keys_of(name: str = "") -> dict[str, Key]:
    """Return the keys of a record, or of an object in it, by name and in order."""
    whole = schema_of_record()
    return keys_in(whole["$defs"].get(name) or (whole["properties"][name] if name else whole))


def keys_in(schema: Schema) -> dict[str, Key]:
    """Return the keys of the object that a schema describes."""
    every = schema["properties"].items()
    return {name: Key(name, one, name not in schema["required"]) for name, one in every}


def keys_at(text: TextDegree) -> list[Key]:
    """Return the keys of a record that an export of a degree of text can have."""
    return [one for one in keys_of().values() if text == "full" or one.name != "text"]


def resolved(schema: Schema) -> Schema:
    """Return what a schema refers to, if it does."""
    if "$ref" not in schema:
        return schema
    found: Schema = schema_of_record()["$defs"][schema["$ref"].rpartition("/")[2]]
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
    return _KINDS[schema["type"] if isinstance(schema["type"], str) else schema["type"][0]]
