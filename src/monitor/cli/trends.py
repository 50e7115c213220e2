"""`monitor coverage`, `found`, `trends`, `outlets` and `report`: what was written, counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from typer import Context

from monitor.cli import common
from monitor.cli.common import argument, monitor_of, option, say, show, show_as
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.stats.outlet_scorecards import Scorecard

_ROWS = 15
_HAD = {
    "shown": "we had shown it",
    "below": "we had it stored, below the threshold",
    "not_judged": "we had it stored, not judged",
    "late": "it came in only later",
    "never": "no feed had brought it, though one of its outlet is followed",
    "not_followed": "no feed of its outlet is followed",
}


def trends(
    context: Context,
    since: common.Since = None,
    until: common.Until = None,
    published_since: common.PublishedSince = None,
    published_until: common.PublishedUntil = None,
    format: common.TextOrJson = "text",
) -> None:
    """Print how often the followed outlets write of what: coverage, not incidence."""
    from monitor.records.dates import LONGEST_PUBLISHED_DAYS, period_of, undated_words
    from monitor.stats.monthly_report import NOT_INCIDENCE, basis_words, label_words
    from monitor.stats.trend_queries import read_period, read_published, trends_of
    from monitor.stats.trends import SIDES
    from monitor.stats.trends_json import trends_json

    monitor = monitor_of(context)
    published = common.days_asked(published_since, published_until, "published-")
    if published == (None, None):
        read = read_period(monitor, *common.period(monitor, since, until))
    elif since is not None or until is not None:
        raise UsageError("--since and --until go by first sight: leave out these or --published-…")
    else:
        days = period_of(*published, today=monitor.today, length=30, longest=LONGEST_PUBLISHED_DAYS)
        read = read_published(monitor, *days)
    found = trends_of(monitor, read)
    how = "first seen" if found.dates == "first_seen" else "published"
    lines = [f"{how} {found.since} to {found.days[-1].day}, both included, {found.timezone}"]
    lines += [undated_words(found.undated)] if found.undated else []
    stories = f"{found.items} items of {found.stored} stored tell {found.stories} stories"
    lines.append(f"{stories}, in {found.outlets} outlets")
    for scheme, rows in found.schemes.items():
        named = (f"{label_words(scheme, row.label)} {row.stories}" for row in rows[:_ROWS])
        lines.append(f"{scheme}, stories: {', '.join(named) or 'none'}")
    whole = found.balance.whole
    told = ", ".join(f"{side} {whole.told[side]}" for side in SIDES)
    lines.append(f"balance, of {whole.stories} stories that tell of a response: {told}")
    lines += [
        f"flag {row.rule}: stories {row.stories}, not looked at {row.unseen}"
        for row in found.rules[:_ROWS]
    ]
    for change in found.changes:
        done = "added" if change.followed else "removed"
        lines.append(f"feed {done} on {change.at.date()}: {change.title or change.url}")
    show_as(format, trends_json(found), [*lines, *basis_words(found.basis), NOT_INCIDENCE])


def outlets(
    context: Context,
    outlet: str = argument("An outlet's id or name: its scorecard.", "", metavar="OUTLET"),
    since: common.Since = None,
    until: common.Until = None,
    format: common.TextOrJson = "text",
) -> None:
    """Print the outlets with their stories, or one outlet's scorecard."""
    from monitor.stats.monthly_report import NOT_INCIDENCE
    from monitor.stats.trend_queries import outlets_of, read_period, scorecard_of
    from monitor.stats.trends_json import scorecard_json

    monitor = monitor_of(context)
    read = read_period(monitor, *common.period(monitor, since, until))
    found = outlets_of(monitor, read)
    if outlet:
        days = (read.since.isoformat(), read.last.isoformat())
        chosen = next((one for one in found if outlet in (one.id, one.name)), None)
        if chosen is None:
            raise UsageError(f"no outlet '{outlet}' with articles in these days")
        card = scorecard_of(monitor, read, chosen.id)
        show_as(format, scorecard_json(card, *days), _scorecard_lines(card))
        return
    lines = [
        f"{one.id}\t{one.name}\t{one.stories} stories\t{one.items} of {one.stored}" for one in found
    ]
    told = {"note": NOT_INCIDENCE, "outlets": [asdict(one) for one in found]}
    show_as(format, told, [*lines, NOT_INCIDENCE])


