"""Data package of an export: manifest, dataset card, citation, checksums.

`datapackage.json` is a Data Package 2.0: the files of an export, and the columns of its tables.
Source: https://datapackage.org/standard/data-package/ (`frictionless` reads it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.export.croissant import croissant
from monitor.export.export_facts import ExportFacts, FileFacts, is_address, sha256_of
from monitor.export.record import SCHEMA_FILE, record_schema
from monitor.records.errors import UsageError
from monitor.records.finding import MEASURED_FROM, SCORE_TOLERANCE
from monitor.records.json_shapes import time_json
from monitor.text.safe_text import FALSE, TRUE

if TYPE_CHECKING:
    from jinja2 import Template

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
CARDS = ("README.md", "CITATION.cff", "croissant.json", "datapackage.json", "measured.json")
SEARCH = 2  # how the words of a query are read; before, OR was a word
_HUB_LICENCES = frozenset(
    ("cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "odbl", "odc-by")
)
"""Licences that Hugging Face knows by these ids."""
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_FILES_TOLD = 20
_KEPT_BACK = {
    "quotes": "places of which the words are over the limit, or of a headline that is not given",
    "reserved": "articles without words, since their publishers reserve text mining",
    "statements": "messages, reasons and the like that repeat more of a text than may be quoted",
    "titles": "headlines that repeat more of a text than may be quoted",
    "identification_findings": "findings on words by which somebody can be known",
    "beside_identification": "places and statements that touch those words",
    "names": "places of names of victims, minors or relatives, masked, and files called by one",
    "withheld_rows": "articles that are withheld, with a row that tells verdict and year",
    "withheld_articles": "articles at least that are withheld, as somebody can be known by them",
    "query_names": "articles that hide a name that was searched for",
    "outlet_names": "articles whose outlet has a name that is hidden in them",
    "expired": "articles whose words the desk keeps no longer",
    "forgotten": "articles of those days that the desk was asked to forget",
    "taken_back": "articles left out, since their publishers took words back",
}
_TYPES = {"time": "datetime", "number": "number", "integer": "integer", "boolean": "boolean"}


def write_package(folder: Path, facts: ExportFacts, directory: Path) -> None:
    """Write into `folder` what is beside the data: manifest, cards, error rates, checksums.

    `SHA256SUMS` is there, with the lines of the data. Other formats that the export's `directory`
    holds till now stay in manifest and checksums. The cards are of this format.
    """
    others = [entry for entry in old_entries(directory) if entry["format"] != facts.format]
    files = sorted([*others, *entries_of(facts)], key=itemgetter("file"))
    counts = facts.withheld_counts and asdict(facts.withheld_counts)
    loss = {"schema": 1, "format": facts.format, "articles": facts.rows, "lost": facts.lost}
    write_json(folder / "loss.json", {**loss, "withheld_articles": counts})
    write_json(folder / "datapackage.json", datapackage(facts))
    write_json(folder / "croissant.json", croissant(facts))
    write_json(folder / "measured.json", facts.measured)
    write_json(folder / MANIFEST, {"schema": 1, "files": files})
    texts = {"README.md": dataset_card(facts), "CITATION.cff": citation(facts)}
    texts[SCHEMA_FILE] = record_schema()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    there = {path.name for path in folder.iterdir()}
    kept = {str(entry["file"]): entry for entry in others if entry["file"] not in there}
    earlier = directory / SUMS
    with (folder / SUMS).open("a", encoding="utf-8", newline="") as sums:
        for name in sorted(there - {SUMS, *(file.name for file in facts.files)}):
            sums.write(f"{sha256_of(folder / name)}  {name}\n")
        if not earlier.exists():
            sums.writelines(f"{entry['sha256']}  {name}\n" for name, entry in kept.items())
            return
        with earlier.open(encoding="utf-8", newline="") as lines:
            # what of a line lies in the export's folder: a file, or its folder
            sums.writelines(
                line
                for line in lines
                if line.partition("  ")[2].rstrip("\n").partition("/")[0] in kept
            )


def entries_of(facts: ExportFacts) -> list[dict[str, Any]]:
    """Return an entry for each file of the export."""
    read, withheld = facts.read, facts.withheld
    counts = facts.withheld_counts and asdict(facts.withheld_counts)
    shared: dict[str, Any] = {
        "format": facts.format,
        "text": facts.policy.text,
        "rows": facts.rows,
        "created": time_json(facts.created),
        "filters": dict(facts.filters),
        "stamps": list(facts.stamps),
        "score_tolerance": SCORE_TOLERANCE,
        "withheld": withheld.get("quotes", 0),
        **{name: withheld.get(name, 0) for name in ("expired", "reserved")},
        "restricted": facts.policy.restricted,
        "counts": dict(withheld),
        "withheld_articles": counts,
        "lost": dict(facts.lost),
        "labels": facts.labels,
        "forgotten": read.forgotten if read else 0,
        "taken_back": read.lost["withdrawn"] if read else 0,
        "read": None,
    }
    if read:
        # what `export --as-of` needs, to the microsecond: what came in later is not in it
        shared["read"] = {
            "as_of": read.moment.astimezone(UTC).isoformat(timespec="microseconds"),
            "stamps": list(read.stamps),
            "stories": read.stories,
            "policy": asdict(facts.policy),
            "search": SEARCH,
        }
        if read.lost["undated"]:
            shared["undated"] = read.lost["undated"]
    return [
        {
            **shared,
            "file": one.name,
            "bytes": one.bytes,
            "sha256": one.sha256,
            "parts": one.parts,
            # `rows` are the articles: a tidy table has more or fewer
            **({} if one.rows is None else {"lines": one.rows}),
        }
        for one in facts.files
    ]


def old_entries(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of a manifest whose files are there; none where it is not ours."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return [
            old
            for old in files
            if old["format"]
            and (name := old["file"]) not in ("", ".", "..")
            and Path(name).name == name  # of something in the folder, and of nothing elsewhere
            and (folder / name).exists()
        ]
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


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file that is the same for the same values."""
    text = json.dumps(values, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8", newline="")


def dataset_card(facts: ExportFacts) -> str:
    """Return `README.md`: a dataset card as Hugging Face reads it."""
    rates, licence = facts.measured, facts.about.licence
    told = [file for file in facts.files if file.rows is not None] or list(facts.files)
    regions = rates.get("regions", [])
    not_schemes = ("stamp", "region", "n")
    told_licence = {"id": licence.lower(), "name": "", "link": ""}
    if is_address(licence):
        told_licence = {"id": "other", "name": "see-link", "link": licence}
    elif licence.lower() not in _HUB_LICENCES:
        told_licence = {"id": "other", "name": licence or "not-stated", "link": ""}
    return _card().render(
        facts=facts,
        created=time_json(facts.created),
        licence=told_licence,
        size=next((name for most, name in _SIZES if facts.rows < most), "1M<n<10M"),
        # it cannot end the block of code it stands in
        filters=json.dumps(dict(facts.filters), indent=1, sort_keys=True).replace("`", "\\u0060"),
        files=told[:_FILES_TOLD],
        more_files=sum(file.parts for file in facts.files) - len(told[:_FILES_TOLD]),
        measured_from=MEASURED_FROM,
        masking=rates.get("masking"),
        labels=[row for row in rates.get("labels", ()) if (row["n"] or 0) >= MEASURED_FROM],
        countries=[row for row in rates.get("countries", ()) if row.get("recall") is not None],
        regions=regions,
        schemes=list(dict.fromkeys(k for row in regions for k in row if k not in not_schemes)),
        kept_back=[(_KEPT_BACK.get(k, k), n) for k, n in sorted(facts.withheld.items()) if n],
    )


@cache
def _card() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__ or ""),
        autoescape=False,  # noqa: S701 - Markdown: what comes from outside is fenced JSON
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "yaml": json.dumps,  # its strings are YAML's too
        "figure": lambda value: "–" if value is None else f"{value:.2f}",
        "percent": "{:.0%}".format,
    }
    return environment.get_template("card.md.j2")


