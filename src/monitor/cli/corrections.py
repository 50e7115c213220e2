"""`monitor reviews import`: corrected annotations come back as reviews."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import plain, progress, say, show
from monitor.records.article import CorrectedFormat

if TYPE_CHECKING:
    from monitor.export.corrections_import import Applied


def import_(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="What came back: file or folder.")],
    format: Annotated[CorrectedFormat, typer.Option(help="The tool that it comes from.")],
    by: Annotated[str, typer.Option(help="Who corrected it.")],
    exported: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Of jsonl: the export that was corrected, as it was."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The export's key file, for articles it has no name of."),
    ] = None,
    approved: Annotated[
        bool,
        typer.Option(
            "--approved", help="Of doccano: only approved documents were exported; confirm them."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be stored, and store nothing.")
    ] = False,
) -> None:
    """Store what was corrected in brat, Label Studio, doccano or JSONL as reviews.

    What came back as it was confirms the export where Label Studio tells that it was submitted, or
    doccano that it was approved. Prints a line for each conflict with another's word, for what
    could not be applied (exit 1), and for what no review can say. Nothing is overwritten; the same
    file again changes nothing.
    """
    from monitor.export.corrections_import import apply_corrections, read_keys
    from monitor.export.exporter import format_module
    from monitor.review.review_queue import Reviewer

    monitor = monitor_of(context)
    with progress() as bar:
        task = bar.add_task("reading", total=None)
        applied = apply_corrections(
            monitor,
            path,
            format,
            Reviewer(by),
            exported=exported,
            keys=read_keys(key) if key else None,
            approved=approved,
            dry_run=dry_run,
            report=lambda n: bar.advance(task, n),
        )
    for one in applied.listed:
        show(plain(f"{one.kind}\t{one.article_id}\t{one.where}\t{one.why}"))
    say(_words(applied, dry_run=dry_run))
    if applied.unchanged:
        count = f"{applied.unchanged:,} unchanged article{'' if applied.unchanged == 1 else 's'}"
        say(f"{count}: not counted as read, since {format_module(format).NO_PROOF}")
    raise typer.Exit(1 if any(one.kind == "not applied" for one in applied.listed) else 0)


def _words(applied: Applied, *, dry_run: bool) -> str:
    return (
        f"{applied.read} came back: {applied.corrected} corrected (reviews: {applied.reviews},"
        f" flags called wrong: {applied.flags}), {applied.confirmed} confirmed,"
        f" {applied.unchanged} as they were, {applied.said} said before"
        f"{'; nothing was stored' if dry_run else ''}"
    )
