"""The pages of exports that the server makes: asking for one, and how far it is."""

from __future__ import annotations

from typing import get_args

from pydantic import ValidationError
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep
from monitor.api.export_routes import ExportChoice, ExportId, ExportsDep, begin
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import FieldsDep
from monitor.export.columns import ExportFormat
from monitor.records.dates import date_words
from monitor.web.page_frame import PageDep, page_router, see_other

router = page_router("read", "/articles")


@router.post("/exports")
def make_export(fields: FieldsDep, desk: DeskDep, exports: ExportsDep) -> Response:
    """Take in an export of what the archive shows; go to its page."""
    given = {name: values[0] for name, values in fields.items() if values[0].strip()}
    try:
        asked = ExportChoice.model_validate(given)
    except ValidationError as error:
        raise ProblemError(422, "The form has fields that cannot be used.") from error
    return see_other(f"/exports/{begin(exports, desk, asked).id}")


@router.get("/exports/{export_id}")
def export_page(export_id: ExportId, page: PageDep, exports: ExportsDep) -> HTMLResponse:
    """Show how far an export is, and where to take it; while it is made the page loads again."""
    job = exports.job(export_id)
    filters: list[tuple[str, str]] = []
    for name, value in job.filters.items():
        several = isinstance(value, (list, tuple))
        told = " or ".join(map(str, value)) if several else str(value)
        filters += value if name == "tags" else [(name, told)]
    return page.render(
        "export.html",
        job=job,
        text=dict(DEGREES)[job.text],
        until=date_words(job.until, "", page.zone),
        filters=filters,
        withheld=[(n, words) for kind, words in _WITHHELD.items() if (n := job.withheld.get(kind))],
        size=_size_words,
    )


FORMATS: tuple[str, ...] = get_args(ExportFormat)
DEGREES = (
    ("quotes", "words flagged or evident"),
    ("none", "headlines only"),
    ("full", "whole texts"),
)
"""How much of the texts, the usual first."""
_WITHHELD = {
    "expired": "have expired: judgements and counts, no words",
    "reserved": "without words: their publishers reserve text mining",
    "withheld_rows": "with verdict and year alone, as somebody can be known",
    "withheld_articles": "at least are withheld so, or left out",
}


def _size_words(size: int) -> str:
    if size < 10_000:
        return f"{size:,} bytes"
    return f"{size / 1e3:,.0f} kB" if size < 10_000_000 else f"{size / 1e6:,.0f} MB"
