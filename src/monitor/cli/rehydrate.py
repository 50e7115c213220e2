"""`monitor rehydrate`: the texts of an export, fetched again from where they were published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import progress, say
from monitor.cli.watch import stopped_by_signals


def rehydrate(
    context: typer.Context,
    export: Annotated[Path, typer.Argument(help="An export's folder, or its jsonl or parquet.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write.")],
    key: Annotated[
        Path | None, typer.Option(help="The key file with withheld addresses and headlines.")
    ] = None,
    include_reserved: Annotated[
        bool,
        typer.Option(
            "--include-reserved",
            help="Fetch also what publishers reserve from text mining, with the right to.",
        ),
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Ask again where an earlier run had no answer.")
    ] = False,
) -> None:
    """Fetch the texts of an export again, politely; verify them, bring spans to what changed."""
    from monitor.export import rehydration as job
    from monitor.jobs.schedule import Stop

    stop = Stop()
    wish = job.Wish(export, output, key, include_reserved=include_reserved, retry=retry)
    with progress() as bar, stopped_by_signals(stop):
        task = bar.add_task("fetching", total=None)
        done = job.rehydrate(
            monitor_of(context),
            wish,
            report=lambda more: bar.advance(task, more),
            stopped=lambda: stop.asked,
        )
    say(f"{done.articles - done.missing} of {done.articles} articles written to {output}")
    for cause, count in done.causes.items():
        say(f"{count} {cause}: {job.CAUSES[cause]}")
    if waiting := done.articles - sum(done.causes.values()):
        say(f"{waiting} not asked for yet: the same command goes on")
    if done.moved:
        say(f"{done.moved} found at another address")
    found = sum(count for how, count in done.spans.items() if how != "lost")
    say(f"spans: {found} in place, {done.spans.get('lost', 0)} lost")
    raise typer.Exit(1 if done.missing else 0)
