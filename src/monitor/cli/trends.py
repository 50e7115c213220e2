"""`monitor trends`, `outlets`, `report` and `monitor reviews flag`: what was written, counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.common import monitor_of, plain, say, show
from monitor.cli.coverage import PublishedSince, PublishedUntil, Since, Until, day_asked, period
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.stats.outlet_scorecards import Scorecard
    from monitor.stats.trends import Trends

Format = Annotated[Literal["text", "json"], typer.Option(help="How to write it.")]
_ROWS = 15


def trends(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    published_since: PublishedSince = None,
    published_until: PublishedUntil = None,
    format: Format = "text",
) -> None:
    """Print how often the followed outlets write of what: coverage, not incidence."""
    from monitor.records.dates import LONGEST_PUBLISHED_DAYS, period_of
    from monitor.stats.trend_queries import read_period, read_published, trends_of
    from monitor.stats.trends_json import trends_json

    monitor = monitor_of(context)
    first = day_asked(published_since, "--published-since")
    last = day_asked(published_until, "--published-until")
    if first is None and last is None:
        read = read_period(monitor, *period(monitor, since, until))
    elif since is not None or until is not None:
        raise UsageError("--since and --until go by first sight: leave out these or --published-…")
    else:
        longest = LONGEST_PUBLISHED_DAYS
        days = period_of(first, last, today=monitor.today, length=30, longest=longest)
        read = read_published(monitor, *days)
    found = trends_of(monitor, read)
    if format == "json":
        show(json.dumps(trends_json(found), ensure_ascii=False, indent=1))
        return
    for line in _trend_lines(found):
        show(plain(line))


def _trend_lines(found: Trends) -> Iterator[str]:
    from monitor.records.dates import undated_words
    from monitor.stats.monthly_report import NOT_INCIDENCE, basis_words, label_words
    from monitor.stats.trends import SIDES

    how = "first seen" if found.dates == "first_seen" else "published"
    yield f"{how} {found.since} to {found.days[-1].day}, both included, {found.timezone}"
    if found.undated:
        yield undated_words(found.undated)
    yield (
        f"{found.items} items of {found.stored} stored tell {found.stories} stories,"
        f" in {found.outlets} outlets"
    )
    for scheme, rows in found.schemes.items():
        named = (f"{label_words(scheme, row.label)} {row.stories}" for row in rows[:_ROWS])
        yield f"{scheme}, stories: {', '.join(named) or 'none'}"
    whole = found.balance.whole
    told = ", ".join(f"{side} {whole.told[side]}" for side in SIDES)
    yield f"balance, of {whole.stories} stories that tell of a response: {told}"
    for row in found.rules[:_ROWS]:
        yield f"flag {row.rule}: stories {row.stories}, not looked at {row.unseen}"
    for change in found.changes:
        done = "added" if change.followed else "removed"
        yield f"feed {done} on {change.at.date()}: {change.title or change.url}"
    yield from basis_words(found.basis)
    yield NOT_INCIDENCE


def outlets(
    context: typer.Context,
    outlet: Annotated[
        str, typer.Argument(metavar="OUTLET", help="An outlet's id or name: its scorecard.")
    ] = "",
    since: Since = None,
    until: Until = None,
    format: Format = "text",
) -> None:
    """Print the outlets with their stories, or one outlet's scorecard."""
    from monitor.stats.monthly_report import NOT_INCIDENCE
    from monitor.stats.trend_queries import outlets_of, read_period, scorecard_of
    from monitor.stats.trends_json import outlet_json, scorecard_json

    monitor = monitor_of(context)
    read = read_period(monitor, *period(monitor, since, until))
    found = outlets_of(monitor, read)
    days = (read.since.isoformat(), read.last.isoformat())
    if outlet:
        chosen = next((one for one in found if outlet in (one.id, one.name)), None)
        if chosen is None:
            raise UsageError(f"no outlet '{outlet}' with articles in these days")
        card = scorecard_of(monitor, read, chosen.id)
        as_json = json.dumps(scorecard_json(card, *days), ensure_ascii=False, indent=1)
        show(as_json if format == "json" else plain_lines(card))
        return
    if format == "json":
        listed = [outlet_json(one) for one in found]
        show(json.dumps({"note": NOT_INCIDENCE, "outlets": listed}, ensure_ascii=False, indent=1))
        return
    for one in found:
        show(plain(f"{one.id}\t{one.name}\t{one.stories} stories\t{one.items} of {one.stored}"))
    show(NOT_INCIDENCE)


def plain_lines(card: Scorecard) -> str:
    """Return a scorecard in lines."""
    from monitor.records.finding import MEASURED_FROM
    from monitor.stats.monthly_report import CONFIRMED_ONLY, NOT_INCIDENCE

    n = card.outlet.stories
    lines = [
        f"{card.outlet.name}: {n} stories in {card.outlet.items} items of {card.outlet.stored}"
    ]
    if card.interval is None:
        few = f"too few stories to tell a share ({n} of the {MEASURED_FROM} needed)"
        waits = f"no share is told: {card.unseen} flags not looked at"
        lines.append(waits if card.enough else few)
    else:
        low, high = (100 * end for end in card.interval)
        share = 100 * card.flagged / n
        ends = f"{low:.0f} to {high:.0f}"
        lines.append(f"{card.flagged} with a flag that is counted: {share:.0f} % ({ends})")
    lines += [
        f"  {row.rule}: stories {row.stories}, not looked at {row.unseen}" for row in card.rules
    ]
    told = ", ".join(f"{side} {n}" for side, n in card.balance.told.items())
    lines.append(f"balance, of {card.balance.stories} stories that tell of a response: {told}")
    rests = (CONFIRMED_ONLY, f"Guideline: {card.basis.guideline}", NOT_INCIDENCE)
    return "\n".join(plain(line) for line in (*lines, *rests))


def report(
    context: typer.Context,
    month: Annotated[str, typer.Option(help="The month, such as 2026-11.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write.")
    ] = Path(),
    format: Annotated[
        Literal["html", "docx", "xlsx", "all"],
        typer.Option(help="Which of the three files to write."),
    ] = "all",
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


def flag(
    context: typer.Context,
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="The article's id or its URL.")],
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule that flags it.")],
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="right or wrong.")],
    by: Annotated[str, typer.Option(help="Who says so.")] = "",
) -> None:
    """Store whether a rule's flags in an article are right; scorecards count what is confirmed."""
    from monitor.stats.trend_queries import judge_flag

    if verdict not in ("right", "wrong"):
        raise UsageError(f"'{verdict}' is none of right, wrong")
    number = judge_flag(monitor_of(context), article, rule, right=verdict == "right", reviewer=by)
    say(f"{number} flag{'' if number == 1 else 's'} of {rule} said to be {verdict}")
