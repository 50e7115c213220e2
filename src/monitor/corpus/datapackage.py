"""Data Package 2.0 (`datapackage.json`): the files of an export, and the columns of its tables.

Source: https://datapackage.org/standard/data-package/ (`frictionless` reads it).
"""

from __future__ import annotations

from typing import Any

from monitor.corpus.cells import FALSE, TRUE
from monitor.corpus.export_facts import Column, ExportFacts, FileFacts
from monitor.corpus.naming import description, is_address, name_of, title_of
from monitor.shapes import time_json

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {
    "text": "string",
    "time": "datetime",
    "list": "string",
    "object": "string",
}
_MANIFEST = {"name": "manifest.json", "path": "manifest.json", "format": "json"}
_NUMBERS = {"number", "integer", "boolean"}


def datapackage(facts: ExportFacts) -> dict[str, Any]:
    """Return the content of `datapackage.json`."""
    about = facts.about
    found: dict[str, Any] = {
        "$schema": PROFILE,
        "name": name_of(facts),
        "title": title_of(facts),
        "description": description(facts),
        "version": "1.0.0",
        # there must be one
        "resources": [_resource(file) for file in _listed(facts)] or [_MANIFEST],
    }
    if facts.created:
        found["created"] = time_json(facts.created)
    if about.homepage:
        found["homepage"] = about.homepage
    if about.creators:
        found["contributors"] = [{"title": name, "roles": ["creator"]} for name in about.creators]
    if about.licence:
        key = "path" if is_address(about.licence) else "name"
        found["licenses"] = [{key: about.licence}]
    return found


def _listed(facts: ExportFacts) -> list[FileFacts]:
    """Return the files; a folder of thousands has its checksums in `SHA256SUMS` alone."""
    return [file for file in facts.files if not file.folder]


def _resource(file: FileFacts) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": _name(file.name),
        "path": file.name,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "format": file.name.rpartition(".")[2],
        "type": "file",  # else it is taken for a table, and read as one of flat columns
    }
    if file.name.endswith(".json"):
        found |= {"type": "json", "mediatype": "application/json"}
    if file.name.endswith(".csv") and file.columns:
        found |= {
            "type": "table",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {"lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
            "schema": {
                "fields": [_field(column) for column in file.columns],
                "missingValues": [""],
            },
        }
    return found


def _name(path: str) -> str:
    """Return a resource's name: lower case, with what is no letter or digit as `-`."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-/") else "-" for c in path.lower())


def _field(column: Column) -> dict[str, Any]:
    kind = column.kind if column.kind in _NUMBERS else _TYPES[column.kind]
    found: dict[str, Any] = {"name": column.name, "type": kind, "description": column.words}
    if kind == "boolean":
        found |= {"trueValues": [TRUE], "falseValues": [FALSE]}
    return found
