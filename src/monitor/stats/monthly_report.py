"""The monthly report: its sections, whatever they are written in, and the words of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.labels.countries import country_name
from monitor.labels.institutions import entity_name
from monitor.labels.schemes import SCHEMES
from monitor.records.finding import MEASURED_FROM
from monitor.stats.outlet_scorecards import OutletCount, Scorecard
from monitor.stats.plots import Bars
from monitor.stats.trends import SIDES, BalanceRow, Basis, DayCount, Trends

ROWS = 20  # rows of a table in the page and the document; the workbook has all
BARS = 12
SIDE_WORDS = {side: side for side in SIDES} | {"prosecution": "enforcement"}
Cell = str | int | float


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A heading, sentences, a table and, where there is something to plot, a plot of it."""

    title: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    bars: Bars | None = None


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """A report: no headline and no name of a person stands in it."""

    title: str
    period: str
    notes: tuple[str, ...]
    sections: tuple[ReportSection, ...]
    foot: tuple[str, ...]


def make_report(
    trends: Trends,
    outlets: Sequence[OutletCount],
    cards: Sequence[Scorecard],
    *,
    title: str,
    gaps: Sequence[str],
    rules: Mapping[str, str],
) -> MonthlyReport:
    """Return the report of a month; `rules` are the rules' titles, `gaps` what may be missed."""
    once = "A story counts on the day on which it was first told in the month."
    whole = f"{trends.items:,} items of {trends.stored:,} stored tell {trends.stories:,} stories"
    return MonthlyReport(
        title=title,
        period=f"{trends.since} to {trends.days[-1].day} ({trends.timezone})",
        notes=(NOT_INCIDENCE, f"{whole}, in {trends.outlets:,} outlets."),
        sections=(
            time_section("By day", "day", once, trends.days, name="{}", short="{.day}"),
            *(scheme_section(trends, scheme) for scheme in trends.schemes),
            balance_section(trends, "country"),
            balance_section(trends, "outlet"),
            _outlets(outlets, cards),
            rules_section(trends, rules),
            changes_section(trends),
        ),
        foot=(*gaps, *basis_words(trends.basis), f"Judged by: {', '.join(trends.stamps)}"),
    )


def basis_words(basis: Basis) -> tuple[str, ...]:
    """Say which flags are counted, and by which guideline they were raised."""
    rules = f"Rules counted without a person: {', '.join(sorted(basis.proven))}."
    return (rules if basis.proven else NO_RULES, FLAGS_COUNTED, f"Guideline: {basis.guideline}")


def time_section(
    title: str, first: str, note: str, rows: Sequence[DayCount], *, name: str, short: str
) -> ReportSection:
    """Return items and stories by day, week or month.

    `first` names the first column; `name` and `short` are formats of days in table and plot.
    """
    marks = tuple(n for n, row in enumerate(rows) if row.changes)
    mixed = "Dashed lines: feeds were added or removed; what follows is another mix."
    labels = tuple(short.format(row.day) for row in rows)
    items, stories = (tuple(getattr(row, of) for row in rows) for of in ("items", "stories"))
    bars = Bars(title, labels, (("items", items), ("stories", stories)), marks=marks)
    return ReportSection(
        title,
        (note, *([mixed] if marks else [])),
        (first, "stored", "items", "stories", "feed changes"),
        tuple((name.format(r.day), r.stored, r.items, r.stories, r.changes) for r in rows),
        bars if any(items) else None,
    )


def story_bars(title: str, rows: Sequence[tuple[str, int]]) -> Bars | None:
    """Return bars of how many stories there are by name, for the first of the rows."""
    if not rows:
        return None
    names, stories = zip(*rows[:BARS], strict=True)
    return Bars(title, names, (("stories", stories),), across=True)


def scheme_section(trends: Trends, scheme: str) -> ReportSection:
    """Return how often each label of a scheme was given."""
    told = trends.schemes[scheme]
    rows = [(label_words(scheme, row.label), row.items, row.stories) for row in told]
    title = SCHEMES[scheme].trend
    notes = ["No article has a label of this kind; it may be that no model in force gives them."]
    if rows:
        notes = ["An item may have several."] if scheme != "victim" else []
    columns = ("country" if scheme == "place" else scheme, "items", "stories")
    bars = story_bars(title, [(name, stories) for name, _, stories in rows])
    return ReportSection(title, tuple(notes), columns, tuple(rows), bars)


