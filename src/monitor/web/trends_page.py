"""The page of trends, its tables as CSV, and what pages of stories, trends and outlets are asked.

A form sends every field it has, so an empty value is no filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from operator import itemgetter
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BeforeValidator, Field
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep
from monitor.api.article_filter import Day
from monitor.api.coverage_routes import usable
from monitor.api.problem_details import ProblemError
from monitor.api.schemas import QueryModel, WholeStr
from monitor.desk import Desk
from monitor.labels.countries import country_name
from monitor.labels.schemes import FORMS, INDICATORS, RESPONSES, SCHEMES, TOPICS, VICTIMS
from monitor.records.dates import LONGEST_DAYS, LONGEST_PUBLISHED_DAYS, period_of, undated_words
from monitor.stats.monthly_report import NOT_INCIDENCE, basis_words, label_words
from monitor.stats.panels import Panel, trend_panels
from monitor.stats.trend_queries import Period, read_period, read_published, trends_of
from monitor.stats.trends import CHOSEN, STEPS, Step, Trends, choose, fitting_step
from monitor.text.safe_text import MARK, guarded_line
from monitor.web.page_frame import PageDep, address, page_router
from monitor.web.svg_plots import view_panels

router = page_router("read", "/trends")
DAYS = 90  # shown unless others are asked for
_Empty = BeforeValidator(lambda value: None if value == "" else value)
_Name = Annotated[Annotated[WholeStr, Field(max_length=200)] | None, _Empty]
_Day = Annotated[Day | None, _Empty]
_Form = Annotated[Literal[FORMS] | None, _Empty]  # type: ignore[valid-type]
_Place = Annotated[Annotated[str, Field(pattern="^[A-Za-z]{2}$")] | None, _Empty]


class DaysQuery(QueryModel):
    """Days from `since` to `until`, both included; `to` is what `until` was called."""

    since: _Day = None
    until: _Day = None
    to: _Day = None

    @property
    def last(self) -> date | None:
        """The last day that is asked for."""
        return self.until or self.to

    def labels(self) -> dict[str, str]:
        """Return the labels that are asked for, by scheme."""
        found = {name: getattr(self, name, None) for name in CHOSEN}
        return {
            name: value.upper() if name == "place" else str(value)
            for name, value in found.items()
            if value
        }

    def asked(self) -> dict[str, str]:
        """Return the fields of the form, "" where nothing is asked for."""
        fields = type(self).model_fields.keys() - {"after", "to"}
        values = {name: getattr(self, name) for name in sorted(fields)} | {"until": self.last}
        given = {name: "" if value is None else str(value) for name, value in values.items()}
        return given | self.labels()


class TrendsPageQuery(DaysQuery):
    """What is counted, in which steps, and on days of first sight or of publication."""

    dates: Annotated[Literal["first_seen", "published"] | None, _Empty] = None
    published_since: _Day = None
    published_until: _Day = None
    step: Annotated[Step | None, _Empty] = None
    form: _Form = None
    place: _Place = None
    response: Annotated[Literal[RESPONSES] | None, _Empty] = None  # type: ignore[valid-type]
    victim: Annotated[Literal[VICTIMS] | None, _Empty] = None  # type: ignore[valid-type]
    indicator: Annotated[Literal[INDICATORS] | None, _Empty] = None  # type: ignore[valid-type]
    topic: Annotated[Literal[TOPICS] | None, _Empty] = None  # type: ignore[valid-type]
    outlet: _Name = None

    @property
    def by_publication(self) -> bool:
        """Whether the days are those of publication."""
        return self.dates == "published" or bool(self.published_since or self.published_until)

    def asked(self) -> dict[str, str]:
        """Return the fields of the form."""
        found = super().asked()
        dates = "published" if self.by_publication else ""
        return {n: v for n, v in found.items() if not n.startswith("published_")} | {"dates": dates}


class StoriesPageQuery(DaysQuery):
    """Which stories, and from which on."""

    form: _Form = None
    place: _Place = None
    outlet: _Name = None
    several: Annotated[Literal["yes"] | None, _Empty] = None
    after: _Name = None


class OutletsPageQuery(DaysQuery):
    """Which outlets, and from which on."""

    name: _Name = None
    after: _Name = None


def days_asked(query: DaysQuery, desk: Desk) -> tuple[date, date]:
    """Return the days [since, until) that are asked for, by default the last 90.

    Raises `ProblemError`, 422, for what is no period.
    """
    since, until, longest = query.since, query.last, LONGEST_DAYS
    if isinstance(query, TrendsPageQuery) and query.by_publication:
        longest = LONGEST_PUBLISHED_DAYS
        since, until = query.published_since or since, query.published_until or until
    with usable("since"):
        return period_of(since, until, today=desk.today, length=DAYS, longest=longest)


Asked = Annotated[TrendsPageQuery, Query()]
CSV = "text/csv; charset=utf-8"


@router.get("/trends")
def trends_page(query: Asked, page: PageDep) -> HTMLResponse:
    """Show what was written of a period, counted."""
    period, trends, step, panels = _counted(query, page.desk)
    last = trends.until - timedelta(days=1)
    asked = {**query.asked(), "since": str(period.since), "until": str(last)}
    countries = {code for item in period.items for code in item.labels.get("place", ())}
    dates = "Days are those on which articles were first seen here, both included."
    if trends.dates != "first_seen":
        left = f" {undated_words(trends.undated)}." if trends.undated else ""
        dates = f"Days are those of publication, both included.{left}"
    days = {name: asked[name] for name in ("since", "until", "dates")}
    alike = {name: asked[name] for name in ("form", "place", "outlet")}
    return page.render(
        "trends.html",
        note=NOT_INCIDENCE,
        asked=asked,
        step=step,
        wider=bool(asked["step"]) and asked["step"] != step,
        steps=[("", "fitting step"), *((name, name) for name in STEPS)],
        choices=label_choices(CHOSEN, {*countries, *filter(None, [asked["place"]])}),
        outlets=sorted({item.outlet for item in period.items}),
        trends=trends,
        panels=view_panels(panels, "/trends", asked),
        dates=dates,
        filtered=any(value for name, value in asked.items() if name not in (*days, "step")),
        unfiltered=address("/trends", days),
        # stories are listed by first sight
        stories=address("/stories", alike if days["dates"] else {**days, **alike}),
        last=last,
        foot=(*basis_words(trends.basis), f"Judged by: {', '.join(trends.stamps)}"),
    )


@router.get("/trends/{table}.csv")
def trends_table(table: str, query: Asked, desk: DeskDep) -> Response:
    """Give one of the page's tables."""
    _, trends, _, panels = _counted(query, desk)
    days = f"{trends.since}..{trends.days[-1].day}"
    kind = "published-" if query.by_publication else ""
    return csv_response(panels, table, days, f"trends-{kind}{table}", how=kind.rstrip("-"))


