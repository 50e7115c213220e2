"""The page `/trends` and its tables as CSV."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.problem_details import ProblemError
from monitor.core import Monitor
from monitor.desk.trends import Period, read_period, read_published, trends_of
from monitor.trends import Choice, Panel, Step, Trends, choose, fitting_step, trend_panels
from monitor.web.page_queries import TrendsPageQuery, days_asked
from monitor.web.panels import write_csv
from monitor.web.trends_page import render_trends

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need("read"))],
)
Asked = Annotated[TrendsPageQuery, Query()]
CSV = "text/csv; charset=utf-8"


@router.get("/trends")
def trends_page(query: Asked, monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Show what was written of a period, counted."""
    period, trends, step, panels = _counted(query, monitor)
    days = {"since": str(period.since), "until": str(trends.days[-1].day)}
    page = render_trends(
        trends,
        panels,
        visitor=visitor,
        asked={**query.asked(), **days},
        step=step,
        outlets=sorted({item.outlet for item in period.items}),
        countries=sorted({code for i in period.items for code in i.labels.get("place", ())}),
    )
    return HTMLResponse(page)


@router.get("/trends/{table}.csv")
def trends_table(table: str, query: Asked, monitor: MonitorDep) -> Response:
    """Give one of the page's tables."""
    _, trends, _, panels = _counted(query, monitor)
    days = f"{trends.since}..{trends.days[-1].day}"
    kind = "published-" if query.by_publication else ""
    return csv_response(panels, table, days, f"trends-{kind}{table}", how=kind.rstrip("-"))


def csv_response(
    panels: tuple[Panel, ...], table: str, days: str, name: str, *, how: str = ""
) -> Response:
    """Answer with the table of that key; raises `ProblemError`, 404, where there is none."""
    for panel in panels:
        if panel.key == table:
            disposition = f'attachment; filename="{name}-{days.replace("..", "-to-")}.csv"'
            headers = {"content-disposition": disposition}
            return Response(
                write_csv(panel.section, f"{how} {days}".strip()), media_type=CSV, headers=headers
            )
    raise ProblemError(404, "There is no such table.")


def _counted(
    query: TrendsPageQuery, monitor: Monitor
) -> tuple[Period, Trends, Step, tuple[Panel, ...]]:
    """Return the whole period, what is asked for of it counted, the step, and what is shown."""
    read = read_published if query.by_publication else read_period
    period = read(monitor, *days_asked(query, monitor))
    choice = Choice(query.labels(), query.outlet or "")
    trends = trends_of(monitor, replace(period, items=choose(period.items, choice)))
    step = fitting_step(len(trends.days), query.step)
    titles = monitor.rule_titles
    return period, trends, step, trend_panels(trends, titles, step)
