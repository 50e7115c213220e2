"""The command line's root: a table of commands, each imported when it is called.

`monitor --help` reads the table alone. It has the first paragraph of each command's help; a command
is a function of that name in its module, a group the module's `app` or one with its name before.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer import Context, Option
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from monitor import __version__

COMMANDS = {
    "demo": "Follow six invented outlets on this machine, print their digest, serve page and API.",
    "init": "Write monitor.toml and a starter feeds.opml.",
    "ingest": "Poll the feeds that are due and store what is new.",
    "assess": "Run every assessor on what is due; several may run at once and share it.",
    "run": "Ingest, assess, fold into stories and print today's digest, once.",
    "digest": "Print the digest of a day, or mail it.",
    "coverage": "Print what was covered in a period, and what may be missed.",
    "found": "Record a case that the desk learned of elsewhere; say what we had of it.",
    "trends": "Print how often the followed outlets write of what: coverage, not incidence.",
    "outlets": "Print the outlets with their stories, or one outlet's scorecard.",
    "report": (
        "Write the report of a month: what was covered, by form, country, response and outlet."
    ),
    "check": "Check drafts against the reporting guidelines.",
    "classify": "Classify and tag articles, one JSON line each: id, title, text[, language].",
    "export": "Write the stored articles with tags, findings, stamps and offsets.",
    "forget": (
        "Erase articles for good: text, versions, address, judgements, reviews; they stay out."
    ),
    "rehydrate": (
        "Fetch the texts of an export again, politely; verify them, bring spans to what changed."
    ),
    "serve": "Serve the draft page, the digest and the API.",
    "lsp": (
        "Check drafts in an editor: a language server on stdin and stdout, which the editor starts."
    ),
    "doctor": "Examine libraries, models, rules, database, disk, feeds and clock; change nothing.",
    "backup": "Write a verified copy of the database (SQLite), while the desk works on.",
    "restore": "Bring a backup back; the database before it stays beside it under a dated name.",
    "train": (
        "Refit the relevance model in use from this desk's reviews, with its card and figures."
    ),
}
GROUPS = {
    "feeds": "Which feeds the desk follows.",
    "articles": "Articles: looking up those stored, adding one by hand.",
    "recipients": "Who gets the digest by mail, and what became of each.",
    "stories": "Events as outlets told them, across days.",
    "reviews": "What people say of articles: relevant or not, and which tags hold.",
    "names": "Names of victims, minors and relatives.",
    "tokens": "Who may use the desk from another machine, and for what.",
    "store": "What the desk's database keeps.",
    "guidelines": "The reporting guideline's rules.",
    "evaluate": "Measure models and rules on labelled data.",
    "models": "The models on this machine.",
}
FIRST_LINES = {**COMMANDS, **GROUPS}
_MODULES = {
    **dict.fromkeys(("init", "ingest", "assess", "digest"), "run"),
    **dict.fromkeys(("coverage", "found", "outlets", "report"), "trends"),
    "forget": "articles",
    "rehydrate": "export",
    "lsp": "serve",
    **dict.fromkeys(("backup", "restore", "store", "tokens"), "maintenance"),
    "recipients": "mail",
    "guidelines": "rules",
    **dict.fromkeys(("models", "train"), "evaluate"),
    "names": "articles",
}
"""The modules of commands and groups that have none of their own name."""
WITH_DRAFTS = frozenset({"check", "classify", "demo", "lsp", "serve"})
"""The commands that read what nobody else may."""


@cache
def load_command(name: str) -> Any:
    """Return a command or a group of the table."""
    module = import_module(f"monitor.cli.{_MODULES.get(name, name)}")
    holder = typer.Typer(rich_markup_mode=None)
    if name in GROUPS:
        group = getattr(module, f"{name}_app", None) or module.app
        holder.add_typer(group, name=name, help=GROUPS[name])
    else:
        holder.command(name)(getattr(module, name))
    return get_group(holder).commands[name]


class LazyGroup(TyperGroup):
    """The group `monitor`, which imports only the command that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=line) for name, line in FIRST_LINES.items()}

    def get_command(self, ctx: Context, cmd_name: str) -> Any:  # type: ignore[override]
        """Return a command, imported now."""
        del ctx
        return load_command(cmd_name) if cmd_name in FIRST_LINES else None

    def format_commands(self, ctx: Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the names with the first lines of their help, from the table."""
        del ctx
        limit = formatter.width - 6 - max(map(len, FIRST_LINES))
        rows = [(name, one.get_short_help_str(limit)) for name, one in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


app = typer.Typer(
    name="monitor",
    cls=LazyGroup,
    help="Follow the news on trafficking in human beings; check how it is written.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: Context,
    config: Path | None = Option(None, help="The settings file (default: ./monitor.toml)."),
    version: bool = Option(  # noqa: ARG001 - handled by its callback
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Options before the command."""
    context.obj = config or context.obj
    if context.invoked_subcommand in WITH_DRAFTS:
        from monitor.jobs.core_dumps import forbid_dumps

        forbid_dumps()
