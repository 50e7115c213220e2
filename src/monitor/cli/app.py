"""The Typer application with all its commands.

`monitor lsp`: the language server that editors start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    accounts,
    articles,
    check,
    coverage,
    demo,
    doctor,
    export,
    feeds,
    mail,
    maintenance,
    reviews,
    rules,
    run,
    serve,
    stories,
    train,
    trends,
)
from monitor.jobs.core_dumps import forbid_dumps


def lsp(context: typer.Context) -> None:
    """Check drafts in an editor: a language server on stdin and stdout, which the editor starts."""
    from monitor.lsp.server import run_lsp

    raise typer.Exit(run_lsp(context.obj))


app = typer.Typer(
    name="monitor",
    help="Follow the news on trafficking in human beings; check how it is written.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


WITH_DRAFTS = frozenset({"check", "classify", "demo", "lsp", "serve"})
"""The commands that read what nobody else may."""


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="The settings file (default: ./monitor.toml).")
    ] = None,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options before the command."""
    context.obj = config or context.obj
    if context.invoked_subcommand in WITH_DRAFTS:
        forbid_dumps()


# The commands, all in one place.
app.command("demo")(demo.demo)
app.command("init")(run.init)
app.add_typer(feeds.app, name="feeds")
articles.app.command("import")(articles.import_articles)
app.add_typer(articles.app, name="articles")
app.command("ingest")(run.ingest)
app.command("assess")(run.assess)
app.command("run")(run.run)
app.command("digest")(run.digest)
app.add_typer(mail.app, name="recipients")
app.add_typer(stories.app, name="stories")
reviews.app.command("sample")(coverage.sample)
reviews.app.command("import")(reviews.import_)
app.add_typer(reviews.app, name="reviews")
app.command("coverage")(coverage.coverage)
app.command("found")(coverage.found)
reviews.app.command("flag")(trends.flag)
reviews.app.command("feedback")(reviews.feedback)
app.add_typer(articles.names_app, name="names")
app.command("trends")(trends.trends)
app.command("outlets")(trends.outlets)
app.command("report")(trends.report)
app.command("check")(check.check)
app.command("classify")(export.classify)
app.command("export")(export.export)
app.command("forget")(articles.forget)
app.command("rehydrate")(export.rehydrate)
app.command("serve")(serve.serve)
app.add_typer(accounts.app, name="tokens")
app.command("lsp")(lsp)
app.command("doctor")(doctor.doctor)
app.add_typer(maintenance.store_app, name="store")
app.command("backup")(maintenance.backup)
app.command("restore")(maintenance.restore)
app.add_typer(rules.app, name="guidelines")
app.command("train")(train.train)
app.add_typer(train.evaluate_app, name="evaluate")
app.add_typer(train.app, name="models")
