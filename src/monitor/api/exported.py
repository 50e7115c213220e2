"""`/v1/exports/{export_id}`: how far an export is, and its files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import FileResponse, JSONResponse, Response

from monitor.api.access import need
from monitor.api.export_routes import ExportsDep, export_json
from monitor.api.export_schemas import ExportOut
from monitor.api.openapi import problems
from monitor.api.problem_details import ProblemError
from monitor.api.schemas import WholeStr

router = APIRouter(tags=["articles"], dependencies=[Depends(need("read"))])
ZIP = "application/zip"
ExportId = Annotated[WholeStr, Path(description="The export's id.", max_length=200)]


class ZipResponse(Response):
    """An archive to be saved."""

    media_type = ZIP


@router.get(
    "/v1/exports/{export_id}",
    summary="Show an export",
    response_model=None,
    response_description="The export and how far it is.",
    responses={200: {"model": ExportOut}, **problems(404, 422, 503)},
)
def show_export(export_id: ExportId, exports: ExportsDep) -> JSONResponse:
    """Return what was asked for and what has become of it; poll it every few seconds."""
    return JSONResponse(export_json(exports.job(export_id)))


@router.get(
    "/v1/exports/{export_id}/download",
    summary="Download an export",
    response_class=ZipResponse,
    response_description="All its files in an archive.",
    responses={
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404, 409, 422, 503),
    },
)
def download_export(export_id: ExportId, exports: ExportsDep) -> Response:
    """Return the files as a ZIP archive, once the export is done."""
    archive = exports.archive(export_id)
    if archive is None:
        raise ProblemError(409, "The export is not done.")
    return FileResponse(archive, media_type=ZIP, filename=f"export-{export_id[:8]}.zip")
