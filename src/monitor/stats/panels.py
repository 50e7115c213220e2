"""What the page of trends and an outlet's page show: sections of the report, and shares to plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.records.finding import MEASURED_FROM
from monitor.stats import monthly_report as report
from monitor.stats.outlet_scorecards import RuleShare, Scorecard
from monitor.stats.trends import SIDES, BalanceRow, Step, Trends, by_step

_STEP_WORDS: Mapping[Step, tuple[str, str]] = {
    "day": ("By day", "day"),
    "week": ("By week", "week that begins on or after"),
    "month": ("By month", "month"),
}


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of `of`, with a 95 % interval (Wilson)."""

    name: str
    count: int
    of: int
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ranges:
    """The shares of one outlet, country or rule; without any, `why` there are none."""

    label: str
    shares: tuple[Proportion, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A section under the name that its table has in addresses; it plots bars, or `ranges`."""

    key: str
    section: report.ReportSection
    ranges: tuple[Ranges, ...] = ()


def trend_panels(trends: Trends, titles: Mapping[str, str], step: Step) -> tuple[Panel, ...]:
    """Return what is shown of a period, by `step`; `titles` are those of rules."""
    balance, flags = trends.balance, report.rules_section(trends, titles)
    counted = [(titles.get(row.rule, row.rule), row.stories) for row in trends.rules if row.stories]
    shown: tuple[tuple[str, Literal["country", "outlet"], Sequence[BalanceRow]], ...] = (
        ("countries", "country", balance.countries),
        ("outlets", "outlet", balance.outlets),
    )
    return (
        Panel("time", steps_section(trends, step)),
        *(Panel(scheme, report.scheme_section(trends, scheme)) for scheme in trends.schemes),
        *(
            Panel(
                key,
                replace(report.balance_section(trends, what), bars=None),
                tuple(_sides(row, what) for row in rows[: report.BARS // 2]),
            )
            for key, what, rows in shown
        ),
        Panel("rules", replace(flags, bars=report.story_bars(flags.title, counted))),
        # when feeds were added says nothing of days of publication
        *([Panel("feeds", report.changes_section(trends))] if trends.dates == "first_seen" else []),
    )


def steps_section(trends: Trends, step: Step) -> report.ReportSection:
    """Return items and stories by day, week or month."""
    title, first = _STEP_WORDS[step]
    note, days = "A story counts once: when it was first told in the period.", trends.days
    name, short = ("{:%Y-%m}", "{:%b %Y}") if step == "month" else ("{}", "{0.day} {0:%b}")
    return report.time_section(title, first, note, by_step(days, step), name=name, short=short)


def _sides(row: BalanceRow, what: str) -> Ranges:
    label = report.label_words("place", row.key) if what == "country" else row.key
    words, n, intervals = report.SIDE_WORDS, row.stories, row.intervals
    if not intervals:
        return Ranges(label, (), too_few(n))
    shares = (Proportion(words[s], row.told[s], n, intervals[s]) for s in SIDES[:3])
    return Ranges(label, tuple(shares))


def too_few(stories: int) -> str:
    """Say why there is no share."""
    told = f"{stories} stor{'y' if stories == 1 else 'ies'}"
    return f"No share is told: {told}, and a share takes {MEASURED_FROM}."


def card_panels(card: Scorecard, titles: Mapping[str, str]) -> tuple[Panel, ...]:
    """Return what an outlet's page shows of its scorecard; `titles` are those of rules."""
    stories = card.outlet.stories

    def flagged(label: str, n: int, of: Scorecard | RuleShare) -> Ranges:
        if of.interval:
            return Ranges(label, (Proportion("flagged", n, stories, of.interval),))
        flags = f"{of.unseen} flag{'' if of.unseen == 1 else 's'}"
        why = f"No share is told: {flags} not looked at."
        return Ranges(label, (), too_few(stories) if stories < MEASURED_FROM else why)

    rows: list[tuple[report.Cell, ...]] = []
    ranges = [flagged("Any rule", card.flagged, card)] if card.rules else []
    for row in card.rules:
        title = titles.get(row.rule, row.rule)
        cells: tuple[report.Cell, ...] = ("not told", "", "")
        if row.interval is not None:
            cells = tuple(round(one, 3) for one in (row.stories / stories, *row.interval))
        rows.append((row.rule, title, row.stories, row.unseen, *cells))
        ranges.append(flagged(title, row.stories, row))
    flags = report.ReportSection(
        "Flags by rule",
        (f"Of {stories} stories, each counted once; shares with 95 % intervals (Wilson).",),
        ("rule", "title", "stories", "not looked at", "share", "from", "to"),
        tuple(rows),
    )
    balance = report.ReportSection(
        "Balance of responses",
        (f"Of {card.balance.stories} stories that tell of a response; one may tell of several.",),
        ("response", "stories"),
        tuple((report.SIDE_WORDS[name], card.balance.told[name]) for name in SIDES),
    )
    sides = replace(_sides(card.balance, "outlet"), label="Responses")
    return (
        Panel("flags", flags, tuple(ranges[: 1 + report.BARS])),
        Panel("balance", balance, (sides,)),
    )
