"""What keeps a desk's database: `monitor backup`, `monitor restore`, `monitor store`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import monitor_of
from monitor.cli.output import say
from monitor.errors import UsageError

store_app = typer.Typer(
    help="What the desk's database keeps.", no_args_is_help=True, rich_markup_mode=None
)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file of that name.")] = False,
) -> None:
    """Write a verified copy of the database (SQLite), while the desk works on."""
    from monitor.desk.backup import back_up

    made = back_up(monitor_of(context), file, force=force)
    articles = made.rows.get("articles", 0)
    say(f"wrote {made.path}: {articles} articles, {made.size / 1e6:.1f} MB, every page checked")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that monitor backup wrote.")],
) -> None:
    """Bring a backup back; the database before it stays beside it under a dated name."""
    from monitor.desk.backup import restore as bring_back

    done = bring_back(monitor_of(context), file)
    say(f"restored {done.copy.rows.get('articles', 0)} articles from {done.copy.path}")
    if done.forgotten is None:
        say("what was forgotten since cannot be read in it: forget those articles again")
    elif done.forgotten:
        say(f"{done.forgotten} forgotten since the backup: forgotten again")
    if done.kept:
        say(f"the database before it is {done.kept}; remove it when it is not needed")


@store_app.command()
def expire(context: typer.Context) -> None:
    """Let the words of articles older than [store] keep_text_days expire; judgements stay."""
    from monitor.desk.retention import expire as expire_texts

    monitor = monitor_of(context)
    done = expire_texts(monitor, monitor.now())
    if done is None:
        raise UsageError("[store] keep_text_days is not set: texts are kept for ever")
    day = done.before.astimezone(monitor.settings.zone).date()
    articles = "1 article" if done.articles == 1 else f"{done.articles} articles"
    say(f"{articles} expired: first seen before {day}")
    if not done.cleared:
        say("another program is reading, so the database's log still holds their words: try again")
        raise typer.Exit(1)
