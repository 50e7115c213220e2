"""Plots as SVG that is drawn on the server: read in black and white, and by a screen reader.

Not matplotlib, as in the report: its SVG carries styles inside, which the policy of our pages
refuses, and takes 200 to 500 ms a plot. Places across are percentages, so that words stay as large
as the page's at every width. Series differ by pattern, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from monitor.stats.panels import Panel, Ranges
from monitor.stats.plots import Bars
from monitor.text.safe_text import clean, excerpt
from monitor.web.page_frame import address

ROWS = 100  # rows of a table in a page; the CSV has all


def view_panels(panels: Sequence[Panel], base: str, asked: Mapping[str, str]) -> Any:
    """Return panels with plots, or `why` there is none.

    `base` begins the addresses of their tables (`csv`), `asked` ends them.
    """
    return [
        {
            "key": panel.key,
            "section": panel.section,
            "plot": plot_bars(panel.section.bars, f"plot-{panel.key}")
            if panel.section.bars is not None
            else plot_ranges(panel.ranges, panel.section.title, f"plot-{panel.key}"),
            "csv": address(f"{base}/{panel.key}.csv", asked),
            "why": next((row.why for row in panel.ranges if row.why), ""),
            "rows": ROWS,
        }
        for panel in panels
    ]


LABEL_CHARS = 60
LEFT, WIDE, TOP, DEEP = 9.0, 90.0, 26.0, 180.0
"""Where upright bars begin, and what they have, in per cent; before them stands the scale."""
ROOM = 80.0  # what the longest bar across takes, in per cent; behind it stands its number
TICKS = 6
VALUES = 16  # so many bars have room for their numbers above them at a phone's width
MARKS = ("●", "■", "▲", "◆")


@dataclass(frozen=True, slots=True)
class Box:
    """A bar; `x` and `wide` in per cent, `fill` the series whose pattern it has."""

    x: float
    y: float
    wide: float
    high: float
    fill: int


@dataclass(frozen=True, slots=True)
class PlotLine:
    """A line from one place to another; x in per cent."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


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
    if bars.across:
        return _across(bars, key)
    most = max((max(values) for _, values in bars.series), default=0)
    # whole numbers from 0 to at least the most, in at most five even steps
    steps = (step * 10**power for power in count() for step in (1, 2, 5))
    step = next(step for step in steps if 4 * step >= most)
    scale = range(0, step * max(1, -(-most // step)) + 1, step)
    down = {value: TOP + DEEP - DEEP * value / scale[-1] for value in scale}
    each = WIDE / max(1, len(bars.labels))
    thick = 0.8 * each / len(bars.series)
    boxes, words = [], []
    numbered = len(bars.labels) * len(bars.series) <= VALUES
    for place, (_, values) in enumerate(bars.series):
        for n, value in enumerate(values):
            high = DEEP * value / scale[-1]
            x, y = LEFT + each * (n + 0.1) + place * thick, TOP + DEEP - high
            boxes.append(Box(round(x, 3), y, round(thick, 3), high, place))
            if numbered:
                at = round(x + thick / 2, 3)
                words.append(PlotText(at, y - 3, f"{value:,}", "middle", kind="value"))
    end = LEFT + WIDE
    lines = [PlotLine(LEFT, y, end, y, "grid" if value else "axis") for value, y in down.items()]
    words += [PlotText(LEFT, y + 4, f"{value:,}", "end", -5, "tick") for value, y in down.items()]
    for n in bars.marks:
        x = round(LEFT + each * n, 3)
        lines.append(PlotLine(x, TOP - 8, x, TOP + DEEP, "mark"))
        words.append(PlotText(x, TOP - 12, "▾", "middle", kind="tick"))
    last = len(bars.labels) - 1
    for n in range(0, last + 1, max(1, -(-len(bars.labels) // TICKS))):
        # the words of narrow bars at the ends are kept inside
        inside = {0: "start", last: "end"} if each <= WIDE / TICKS / 2 else {}
        at, anchor = round(LEFT + each * (n + 0.5), 3), inside.get(n, "middle")
        words.append(PlotText(at, TOP + DEEP + 16, bars.labels[n], anchor, kind="tick"))
    series = tuple(clean(name) for name, _ in bars.series)
    ends = f" from {bars.labels[0]} to {bars.labels[-1]}" if bars.labels else ""
    told = f"Bars of {' and '.join(series)}{ends}; the highest is {most:,}."
    if bars.marks:
        told += f" Feeds changed at {len(bars.marks)} of them."
    high = TOP + DEEP + 22
    return Plot(key, bars.title, told, high, tuple(boxes), tuple(lines), tuple(words), series)


def _across(bars: Bars, key: str) -> Plot:
    """Draw horizontal bars, the first on top, each under its label and before its number."""
    most = max((max(values) for _, values in bars.series), default=0)
    boxes, words, y = [], [], 0.0
    for n, label in enumerate(bars.labels):
        words.append(PlotText(0, y + 13, excerpt(label, LABEL_CHARS)))
        y += 18
        for place, (_, values) in enumerate(bars.series):
            wide = ROOM * values[n] / (most or 1)
            boxes.append(Box(0, y, round(wide, 3), 13, place))
            words.append(PlotText(round(wide, 3), y + 11, f"{values[n]:,}", dx=6, kind="value"))
            y += 16
        y += 8
    series = tuple(clean(name) for name, _ in bars.series)
    top = f"; most: {excerpt(bars.labels[0], LABEL_CHARS)}" if bars.labels else ""
    told = f"{len(bars.labels)} bars of {' and '.join(series)}{top}."
    return Plot(key, bars.title, told, y, tuple(boxes), (), tuple(words), series)


def plot_ranges(ranges: Sequence[Ranges], title: str, key: str) -> Plot | None:
    """Return shares with their intervals as a plot; None where there is no share at all."""
    if not any(row.shares for row in ranges):
        return None
    lines, words, y = [], [], 0.0
    for row in ranges:
        words.append(PlotText(0, y + 14, excerpt(row.label, LABEL_CHARS), kind="head"))
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
            left, middle, right = (round(1 + 0.98 * end, 3) for end in (low, at, high))
            lines += [
                PlotLine(0, y, 100, y, "grid"),
                PlotLine(left, y, right, y, "range"),
                PlotLine(left, y - 5, left, y + 5, "range"),
                PlotLine(right, y - 5, right, y + 5, "range"),
            ]
            words.append(PlotText(middle, y + 4.5, MARKS[place], "middle", kind="point"))
            y += 12
        y += 8
    for per_cent, anchor in ((0, "start"), (50, "middle"), (100, "end")):
        words.append(PlotText(per_cent, y + 10, f"{per_cent} %", anchor, kind="tick"))
    told = f"Shares with 95 % intervals, {len(ranges)} rows; each says its figures."
    return Plot(key, title, told, y + 16, (), tuple(lines), tuple(words))
