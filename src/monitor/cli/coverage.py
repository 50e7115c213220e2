"""`monitor coverage` and `monitor found`: what was covered, and what may be missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from typer import Argument, Context, Option

from monitor.cli.common import Since, TextOrJson, Until, monitor_of, period, say, show, show_as

_HAD = {
    "shown": "we had shown it",
    "below": "we had it stored, below the threshold",
    "not_judged": "we had it stored, not judged",
    "late": "it came in only later",
    "never": "no feed had brought it, though one of its outlet is followed",
    "not_followed": "no feed of its outlet is followed",
}


def coverage(
    context: Context, since: Since = None, until: Until = None, format: TextOrJson = "text"
) -> None:
    """Print what was covered in a period, and what may be missed."""
    from monitor.review.recall_estimate import coverage as account

    monitor = monitor_of(context)
    found = account(monitor, *period(monitor, since, until))
    show_as(format, found, _coverage_lines(found))


def _coverage_lines(found: dict[str, Any]) -> Iterator[str]:
    from monitor.digest.coverage_account import language_words

    feeds, items = found["feeds"], found["items"]
    drops = "".join(f" + {n} {why}" for why, n in items["dropped"].items())
    reasons = ", ".join(f"{n} {why}" for why, n in found["not_judged"].items())
    yield f"{found['since']} to {found['until']}, both included, {found['timezone']}"
    yield (
        f"feeds: {feeds['followed']} followed now; {feeds['polled']} polled:"
        f" {feeds['alive']} alive, {len(feeds['failing'])} failing,"
        f" {len(feeds['silent'])} silent; {feeds['not_polled']} not polled"
    )
    yield from (f"  failing: {f['title'] or f['url']}: {f['error']}" for f in feeds["failing"])
    yield from (f"  silent: {one['title'] or one['url']}" for one in feeds["silent"])
    yield f"items: fetched {items['fetched']} = stored {items['stored']}{drops}"
    yield f"not judged: {reasons or 'none'}"
    if found["not_judged_languages"]:
        yield f"  by language: {language_words(found['not_judged_languages'])}"
    yield from found["words"]


def found(
    context: Context,
    url: Annotated[str, Argument(metavar="URL", help="Where it is told of.")],
    note: str = Option("", help="How the desk learned of it."),
    same_as: str | None = Option(None, help="Our article about it, by id or URL, if there is one."),
) -> None:
    """Record a case that the desk learned of elsewhere; say what we had of it."""
    from monitor.review.recall_estimate import tell_elsewhere

    had, new = tell_elsewhere(monitor_of(context), url, note=note, same_as=same_as)
    show(_HAD[had.had] + (f" ({had.article_id})" if had.article_id else ""))
    if not new:
        say("this address was recorded before; that record stays")
