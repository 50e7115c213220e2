"""`monitor guidelines handbook`: the guideline on paper."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import progress, say, show

if TYPE_CHECKING:
    from monitor.rules.handbook.exercises import Material


def _told(material: Material) -> str:
    """Return what there is in a line."""
    book, asked = material.book, f"{len(material.pre)} and {len(material.post)} questions"
    return f"{book.stamp_line}: {len(book.entries)} rules, {len(book.chapters)} brochures, {asked}"


def handbook(
    context: typer.Context,
    directory: Annotated[Path, typer.Option("--output", "-o", help="The folder to write into.")],
    guideline: Annotated[
        list[str] | None, typer.Option(help="Only this guideline in force, by id; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What the tests and exercises are drawn with.")] = 1,
    date: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day that stands on the papers (default: today)."
        ),
    ] = None,
    pdf: Annotated[
        bool, typer.Option(help="Print PDFs too, where a Chromium is installed.")
    ] = True,
) -> None:
    """Write handbook, brochures, training, slides, exercises, tests and answer key from the rules.

    HTML that needs nothing else, and PDF where Chromium or Chrome is installed.
    """
    from monitor.rules.handbook.handbook import write_handbook

    monitor = monitor_of(context)
    with progress() as bar:
        task = bar.add_task("papers", total=None)
        written = write_handbook(
            monitor.in_force.chosen(guideline or None),
            directory,
            made=(date or monitor.now()).date(),
            seed=seed,
            pdf=pdf,
            tell=lambda name: bar.update(task, advance=1, description=name),
        )
    for name in written.files:
        show(str(directory / name))
    say(_told(written.material))
    if written.problem:
        say(f"{written.problem}, so no PDF: open the HTML in a browser and print it")
    if written.browser and written.problem:
        raise typer.Exit(1)
