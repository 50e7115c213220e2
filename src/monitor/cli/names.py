"""`monitor names`: how often hidden names were asked for; hiding one no longer."""

from __future__ import annotations

from typer import Argument, Context, Option, prompt

from monitor.cli.common import By, TextOrJson, group, monitor_of, say, show_as

app = group()


@app.command()
def asked(context: Context, format: TextOrJson = "text") -> None:
    """Print in how many articles names were asked for, by month."""
    from monitor.archive.names_on_request import asked_by_month

    found = asked_by_month(monitor_of(context))
    show_as(format, found, (f"{month}\t{count}" for month, count in found.items()))
    if not found and format == "text":
        say("nobody has asked for names yet")


@app.command()
def lift(
    context: Context,
    article: str = Argument(..., help="The article's id."),
    by: By = "",
    undo: bool = Option(False, "--undo", help="Hide it again."),
) -> None:
    """Hide a name in an article no longer: it is nobody's who is to be protected.

    The name is asked for and not kept: what is kept is who said so, when, and hashes of its words.
    """
    from monitor.archive.names_on_request import lift as lift_name

    name = prompt("Name, as the article has it", err=True)
    count = lift_name(monitor_of(context), article, name, by, undo=undo)
    beside = f"; {count - 1} more of its story were looked at" if count > 1 else ""
    say(f"{article}: {'hidden again' if undo else 'hidden no longer'}{beside}")
