"""What makes a package of an export's files: the manifest that vouches for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from monitor.corpus.facts import ExportFacts
from monitor.shapes import time_json
from monitor.types import SCORE_TOLERANCE

MANIFEST = "manifest.json"
SCHEMA = 1


def write_package(folder: Path, facts: ExportFacts, old: Iterable[dict[str, Any]]) -> None:
    """Write the manifest into `folder`, with the entries of other formats that share the export's.

    `old` are the entries of its manifest till now.
    """
    new = entries_of(facts)
    others = [entry for entry in old if entry["format"] != facts.format]
    files = sorted([*others, *new], key=lambda entry: str(entry["file"]))
    write_json(folder / MANIFEST, {"schema": SCHEMA, "files": files})


def entries_of(facts: ExportFacts) -> list[dict[str, Any]]:
    """Return an entry for each file of the export."""
    shared = {
        "format": facts.format,
        "text": facts.policy.text,
        "rows": facts.rows,
        "created": time_json(facts.created),
        "filters": dict(facts.filters),
        "stamps": list(facts.stamps),
        "score_tolerance": SCORE_TOLERANCE,
        "withheld": facts.withheld.get("quotes", 0),
        "expired": facts.withheld.get("expired", 0),
        "reserved": facts.withheld.get("reserved", 0),
        "lost": dict(facts.lost),
    }
    return [
        {"file": one.name, **shared, "bytes": one.bytes, "sha256": one.sha256}
        for one in facts.files
    ]


def old_entries(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of a manifest whose files are there; none where it is not ours."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return [old for old in files if old["format"] and _is_there(folder, old["file"])]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # no manifest, or none of ours: it is written anew


def _is_there(folder: Path, name: str) -> bool:
    """Whether a name is that of something in the folder, and of nothing elsewhere."""
    return name not in ("", ".", "..") and Path(name).name == name and (folder / name).exists()


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file that is the same for the same values."""
    text = json.dumps(values, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="ascii", newline="")
