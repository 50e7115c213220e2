"""`monitor articles`: looking up what is stored, and adding what no feed brings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.common import monitor_of
from monitor.cli.coverage import PublishedSince, PublishedUntil, day_asked, days_words
from monitor.cli.output import plain, progress, say, show
from monitor.cli.tags import read_tags

if TYPE_CHECKING:
    from monitor.archive.articles_found import Row
    from monitor.desk import Desk
    from monitor.storage.full_text_search import Relevance, Wanted

app = typer.Typer(
    help="Articles: looking up those stored, adding one by hand.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_Relevance = Literal["relevant", "borderline", "not_relevant", "not_judged"]
_Flag = Literal["any", "error", "warning", "suggestion"]


@app.command()
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The article's address; a page or a PDF.")],
    title: Annotated[str, typer.Option(help="Its headline, if its page has another.")] = "",
    outlet: Annotated[str, typer.Option(help="Its outlet (default: its site's).")] = "",
) -> None:
    """Fetch and store one article by its address; print its id."""
    from monitor.digest.coverage_account import page_failure_words
    from monitor.feeds.by_hand import add_article

    added = add_article(monitor_of(context), url, title=title, outlet=outlet)
    result = added.result
    for warning in result.warnings:
        say(warning)
    if result.stored:
        note = "; only its headline could be had" if result.page_failures else ""
        say(f"stored{note}; monitor assess judges it")
    elif result.dropped.keys() & {"known", "duplicate"}:
        say("the desk has it already")
    elif "forgotten" in result.dropped:
        say("not stored: it was forgotten for good")
        raise typer.Exit(1)
    else:
        causes = {str(why): count for why, count in result.page_failures.items()}
        say(f"not stored: {page_failure_words(causes) or 'nothing in it'}")
        raise typer.Exit(1)
    show(added.article_id)


@app.command()
def search(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="Words that must all be there, in one argument or several: '\"a phrase\"', begin*,"
            " a OR b, and after -- also -without."
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="SCHEME=LABEL", help="Only with this tag: form=forced_labour."),
    ] = None,
    place: Annotated[str, typer.Option(help="Only this country (ISO alpha-2).")] = "",
    outlet: Annotated[str, typer.Option(help="Only this outlet, by its name.")] = "",
    language: Annotated[str, typer.Option(help="Only this language, such as en.")] = "",
    since: Annotated[str | None, typer.Option(help="First seen on or after this day.")] = None,
    until: Annotated[str | None, typer.Option(help="First seen on or before this day.")] = None,
    published_since: PublishedSince = None,
    published_until: PublishedUntil = None,
    to: Annotated[str | None, typer.Option(hidden=True, help="What --until was called.")] = None,
    relevance: Annotated[_Relevance | None, typer.Option(help="Only articles judged so.")] = None,
    flag: Annotated[
        _Flag | None, typer.Option(help="Only with any flag, or one of this severity.")
    ] = None,
    rule: Annotated[str, typer.Option(help="Only with a flag of this rule.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    after: Annotated[str | None, typer.Option(help="The article to go on after.")] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Show names that are hidden; each asking is counted.")
    ] = False,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print stored articles that fit, newest first: id, day, outlet, headline."""
    from monitor.records.dates import bounds_of, published_days
    from monitor.storage.full_text_search import Wanted
    from monitor.text.search_terms import read_search

    monitor = monitor_of(context)
    asked = read_search(" ".join(words or []))
    if words:
        say("; ".join((f"looked for: {asked.reading or 'nothing'}", *asked.told)))
    zone = monitor.settings.zone
    first, last = bounds_of(
        day_asked(since, "--since"), day_asked(until, "--until") or day_asked(to, "--to"), zone
    )
    wanted = Wanted(
        words=asked,
        tags=tuple(read_tags([*(tag or []), *([f"place={place}"] if place else [])])),
        outlet=outlet,
        language=language,
        since=first,
        until=last,
        published=published_days(
            day_asked(published_since, "--published-since"),
            day_asked(published_until, "--published-until"),
            zone,
        ),
        relevance=_one(relevance),
        flag=flag or "",
        rule=rule,
    )
    if told := days_words(since, until or to, published_since, published_until):
        say(told)
    _print(monitor, wanted, limit=limit, after=after, names=names, as_json=format == "json")


def _one(relevance: Relevance | None) -> tuple[Relevance, ...] | None:
    return None if relevance is None else (relevance,)


def _print(
    desk: Desk, wanted: Wanted, *, limit: int, after: str | None, names: bool, as_json: bool
) -> None:
    from monitor.archive.articles_found import look_up
    from monitor.archive.names_on_request import ask, hide
    from monitor.records.dates import undated_words
    from monitor.storage.full_text_search import COUNTED

    listing = look_up(desk, wanted, who="", limit=limit, after=after)
    if names and listing.rows:
        ids = [row.assessed.article.id for row in listing.rows]
        ask(desk, ids, "")
        listing = look_up(desk, wanted, who="", limit=limit, after=after)
        hide(desk, ids, "")  # they were for this once
    total = listing.found.total
    if as_json:
        told = {
            "articles": [_json(row) for row in listing.rows],
            "next": listing.next,
            "total": min(total, COUNTED),
            "total_is_exact": total <= COUNTED,
        }
        show(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for row in listing.rows:
            show(_line(desk, row))
    many = f"more than {COUNTED:,}" if total > COUNTED else f"{total:,}"
    say(f"{many} article{'' if total == 1 else 's'}")
    if listing.found.undated:
        say(undated_words(listing.found.undated, COUNTED))
    if listing.next and not as_json:
        say(f"more: --after {listing.next}")
    if listing.unindexed:
        say(f"{listing.unindexed:,} stored cannot be found yet: monitor articles index")


def _line(desk: Desk, row: Row) -> str:
    article = row.assessed.article
    day = article.seen.astimezone(desk.settings.zone).date().isoformat()
    return f"{article.id}\t{day}\t{plain(article.outlet)}\t{plain(_headline(row))}"


def _headline(row: Row) -> str:
    if row.assessed.article.expired:
        return "(headline expired)"
    return f"({row.shown.withheld})" if row.shown.withheld else row.shown.title


def _json(row: Row) -> dict[str, object]:
    from monitor.records.json_shapes import named_json

    assessed = row.assessed
    named = {**named_json(assessed.article), "title": _headline(row)}
    if row.shown.link_tells and not row.shown.asked:
        named["url"] = None
    return {**named, "relevance": assessed.relevance, "relevant": assessed.relevant}


@app.command()
def index(
    context: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Empty the index first, and take in everything anew.")
    ] = False,
) -> None:
    """Take in what cannot be searched yet, as after an update; may be stopped and repeated."""
    from monitor.archive.articles_found import fill_index

    monitor = monitor_of(context)
    if rebuild:
        monitor.store.empty_index()
    with progress() as bar:
        task = bar.add_task("taking in", total=monitor.store.count_unindexed())
        taken = fill_index(monitor, report=lambda n: bar.advance(task, n))
    say(f"{taken} article{'' if taken == 1 else 's'} taken into the index")