def balance_section(trends: Trends, what: Literal["country", "outlet"]) -> ReportSection:
    """Return which responses are told of, by country or by outlet."""
    title, whole = f"Balance by {what}", trends.balance.whole
    told = ", ".join(f"{SIDE_WORDS[side]} {whole.told[side]}" for side in SIDES)
    notes = (
        f"Of {whole.stories} stories that tell of a response: {told}. A story may tell of several.",
        f"Shares with 95 % intervals (Wilson) from {MEASURED_FROM} stories on.",
        f"The plot has the first {BARS // 2}.",
    )
    found = trends.balance.outlets
    if what == "country":
        countries = trends.balance.countries
        found = tuple(replace(row, key=label_words("place", row.key)) for row in countries)
    top = found[: BARS // 2]
    series = ((SIDE_WORDS[side], tuple(row.told[side] for row in top)) for side in SIDES[:3])
    names = tuple(row.key for row in top)
    return ReportSection(
        title,
        notes,
        (what, "stories", *(SIDE_WORDS[side] for side in SIDES), "shares"),
        tuple((r.key, r.stories, *(r.told[side] for side in SIDES), _shares(r)) for r in found),
        Bars(title, names, tuple(series), across=True) if top else None,
    )


def _shares(row: BalanceRow) -> str:
    """Say the share of each side with its interval."""
    if not row.intervals:
        return f"too few (n = {row.stories})"
    return "; ".join(
        f"{SIDE_WORDS[side]} {100 * row.told[side] / row.stories:.0f} %"
        f" ({100 * low:.0f} to {100 * high:.0f})"
        for side, (low, high) in row.intervals.items()
    )


def _outlets(outlets: Sequence[OutletCount], cards: Sequence[Scorecard]) -> ReportSection:
    by_id = {card.outlet.id: card for card in cards}
    rows = []
    for one in outlets:
        card = by_id.get(one.id)
        flagged = card.flagged if card else 0
        share = f"too few (n = {one.stories})"
        if card is not None and card.enough and card.unseen:
            share = f"not told: {card.unseen} flags not looked at"
        elif card is not None and card.interval is not None:
            low, high = card.interval
            part = 100 * flagged / one.stories
            share = f"{part:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
        rows.append((one.name, one.stored, one.items, one.stories, flagged, share))
    return ReportSection(
        "Outlets",
        (
            "Each story counts once in an outlet, however often the outlet printed it.",
            "Flagged: stories with a flag that is counted; share with its 95 % interval (Wilson).",
        ),
        ("outlet", "stored", "items", "stories", "flagged", "share flagged"),
        tuple(rows),
        story_bars("Outlets", [(one.name, one.stories) for one in outlets if one.stories]),
    )


def rules_section(trends: Trends, titles: Mapping[str, str]) -> ReportSection:
    """Return how often each rule's flags are counted; `titles` by rule."""
    rows = ((r.rule, titles.get(r.rule, ""), r.items, r.stories, r.unseen) for r in trends.rules)
    columns = ("rule", "title", "items", "stories", "not looked at")
    return ReportSection("Flags", basis_words(trends.basis)[:2], columns, tuple(rows))


def changes_section(trends: Trends) -> ReportSection:
    """Return the feeds that were added or removed."""
    done = {True: "added", False: "removed"}
    rows = tuple(
        (one.at.date().isoformat(), done[one.followed], one.title or one.outlet, one.url)
        for one in trends.changes
    )
    note = "Curves before and after a change are of different feeds."
    notes = (note if rows else "No feed was added or removed.",)
    return ReportSection("Changes of feeds", notes, ("day", "change", "feed", "URL"), rows)


NOT_INCIDENCE = (
    "Coverage, not incidence: these figures say how often the followed outlets write of something,"
    " not how often it happens."
)
FLAGS_COUNTED = (
    "Only flags that a person confirmed, or of rules with a measured precision of 0.95 or more, are"
    " counted. A share is told only where no other flag waits for a look; no flags does not mean"
    " that all is well."
)
NO_RULES = (
    "No rule has a measured precision of 0.95 on 20 flags or more, so only flags that a person"
    " confirmed are counted."
)
CONFIRMED_ONLY = (
    "Only flags that a person confirmed are counted: no rule's precision was measured on articles"
    " of this region. A share is told only where no other flag waits for a look; no flags does not"
    " mean that all is well."
)


def label_words(scheme: str, label: str) -> str:
    """Return a label as people say it."""
    if scheme == "place":
        return country_name(label)
    return entity_name(scheme, label) or label.replace("_", " ")
