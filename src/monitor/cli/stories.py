"""`monitor stories`: events as outlets told them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Context, Option

from monitor.cli.common import TextOrJson, counter, day_asked, group, monitor_of, plain, say, show

if TYPE_CHECKING:
    from monitor.app import Monitor

app = group()

_Names = Annotated[
    bool, Option("--names", help="Show names that are hidden; each article is counted.")
]


@app.command()
def fold(context: Context) -> None:
    """Fold what was judged into stories, and look at what outlets took back."""
    fold_stories(monitor_of(context))


def fold_stories(monitor: Monitor) -> None:
    """Fold, then withdraw and erase; say what was done."""
    from monitor.archive.withdrawals import withdraw
    from monitor.jobs.mask_names import complete_due

    with counter("folding into stories") as report:
        folded = monitor.fold(report=report)
    complete_due(monitor)  # a story has one set of hidden names
    say(f"{monitor.stories_stamp}: {folded} folded")
    done = withdraw(monitor, monitor.now())
    if done.withdrawn:
        say(f"{done.withdrawn} older versions are not shown again: a name or detail was taken out")
    if done.erased:
        say(f"{done.erased} older versions erased")


@app.command("list")
def list_(
    context: Context,
    since: Annotated[str | None, Option(help="Seen on or after this day.")] = None,
    until: Annotated[str | None, Option(help="Seen on or before this day.")] = None,
    limit: Annotated[int, Option(min=1, max=1000, help="How many.")] = 50,
    after: Annotated[str | None, Option(help="The story to go on after.")] = None,
    format: TextOrJson = "text",
    names: _Names = False,
) -> None:
    """List stories with an article first seen in the time asked for, oldest story first."""
    from monitor.archive.story_details import list_stories
    from monitor.records.dates import bounds_of

    monitor = monitor_of(context)
    zone = monitor.settings.zone
    first, last = bounds_of(day_asked(since, "--since"), day_asked(until, "--until"), zone)
    who = "" if names else None
    told = list_stories(
        monitor, since=first, until=last, limit=limit, after=after, who=who, patient=True
    )
    if format == "json":
        show(json.dumps(told, indent=1))
        return
    for one in told["stories"]:
        day = datetime.fromisoformat(one["first_seen"]).astimezone(zone).date()
        show(f"{one['story']}  {day}  {one['count']:3}  {plain(_headline(one))}")
    if told["next"]:
        say(f"more: --after {told['next']}")
    if not told["stories"]:
        say("no stories (monitor run folds articles into stories)")


@app.command("show")
def show_(
    context: Context,
    story: Annotated[str, Argument(help="A story's id.")],
    format: TextOrJson = "text",
    names: _Names = False,
) -> None:
    """Tell who published first, and what each outlet changed and added."""
    from monitor.archive.story_details import story_json

    told = story_json(monitor_of(context), story, who="" if names else None, patient=True)
    show(json.dumps(told, indent=1) if format == "json" else "\n".join(_story_lines(told)))


def _headline(article: dict[str, Any]) -> str:
    title: str | None = article["title"]
    return f"({article['withheld']})" if title is None else title


def _story_lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['count']} articles, first seen {told['first_seen']}"
    for article in told["articles"]:
        yield from ("", f"{plain(article['outlet'])}: {plain(_headline(article))}")
        url = article["url"] or f"(address not shown) {article['id']}"
        yield f"  {article['published'] or article['seen']}  {plain(url)}"
        if article["id"] == told["first"]:
            yield "  published first"
        else:
            yield f"  {article['copied']:.0%} of its text stands in the first too"
            for name, kind in (("carried over", "carried"), ("added", "added")):
                flags = [f"{plain(f['match'])} ({plain(f['rule'])})" for f in article[kind]]
                if flags:
                    yield f"  flags {name}: {', '.join(flags)}"
        if len(article["versions"]) > 1:
            gone = sum(version["withdrawn"] for version in article["versions"])
            yield f"  {len(article['versions'])} versions, {gone} withdrawn"
