"""Plots as SVG that is drawn on the server: read in black and white, and by a screen reader.

Not matplotlib, as in the report: its SVG carries styles inside, which the policy of our pages
refuses, and takes 200 to 500 ms a plot. Everything here is made of rectangles, lines and words
whose places across are percentages, so that words stay as large as the page's at every width.
Series differ by pattern, never by colour alone; all is drawn in the colour of the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from monitor.stats.monthly_report import NOT_INCIDENCE, ReportSection
from monitor.stats.panels import Panel, Ranges
from monitor.stats.plots import Bars
from monitor.text.safe_text import MARK, clean, excerpt, guarded_line
from monitor.web.page_frame import address

ROWS = 100
"""Rows of a table in a page; the CSV has all."""


def view_panels(
    panels: Sequence[Panel], base: str, asked: Mapping[str, str]
) -> list[SimpleNamespace]:
    """Return panels with plots, or `why` there is none.

    `base` begins the addresses of their tables (`csv`), `asked` ends them.
    """
    return [
        SimpleNamespace(
            key=panel.key,
            section=panel.section,
            plot=plot_bars(panel.section.bars, f"plot-{panel.key}")
            if panel.section.bars is not None
            else plot_ranges(panel.ranges, panel.section.title, f"plot-{panel.key}"),
            csv=address(f"{base}/{panel.key}.csv", asked),
            why=next((row.why for row in panel.ranges if row.why), ""),
            rows=ROWS,
        )
        for panel in panels
    ]


def write_csv(section: ReportSection, period: str) -> str:
    """Return a table as CSV; each row says of which `period` it is, and what it does not say."""
    lines = [guarded_line([*section.columns, "period", "note"])]
    lines += [guarded_line([*row, period, NOT_INCIDENCE]) for row in section.rows]
    return MARK + "".join(lines)


LABEL_CHARS = 60
LEFT, WIDE = 9.0, 90.0
"""Where upright bars begin, and what they have, in per cent; before them stands the scale."""
TOP, DEEP = 26.0, 180.0
ROOM = 80.0
"""What the longest bar across takes, in per cent; behind it stands its number."""
TICKS = 6
VALUES = 16
"""So many bars have room for their numbers above them at a phone's width."""
MARKS = ("●", "■", "▲", "◆")


@dataclass(frozen=True, slots=True)
class Box:
    """A bar; `x` and `wide` in per cent, `fill` the series whose pattern it has."""

    x: float
    y: float
    wide: float
    high: float
    fill: int = 0


