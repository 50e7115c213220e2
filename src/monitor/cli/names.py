"""`monitor names asked`: how often somebody wanted the names that are hidden."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from monitor.cli.context import monitor_of
from monitor.cli.output import say, show

app = typer.Typer(help="Names of victims, minors and relatives.", no_args_is_help=True)


@app.callback()
def names() -> None:
    """Names of victims, minors and relatives."""


@app.command("asked")
def asked(
    context: typer.Context,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print in how many articles names were asked for, by month."""
    from monitor.desk.names import asked_by_month

    found = asked_by_month(monitor_of(context))
    if format == "json":
        show(json.dumps(found, indent=1))
        return
    for month, count in found.items():
        show(f"{month}\t{count}")
    if not found:
        say("nobody has asked for names yet")
