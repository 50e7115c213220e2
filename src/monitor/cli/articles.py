"""`monitor articles`: looking up what is stored, and adding what no feed brings.

`monitor forget`: articles that are to leave no trace but a count.

`monitor articles import`: files of articles that somebody has.

`monitor names`: how often hidden names were asked for; hiding one no longer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.common import monitor_of, plain, progress, read_tags, say, show
from monitor.cli.coverage import PublishedSince, PublishedUntil, day_asked, days_words
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.archive.articles_found import ArchiveRow
    from monitor.desk import Desk
    from monitor.feeds.article_import import Imported
    from monitor.jobs.forget_article import ForgetCandidate
    from monitor.storage.article_filter import ArticleFilter, Relevance


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
    from monitor.feeds.article_import import add_article

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
    from monitor.records.dates import bounds_of
    from monitor.storage.article_filter import ArticleFilter
    from monitor.text.search_terms import read_search

    monitor = monitor_of(context)
    query = " ".join(words or [])
    asked = read_search(query)
    if words:
        say("; ".join((f"looked for: {asked.reading or 'nothing'}", *asked.told)))
    zone = monitor.settings.zone
    first, last = bounds_of(
        day_asked(since, "--since"), day_asked(until, "--until") or day_asked(to, "--to"), zone
    )
    wanted = ArticleFilter(
        query=query,
        tags=tuple(read_tags([*(tag or []), *([f"place={place}"] if place else [])])),
        outlet=outlet,
        language=language,
        since=first,
        until=last,
        published_since=day_asked(published_since, "--published-since"),
        published_until=day_asked(published_until, "--published-until"),
        timezone=zone.key,
        relevance=_one(relevance),
        flag=flag,
        rule=rule,
    )
    if told := days_words(since, until or to, published_since, published_until):
        say(told)
    _print(monitor, wanted, limit=limit, after=after, names=names, as_json=format == "json")


def _one(relevance: Relevance | None) -> tuple[Relevance, ...] | None:
    return None if relevance is None else (relevance,)


def _print(
    desk: Desk, wanted: ArticleFilter, *, limit: int, after: str | None, names: bool, as_json: bool
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


def _line(desk: Desk, row: ArchiveRow) -> str:
    article = row.assessed.article
    day = article.seen.astimezone(desk.settings.zone).date().isoformat()
    return f"{article.id}\t{day}\t{plain(article.outlet)}\t{plain(_headline(row))}"


def _headline(row: ArchiveRow) -> str:
    if row.assessed.article.expired:
        return "(headline expired)"
    return f"({row.shown.withheld})" if row.shown.withheld else row.shown.title


def _json(row: ArchiveRow) -> dict[str, object]:
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


def _tell(desk: Desk, chosen: list[ForgetCandidate]) -> None:
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


SHOWN = 20
"""Rows at fault that are told one by one; more are counted."""


def import_articles(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH", help=".jsonl, .csv, .txt (addresses), .warc; all may be .gz too."
        ),
    ],
    format: Annotated[
        Literal["jsonl", "csv", "urls", "warc"] | None,
        typer.Option(help="The kind of file, where its name does not tell."),
    ] = None,
    outlet: Annotated[str, typer.Option(help="The outlet of articles that name none.")] = "",
    language: Annotated[str, typer.Option(help="The language of articles that name none.")] = "",
    by: Annotated[str, typer.Option(help="Who imports them; kept with each.")] = "",
) -> None:
    """Store the articles of files that the desk has not; may be stopped and repeated."""
    from monitor.feeds.article_import import import_file

    monitor = monitor_of(context)
    failed = False
    for path in paths:
        complaints = _Complaints()
        with progress() as bar:
            task = bar.add_task(f"importing {plain(path.name)}", total=None)
            done = import_file(
                monitor,
                path,
                format=format,
                outlet=outlet,
                language=language,
                by=by,
                complain=complaints,
                report=lambda at, size: bar.update(task, completed=at, total=size),  # noqa: B023
            )
        complaints.end()
        if done.damage:
            say(f"error: {done.damage}")
        say(_line_importing(path, done))
        failed = failed or done.faults > 0 or bool(done.damage)
    raise typer.Exit(1 if failed else 0)


class _Complaints:
    """Tells the first rows at fault, and how many more there were."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, says: str) -> None:
        self._count += 1
        if self._count <= SHOWN:
            say(f"error: {says}")

    def end(self) -> None:
        if self._count > SHOWN:
            say(f"{self._count - SHOWN} more rows at fault")


def _line_importing(path: Path, done: Imported) -> str:
    """Return a file's ledger: read = stored + named drops."""
    drops = "".join(f" + {count} {why}" for why, count in done.dropped.items())
    return f"{path}: read {done.read} = stored {done.stored}{drops}"


names_app = typer.Typer(help="Names of victims, minors and relatives.", no_args_is_help=True)


@names_app.callback()
def names() -> None:
    """Names of victims, minors and relatives."""


@names_app.command("asked")
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


@names_app.command("lift")
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
