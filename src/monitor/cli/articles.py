"""`monitor articles`: articles that no feed brings."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.context import monitor_of
from monitor.cli.output import say, show

app = typer.Typer(help="Articles that no feed brings.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Keep `add` a word of its own."""


@app.command()
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The article's address; a page or a PDF.")],
    title: Annotated[str, typer.Option(help="Its headline, if its page has another.")] = "",
    outlet: Annotated[str, typer.Option(help="Its outlet (default: its site's).")] = "",
) -> None:
    """Fetch and store one article by its address; print its id."""
    from monitor.desk.by_hand import add_article
    from monitor.digest.coverage import page_failure_words

    added = add_article(monitor_of(context), url, title=title, outlet=outlet)
    result = added.result
    for warning in result.warnings:
        say(warning)
    if result.stored:
        note = "; only its headline could be had" if result.page_failures else ""
        say(f"stored{note}; monitor assess judges it")
    elif result.dropped.keys() & {"known", "duplicate"}:
        say("the desk has it already")
    else:
        causes = {str(why): count for why, count in result.page_failures.items()}
        say(f"not stored: {page_failure_words(causes) or 'nothing in it'}")
        raise typer.Exit(1)
    show(added.article_id)
