"""What makes a package of an export's files: a manifest, cards, error rates and checksums."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Any

from monitor.corpus.cards import citation, dataset_card
from monitor.corpus.croissant import croissant
from monitor.corpus.datapackage import datapackage
from monitor.corpus.export_facts import ExportFacts, FileFacts, sha256_of
from monitor.corpus.k_anonymity import WithheldCounts
from monitor.corpus.record import SCHEMA_FILE, record_schema
from monitor.errors import UsageError
from monitor.shapes import time_json
from monitor.types import SCORE_TOLERANCE

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
CARDS = ("README.md", "CITATION.cff", "croissant.json", "datapackage.json", "measured.json")
SCHEMA = 1
SEARCH = 2
"""How the words of a query are read; before, OR was a word."""


def write_package(folder: Path, facts: ExportFacts, directory: Path) -> None:
    """Write into `folder` what is beside the data: manifest, cards, error rates, checksums.

    `SHA256SUMS` is there, with the lines of the data. Other formats that the export's `directory`
    holds till now stay in manifest and checksums. The cards are of this format.
    """
    others = [entry for entry in old_entries(directory) if entry["format"] != facts.format]
    files = sorted([*others, *entries_of(facts)], key=lambda entry: str(entry["file"]))
    write_json(folder / "datapackage.json", datapackage(facts))
    write_json(folder / "croissant.json", croissant(facts))
    write_json(folder / "measured.json", facts.measured)
    _write(folder / "README.md", dataset_card(facts))
    _write(folder / "CITATION.cff", citation(facts))
    _write(folder / SCHEMA_FILE, record_schema())
    write_json(folder / MANIFEST, {"schema": SCHEMA, "files": files})
    _write_sums(folder, facts, others, directory / SUMS)


def _write_sums(
    folder: Path, facts: ExportFacts, others: Iterable[Mapping[str, Any]], earlier: Path
) -> None:
    """Write a line for each file that has none yet: what is beside the data, and other formats.

    Those of other formats stand in the checksums that there are.
    """
    told = {SUMS, *(file.name for file in facts.files)}
    there = {path.name for path in folder.iterdir()}
    with (folder / SUMS).open("a", encoding="utf-8", newline="") as sums:
        for name in sorted(there - told):
            sums.write(f"{sha256_of(folder / name)}  {name}\n")
        kept = {str(entry["file"]): entry for entry in others if entry["file"] not in there}
        sums.writelines(line for line in _lines_of(earlier, kept) if _first(line) in kept)


def _lines_of(sums: Path, entries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of checksums; where there is none yet, those that a manifest tells."""
    if not sums.exists():
        yield from (f"{entry['sha256']}  {name}\n" for name, entry in entries.items())
        return
    with sums.open(encoding="utf-8", newline="") as lines:
        yield from lines


def _first(line: str) -> str:
    """Return what of a line of checksums lies in the export's folder: a file, or its folder."""
    return line.partition("  ")[2].rstrip("\n").partition("/")[0]


def entries_of(facts: ExportFacts) -> list[dict[str, Any]]:
    """Return an entry for each file of the export."""
    undated = facts.read.lost["undated"] if facts.read else 0
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
        "restricted": facts.policy.restricted,
        "counts": dict(facts.withheld),
        "withheld_articles": withheld_json(facts.withheld_counts),
        "lost": dict(facts.lost),
        "labels": asdict(facts.labels),
        "forgotten": facts.read.forgotten if facts.read else 0,
        "taken_back": facts.read.lost["withdrawn"] if facts.read else 0,
        "read": _read_json(facts),
        **({"undated": undated} if undated else {}),
    }
    return [{**shared, **_file(one)} for one in facts.files]


def withheld_json(told: WithheldCounts | None) -> dict[str, Any] | None:
    """Return the counts of withheld articles as JSON: `k`, `rows`, `at_least`."""
    if told is None:
        return None
    cells = [{"form": c.form, "age": c.age, "articles": c.articles} for c in told.cells]
    return {"k": told.k, "rows": told.rows, "at_least": cells}


def _file(one: FileFacts) -> dict[str, Any]:
    values = {"file": one.name, "bytes": one.bytes, "sha256": one.sha256, "parts": one.parts}
    # `rows` are the articles: a tidy table has more or fewer
    return {**values, "lines": one.rows} if one.rows is not None else values


def _read_json(facts: ExportFacts) -> dict[str, Any] | None:
    """Return what `export --as-of` needs, to the microsecond: what came in later is not in it."""
    if facts.read is None:
        return None
    return {
        "as_of": facts.read.moment.astimezone(UTC).isoformat(timespec="microseconds"),
        "stamps": list(facts.read.stamps),
        "stories": facts.read.stories,
        "policy": asdict(facts.policy),
        "search": SEARCH,
    }


def old_entries(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of a manifest whose files are there; none where it is not ours."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return [old for old in files if old["format"] and _is_there(folder, old["file"])]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # no manifest, or none of ours: it is written anew


def refuse_foreign(folder: Path, names: Iterable[str]) -> None:
    """Raise `UsageError` where files of these names are in a folder that holds no export."""
    if not folder.is_dir() or (folder / SUMS).exists() or old_entries(folder):
        return
    if foreign := sorted(name for name in names if name != MANIFEST and (folder / name).exists()):
        raise UsageError(
            f"{folder} holds {', '.join(foreign)}, of no export: write into a folder of its own"
        )


def _is_there(folder: Path, name: str) -> bool:
    """Whether a name is that of something in the folder, and of nothing elsewhere."""
    return name not in ("", ".", "..") and Path(name).name == name and (folder / name).exists()


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file that is the same for the same values."""
    text = json.dumps(values, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    _write(path, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
