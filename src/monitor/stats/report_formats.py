"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from monitor.stats.monthly_report import ROWS, Report
from monitor.stats.plots import draw

if TYPE_CHECKING:
    from jinja2 import Template


def write_page(report: Report) -> bytes:
    """Return the page, UTF-8."""
    plots = {
        section.title: draw(section.bars, "svg").decode()
        for section in report.sections
        if section.bars is not None
    }
    page = _template().render(report=report, plots=plots, rows=ROWS)
    return page.encode("utf-8", "replace")


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.stats"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
