"""`monitor feeds`: which feeds the desk follows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Context, Exit

from monitor.cli.common import argument, group, monitor_of, option, plain, say, show
from monitor.feeds.urls import shown_url
from monitor.records.errors import FeedError, NotFound, UsageError

app = group()

FeedAddress = Annotated[str, Argument(help="The feed's address, as listed.")]


@app.command()
def add(
    context: Context,
    url: str | None = argument("The feed's address.", None),
    title: str = option("Its name (default: the host's).", ""),
    kind: Literal["feed", "sitemap", "page"] = option(
        "A feed, a site map, or a page that lists articles.", "feed"
    ),
    pack: str | None = option(
        "All feeds of a pack, such as ghana (monitor feeds packs lists them)."
    ),
) -> None:
    """Follow one feed, or a site map or a page that lists articles; or the feeds of a pack."""
    from monitor.feeds.starter_feeds import find_pack, make_feed

    if (url is None) == (pack is None) or (pack and (title or kind != "feed")):
        raise UsageError("say either an address, with what belongs to it, or --pack NAME")
    if url is not None:
        feed = make_feed(url, title=title, kind=kind)
        new = monitor_of(context).add_feeds([feed])
        say(f"{'added' if new else 'already followed'}: {feed.url}")
        return
    chosen, monitor = find_pack(pack or ""), monitor_of(context)
    there = {feed.id for feed in monitor.store.feeds()}
    for each in chosen.feeds:
        word, known = "already followed", ""
        if each.feed.id not in there:
            word, known = "added", f"; {each.known}" + (f" ({each.note})" if each.note else "")
        say(f"{word}: {each.feed.title} <{each.feed.url}>{known}")
    new = monitor.add_feeds([each.feed for each in chosen.feeds])
    say(f"{new} added, {len(chosen.feeds) - new} already followed")
    if new and not all(each.verified for each in chosen.feeds):
        say(
            "what does not answer is named by monitor ingest; monitor feeds remove URL takes it out"
        )


@app.command()
def packs() -> None:
    """Print the packs of feeds, one a line: name, feeds, how many were seen to answer, what."""
    from monitor.feeds.starter_feeds import all_packs

    for pack in all_packs():
        verified = sum(each.verified for each in pack.feeds)
        more = f" With {', '.join(pack.others)}." if pack.others else ""
        show(f"{pack.name}\t{len(pack.feeds)}\t{verified} verified\t{pack.about}{more}")


@app.command("import")
def import_(context: Context, path: Path = argument("An OPML file.")) -> None:
    """Follow the feeds of an OPML file."""
    from monitor.feeds.opml import parse_opml
    from monitor.feeds.starter_feeds import outline_feed

    try:
        data = path.read_bytes()
    except OSError as error:
        raise FeedError(f"{path}: {error.strerror or error}") from error
    feeds, bad = [], 0
    for outline in parse_opml(data, name=str(path)):
        try:
            feeds.append(outline_feed(outline))
        except FeedError as error:
            bad += 1
            say(f"left out: {error}")
    if not feeds:
        raise FeedError(f"{path}: no usable feed in it")
    new = monitor_of(context).add_feeds(feeds)
    say(f"{new} added, {len(feeds) - new} already followed, {bad} left out")
    raise Exit(1 if bad else 0)


@app.command()
def export(context: Context) -> None:
    """Print the feeds as OPML."""
    from monitor.feeds.opml import render_opml

    show(render_opml(monitor_of(context).store.feeds()))


@app.command("list")
def list_(context: Context) -> None:
    """Print the feeds, one a line: URL, last poll and its ledger, date and description."""
    from monitor.cli.run import ledger_line

    store = monitor_of(context).store
    polls = store.last_polls()
    for feed in store.feeds():
        poll = polls.get(feed.id)
        when = poll.at.isoformat(timespec="seconds") if poll else "never polled"
        line = ledger_line(feed, poll) if poll else plain(feed.title)
        state = " (silent)" if poll and poll.silent else ""
        state += " (paused)" if feed.paused else ""
        changed = feed.updated.date().isoformat() if feed.updated else ""
        about = f"{changed}\t{plain(feed.description)}"
        show(f"{plain(feed.url)}\t{when}\t{line}{state}\t{about}".rstrip("\t"))


@app.command()
def discover(context: Context, site: str = argument("The address of a page.")) -> None:
    """Print the feeds that a page names, one a line: URL, title."""
    from monitor.feeds.feed_discovery import discover_at

    found = discover_at(monitor_of(context), site)
    for feed in found:
        show(f"{plain(feed.url)}\t{plain(feed.title)}")
    if not found:
        hint = "its site map or a page that lists its articles may do: monitor feeds add --kind"
        raise FeedError(f"{shown_url(site)}: the page names no feed; {hint}")


@app.command()
def pause(context: Context, url: FeedAddress) -> None:
    """Poll a feed no more until it is resumed."""
    _set_paused(context, url, True, "paused", "was paused")


@app.command()
def resume(context: Context, url: FeedAddress) -> None:
    """Poll a paused feed again."""
    _set_paused(context, url, False, "resumed", "was not paused")


def _set_paused(context: Context, url: str, paused: bool, done: str, before: str) -> None:
    """Pause or resume a feed. Raises `UsageError` for a feed that is not followed."""
    monitor = monitor_of(context)
    try:
        new = monitor.store.pause_feed(url, monitor.now(), paused=paused)
    except NotFound as error:
        raise UsageError(f"not followed: {shown_url(url)}") from error
    say(f"{done if new else before}: {shown_url(url)}")


@app.command()
def remove(context: Context, url: FeedAddress) -> None:
    """Stop following a feed; what it brought stays."""
    if not monitor_of(context).store.remove_feed(url):
        raise UsageError(f"not followed: {shown_url(url)}")
    say(f"removed: {shown_url(url)}")
