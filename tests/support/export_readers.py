"""Exports read back with nothing but csv, json and pyarrow, as records again."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from monitor.text.safe_text import unguard

csv.field_size_limit(10_000_000)


def read_lines(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


def read_parquet(folder: Path) -> list[dict[str, Any]]:
    return list(map(_from_row, pq.read_table(folder / "articles.parquet").to_pylist()))


def _from_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the JSON record: what is not said is left out where that leaves it out."""
    values = _times(row)
    for name in ("text", "expired", "published_in", "withheld_year"):
        if values.get(name) is None:
            values.pop(name, None)
    for tag in values["tags"]:
        for name in ("role", "experimental"):
            if not tag[name]:
                del tag[name]
    for item in [*values["tags"], *values["scorecard"]]:
        item["evidence"] = [_said(span) for span in item["evidence"]]
    prose = ("match", "message", "why", "suggestions")
    values["findings"] = [_said(one, *prose) for one in values["findings"]]
    values["scorecard"] = [_said(one, "reason") for one in values["scorecard"]]
    for review in values["reviews"]:
        review["tags"] = {one["scheme"]: one["labels"] for one in review["tags"]}
    if values["provenance"]["import"] is None:
        del values["provenance"]["import"]
    else:
        values["provenance"]["import"] = json.loads(values["provenance"]["import"])
    return values


def _said(item: dict[str, Any], *names: str) -> dict[str, Any]:
    left_out = names or ("match",)
    return {key: v for key, v in item.items() if v is not None or key not in left_out}


def _times(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, dict):
        return {key: _times(item) for key, item in value.items()}
    return list(map(_times, value)) if isinstance(value, list) else value


WIDE = ("id", "url", "title", "outlet", "language", "published", "published_in", "sha256", "text")
WIDE += ("story",)
PLACE = ("field", "start", "end", "match")


def without_lost(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the tables have of a record; a cell does not tell "" from nothing."""
    own = {
        "tags": ("scheme", "label", "role", "score", "experimental"),
        "scorecard": ("item", "guideline", "met", "reason"),
    }
    found = {name: values.get(name) for name in WIDE}
    for name, columns in own.items():
        found[name] = [
            {key: one.get(key) for key in columns}
            | {"evidence": [{key: span.get(key) for key in PLACE} for span in one["evidence"]]}
            for one in values[name]
        ]
    for tag in found["tags"]:
        tag["experimental"] = bool(tag["experimental"])
    columns = ("rule", "severity", "confidence", *PLACE, "quoted", "message", "why", "suggestions")
    found["findings"] = [{key: one.get(key) for key in columns} for one in values["findings"]]
    found["reviews"] = [
        {key: one[key] for key in ("reviewer", "verdict", "tags", "at")}
        for one in values["reviews"]
    ]
    return {**_blank(found), "length": values["length"]}


def _number(cell: str | None) -> int | None:
    return int(cell) if cell else None


def _blank(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _blank(item) for key, item in value.items()}
    if isinstance(value, list):
        return [item if item == "" else _blank(item) for item in value]
    return None if value == "" and isinstance(value, str) else value


def read_tables(folder: Path) -> list[dict[str, Any]]:
    """Put articles together again from all tables."""
    names = ("articles", "tags", "findings", "scorecard", "reviews")
    tables = {name: _rows(folder / f"{name}.csv") for name in names}
    every = []
    for wide in tables["articles"]:
        mine = {
            name: [row for row in tables[name] if row["id"] == wide["id"]] for name in names[1:]
        }
        found = {name: wide.get(name) for name in WIDE}
        found["tags"] = [
            {
                **{key: rows[0][key] for key in ("scheme", "label", "role")},
                "score": float(rows[0]["score"] or "nan"),
                "experimental": {"TRUE": True, "FALSE": False}[rows[0]["experimental"] or ""],
                "evidence": list(map(_place, filter(_placed, rows))),
            }
            for rows in _grouped(mine["tags"], "tag")
        ]
        found["findings"] = [
            {
                **{key: row[key] for key in ("rule", "severity", "quoted", "message", "why")},
                **_place(row),
                "confidence": None if row["confidence"] is None else float(row["confidence"]),
                "suggestions": row["suggestions"] and json.loads(row["suggestions"]),
            }
            for row in mine["findings"]
        ]
        found["scorecard"] = [
            {
                **{key: rows[0][key] for key in ("item", "guideline", "reason")},
                "met": {"TRUE": True, "FALSE": False, None: None}[rows[0]["met"]],
                "evidence": list(map(_place, filter(_placed, rows))),
            }
            for rows in _grouped(mine["scorecard"], "item")
        ]
        found["reviews"] = [
            {
                **{key: rows[0][key] for key in ("reviewer", "verdict", "at")},
                "tags": _review_tags(rows),
            }
            for rows in _grouped(mine["reviews"], "review")
        ]
        found["length"] = {field: _number(wide[f"{field}_length"]) for field in ("title", "text")}
        every.append(found)
    return every


Cells = dict[str, str | None]


def _review_tags(rows: list[Cells]) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for row in rows:
        if row["scheme"]:
            found.setdefault(row["scheme"], []).extend([row["label"]] if row["label"] else [])
    return found


def _rows(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name: unguard(cell) or None for name, cell in row.items()}
            for row in csv.DictReader(file)
        ]


def _grouped(rows: list[Cells], name: str) -> list[list[Cells]]:
    keys = dict.fromkeys(row[name] for row in rows)
    return [[row for row in rows if row[name] == key] for key in keys]


def _placed(row: Cells) -> bool:
    return row["field"] is not None


def _place(row: Cells) -> dict[str, Any]:
    place = {"field": row["field"], "start": int(row["start"] or 0), "end": int(row["end"] or 0)}
    return {**place, "match": row["match"]}
