"""Renders the page of trends, and its tables as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from monitor.countries import country_name
from monitor.periods import undated_words
from monitor.trends import NOT_INCIDENCE, STEPS, Panel, Step, Trends, basis_words
from monitor.trends.words import label_words
from monitor.types import FORMS, INDICATORS, RESPONSES, TOPICS, VICTIMS
from monitor.visitors import Visitor
from monitor.web.page_frame import render
from monitor.web.panels import view_panels

LABELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "form": ("Form", FORMS),
    "response": ("Response", RESPONSES),
    "victim": ("Victims", VICTIMS),
    "indicator": ("Indicator", INDICATORS),
    "topic": ("Topic", TOPICS),
}
Options = list[tuple[str, str]]


def render_trends(
    trends: Trends,
    panels: Sequence[Panel],
    *,
    visitor: Visitor,
    asked: Mapping[str, str],
    step: Step,
    outlets: Sequence[str],
    countries: Sequence[str],
) -> str:
    """Return the page of a period; `asked` are the fields of the form, "" where nothing is chosen.

    `outlets` and `countries` are offered to choose from.
    """
    given = {name: value for name, value in asked.items() if value}
    days = {name: value for name, value in given.items() if name in ("since", "until", "dates")}
    alike = {name: value for name, value in given.items() if name in ("form", "place", "outlet")}
    return render(
        "trends.html",
        visitor=visitor,
        here="/trends",
        note=NOT_INCIDENCE,
        asked=asked,
        step=step,
        wider=bool(asked["step"]) and asked["step"] != step,
        steps=[("", "fitting step"), *((name, name) for name in STEPS)],
        choices=label_choices(tuple(LABELS), {*countries, *filter(None, [asked["place"]])}),
        outlets=outlets,
        trends=trends,
        panels=view_panels(panels, "/trends", given),
        dates=_dates(trends),
        filtered=any(name not in ("since", "until", "step", "dates") for name in given),
        unfiltered=address("/trends", days),
        # stories are listed by first sight
        stories=address("/stories", alike if "dates" in days else {**days, **alike}),
        last=trends.until - timedelta(days=1),
        foot=(*basis_words(trends.basis), f"Judged by: {', '.join(trends.stamps)}"),
    )


def _dates(trends: Trends) -> str:
    """Say by which dates articles are put on days, and how many are left out for want of one."""
    if trends.dates == "first_seen":
        return "Days are those on which articles were first seen here, both included."
    left = f" {undated_words(trends.undated)}." if trends.undated else ""
    return f"Days are those of publication, both included.{left}"


def label_choices(schemes: Sequence[str], countries: set[str]) -> list[tuple[str, str, Options]]:
    """Return name, label and options of a filter for each scheme, and one of countries."""
    found = []
    for scheme in schemes:
        label, labels = LABELS[scheme]
        found.append((scheme, label, [(key, label_words(scheme, key)) for key in labels]))
    places = sorted(((code, country_name(code)) for code in countries), key=lambda pair: pair[1])
    found.insert(1, ("place", "Place", places))
    return found


def address(path: str, asked: Mapping[str, str]) -> str:
    """Return an address with what is asked for."""
    return f"{path}?{urlencode(asked)}" if asked else path
