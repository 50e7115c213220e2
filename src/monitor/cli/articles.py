"""`monitor articles`: looking up, adding and importing; `monitor forget`: erasing for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Argument, Context, Option

from monitor.cli.common import (
    Language,
    Outlet,
    Place,
    PublishedSince,
    PublishedUntil,
    SeenSince,
    SeenUntil,
    TextOrJson,
    counter,
    day_asked,
    days_words,
    group,
    monitor_of,
    plain,
    plural,
    progress,
    read_tags,
    say,
    show,
    show_json,
)
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.archive.articles_found import ArchivePage, ArchiveRow
    from monitor.desk import Desk
    from monitor.jobs.forget_article import ForgetCandidate

app = group()

FAULTS_SHOWN = 20
"""Rows at fault that are told one by one; more are counted."""


@app.command()
def add(
    context: Context,
    url: Annotated[str, Argument(help="The article's address; a page or a PDF.")],
    title: Annotated[str, Option(help="Its headline, if its page has another.")] = "",
    outlet: Annotated[str, Option(help="Its outlet (default: its site's).")] = "",
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
    context: Context,
    words: Annotated[
        list[str] | None,
        Argument(
            help="Words that must all be there, in one argument or several: '\"a phrase\"', begin*,"
            " a OR b, and after -- also -without."
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        Option(metavar="SCHEME=LABEL", help="Only with this tag: form=forced_labour."),
    ] = None,
    place: Place = None,
    outlet: Outlet = None,
    language: Language = None,
    since: SeenSince = None,
    until: SeenUntil = None,
    published_since: PublishedSince = None,
    published_until: PublishedUntil = None,
    to: Annotated[str | None, Option(hidden=True, help="What --until was called.")] = None,
    relevance: Annotated[
        Literal["relevant", "borderline", "not_relevant", "not_judged"] | None,
        Option(help="Only articles judged so."),
    ] = None,
    flag: Annotated[
        Literal["any", "error", "warning", "suggestion"] | None,
        Option(help="Only with any flag, or one of this severity."),
    ] = None,
    rule: Annotated[str, Option(help="Only with a flag of this rule.")] = "",
    limit: Annotated[int, Option(min=1, max=1000, help="How many.")] = 20,
    after: Annotated[str | None, Option(help="The article to go on after.")] = None,
    names: Annotated[
        bool, Option("--names", help="Show names that are hidden; each asking is counted.")
    ] = False,
    format: TextOrJson = "text",
) -> None:
    """Print stored articles that fit, newest first: id, day, outlet, headline."""
    from monitor.archive.articles_found import look_up
    from monitor.archive.names_on_request import ask, hide
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
        outlet=outlet or "",
        language=language or "",
        since=first,
        until=last,
        published_since=day_asked(published_since, "--published-since"),
        published_until=day_asked(published_until, "--published-until"),
        timezone=zone.key,
        relevance=None if relevance is None else (relevance,),
        flag=flag,
        rule=rule,
    )
    if told := days_words(since, until or to, published_since, published_until):
        say(told)
    listing = look_up(monitor, wanted, who="", limit=limit, after=after)
    if names and listing.rows:
        ids = [row.assessed.article.id for row in listing.rows]
        ask(monitor, ids, "")
        listing = look_up(monitor, wanted, who="", limit=limit, after=after)
        hide(monitor, ids, "")  # they were for this once
    _print_listing(monitor, listing, as_json=format == "json")


def _print_listing(desk: Desk, listing: ArchivePage, *, as_json: bool) -> None:
    from monitor.records.dates import undated_words
    from monitor.storage.full_text_search import COUNTED

    total = listing.found.total
    if as_json:
        told = {
            "articles": [_row_json(row) for row in listing.rows],
            "next": listing.next,
            "total": min(total, COUNTED),
            "total_is_exact": total <= COUNTED,
        }
        show_json(told)
    else:
        for row in listing.rows:
            article = row.assessed.article
            day = article.seen.astimezone(desk.settings.zone).date()
            show(f"{article.id}\t{day}\t{plain(article.outlet)}\t{plain(_headline(row))}")
    many = f"more than {COUNTED:,}" if total > COUNTED else f"{total:,}"
    say(f"{many} article{plural(total)}")
    if listing.found.undated:
        say(undated_words(listing.found.undated, COUNTED))
    if listing.next and not as_json:
        say(f"more: --after {listing.next}")
    if listing.unindexed:
        say(f"{listing.unindexed:,} stored cannot be found yet: monitor articles index")


def _headline(row: ArchiveRow) -> str:
    if row.assessed.article.expired:
        return "(headline expired)"
    return f"({row.shown.withheld})" if row.shown.withheld else row.shown.title


def _row_json(row: ArchiveRow) -> dict[str, object]:
    from monitor.records.json_shapes import named_json

    assessed = row.assessed
    named = {**named_json(assessed.article), "title": _headline(row)}
    if row.shown.link_tells and not row.shown.asked:
        named["url"] = None
    return {**named, "relevance": assessed.relevance, "relevant": assessed.relevant}


@app.command()
def index(
    context: Context,
    rebuild: Annotated[
        bool, Option("--rebuild", help="Empty the index first, and take in everything anew.")
    ] = False,
) -> None:
    """Take in what cannot be searched yet, as after an update; may be stopped and repeated."""
    from monitor.archive.articles_found import fill_index

    monitor = monitor_of(context)
    if rebuild:
        monitor.store.empty_index()
    with counter("taking in", monitor.store.count_unindexed()) as report:
        taken = fill_index(monitor, report=report)
    say(f"{taken} article{plural(taken)} taken into the index")


def forget(
    context: Context,
    articles: Annotated[
        list[str] | None,
        Argument(metavar="ARTICLE", help="Ids or addresses; what is not stored stays out."),
    ] = None,
    reason: Annotated[
        Literal["person", "court", "publisher", "safety", "mistake"] | None,
        Option(help="Why; a word of this list, so that no name is kept with it."),
    ] = None,
    yes: Annotated[
        bool, Option("--yes", help="Do it; without, it is only said what would go.")
    ] = False,
    list_: Annotated[bool, Option("--list", help="Show what was forgotten.")] = False,
) -> None:
    """Erase articles for good: text, versions, address, judgements, reviews; they stay out."""
    from monitor.jobs import forget_article as job

    monitor = monitor_of(context)
    if list_:
        if articles or yes or reason:
            raise UsageError("--list goes alone")
        _list_forgotten(monitor)
        return
    if not articles:
        raise UsageError("no article is named; --list shows what was forgotten")
    if yes and reason is None:
        raise UsageError(f"--yes needs a --reason: {', '.join(job.REASONS)}")
    chosen = job.choose(monitor, articles)
    new = [one for one in chosen if not one.forgotten]
    if not yes or reason is None:
        _show_chosen(monitor, chosen)
        say(f"{len(new)} to be forgotten for good: --yes --reason {'|'.join(job.REASONS)} does it")
        return
    done = job.forget(monitor, [one.article_id for one in new], reason)
    kept_out = sum(one.held is None for one in new)
    stored = done.articles - kept_out
    say(f"{stored} article{plural(stored)} forgotten; {kept_out} not stored, kept out")
    if again := len(chosen) - len(new):
        say(f"{again} article{plural(again)} had been forgotten before")
    say("backups and exports made before still hold them: those are yours to delete")
    if not done.cleared:
        say("another program is reading, so the database's log still holds their words: try again")
        raise typer.Exit(1)


def _show_chosen(desk: Desk, chosen: list[ForgetCandidate]) -> None:
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
            day = held.first_seen.astimezone(desk.settings.zone).date()
            named = f"{plain(held.outlet)}\t{plain(headlines[one.article_id])}"
            show(
                f"{one.article_id}\t{day}\t{named}\tversions {held.versions},"
                f" judgements {held.judgements}, reviews {held.reviews}"
            )
            if held.story:
                say(f"{one.article_id}: {held.story} more of its story stay")


def _list_forgotten(desk: Desk) -> None:
    stones = desk.store.tombstones()
    for stone in stones:
        day = stone.at.astimezone(desk.settings.zone).date()
        here = "stored" if stone.stored else "never stored"
        show(f"{stone.article_id}\t{day}\t{stone.reason}\t{here}")
    say(f"{len(stones)} article{plural(len(stones))} forgotten")


@app.command("import")
def import_(
    context: Context,
    paths: Annotated[
        list[Path],
        Argument(metavar="PATH", help=".jsonl, .csv, .txt (addresses), .warc; all may be .gz too."),
    ],
    format: Annotated[
        Literal["jsonl", "csv", "urls", "warc"] | None,
        Option(help="The kind of file, where its name does not tell."),
    ] = None,
    outlet: Annotated[str, Option(help="The outlet of articles that name none.")] = "",
    language: Annotated[str, Option(help="The language of articles that name none.")] = "",
    by: Annotated[str, Option(help="Who imports them; kept with each.")] = "",
) -> None:
    """Store the articles of files that the desk has not; may be stopped and repeated."""
    monitor = monitor_of(context)
    whole = [
        _import_file(monitor, path, format=format, outlet=outlet, language=language, by=by)
        for path in paths
    ]
    raise typer.Exit(0 if all(whole) else 1)


def _import_file(desk: Desk, path: Path, **options: Any) -> bool:
    """Import a file and tell its ledger; return whether every row could be taken in."""
    from monitor.feeds.article_import import import_file

    faults = 0

    def complain(fault: str) -> None:
        nonlocal faults
        faults += 1
        if faults <= FAULTS_SHOWN:
            say(f"error: {fault}")

    with progress() as bar:
        task = bar.add_task(f"importing {plain(path.name)}", total=None)

        def report(at: int, size: int) -> None:
            bar.update(task, completed=at, total=size)

        done = import_file(desk, path, complain=complain, report=report, **options)
    if faults > FAULTS_SHOWN:
        say(f"{faults - FAULTS_SHOWN} more rows at fault")
    if done.damage:
        say(f"error: {done.damage}")
    drops = "".join(f" + {count} {why}" for why, count in done.dropped.items())
    say(f"{path}: read {done.read} = stored {done.stored}{drops}")
    return not done.faults and not done.damage
