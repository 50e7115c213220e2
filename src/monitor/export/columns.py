"""The keys of a record, declared once: from them come JSON Schema, columns and what they mean.

An object of a record is a frozen dataclass whose fields are made with `key`. Only its declaration
is used: the objects themselves are dictionaries, as JSON has them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

ExportFormat = Literal["jsonl", "csv", "parquet", "brat", "docbin", "labelstudio", "doccano"]
CorrectedFormat = Literal["brat", "labelstudio", "doccano", "jsonl"]
"""Exports that come back corrected."""
KNOWS_APPROVAL: CorrectedFormat = "doccano"
"""The one whose tool tells which documents were approved."""
TextDegree = Literal["none", "quotes", "full"]
"""How much of the texts an export gives."""


Kind = Literal["text", "number", "integer", "boolean", "time", "list", "object"]

T = TypeVar("T")

_DEFS: dict[Any, str] = {}
_JSON_TYPES: Mapping[Any, Kind | Literal["string"]] = {
    str: "string",
    float: "number",
    int: "integer",
    bool: "boolean",
    datetime: "string",
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
    """A key of an object of a record; `type` is without None, which it may be if `nullable`.

    `words` describe it, `in_table` does where a table has it otherwise. `given` is the least degree
    of text at which it is published. One that is `optional` is left out where it says nothing.
    """

    name: str
    type: Any
    nullable: bool
    words: str
    in_table: str
    given: TextDegree
    optional: bool
    bounds: tuple[float, ...]
    pattern: str | None

    def column(self, *, in_table: bool = False) -> Column:
        """Return the key as a column; in a table of flat cells lists and objects are texts."""
        kind = _kind_of(self.type)
        if in_table and kind in ("list", "object"):
            kind = "text"
        of = item_of(self.type) or self.type
        words = self.words or (_words_of(of) if is_dataclass(of) and of not in _DEFS else "")
        return Column(self.name, kind, self.in_table if in_table and self.in_table else words)


def key(
    words: str = "",
    *,
    in_table: str = "",
    given: TextDegree = "none",
    optional: bool = False,
    bounds: tuple[float, ...] = (),
    pattern: str | None = None,
) -> Any:
    """Declare a key of an object; `bounds` are the least and the greatest number it may be."""
    told = {"words": words, "in_table": in_table, "given": given}
    return field(metadata={**told, "optional": optional, "bounds": bounds, "pattern": pattern})


def key_of(record: Any, name: str) -> Any:
    """Declare a key as another object of a record has it."""
    return field(metadata=record.__dataclass_fields__[name].metadata)


@cache
def keys_of(record: type) -> Mapping[str, Key]:
    """Return the keys of an object of a record by name, in order."""
    hints = get_type_hints(record)
    found = {}
    for one in fields(record):
        name = one.name.rstrip("_")  # `import_`
        of = hints[one.name]
        union = get_args(of) if get_origin(of) in (Union, UnionType) else (of,)
        (inner,) = (some for some in union if some is not NoneType)
        found[name] = Key(name, inner, NoneType in union, **one.metadata)
    return found


def item_of(type_: Any) -> Any:
    """Return what a list has several of, None of what is no list."""
    return get_args(type_)[0] if get_origin(type_) is tuple else None


def is_mapping(type_: Any) -> bool:
    """Whether a key's value is an object with any keys: labels by scheme."""
    return get_origin(type_) is Mapping


def in_defs(record: type[T]) -> type[T]:
    """Let the JSON Schema describe an object once, in its `$defs`."""
    name = record.__name__.removesuffix("Record")
    _DEFS[record] = name[0].lower() + name[1:]
    return record


def schema_of(record: type, title: str, words: str) -> str:
    """Return the JSON Schema of a record as its file has it."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$defs": {name: _object(one) for one, name in _DEFS.items()},
        **_object(record),
        "description": words,
    }
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _object(record: type, *, nullable: bool = False) -> dict[str, Any]:
    keys = keys_of(record)
    return {
        "type": ["object", "null"] if nullable else "object",
        "description": _words_of(record),
        "properties": {name: _property(one) for name, one in keys.items()},
        "required": [name for name, one in keys.items() if not one.optional],
        "additionalProperties": False,
    }


def _property(one: Key) -> dict[str, Any]:
    found = _type(one.type, nullable=one.nullable)
    found |= dict(zip(("minimum", "maximum"), one.bounds, strict=False))
    if one.words:
        found["description"] = one.words
    if is_mapping(one.type):
        found["additionalProperties"] = _type(get_args(one.type)[1])
    if pattern := _TIME if one.type is datetime else one.pattern:
        found["pattern"] = pattern
    return found


def _type(type_: Any, *, nullable: bool = False) -> dict[str, Any]:
    if get_origin(type_) is Literal:
        values = get_args(type_)
        if isinstance(values[0], str):
            return {"enum": [*values, *([None] if nullable else [])]}
        return {"const": values[0]}
    if item := item_of(type_):
        return {"type": "array", "items": _type(item)}
    if is_dataclass(type_):
        assert isinstance(type_, type)
        if type_ in _DEFS:
            return {"$ref": f"#/$defs/{_DEFS[type_]}"}
        return _object(type_, nullable=nullable)
    name = "object" if is_mapping(type_) else _JSON_TYPES[type_]
    return {"type": [name, "null"] if nullable else name}


def _kind_of(type_: Any) -> Kind:
    if get_origin(type_) is Literal:
        return "boolean" if get_args(type_)[0] is True else "text"
    if item := item_of(type_):
        return "list" if item is str else "object"
    if type_ is datetime:
        return "time"
    name = _JSON_TYPES.get(type_, "object")
    return "text" if name == "string" else name


def _words_of(record: Any) -> str:
    return " ".join((record.__doc__ or "").split())
