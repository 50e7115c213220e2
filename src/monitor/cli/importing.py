"""`monitor articles import`: files of articles that somebody has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import plain, progress, say

if TYPE_CHECKING:
    from monitor.feeds.importing import Imported

SHOWN = 20
"""Rows at fault that are told one by one; more are counted."""


def import_articles(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH", help=".jsonl, .csv, .txt (addresses), .warc; all may be .gz too."
        ),
    ],
    format: Annotated[
        Literal["jsonl", "csv", "urls", "warc"] | None,
        typer.Option(help="The kind of file, where its name does not tell."),
    ] = None,
    outlet: Annotated[str, typer.Option(help="The outlet of articles that name none.")] = "",
    language: Annotated[str, typer.Option(help="The language of articles that name none.")] = "",
    by: Annotated[str, typer.Option(help="Who imports them; kept with each.")] = "",
) -> None:
    """Store the articles of files that the desk has not; may be stopped and repeated."""
    from monitor.feeds.importing import import_file

    monitor = monitor_of(context)
    failed = False
    for path in paths:
        complaints = _Complaints()
        with progress() as bar:
            task = bar.add_task(f"importing {plain(path.name)}", total=None)
            done = import_file(
                monitor,
                path,
                format=format,
                outlet=outlet,
                language=language,
                by=by,
                complain=complaints,
                report=lambda at, size: bar.update(task, completed=at, total=size),  # noqa: B023
            )
        complaints.end()
        if done.damage:
            say(f"error: {done.damage}")
        say(_line(path, done))
        failed = failed or done.faults > 0 or bool(done.damage)
    raise typer.Exit(1 if failed else 0)


class _Complaints:
    """Tells the first rows at fault, and how many more there were."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, says: str) -> None:
        self._count += 1
        if self._count <= SHOWN:
            say(f"error: {says}")

    def end(self) -> None:
        if self._count > SHOWN:
            say(f"{self._count - SHOWN} more rows at fault")


def _line(path: Path, done: Imported) -> str:
    """Return a file's ledger: read = stored + named drops."""
    drops = "".join(f" + {count} {why}" for why, count in done.dropped.items())
    return f"{path}: read {done.read} = stored {done.stored}{drops}"