@dataclass(frozen=True, slots=True)
class PlotLine:
    """A line from one place to another; x in per cent."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class PlotText:
    """Words at a place; `x` in per cent, `dx` pixels beside it."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    dx: float = 0.0
    kind: str = "label"


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot `high` pixels high and as wide as there is room; `legend` are the series' names.

    `title` is its name and `told` what a screen reader says of it before the table.
    """

    id: str
    title: str
    told: str
    high: float
    boxes: tuple[Box, ...]
    lines: tuple[PlotLine, ...]
    words: tuple[PlotText, ...]
    legend: tuple[str, ...] = ()


def plot_bars(bars: Bars, key: str) -> Plot:
    """Return bars as a plot; `key` makes its ids."""
    return _across(bars, key) if bars.across else _upright(bars, key)


def _upright(bars: Bars, key: str) -> Plot:
    most = max((max(values) for _, values in bars.series), default=0)
    scale = _scale(most)
    each = WIDE / max(1, len(bars.labels))
    thick = 0.8 * each / len(bars.series)
    boxes, words = [], []
    numbered = len(bars.labels) * len(bars.series) <= VALUES
    for place, (_, values) in enumerate(bars.series):
        for n, value in enumerate(values):
            high = DEEP * value / scale[-1]
            x = LEFT + each * (n + 0.1) + place * thick
            boxes.append(Box(round(x, 3), TOP + DEEP - high, round(thick, 3), high, place))
            if numbered:
                at = round(x + thick / 2, 3)
                words.append(
                    PlotText(at, TOP + DEEP - high - 3, f"{value:,}", "middle", kind="value")
                )
    lines = [
        PlotLine(LEFT, _down(v, scale), LEFT + WIDE, _down(v, scale), "grid" if v else "axis")
        for v in scale
    ]
    words += [PlotText(LEFT, _down(v, scale) + 4, f"{v:,}", "end", -5, "tick") for v in scale]
    for n in bars.marks:
        x = round(LEFT + each * n, 3)
        lines.append(PlotLine(x, TOP - 8, x, TOP + DEEP, "mark"))
        words.append(PlotText(x, TOP - 12, "▾", "middle", kind="tick"))
    words += _ticks(bars.labels, each)
    series = tuple(clean(name) for name, _ in bars.series)
    ends = f" from {bars.labels[0]} to {bars.labels[-1]}" if bars.labels else ""
    told = f"Bars of {' and '.join(series)}{ends}; the highest is {most:,}."
    if bars.marks:
        told += f" Feeds changed at {len(bars.marks)} of them."
    return Plot(
        key, bars.title, told, TOP + DEEP + 22, tuple(boxes), tuple(lines), tuple(words), series
    )


def _down(value: int, scale: Sequence[int]) -> float:
    return TOP + DEEP - DEEP * value / scale[-1]


def _scale(most: int) -> list[int]:
    """Return whole numbers from 0 to at least `most`, in at most five even steps."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if 4 * step >= most:
                return list(range(0, step * max(1, -(-most // step)) + 1, step))
        size *= 10


def _ticks(labels: Sequence[str], each: float) -> list[PlotText]:
    every = max(1, -(-len(labels) // TICKS))
    y = TOP + DEEP + 16
    return [
        PlotText(
            round(LEFT + each * (n + 0.5), 3), y, labels[n], _anchor(n, labels, each), kind="tick"
        )
        for n in range(0, len(labels), every)
    ]


def _anchor(n: int, labels: Sequence[str], each: float) -> str:
    """Keep the words of narrow bars at the ends inside."""
    if each > WIDE / TICKS / 2:
        return "middle"
    return "start" if n == 0 else "end" if n == len(labels) - 1 else "middle"


def _across(bars: Bars, key: str) -> Plot:
    """Draw horizontal bars, the first on top, each under its label and before its number."""
    most = max((max(values) for _, values in bars.series), default=0)
    boxes, words, y = [], [], 0.0
    for n, label in enumerate(bars.labels):
        words.append(PlotText(0, y + 13, _short(label)))
        y += 18
        for place, (_, values) in enumerate(bars.series):
            wide = ROOM * values[n] / (most or 1)
            boxes.append(Box(0, y, round(wide, 3), 13, place))
            words.append(PlotText(round(wide, 3), y + 11, f"{values[n]:,}", dx=6, kind="value"))
            y += 16
        y += 8
    series = tuple(clean(name) for name, _ in bars.series)
    top = f"; most: {_short(bars.labels[0])}" if bars.labels else ""
    told = f"{len(bars.labels)} bars of {' and '.join(series)}{top}."
    return Plot(key, bars.title, told, y, tuple(boxes), (), tuple(words), series)


def plot_ranges(ranges: Sequence[Ranges], title: str, key: str) -> Plot | None:
    """Return shares with their intervals as a plot; None where there is no share at all."""
    if not any(row.shares for row in ranges):
        return None
    lines, words, y = [], [], 0.0
    for row in ranges:
        words.append(PlotText(0, y + 14, _short(row.label), kind="head"))
        y += 20
        if not row.shares:
            words.append(PlotText(0, y + 12, row.why, kind="value"))
            y += 18
        for place, share in enumerate(row.shares):
            low, high = (100 * end for end in share.interval)
            at = 100 * share.count / share.of
            said = f"{share.count} of {share.of}, {at:.0f} % ({low:.0f} to {high:.0f})"
            words.append(PlotText(0, y + 12, share.name))
            words.append(PlotText(100, y + 12, said, "end", kind="value"))
            y += 22
            left, right = round(_in(low), 3), round(_in(high), 3)
            lines += [
                PlotLine(0, y, 100, y, "grid"),
                PlotLine(left, y, right, y, "range"),
                PlotLine(left, y - 5, left, y + 5, "range"),
                PlotLine(right, y - 5, right, y + 5, "range"),
            ]
            words.append(PlotText(round(_in(at), 3), y + 4.5, MARKS[place], "middle", kind="point"))
            y += 12
        y += 8
    for per_cent in (0, 50, 100):
        anchor = {0: "start", 50: "middle", 100: "end"}[per_cent]
        words.append(PlotText(per_cent, y + 10, f"{per_cent} %", anchor, kind="tick"))
    told = f"Shares with 95 % intervals, {len(ranges)} rows; each says its figures."
    return Plot(key, title, told, y + 16, (), tuple(lines), tuple(words))


def _in(per_cent: float) -> float:
    """Keep marks inside the edges."""
    return 1 + 0.98 * per_cent


def _short(label: str) -> str:
    return excerpt(label, LABEL_CHARS)
