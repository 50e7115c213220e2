"""`monitor coverage`, `monitor found` and `monitor reviews sample`: what may be missed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import monitor_of, plain, say, show

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from monitor.desk import Desk

Since = Annotated[str | None, typer.Option(help="The first day; default the 30th from the last.")]
Until = Annotated[str | None, typer.Option(help="The last day; default today.")]

PublishedSince = Annotated[str | None, typer.Option(help="Published on or after this day.")]
PublishedUntil = Annotated[str | None, typer.Option(help="Published on or before this day.")]

_HAD = {
    "shown": "we had shown it",
    "below": "we had it stored, below the threshold",
    "not_judged": "we had it stored, not judged",
    "late": "it came in only later",
    "never": "no feed had brought it, though one of its outlet is followed",
    "not_followed": "no feed of its outlet is followed",
}


def period(desk: Desk, since: str | None, until: str | None) -> tuple[date, date]:
    """Return the days [since, until) that are asked for."""
    from monitor.records.dates import period_of

    days = day_asked(since, "--since"), day_asked(until, "--until")
    return period_of(*days, today=desk.today, length=30)


def day_asked(value: str | None, option: str) -> date | None:
    """Return the day that an option names, None where it is not given. Raises `UsageError`."""
    from monitor.records.dates import parse_day

    return None if value is None else parse_day(value, option)


def published_filters(since: str | None, until: str | None, zone: ZoneInfo) -> dict[str, Any]:
    """Return the filters by days of publication; none where none is asked for."""
    from monitor.records.dates import published_days

    first = day_asked(since, "--published-since")
    last = day_asked(until, "--published-until")
    if published_days(first, last, zone) is None:
        return {}
    return {"published_since": first, "published_until": last, "timezone": zone.key}


def days_words(
    since: str | None, until: str | None, published_since: str | None, published_until: str | None
) -> str:
    """Say by which dates articles were chosen, "" where by none."""
    told = []
    asked = ((since, until, "first seen"), (published_since, published_until, "published"))
    for first, last, how in asked:
        days = [f"from {first}"] * bool(first) + [f"to {last}"] * bool(last)
        told += [f"{how} {' '.join(days)}"] if days else []
    return f"chosen by: {' and '.join(told)}, days included" if told else ""


def coverage(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print what was covered in a period, and what may be missed."""
    from monitor.review.recall_estimate import coverage as account

    monitor = monitor_of(context)
    found = account(monitor, *period(monitor, since, until))
    if format == "json":
        show(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in _lines(found):
        show(plain(line))


def _lines(found: dict[str, Any]) -> list[str]:
    from monitor.digest.coverage_account import language_words

    feeds, items = found["feeds"], found["items"]
    drops = "".join(f" + {n} {why}" for why, n in items["dropped"].items())
    polled = (
        f"{feeds['polled']} polled: {feeds['alive']} alive, {len(feeds['failing'])} failing,"
        f" {len(feeds['silent'])} silent; {feeds['not_polled']} not polled"
    )
    reasons = ", ".join(f"{n} {why}" for why, n in found["not_judged"].items())
    lines = [
        f"{found['since']} to {found['until']}, both included, {found['timezone']}",
        f"feeds: {feeds['followed']} followed now; {polled}",
        *(f"  failing: {one['title'] or one['url']}: {one['error']}" for one in feeds["failing"]),
        *(f"  silent: {one['title'] or one['url']}" for one in feeds["silent"]),
        f"items: fetched {items['fetched']} = stored {items['stored']}{drops}",
        f"not judged: {reasons or 'none'}",
    ]
    if found["not_judged_languages"]:
        lines.append(f"  by language: {language_words(found['not_judged_languages'])}")
    return [*lines, *found["words"]]


def found(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it is told of.")],
    note: Annotated[str, typer.Option(help="How the desk learned of it.")] = "",
    same_as: Annotated[
        str | None, typer.Option(help="Our article about it, by id or URL, if there is one.")
    ] = None,
) -> None:
    """Record a case that the desk learned of elsewhere; say what we had of it."""
    from monitor.review.recall_estimate import tell_elsewhere

    had, new = tell_elsewhere(monitor_of(context), url, note=note, same_as=same_as)
    show(plain(f"{_HAD[had.had]}" + (f" ({had.article_id})" if had.article_id else "")))
    if not new:
        say("this address was recorded before; that record stays")


def sample(
    context: typer.Context,
    day: Annotated[str | None, typer.Option(help="A day that is over; default yesterday.")] = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print a few random articles below the threshold, to be reviewed."""
    from monitor.review.recall_estimate import sample_json
    from monitor.review.sampling import sample_of

    monitor = monitor_of(context)
    drawn = sample_of(monitor, day)
    told = sample_json(monitor, drawn, patient=True)
    if format == "json":
        show(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for one in told["articles"]:
        done = "\treviewed" if one["reviewed"] else ""
        title = f"({one['withheld']})" if one["title"] is None else one["title"]
        url = one["url"] or "(address not shown)"
        show(plain(f"{one['id']}\t{one['outlet']}\t{title}\t{url}{done}"))
    say(
        f"{len(drawn.articles)} of {sum(s.population for s in drawn.draw.strata)} articles of"
        f" {drawn.draw.day} that were not shown, {len(drawn.reviewed)} reviewed;"
        " monitor reviews add ID relevant|borderline|not_relevant"
    )
