"""Data files of entries, read strictly: what is wrong is told with file, line and entry.

Where the data folders that come along are: of the checkout, else of the installed wheel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from monitor.records.errors import ModelError

_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_KINDS = {str: "a string", list: "a list", dict: "an object", int: "a whole number"}


@dataclass(frozen=True, slots=True)
class DataEntry:
    """One entry: its fields, and `where` it stands (file, line, id or number)."""

    fields: Mapping[str, Any]
    where: str

    def refuse(self, problem: str) -> NoReturn:
        """Raise `ModelError` that says where the entry is and what is wrong with it."""
        raise ModelError(f"{self.where}: {problem}")

    def strings(self, value: Any, what: str) -> tuple[str, ...]:
        """Return a list of texts, none empty; raises `ModelError` that names it."""
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.refuse(f"{what} must be a list of texts")
        return tuple(value)


def read_entries(
    text: str, file: str, *, head: Mapping[str, type], fields: Mapping[str, type], named: str
) -> tuple[Mapping[str, Any], tuple[DataEntry, ...]]:
    """Return what stands at the head of a file, and its entries; `named` is the field they go by.

    Each must have just these fields, of these types; raises `ModelError`.
    """
    try:
        raw = json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise ModelError(f"{file}{f', line {line}' if line else ''}: no JSON ({error})") from error
    whole = DataEntry(raw, file)
    if not isinstance(raw, dict):
        whole.refuse("must be an object")
    _check(whole, {"schema": int, **head, "entries": list})
    if raw["schema"] != 1:
        whole.refuse(f"schema {raw['schema']!r} is not 1")
    entries = []
    for number, (line, one) in enumerate(zip(_lines(text), raw["entries"], strict=True), 1):
        name = one.get(named) if isinstance(one, dict) else None
        called = f"entry '{name}'" if isinstance(name, str) else f"entry {number}"
        entry = DataEntry(one, f"{file}, line {line}, {called}")
        if not isinstance(one, dict):
            entry.refuse("must be an object")
        _check(entry, fields)
        entries.append(entry)
    return raw, tuple(entries)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"'{next(k for k in keys if keys.count(k) > 1)}' stands twice")
    return found


def _check(entry: DataEntry, fields: Mapping[str, type]) -> None:
    for key in sorted(entry.fields.keys() ^ fields.keys()):
        entry.refuse(f"{'unknown' if key in entry.fields else 'missing'} field '{key}'")
    for key, kind in fields.items():
        if type(entry.fields[key]) is not kind:
            entry.refuse(f"field '{key}' must be {_KINDS[kind]}")
        if kind is str and not entry.fields[key].strip():
            entry.refuse(f"field '{key}' is empty")


def _lines(text: str) -> list[int]:
    """Return the line on which each entry begins."""
    found, decoder = _ENTRIES.search(text), json.JSONDecoder()
    at = found.end() if found else len(text)
    lines: list[int] = []
    while True:
        while at < len(text) and (text[at].isspace() or text[at] == ","):
            at += 1
        if at >= len(text) or text[at] == "]":
            return lines
        lines.append(text.count("\n", 0, at) + 1)
        at = decoder.raw_decode(text, at)[1]


def data_dir(kind: str) -> Path:
    """Return the folder `guidelines` or `models`: of the checkout, else of the installed wheel."""
    here = Path(__file__).resolve().parents[1]
    checkout = here.parent.parent / kind
    return checkout if checkout.is_dir() else here / "_data" / kind
