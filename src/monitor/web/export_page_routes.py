"""The page of an export: `/exports/{export_id}`; the archive's page asks for one."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.bodies import FieldsDep
from monitor.api.export_routes import ExportsDep, begin
from monitor.api.export_schemas import ExportChoice
from monitor.api.exported import ExportId
from monitor.api.problem_details import ProblemError
from monitor.web.exports_page import render_export

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need("read"))],
)


@router.post("/exports")
def make_export(fields: FieldsDep, monitor: MonitorDep, exports: ExportsDep) -> RedirectResponse:
    """Take in an export of what the archive shows; go to its page."""
    given = {name: values[0] for name, values in fields.items() if values[0].strip()}
    try:
        asked = ExportChoice.model_validate(given)
    except ValidationError as error:
        raise ProblemError(422, "The form has fields that cannot be used.") from error
    return RedirectResponse(f"/exports/{begin(exports, monitor, asked).id}", 303)


@router.get("/exports/{export_id}")
def export_page(
    export_id: ExportId, monitor: MonitorDep, visitor: VisitorDep, exports: ExportsDep
) -> HTMLResponse:
    """Show how far an export is, and where to take it."""
    page = render_export(exports.job(export_id), visitor=visitor, zone=monitor.settings.zone)
    return HTMLResponse(page)
