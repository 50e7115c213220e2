"""Panels with their plots, and their tables as CSV: what trends and outlets show alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from monitor.corpus.cells import MARK, guarded_line
from monitor.trends import NOT_INCIDENCE, Panel
from monitor.trends.report import Section
from monitor.web.svg_plots import Plot, plot_bars, plot_ranges

ROWS = 100
"""Rows of a table in a page; the CSV has all."""


@dataclass(frozen=True, slots=True)
class PanelView:
    """A panel as a template shows it: `csv` is the address of its table, `why` there is no plot."""

    key: str
    section: Section
    plot: Plot | None
    csv: str
    why: str = ""
    rows: int = ROWS


def view_panels(panels: Sequence[Panel], base: str, asked: Mapping[str, str]) -> list[PanelView]:
    """Return panels with plots; `base` begins the addresses of their tables, `asked` ends them."""
    query = f"?{urlencode(asked)}" if asked else ""
    return [
        PanelView(
            panel.key,
            panel.section,
            _plot(panel),
            f"{base}/{panel.key}.csv{query}",
            next((row.why for row in panel.ranges if row.why), ""),
        )
        for panel in panels
    ]


def _plot(panel: Panel) -> Plot | None:
    key = f"plot-{panel.key}"
    if panel.section.bars is not None:
        return plot_bars(panel.section.bars, key)
    return plot_ranges(panel.ranges, panel.section.title, key)


def write_csv(section: Section, period: str) -> str:
    """Return a table as CSV; each row says of which `period` it is, and what it does not say."""
    lines = [guarded_line([*section.columns, "period", "note"])]
    lines += [guarded_line([*row, period, NOT_INCIDENCE]) for row in section.rows]
    return MARK + "".join(lines)
