"""`monitor forget`: articles that are to leave no trace but a count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import plain, say, show
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.jobs.forget_article import Chosen

_Reason = Literal["person", "court", "publisher", "safety", "mistake"]


def forget(
    context: typer.Context,
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARTICLE", help="Ids or addresses; what is not stored stays out."),
    ] = None,
    reason: Annotated[
        _Reason | None,
        typer.Option(help="Why; a word of this list, so that no name is kept with it."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without, it is only said what would go.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show what was forgotten.")] = False,
) -> None:
    """Erase articles for good: text, versions, address, judgements, reviews; they stay out."""
    from monitor.jobs import forget_article as job

    monitor = monitor_of(context)
    if list_:
        if articles or yes or reason:
            raise UsageError("--list goes alone")
        _list(monitor)
        return
    if not articles:
        raise UsageError("no article is named; --list shows what was forgotten")
    if yes and reason is None:
        raise UsageError(f"--yes needs a --reason: {', '.join(job.REASONS)}")
    chosen = job.choose(monitor, articles)
    new = [one for one in chosen if not one.forgotten]
    if not yes or reason is None:
        _tell(monitor, chosen)
        say(f"{len(new)} to be forgotten for good: --yes --reason {'|'.join(job.REASONS)} does it")
        return
    done = job.forget(monitor, [one.article_id for one in new], reason)
    kept_out = sum(one.held is None for one in new)
    say(f"{_articles(done.articles - kept_out)} forgotten; {kept_out} not stored, kept out")
    if again := len(chosen) - len(new):
        say(f"{_articles(again)} had been forgotten before")
    say("backups and exports made before still hold them: those are yours to delete")
    if not done.cleared:
        say("another program is reading, so the database's log still holds their words: try again")
        raise typer.Exit(1)


def _articles(count: int) -> str:
    return "1 article" if count == 1 else f"{count} articles"


def _tell(desk: Desk, chosen: list[Chosen]) -> None:
    """Say of each article what there is of it."""
    from monitor.jobs.forget_article import titles

    headlines = titles(desk, chosen)
    for one in chosen:
        held = one.held
        if one.forgotten:
            show(f"{one.article_id}\tforgotten already")
        elif held is None:
            show(f"{one.article_id}\tnot stored: it would be kept out")
        else:
            day = held.first_seen.astimezone(desk.settings.zone).date().isoformat()
            counts = (
                f"versions {held.versions}, judgements {held.judgements}, reviews {held.reviews}"
            )
            named = f"{plain(held.outlet)}\t{plain(headlines[one.article_id])}"
            show(f"{one.article_id}\t{day}\t{named}\t{counts}")
            if held.story:
                say(f"{one.article_id}: {held.story} more of its story stay")


def _list(desk: Desk) -> None:
    stones = desk.store.tombstones()
    for stone in stones:
        day = stone.at.astimezone(desk.settings.zone).date().isoformat()
        here = "stored" if stone.stored else "never stored"
        show(f"{stone.article_id}\t{day}\t{stone.reason}\t{here}")
    say(f"{_articles(len(stones))} forgotten")
