"""Reproducing an export: as the desk was at a moment, or as an earlier manifest says.

The same bytes come out, save where articles were forgotten, expired or were taken back since.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from monitor.desk import Desk
from monitor.export.export_facts import Read
from monitor.export.exporter import ExportReport
from monitor.export.packaging import MANIFEST
from monitor.export.publication import PublicationPolicy
from monitor.export.redaction import MASK
from monitor.export.selection import export
from monitor.records.errors import UsageError
from monitor.storage.article_filter import ArticleFilter


@dataclass(frozen=True, slots=True)
class Earlier:
    """An export as its manifest tells: how it was asked for, and what came out.

    `files` are the hashes of its files by name.
    """

    manifest: Path
    format: str
    policy: PublicationPolicy
    filters: Mapping[str, Any]
    read: Read
    created: datetime | None
    rows: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether the files are the same as then, how many rows there were, and what was lost since."""

    same: bool
    rows: int
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def explained(self) -> bool:
        """Whether what is not the same is so for what was lost."""
        return self.same or bool(+self.lost)


def read_time(value: str, zone: tzinfo) -> datetime:
    """Return the moment that an ISO date or time names; a date is its first. `UsageError`."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(
            f"--as-of: '{value}' is neither a manifest.json that is there nor an ISO time"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def read_earlier(path: Path, format: str | None = None) -> Earlier:
    """Return the export that a manifest tells of; `format` is needed where it tells of several.

    `path` may be the export's folder. Raises `UsageError` for what is no such manifest.
    """
    from pydantic import TypeAdapter

    path = path / MANIFEST if path.is_dir() else path
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["files"]
        kinds = sorted({entry["format"] for entry in entries})
        kind = kinds[0] if format is None and len(kinds) == 1 else format
        if kind is None or kind not in kinds:
            what = "which --format?" if kind is None else f"not --format {kind}"
            raise UsageError(f"{path} tells of {' and '.join(kinds) or 'no export'}: {what}")
        entries = [entry for entry in entries if entry["format"] == kind]
        first, said = entries[0], entries[0]["read"]
        if unknown := said["policy"].keys() - {one.name for one in fields(PublicationPolicy)}:
            raise UsageError(f"{path}: made by a newer version, with {', '.join(sorted(unknown))}")
        policy, asked = json.dumps(said["policy"]), first["filters"]
        # checked, as the file may be anybody's; of what the manifest does not tell there is nothing
        read = TypeAdapter(ArticleFilter).validate_json(json.dumps(asked), strict=True)
        filters = {name: getattr(read, name, value) for name, value in asked.items()}
        if "search" not in said and filters.get("query"):
            filters["query"] = re.sub(r"\bOR\b", "or", filters["query"])  # it was a word then
        created, as_of = first["created"], datetime.fromisoformat(said["as_of"])
        return Earlier(
            manifest=path,
            format=kind,
            policy=TypeAdapter(PublicationPolicy).validate_json(policy, strict=True),
            filters=filters,
            read=Read(as_of, tuple(said["stamps"]), str(said["stories"])),
            created=None if created is None else datetime.fromisoformat(created),
            rows=int(first["rows"]),
            files={str(entry["file"]): str(entry["sha256"]) for entry in entries},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: no manifest of an export that can be made again") from error


def completed(earlier: Earlier, given: Mapping[str, Any]) -> Earlier:
    """Return an export with what its manifest withholds, as it would have named somebody.

    Raises `UsageError` where that is not given again.
    """
    filters = dict(earlier.filters)
    for name in (name for name, value in earlier.filters.items() if value == MASK):
        filters[name] = given.get(name)
        if filters[name] is None:
            told = f"does not tell --{name}, as it names somebody: give it again"
            raise UsageError(f"{earlier.manifest} {told}")
    return replace(earlier, filters=filters)


def refuse_other(earlier: Earlier, given: Mapping[str, Any]) -> None:
    """Raise `UsageError` for what is asked for (not None) otherwise than the manifest says."""
    policy = {one.name: getattr(earlier.policy, one.name) for one in fields(PublicationPolicy)}
    then = {**earlier.filters, **policy, "format": earlier.format}
    for name, value in given.items():
        if value is not None and value != then.get(name):
            option = f"--{name.replace('_', '-')}"
            said = "none" if then.get(name) is None else then[name]
            behind = " (not included)" if isinstance(said, datetime) and name == "until" else ""
            raise UsageError(f"{option} {value} contradicts {earlier.manifest}: {said}{behind}")


def export_again(
    desk: Desk,
    directory: Path,
    earlier: Earlier,
    *,
    report: Callable[[int], None] | None = None,
    key: Path | None = None,
) -> ExportReport:
    """Write what an earlier export wrote, as far as it is still there."""
    return export(
        desk,
        directory,
        format=earlier.format,  # type: ignore[arg-type]  # an unknown one is refused there
        policy=earlier.policy,
        filters=earlier.filters,
        report=report,
        read=earlier.read,
        created=earlier.created,
        key=None if earlier.policy.restricted else key,
    )


def compare(desk: Desk, earlier: Earlier, report: ExportReport) -> Compared:
    """Say whether the same was written as then, and if not, for what was lost since."""
    now = {one.name: one.sha256 for one in report.facts.files}
    bounds = {name: earlier.filters.get(name) for name in ("since", "until", "outlet")}
    lost = Counter(report.facts.read.lost if report.facts.read else ())
    del lost["undated"]  # left out then as well
    moment = earlier.read.moment
    lost["forgotten"] = desk.store.count_forgotten(**bounds, moment=moment, after=moment)
    return Compared(now == dict(earlier.files), earlier.rows, +lost)
