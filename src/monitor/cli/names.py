"""`monitor names`: how often hidden names were asked for; hiding one no longer."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from monitor.cli.common import monitor_of
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
    from monitor.archive.names_on_request import asked_by_month

    found = asked_by_month(monitor_of(context))
    if format == "json":
        show(json.dumps(found, indent=1))
        return
    for month, count in found.items():
        show(f"{month}\t{count}")
    if not found:
        say("nobody has asked for names yet")


@app.command("lift")
def lift(
    context: typer.Context,
    article: Annotated[str, typer.Argument(help="The article's id.")],
    by: Annotated[str, typer.Option(help="Who says so.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Hide it again.")] = False,
) -> None:
    """Hide a name in an article no longer: it is nobody's who is to be protected.

    The name is asked for and not kept: what is kept is who said so, when, and hashes of its words.
    """
    from monitor.archive.names_on_request import lift as lift_name

    name = typer.prompt("Name, as the article has it", err=True)
    count = lift_name(monitor_of(context), article, name, by, undo=undo)
    beside = f"; {count - 1} more of its story were looked at" if count > 1 else ""
    say(f"{article}: {'hidden again' if undo else 'hidden no longer'}{beside}")
