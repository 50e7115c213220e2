"""`/v1/exports`: exports made by the server, one after the other, and kept for a day."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, need
from monitor.api.bodies import JsonRoute
from monitor.api.export_schemas import ExportChoice, ExportOut, ExportRequest
from monitor.api.openapi import problems
from monitor.api.problem_details import ProblemError
from monitor.core import Monitor
from monitor.desk.export_jobs import ExportJob, ExportJobs, TooManyExportsError
from monitor.errors import NotFound, UsageError
from monitor.shapes import time_json

router = APIRouter(tags=["articles"], dependencies=[Depends(need("read"))], route_class=JsonRoute)
RETRY_AFTER_S = 60


def get_exports(request: Request) -> ExportJobs:
    """Return who makes the exports of the application."""
    jobs: ExportJobs = request.app.state.exports
    return jobs


ExportsDep = Annotated[ExportJobs, Depends(get_exports)]


@router.post(
    "/v1/exports",
    status_code=202,
    summary="Make an export",
    response_model=None,
    response_description="The export, which waits to be made; `Location` says where to look.",
    responses={202: {"model": ExportOut}, **problems(415, 422, 429, 503)},
)
def make_export(body: ExportRequest, monitor: MonitorDep, exports: ExportsDep) -> JSONResponse:
    """Write the articles that fit, oldest sight first, with all that is kept of them.

    It is made after those that wait already, and kept for a day. The same filters give the same
    articles as `GET /v1/articles`, the page and `monitor export`.
    """
    job = begin(exports, monitor, body)
    return JSONResponse(export_json(job), 202, headers={"Location": f"/v1/exports/{job.id}"})


def begin(exports: ExportJobs, monitor: Monitor, asked: ExportChoice) -> ExportJob:
    """Take an export in; raises problems."""
    filters = asked.filters(monitor.settings.zone)
    try:
        return exports.begin(format=asked.format, text=asked.text, filters=filters)
    except NotFound as error:
        where: list[str | int] = ["body", "story"]
        raise ProblemError(
            422, "There is no such story.", errors=[(where, "must be the id of a story")]
        ) from error
    except TooManyExportsError as error:
        headers = {"Retry-After": f"{RETRY_AFTER_S}"}
        detail = "Too many exports wait to be made already."
        raise ProblemError(429, detail, headers=headers) from error
    except UsageError as error:  # our own words: what is to be installed, and how
        at: list[str | int] = ["body", "format"]
        errors = [(at, "cannot be written by this server")]
        raise ProblemError(422, f"{error}.", errors=errors) from error


def export_json(job: ExportJob) -> dict[str, Any]:
    """Return an export as data."""
    done = job.state == "done"
    return {
        "id": job.id,
        "state": job.state,
        "format": job.format,
        "text": job.text,
        "filters": dict(job.filters),
        "made": time_json(job.made),
        "until": time_json(job.until),
        "rows": job.rows,
        "withheld": dict(job.withheld),
        "files": [dict(one) for one in job.files],
        "problem": job.problem or None,
        "download": f"/v1/exports/{job.id}/download" if done else None,
    }
