"""`monitor articles`: looking up, adding and importing; `forget`: erasing; `names`: hidden ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typer import Context, Exit, prompt

from monitor.cli import common
from monitor.cli.common import argument, flag, monitor_of, option, plain, plural, say, show, show_as
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.jobs.forget_article import ForgetCandidate

app, names_app = common.group(), common.group()

FAULTS_SHOWN = 20
"""Rows at fault that are told one by one; more are counted."""


@app.command()
def add(
    context: Context,
    url: str = argument("The article's address; a page or a PDF."),
    title: str = option("Its headline, if its page has another.", ""),
    outlet: str = option("Its outlet (default: its site's).", ""),
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
    else:
        why = page_failure_words(result.page_failures) or "nothing in it"
        say(f"not stored: {'it was forgotten for good' if 'forgotten' in result.dropped else why}")
        raise Exit(1)
    show(added.article_id)


@app.command()
def search(
    context: Context,
    words: list[str] | None = argument(
        "Words that must all be there, in one argument or several: '\"a phrase\"', begin*,"
        " a OR b, and after -- also -without.",
        None,
    ),
    tag: list[str] | None = option(
        "Only with this tag: form=forced_labour.", metavar="SCHEME=LABEL"
    ),
    place: common.Place = None,
    outlet: common.Outlet = None,
    language: common.Language = None,
    since: common.SeenSince = None,
    until: common.SeenUntil = None,
    published_since: common.PublishedSince = None,
    published_until: common.PublishedUntil = None,
    to: str | None = option("What --until was called.", hidden=True),
    relevance: Literal["relevant", "borderline", "not_relevant", "not_judged"] | None = option(
        "Only articles judged so."
    ),
    flag: Literal["any", "error", "warning", "suggestion"] | None = option(
        "Only with any flag, or one of this severity."
    ),
    rule: str = option("Only with a flag of this rule.", ""),
    limit: int = option("How many.", 20, min=1, max=1000),
    after: str | None = option("The article to go on after."),
    names: bool = flag("--names", "Show names that are hidden; each asking is counted."),
    format: common.TextOrJson = "text",
) -> None:
    """Print stored articles that fit, newest first: id, day, outlet, headline."""
    from monitor.archive.articles_found import look_up
    from monitor.archive.names_on_request import ask, hide
    from monitor.records.dates import bounds_of, undated_words
    from monitor.records.json_shapes import named_json
    from monitor.storage.article_filter import ArticleFilter
    from monitor.storage.full_text_search import COUNTED
    from monitor.text.search_terms import read_search

    monitor = monitor_of(context)
    query = " ".join(words or [])
    asked = read_search(query)
    if words:
        say("; ".join((f"looked for: {asked.reading or 'nothing'}", *asked.told)))
    zone = monitor.settings.zone
    until = until or to
    first, last = bounds_of(*common.days_asked(since, until), zone)
    published = common.days_asked(published_since, published_until, "published-")
    wanted = ArticleFilter(
        query=query,
        tags=tuple(common.read_tags([*(tag or []), *([f"place={place}"] if place else [])])),
        outlet=outlet or "",
        language=language or "",
        since=first,
        until=last,
        published_since=published[0],
        published_until=published[1],
        timezone=zone.key,
        relevance=None if relevance is None else (relevance,),
        flag=flag,
        rule=rule,
    )
    common.say_days((since, until), (published_since, published_until))
    listing = look_up(monitor, wanted, who="", limit=limit, after=after)
    if names and listing.rows:
        ids = [row.assessed.article.id for row in listing.rows]
        ask(monitor, ids, "")
        listing = look_up(monitor, wanted, who="", limit=limit, after=after)
        hide(monitor, ids, "")  # they were for this once
    total, lines, articles = listing.found.total, [], []
    for row in listing.rows:
        one, article, shown = row.assessed, row.assessed.article, row.shown
        title = f"({shown.withheld})" if shown.withheld else shown.title
        title = "(headline expired)" if article.expired else title
        day = article.seen.astimezone(zone).date()
        lines.append(f"{article.id}\t{day}\t{article.outlet}\t{title}")
        hidden = {"url": None} if shown.link_tells and not shown.asked else {}
        judged = {"relevance": one.relevance, "relevant": one.relevant}
        articles.append({**named_json(article), "title": title, **hidden, **judged})
    told = {
        "articles": articles,
        "next": listing.next,
        "total": min(total, COUNTED),
        "total_is_exact": total <= COUNTED,
    }
    show_as(format, told, lines)
    many = f"more than {COUNTED:,}" if total > COUNTED else f"{total:,}"
    say(f"{many} article{plural(total)}")
    if listing.found.undated:
        say(undated_words(listing.found.undated, COUNTED))
    if listing.next and format == "text":
        say(f"more: --after {listing.next}")
    if listing.unindexed:
        say(f"{listing.unindexed:,} stored cannot be found yet: monitor articles index")


@app.command()
def index(
    context: Context,
    rebuild: bool = flag("--rebuild", "Empty the index first, and take in everything anew."),
) -> None:
    """Take in what cannot be searched yet, as after an update; may be stopped and repeated."""
    from monitor.archive.articles_found import fill_index

    monitor = monitor_of(context)
    if rebuild:
        monitor.store.empty_index()
    with common.counter("taking in", monitor.store.count_unindexed()) as report:
        taken = fill_index(monitor, report=report)
    say(f"{taken} article{plural(taken)} taken into the index")


def forget(
    context: Context,
    articles: list[str] | None = argument(
        "Ids or addresses; what is not stored stays out.", None, metavar="ARTICLE"
    ),
    reason: Literal["person", "court", "publisher", "safety", "mistake"] | None = option(
        "Why; a word of this list, so that no name is kept with it."
    ),
    yes: bool = flag("--yes", "Do it; without, it is only said what would go."),
    list_: bool = flag("--list", "Show what was forgotten."),
) -> None:
    """Erase articles for good: text, versions, address, judgements, reviews; they stay out."""
    from monitor.jobs import forget_article as job

    monitor = monitor_of(context)
    if list_:
        if articles or yes or reason:
            raise UsageError("--list goes alone")
        stones = monitor.store.tombstones()
        for stone in stones:
            day = stone.at.astimezone(monitor.settings.zone).date()
            here = "stored" if stone.stored else "never stored"
            show(f"{stone.article_id}\t{day}\t{stone.reason}\t{here}")
        say(f"{len(stones)} article{plural(len(stones))} forgotten")
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
        raise Exit(1)


def _show_chosen(desk: Desk, chosen: list[ForgetCandidate]) -> None:
    """Print for each article how much of it is stored."""
    from monitor.jobs.forget_article import titles

    headlines = titles(desk, chosen)
    for one in chosen:
        held, said = one.held, "not stored: it would be kept out"
        if one.forgotten:
            said = "forgotten already"
        elif held is not None:
            day = held.first_seen.astimezone(desk.settings.zone).date()
            said = (
                f"{day}\t{held.outlet}\t{headlines[one.article_id]}\tversions {held.versions},"
                f" judgements {held.judgements}, reviews {held.reviews}"
            )
        show(plain(f"{one.article_id}\t{said}"))
        if held and held.story and not one.forgotten:
            say(f"{one.article_id}: {held.story} more of its story stay")


@app.command("import")
def import_(
    context: Context,
    paths: list[Path] = argument(
        ".jsonl, .csv, .txt (addresses), .warc; all may be .gz too.", metavar="PATH"
    ),
    format: Literal["jsonl", "csv", "urls", "warc"] | None = option(
        "The kind of file, where its name does not tell."
    ),
    outlet: str = option("The outlet of articles that name none.", ""),
    language: str = option("The language of articles that name none.", ""),
    by: str = option("Who imports them; kept with each.", ""),
) -> None:
    """Store the articles of files that the desk has not; may be stopped and repeated."""
    from monitor.feeds.article_import import import_file

    monitor, code, told = monitor_of(context), 0, 0
    with common.progress() as bar:
        task = bar.add_task("importing", total=None)

        def report(at: int, size: int) -> None:
            bar.update(task, completed=at, total=size)

        def complain(fault: str) -> None:
            nonlocal told
            told += 1
            if told <= FAULTS_SHOWN:
                say(f"error: {fault}")

        options: dict[str, Any] = {"format": format, "outlet": outlet, "language": language}
        for path in paths:
            told = 0
            bar.reset(task, total=None, description=f"importing {plain(path.name)}")
            done = import_file(monitor, path, complain=complain, report=report, by=by, **options)
            if told > FAULTS_SHOWN:
                say(f"{told - FAULTS_SHOWN} more rows at fault")
            if done.damage:
                say(f"error: {done.damage}")
            drops = "".join(f" + {count} {why}" for why, count in done.dropped.items())
            say(f"{path}: read {done.read} = stored {done.stored}{drops}")
            code = 1 if done.faults or done.damage else code
    raise Exit(code)


@names_app.command()
def asked(context: Context, format: common.TextOrJson = "text") -> None:
    """Print in how many articles names were asked for, by month."""
    from monitor.archive.names_on_request import asked_by_month

    found = asked_by_month(monitor_of(context))
    show_as(format, found, (f"{month}\t{count}" for month, count in found.items()))
    if not found and format == "text":
        say("nobody has asked for names yet")


@names_app.command()
def lift(
    context: Context,
    article: str = argument("The article's id."),
    by: common.By = "",
    undo: bool = flag("--undo", "Hide it again."),
) -> None:
    """Hide a name in an article no longer: it is nobody's who is to be protected.

    The name is asked for and not kept: what is kept is who said so, when, and hashes of its words.
    """
    from monitor.archive.names_on_request import lift as lift_name

    name = prompt("Name, as the article has it", err=True)
    count = lift_name(monitor_of(context), article, name, by, undo=undo)
    beside = f"; {count - 1} more of its story were looked at" if count > 1 else ""
    say(f"{article}: {'hidden again' if undo else 'hidden no longer'}{beside}")
