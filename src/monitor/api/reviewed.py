"""`POST /v1/check/file/reviewed`: a Word file comes back with a comment at each finding."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.access import MonitorDep, need
from monitor.api.bodies import require_type
from monitor.api.check_routes import FILE_FORM, answer_check, suffix_of, upload_of
from monitor.api.openapi import queued_problems
from monitor.api.problem_details import ProblemError
from monitor.workers import Job

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

router = APIRouter(tags=["drafts"], dependencies=[Depends(need("check"))])


class WordResponse(Response):
    """A Word file to be saved; its name is nobody's."""

    media_type = MEDIA_TYPE


@router.post(
    "/v1/check/file/reviewed",
    summary="Comment a Word file",
    response_class=WordResponse,
    response_description="The same file with a comment at each finding.",
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        **queued_problems(403, 415, 422),
    },
    openapi_extra=FILE_FORM,
)
async def comment_file(request: Request, monitor: MonitorDep) -> Response:
    """Return a `.docx` file with comments at the findings; all else in it stays as it was.

    The form is that of `/v1/check/file`. Comments of an earlier run are replaced, save those that
    were resolved or answered; those of others stay. The file is never stored.
    """
    require_type(request, "multipart/form-data")
    upload, data, options = await upload_of(request)
    if suffix_of(upload) != ".docx":
        raise ProblemError(415, "Only .docx files can be given back with comments.")
    options |= {"name": "upload.docx", "now": datetime.now(UTC).isoformat()}
    job = Job("comment_docx", options, data)
    answer = await answer_check(request, job, monitor, media_type=MEDIA_TYPE)
    answer.headers["content-disposition"] = 'attachment; filename="reviewed.docx"'
    return answer
