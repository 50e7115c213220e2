"""`monitor export --as-of`: an export made again, and what is not as it was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.output import say
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.export.as_of import Earlier
    from monitor.export.exporter import ExportReport
    from monitor.records.article import ExportFormat


def export_as_of(
    desk: Desk,
    output: Path,
    as_of: str | None,
    *,
    format: ExportFormat | None,
    policy: Mapping[str, Any],
    filters: Mapping[str, Any],
    report: Callable[[int], None],
    key: Path,
) -> tuple[ExportReport, Earlier | None]:
    """Export as of now, of a time, or as an earlier export, which is returned too.

    `policy` and `filters` are what was asked for, None where nothing was. Raises `UsageError` for
    what contradicts the earlier export.
    """
    from monitor.export import as_of as job
    from monitor.export.publication import Policy
    from monitor.export.selection import export, read_at

    if as_of is not None and Path(as_of).exists():
        earlier = job.completed(job.read_earlier(Path(as_of), format), filters)
        job.refuse_other(earlier, {**filters, **policy})
        return job.export_again(desk, output, earlier, report=report, key=key), earlier
    if format is None:
        raise UsageError("--format is needed: which kind of file?")
    read = None
    if as_of is not None:
        moment = job.read_time(as_of, desk.settings.zone)
        read = read_at(desk, moment)
    made = export(
        desk,
        output,
        format=format,
        policy=Policy(**{name: value for name, value in policy.items() if value is not None}),
        filters=filters,
        report=report,
        read=read,
        created=desk.now(),
        key=None if policy.get("restricted") else key,
    )
    return made, None


def tell_changes(desk: Desk, earlier: Earlier | None, report: ExportReport) -> None:
    """Say what is not as it was; exit 1 where nothing that was lost explains it."""
    from monitor.export.as_of import compare

    lost = dict(report.facts.read.lost) if report.facts.read else {}
    if earlier is None:
        _tell_lost(lost)
        return
    found = compare(desk, earlier, report)
    if found.same:
        say(f"the same bytes as {earlier.manifest} tells of")
        return
    _tell_lost(dict(found.lost))
    say(f"not the same bytes: {found.rows} articles then, {report.rows} now")
    if not found.explained:
        say("nothing that is known of was lost: another version of monitor, or of its names?")
        raise typer.Exit(1)


def _tell_lost(lost: Mapping[str, int]) -> None:
    words = {
        "forgotten": "forgotten since",
        "withdrawn": "left out: their publishers took words back since",
        "expired": "expired since: judgements and counts, no words",
    }
    for kind, count in sorted(lost.items()):
        if count and kind in words:
            say(f"{count} {words[kind]}")