def _scorecard_lines(card: Scorecard) -> Iterator[str]:
    from monitor.records.finding import MEASURED_FROM
    from monitor.stats.monthly_report import CONFIRMED_ONLY, NOT_INCIDENCE

    outlet, n = card.outlet, card.outlet.stories
    yield f"{outlet.name}: {n} stories in {outlet.items} items of {outlet.stored}"
    if card.interval is not None:
        low, high = (100 * end for end in card.interval)
        share = f"{100 * card.flagged / n:.0f} % ({low:.0f} to {high:.0f})"
        yield f"{card.flagged} with a flag that is counted: {share}"
    elif card.enough:
        yield f"no share is told: {card.unseen} flags not looked at"
    else:
        yield f"too few stories to tell a share ({n} of the {MEASURED_FROM} needed)"
    for row in card.rules:
        yield f"  {row.rule}: stories {row.stories}, not looked at {row.unseen}"
    told = ", ".join(f"{side} {count}" for side, count in card.balance.told.items())
    yield f"balance, of {card.balance.stories} stories that tell of a response: {told}"
    yield from (CONFIRMED_ONLY, f"Guideline: {card.basis.guideline}", NOT_INCIDENCE)


def report(
    context: Context,
    month: str = option("The month, such as 2026-11.", ...),
    output: common.OutputFolder = Path(),
    format: Literal["html", "docx", "xlsx", "all"] = option(
        "Which of the three files to write.", "all"
    ),
) -> None:
    """Write the report of a month: what was covered, by form, country, response and outlet."""
    from monitor.stats.report_formats import FORMATS, render_report
    from monitor.stats.trend_queries import report_of

    made = report_of(monitor_of(context), month)
    for kind in FORMATS if format == "all" else (format,):
        path = output / f"report-{month}.{kind}"
        content = render_report(made, kind)
        try:
            output.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from error
        say(f"wrote {path}")


def coverage(
    context: Context,
    since: common.Since = None,
    until: common.Until = None,
    format: common.TextOrJson = "text",
) -> None:
    """Print what was covered in a period, and what may be missed."""
    from monitor.digest.coverage_account import language_words
    from monitor.review.recall_estimate import coverage as account

    monitor = monitor_of(context)
    found = account(monitor, *common.period(monitor, since, until))
    feeds, items = found["feeds"], found["items"]
    drops = "".join(f" + {n} {why}" for why, n in items["dropped"].items())
    reasons = ", ".join(f"{n} {why}" for why, n in found["not_judged"].items())
    polled = (
        f"feeds: {feeds['followed']} followed now; {feeds['polled']} polled:"
        f" {feeds['alive']} alive, {len(feeds['failing'])} failing,"
        f" {len(feeds['silent'])} silent; {feeds['not_polled']} not polled"
    )
    languages = language_words(found["not_judged_languages"])
    lines = (
        f"{found['since']} to {found['until']}, both included, {found['timezone']}",
        polled,
        *(f"  failing: {f['title'] or f['url']}: {f['error']}" for f in feeds["failing"]),
        *(f"  silent: {one['title'] or one['url']}" for one in feeds["silent"]),
        f"items: fetched {items['fetched']} = stored {items['stored']}{drops}",
        f"not judged: {reasons or 'none'}",
        *([f"  by language: {languages}"] if languages else []),
        *found["words"],
    )
    show_as(format, found, lines)


def found(
    context: Context,
    url: str = argument("Where it is told of.", metavar="URL"),
    note: str = option("How the desk learned of it.", ""),
    same_as: str | None = option("Our article about it, by id or URL, if there is one."),
) -> None:
    """Record a case that the desk learned of elsewhere; say what we had of it."""
    from monitor.review.recall_estimate import tell_elsewhere

    had, new = tell_elsewhere(monitor_of(context), url, note=note, same_as=same_as)
    show(_HAD[had.had] + (f" ({had.article_id})" if had.article_id else ""))
    if not new:
        say("this address was recorded before; that record stays")