def citation(facts: ExportFacts) -> str:
    """Return `CITATION.cff` 1.2.0."""
    about = facts.about
    key = "license-url" if is_address(about.licence) else "license"
    lines = [
        "cff-version: 1.2.0",
        f"message: {json.dumps('If you use these data, please cite them with their stamps.')}",
        "type: dataset",
        f"title: {json.dumps(facts.title)}",
        f"abstract: {json.dumps(facts.description)}",
        "authors:",
        *(f"  - name: {json.dumps(name)}" for name in about.creators or ("not stated",)),
        f"date-released: {facts.created.date().isoformat()}" if facts.created else "",
        about.licence and f"{key}: {json.dumps(about.licence)}",
        about.homepage and f"url: {json.dumps(about.homepage)}",
        "keywords:\n  - human trafficking\n  - news\n",
    ]
    return "\n".join(filter(None, lines))


def datapackage(facts: ExportFacts) -> dict[str, Any]:
    """Return the content of `datapackage.json`."""
    about = facts.about
    found: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": facts.name,
        "title": facts.title,
        "description": facts.description,
        "version": "1.0.0",
        # there must be one; a folder of thousands has its checksums in `SHA256SUMS` alone
        "resources": [_resource(file) for file in facts.files if not file.folder]
        or [{"name": MANIFEST, "path": MANIFEST, "format": "json"}],
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


def _resource(file: FileFacts) -> dict[str, Any]:
    found: dict[str, Any] = {
        # lower case, with what is no letter or digit as `-`
        "name": re.sub(r"[^a-zA-Z0-9._/-]", "-", file.name.lower()),
        "path": file.name,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "format": file.name.rpartition(".")[2],
        "type": "file",  # else it is taken for a table, and read as one of flat columns
    }
    if file.name.endswith(".json"):
        found |= {"type": "json", "mediatype": "application/json"}
    if file.name.endswith(".csv") and file.columns:
        fields = [
            {"name": one.name, "type": _TYPES.get(one.kind, "string"), "description": one.words}
            | ({"trueValues": [TRUE], "falseValues": [FALSE]} if one.kind == "boolean" else {})
            for one in file.columns
        ]
        found |= {
            "type": "table",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {"lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
            "schema": {"fields": fields, "missingValues": [""]},
        }
    return found