def csv_response(
    panels: tuple[Panel, ...], table: str, days: str, name: str, how: str = ""
) -> Response:
    """Answer with the table of that key; raises `ProblemError`, 404, where there is none."""
    for panel in panels:
        if panel.key == table:
            disposition = f'attachment; filename="{name}-{days.replace("..", "-to-")}.csv"'
            headers = {"content-disposition": disposition}
            # each row says of which period it is, and what it does not say
            period = f"{how} {days}".strip()
            lines = [guarded_line([*panel.section.columns, "period", "note"])]
            lines += [guarded_line([*row, period, NOT_INCIDENCE]) for row in panel.section.rows]
            return Response(MARK + "".join(lines), media_type=CSV, headers=headers)
    raise ProblemError(404, "There is no such table.")


def _counted(query: TrendsPageQuery, desk: Desk) -> tuple[Period, Trends, Step, tuple[Panel, ...]]:
    """Return the whole period, what is asked for of it counted, the step, and what is shown."""
    read = read_published if query.by_publication else read_period
    period = read(desk, *days_asked(query, desk))
    items = choose(period.items, query.labels(), query.outlet or "")
    trends = trends_of(desk, replace(period, items=items))
    step = fitting_step(len(trends.days), query.step)
    return period, trends, step, trend_panels(trends, desk.rule_titles, step)


Options = list[tuple[str, str]]


def label_choices(schemes: Sequence[str], countries: set[str]) -> list[tuple[str, str, Options]]:
    """Return name, label and options of a filter for each scheme, places among them."""
    options: dict[str, Options] = {
        scheme: [(key, label_words(scheme, key)) for key in SCHEMES[scheme].labels]
        for scheme in schemes
    }
    named = [(code, country_name(code)) for code in countries]
    options["place"] = sorted(named, key=itemgetter(1))
    return [(scheme, SCHEMES[scheme].word, found) for scheme, found in options.items()]
