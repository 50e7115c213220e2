"""`monitor stories`: events as outlets told them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from typer import Context

from monitor.cli import common
from monitor.cli.common import argument, flag, group, monitor_of, option, say, show_as

if TYPE_CHECKING:
    from monitor.app import Monitor

app = group()

_NAMES = flag("--names", "Show names that are hidden; each article is counted.")


@app.command()
def fold(context: Context) -> None:
    """Fold what was judged into stories, and look at what outlets took back."""
    fold_stories(monitor_of(context))


def fold_stories(monitor: Monitor) -> None:
    """Fold, then withdraw and erase; say what was done."""
    from monitor.archive.withdrawals import withdraw
    from monitor.jobs.mask_names import complete_due

    with common.counter("folding into stories") as report:
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
    since: str | None = option("Seen on or after this day."),
    until: str | None = option("Seen on or before this day."),
    limit: int = option("How many.", 50, min=1, max=1000),
    after: str | None = option("The story to go on after."),
    format: common.TextOrJson = "text",
    names: bool = _NAMES,
) -> None:
    """List stories with an article first seen in the time asked for, oldest story first."""
    from monitor.archive.story_details import list_stories
    from monitor.records.dates import bounds_of

    monitor = monitor_of(context)
    zone = monitor.settings.zone
    first, last = bounds_of(*common.days_asked(since, until), zone)
    who = "" if names else None
    told = list_stories(
        monitor, since=first, until=last, limit=limit, after=after, who=who, patient=True
    )
    lines = []
    for one in told["stories"]:
        day = datetime.fromisoformat(one["first_seen"]).astimezone(zone).date()
        lines.append(f"{one['story']}  {day}  {one['count']:3}  {_headline(one)}")
    show_as(format, told, lines, ascii=True)
    if told["next"] and format == "text":
        say(f"more: --after {told['next']}")
    if not told["stories"] and format == "text":
        say("no stories (monitor run folds articles into stories)")


@app.command("show")
def show_(
    context: Context,
    story: str = argument("A story's id."),
    format: common.TextOrJson = "text",
    names: bool = _NAMES,
) -> None:
    """Tell who published first, and what each outlet changed and added."""
    from monitor.archive.story_details import story_json

    told = story_json(monitor_of(context), story, who="" if names else None, patient=True)
    lines = [f"{told['count']} articles, first seen {told['first_seen']}"]
    for article in told["articles"]:
        url = article["url"] or f"(address not shown) {article['id']}"
        lines += ["", f"{article['outlet']}: {_headline(article)}"]
        lines.append(f"  {article['published'] or article['seen']}  {url}")
        if article["id"] == told["first"]:
            lines.append("  published first")
        else:
            lines.append(f"  {article['copied']:.0%} of its text stands in the first too")
            for name, kind in (("carried over", "carried"), ("added", "added")):
                if flags := [f"{f['match']} ({f['rule']})" for f in article[kind]]:
                    lines.append(f"  flags {name}: {', '.join(flags)}")
        if len(article["versions"]) > 1:
            gone = sum(version["withdrawn"] for version in article["versions"])
            lines.append(f"  {len(article['versions'])} versions, {gone} withdrawn")
    show_as(format, told, lines, ascii=True)


def _headline(article: dict[str, Any]) -> str:
    title: str | None = article["title"]
    return f"({article['withheld']})" if title is None else title
