"""`/v1/exports`: exports made by the server, one after the other, and kept for a day."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path
from pydantic import ConfigDict
from starlette.responses import FileResponse, JSONResponse, Response

from monitor.api.access import DeskDep, held, need
from monitor.api.article_filter import ArticleChoice
from monitor.api.openapi import download, says
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import JsonRoute
from monitor.api.schemas import Model, Offset, WholeStr, example, told
from monitor.desk import Desk
from monitor.export.columns import ExportFormat, TextDegree
from monitor.export.export_jobs import ExportJob, ExportJobs, TooManyExportsError
from monitor.records.errors import NotFound, UsageError
from monitor.records.json_shapes import time_json


class ExportChoice(ArticleChoice):
    """Which articles, in which format, with how much of their texts."""

    story: WholeStr | None = told(
        "Only the articles of this story.", None, min_length=1, max_length=200
    )
    format: ExportFormat = told("The kind of file.")
    text: TextDegree = told(
        "How much of the texts: none, the words that are flagged or are evidence (within limits),"
        " or all.",
        "quotes",
    )

    def filters(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return the fields of `ArticleFilter`; days are those of `zone`."""
        wanted = self.wanted(zone)
        own = ("form", "place")
        found: dict[str, Any] = {scheme: label for scheme, label in wanted.tags if scheme in own}
        found |= {name: getattr(wanted, name) for name in _ASKED}
        found |= {"query": self.q or None, "outlet": self.outlet or None, "story": self.story}
        found["tags"] = tuple(tag for tag in wanted.tags if tag[0] not in own) or None
        found["timezone"] = zone.key if wanted.published is not None else None
        return {name: value for name, value in found.items() if value is not None}


_ASKED = (
    *("query", "since", "until", "tags", "outlet", "language", "relevance", "min_relevance"),
    *("flag", "rule", "story", "published_since", "published_until", "timezone"),
)
"""Fields of `ArticleFilter`, in the order in which an export tells them."""


class ExportRequest(ExportChoice):
    """An export to be made; filters as of `GET /v1/articles`, joined by "and"."""

    model_config = example(format="csv", form="forced_labour") | ConfigDict(strict=True)


class ExportedFile(Model):
    """A file of an export, or a folder of many."""

    name: str
    bytes: Offset
    sha256: str


class ExportOut(Model):
    """An export and how far it is."""

    id: str
    state: Literal["waiting", "writing", "done", "failed"]
    format: ExportFormat
    text: TextDegree
    filters: dict[str, Any] = told("What its articles are chosen by.")
    made: str = told("When it was asked for, RFC 3339.")
    until: str = told("When it is deleted.")
    rows: Offset = told("Articles written so far.")
    withheld: dict[str, int] = told("What was kept back, by kind.")
    files: list[ExportedFile]
    problem: str | None = told("Why it failed.")
    download: str | None = told("Where its archive is, once it is done.")


router = APIRouter(tags=["articles"], route_class=JsonRoute, dependencies=[Depends(need("read"))])
_WAITS = {
    "description": "The export, which waits to be made; `Location` says where to look.",
    "model": ExportOut,
}
ExportsDep = Annotated[ExportJobs, held("exports")]


@router.post("/v1/exports", status_code=202, **says("Make an export", {202: _WAITS}, 415, 429))
def make_export(body: ExportRequest, desk: DeskDep, exports: ExportsDep) -> JSONResponse:
    """Write the articles that fit, oldest sight first, with all that is kept of them.

    It is made after those that wait already, and kept for a day. The same filters give the same
    articles as `GET /v1/articles`, the page and `monitor export`.
    """
    job = begin(exports, desk, body)
    return JSONResponse(export_json(job), 202, headers={"Location": f"/v1/exports/{job.id}"})


def begin(exports: ExportJobs, desk: Desk, asked: ExportChoice) -> ExportJob:
    """Take an export in; raises problems."""
    filters = asked.filters(desk.settings.zone)
    try:
        return exports.begin(format=asked.format, text=asked.text, filters=filters)
    except NotFound as error:
        errors = [(("body", "story"), "must be the id of a story")]
        raise ProblemError(422, "There is no such story.", errors=errors) from error
    except TooManyExportsError as error:
        detail = "Too many exports wait to be made already."
        raise ProblemError(429, detail, headers={"Retry-After": "60"}) from error
    except UsageError as error:  # our own words: what is to be installed, and how
        errors = [(("body", "format"), "cannot be written by this server")]
        raise ProblemError(422, f"{error}.", errors=errors) from error


def export_json(job: ExportJob) -> dict[str, Any]:
    """Return an export as data."""
    told = ("id", "state", "format", "text", "filters", "made", "until", "rows", "withheld")
    done = job.state == "done"
    times = {"made": time_json(job.made), "until": time_json(job.until)}
    return {
        **{name: getattr(job, name) for name in told},
        "filters": dict(job.filters),
        "withheld": dict(job.withheld),
        **times,
        "files": [dict(one) for one in job.files],
        "problem": job.problem or None,
        "download": f"/v1/exports/{job.id}/download" if done else None,
    }


ZIP = "application/zip"
ExportId = Annotated[WholeStr, Path(description="The export's id.", max_length=200)]


@router.get("/v1/exports/{export_id}", **says("Show an export", ExportOut, 404))
def show_export(export_id: ExportId, exports: ExportsDep) -> JSONResponse:
    """Return what was asked for and what has become of it; poll it every few seconds."""
    return JSONResponse(export_json(exports.job(export_id)))


@router.get(
    "/v1/exports/{export_id}/download",
    **says("Download an export", download(ZIP, "All its files in an archive."), 404, 409),
)
def download_export(export_id: ExportId, exports: ExportsDep) -> Response:
    """Return the files as a ZIP archive, once the export is done."""
    archive = exports.archive(export_id)
    if archive is None:
        raise ProblemError(409, "The export is not done.")
    return FileResponse(archive, media_type=ZIP, filename=f"export-{export_id[:8]}.zip")
