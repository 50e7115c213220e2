"""`POST /v1/check` and `POST /v1/check/file`: what the guideline says of a draft."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.access import MonitorDep, answer_job, need
from monitor.api.bodies import JsonRoute, require_type
from monitor.api.check_schemas import (
    COUNTRY,
    GUIDELINE,
    MAX_GUIDELINES,
    MAX_NAME,
    MIN_CONFIDENCE,
    NO_COUNTRY,
    ON_TOPIC,
    CheckedDocument,
    CheckRequest,
    is_country,
)
from monitor.api.openapi import queued_problems
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import read_form
from monitor.core import Monitor
from monitor.errors import UsageError
from monitor.workers import Job

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx")
_ERRORS = queued_problems(403, 415, 422)

router = APIRouter(tags=["drafts"], route_class=JsonRoute, dependencies=[Depends(need("check"))])
files = APIRouter()


@router.post(
    "/v1/check",
    summary="Check a draft",
    response_model=None,
    response_description="The draft's findings and scorecard.",
    responses={200: {"model": CheckedDocument}, **_ERRORS},
)
async def check(request: Request, draft: CheckRequest, monitor: MonitorDep) -> Response:
    """Check one draft against the guidelines in force. The draft is not stored and not logged."""
    options = draft.model_dump()
    if "country" not in draft.model_fields_set:
        options["country"] = None
    return await answer_check(request, Job("check_text", options), monitor)


async def answer_check(
    request: Request, job: Job, monitor: Monitor, *, media_type: str = "application/json"
) -> Response:
    """Answer with what `job` gives; a guideline that is not here is refused without its name."""
    try:
        return await answer_job(request, job, media_type=media_type)
    except UsageError as error:
        there = ", ".join(guideline.id for guideline in monitor.guidelines)
        raise ProblemError(400, f"There is no such guideline here; there is {there}.") from error


FILE_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "title": "CheckFileRequest",
                    "description": "One file; its name says the format, and is not kept either.",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": f"A draft: {', '.join(SUFFIXES)}.",
                        },
                        "guideline": {
                            "type": "array",
                            "items": {"type": "string", "maxLength": MAX_NAME},
                            "maxItems": MAX_GUIDELINES,
                            "description": f"{GUIDELINE} Repeat the field for several.",
                        },
                        "include_text": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "default": "false",
                            "description": "Whether the answer repeats the visible text.",
                        },
                        "country": {
                            "type": "string",
                            "description": COUNTRY,
                        },
                        "min_confidence": {
                            "type": "number",
                            "minimum": 0,
                            "maximum": 1,
                            "description": MIN_CONFIDENCE,
                        },
                        "on_topic": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "default": "false",
                            "description": ON_TOPIC,
                        },
                    },
                },
                "encoding": {"file": {"contentType": "application/octet-stream"}},
            }
        },
    }
}


@files.post(
    "/v1/check/file",
    summary="Check a file",
    response_model=None,
    response_description="The file's findings and scorecard; offsets are in its visible text.",
    responses={200: {"model": CheckedDocument}, **_ERRORS},
    openapi_extra=FILE_FORM,
)
async def check_file(request: Request, monitor: MonitorDep) -> Response:
    """Check a `.txt`, `.md`, `.html` or `.docx` file. It is read in memory and never stored."""
    require_type(request, "multipart/form-data")
    upload, data, options = await upload_of(request)
    name = f"upload{suffix_of(upload)}"
    # Under a neutral name: the file's own could reach an error message.
    job = Job("check_bytes", {"name": name, **options}, data)
    return await answer_check(request, job, monitor)


async def upload_of(request: Request) -> tuple[UploadFile, bytes, dict[str, Any]]:
    """Return the file of a form, its content and the options beside it."""
    form = await read_form(request, max_parts=5 + MAX_GUIDELINES)
    try:
        upload, options = _fields(form)
        return upload, await upload.read(), options
    finally:
        await form.close()


def _fields(form: FormData) -> tuple[UploadFile, dict[str, Any]]:
    """Return the file and the options; refuse anything else with its own location."""
    errors: list[tuple[list[str | int], str]] = []
    parts = form.multi_items()
    uploads = [value for name, value in parts if name == "file"]
    wishes = {
        wish: [value for name, value in parts if name == wish]
        for wish in ("include_text", "on_topic")
    }
    countries = [value for name, value in parts if name == "country"]
    named = [value for name, value in parts if name == "guideline"]
    least = [_share(value) for name, value in parts if name == "min_confidence"]
    if len(uploads) != 1 or not isinstance(uploads[0], UploadFile):
        errors.append((["body", "file"], "must be one file with a name"))
    for name, values in wishes.items():
        if len(values) > 1 or not all(value in ("true", "false") for value in values):
            errors.append((["body", name], "must be true or false"))
    if len(countries) > 1 or not all(value == "" or is_country(value) for value in countries):
        errors.append((["body", "country"], NO_COUNTRY))
    if len(least) > 1 or None in least:
        errors.append((["body", "min_confidence"], "must be a number from 0 to 1"))
    if len(named) > MAX_GUIDELINES or not all(_is_name(value) for value in named):
        errors.append((["body", "guideline"], "must be the name of a guideline"))
    known = len(uploads) + len(countries) + len(least) + len(named)
    known += sum(map(len, wishes.values()))
    if known < len(parts):
        errors.append((["body"], "has a field that is not known here"))
    if errors:
        raise ProblemError(422, "The form has fields that cannot be used.", errors=errors)
    upload = uploads[0]
    assert isinstance(upload, UploadFile)
    return upload, {
        "country": str(countries[0]) if countries else None,
        "min_confidence": least[0] if least else None,
        "guideline": named or None,
        **{name: values == ["true"] for name, values in wishes.items()},
    }


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME


def _share(value: object) -> float | None:
    """Return a number from 0 to 1, `None` for anything else."""
    try:
        share = float(str(value))
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def suffix_of(upload: UploadFile) -> str:
    """Return the ending of a file's name; refuse one of a kind that is not read."""
    suffix = PurePath(upload.filename or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise ProblemError(415, f"Only {', '.join(SUFFIXES)} files are read.")
    return ".html" if suffix == ".htm" else suffix


router.include_router(files)
