"""Checking and classifying drafts: `/v1/check`, `/v1/check/file` and `/v1/classify`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.access import DeskDep, answer_job, need
from monitor.api.openapi import answers, queued_problems
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import JsonRoute, read_form, require_type
from monitor.api.schemas import (
    CheckEvidence,
    Classified,
    ClassifyRequest,
    LanguageCode,
    Model,
    ScorecardEntry,
    Source,
    WholeStr,
)
from monitor.check.options import CheckOptions
from monitor.desk import Desk
from monitor.jobs.draft_processes import Job
from monitor.labels.countries import parse_country
from monitor.records.errors import DocumentTooLarge, UsageError


def is_country(value: object) -> bool:
    """Whether a value is an ISO 3166-1 alpha-2 code, in any case."""
    if not isinstance(value, str) or len(value) != 2:
        return False
    try:
        parse_country(value)
    except UsageError:
        return False
    return True


NO_COUNTRY = "must be an ISO 3166-1 alpha-2 code such as GH"


def _country(value: str) -> str:
    """Refuse what is no country, without repeating it: it may be part of a draft."""
    if value and not is_country(value):
        raise PydanticCustomError("country", NO_COUNTRY)
    return value


COUNTRY = (
    "ISO 3166-1 alpha-2 code of the country whose law on identifying people goes into findings and "
    "whose helplines are offered. Absent, the desk's own, if it has one; empty, none."
)
MIN_CONFIDENCE = (
    "From 0 to 1: findings of a lower confidence are left out, save those that protect people and "
    "those of which nothing is known."
)
ON_TOPIC = (
    "Whether the draft is said to be about trafficking: then every rule is applied, whatever it "
    "reads as. False leaves that to the gate and the relevance model."
)


MAX_NAME, MAX_GUIDELINES = 200, 20
"""Characters of a guideline's name; guidelines that a request may name, more than a desk has."""
GuidelineName = Annotated[WholeStr, Field(max_length=MAX_NAME)]
GuidelineNames = Annotated[list[GuidelineName], Field(min_length=1, max_length=MAX_GUIDELINES)]
GUIDELINE = (
    "Check against this guideline alone, or these, by id or stamp, and what they extend; all that "
    "are in force if absent."
)


class CheckRequest(Model):
    """A draft to check. It is held in memory until the answer is sent, and never stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Police find girl in bar raid",
                    "text": "Police said the two child prostitutes were found near the harbour.",
                }
            ]
        },
    )

    text: WholeStr = Field(description="The draft: plain text, Markdown or HTML.")
    title: WholeStr = Field(
        "",
        description="The headline, where it is kept apart. Without it the first line of a plain "
        "text is the headline if a blank line follows.",
    )
    format: Literal["txt", "md", "html"] = Field("txt", description="How `text` is to be read.")
    language: LanguageCode | None = Field(
        None, description="ISO 639 code; recognised where it is not given."
    )
    guideline: GuidelineName | GuidelineNames | None = Field(
        None, description=GUIDELINE, examples=["thb-en", ["thb-en", "our-rules"]]
    )
    country: Annotated[str, AfterValidator(_country)] = Field(
        "", description=COUNTRY, examples=["GH"]
    )
    include_text: bool = Field(
        False,
        description="Whether the answer repeats the visible text that the offsets count in.",
    )
    min_confidence: float | None = Field(
        None, ge=0, le=1, allow_inf_nan=False, description=MIN_CONFIDENCE, examples=[0.5]
    )
    on_topic: bool = Field(False, description=ON_TOPIC)


class CheckFinding(Model):
    """One flagged phrase."""

    rule: str = Field(description="The rule's id; see `/v1/rules/{rule_id}`.")
    guideline: str = Field(
        description="The id of the guideline whose rule it is; see `/v1/rules/{guideline}/{rule}`."
    )
    severity: Literal["error", "warning", "suggestion"]
    confidence: float | None = Field(
        None,
        ge=0,
        le=1,
        description="The share of such findings that editors mark; null where nothing is known.",
    )
    principle: str = Field(description="The principle behind the rule.")
    scope: Literal["headline", "body", "caption"]
    field: Literal["title", "text"] = Field(description="The field that the offsets count in.")
    start: int = Field(ge=0, description="First code point.")
    end: int = Field(ge=0, description="The code point after the last.")
    utf16_start: int = Field(ge=0, description="As `start`, in UTF-16 units (JavaScript, Java).")
    utf16_end: int = Field(ge=0, description="As `end`, in UTF-16 units.")
    line: int = Field(ge=1, description="Line in the source, from 1.")
    column: int = Field(ge=1, description="Column in code points, from 1.")
    end_line: int = Field(ge=1, description="Line of the character after the last.")
    end_column: int = Field(ge=1, description="Column of the character after the last.")
    match: str = Field(description="The flagged words, to the letter.")
    quoted: Literal["no", "attributed", "scare"] = Field(
        description="Whether they stand in a speaker's quotation or in scare quotes."
    )
    message: str = Field(description="What is wrong, in a sentence.")
    why: str = Field(description="Why it matters.")
    suggestions: list[str] = Field(description="Wordings that fit in place of the match.")
    sources: list[Source]
    source_start: int = Field(
        0, ge=0, description="Place in the file; there for Markdown and HTML only."
    )
    source_end: int = Field(0, ge=0, description="As `source_start`.")
    protects: bool = Field(
        description="Whether the rule keeps people from being identified: such a finding is never "
        "left out, and stands first where findings are shown."
    )


_CHECKED: JsonDict = {
    "language": "en",
    "words": 10,
    "findings": [
        {
            "rule": "child-prostitute",
            "guideline": "thb-en",
            "severity": "error",
            "confidence": 0.93,
            "principle": "child-protection",
            "scope": "body",
            "field": "text",
            "start": 20,
            "end": 37,
            "utf16_start": 20,
            "utf16_end": 37,
            "line": 1,
            "column": 21,
            "end_line": 1,
            "end_column": 38,
            "match": "child prostitutes",
            "quoted": "no",
            "message": "A child cannot be a prostitute. Say what was done to the child.",
            "why": "The word implies a choice and a crime that do not exist.",
            "suggestions": ["sexually exploited children"],
            "sources": [
                {
                    "title": "INTERPOL, Appropriate terminology",
                    "section": "Recommended terminology",
                    "url": "https://www.interpol.int/en/Crime-areas/Crimes-against-children/Appropriate-terminology",
                }
            ],
            "protects": False,
        }
    ],
    "scorecard": [
        {
            "item": "no-helpline",
            "guideline": "thb-en",
            "met": False,
            "reason": "the text names no helpline or service",
            "evidence": [],
        }
    ],
    "coverage": {
        "checked": "part",
        "language": "covered",
        "topic": "assumed",
        "note": "Too short to judge as a whole (10 words), and taken to be about trafficking.",
        "missed": "No flags does not mean that all is well: …",
    },
}


class CheckCoverage(Model):
    """How far the guideline reaches a draft: without it, no findings may mean nothing at all."""

    checked: Literal["whole", "part", "none"] = Field(
        description="Whether all rules could be applied; `none`: not in the guideline's language."
    )
    language: Literal["covered", "other", "unknown"] = Field(
        description="Whether the draft is in the guideline's language."
    )
    topic: Literal["on", "said", "assumed", "part", "touched", "off"] = Field(
        description="Whether it is about trafficking; `said`: the request says so; `assumed`: too "
        "short to tell; `part`: one story of several; `touched`: trafficking comes up and is not "
        "what it is about."
    )
    note: str | None = Field(description="The reason in a sentence; null where all was checked.")
    missed: str | None = Field(
        description="How much the guideline misses, in a sentence, as measured on breaches that "
        "nobody who wrote its rules had read; null where that was not measured or nothing checked."
    )


class IgnoredFinding(CheckFinding):
    """A flagged phrase that a comment in the draft silences."""

    reason: str = Field(description="The reason that the comment gives.")


class IgnoreProblem(Model):
    """A comment that is to silence a rule and does not."""

    line: int = Field(ge=1, description="Line in the source, from 1.")
    column: int = Field(ge=1, description="Column in code points, from 1.")
    source_start: int = Field(ge=0, description="First code point of the comment in the source.")
    source_end: int = Field(ge=0, description="The code point after its last.")
    message: str = Field(description="What is wrong with it.")


class CountryOut(Model):
    """A country; `covered` is whether its law and helplines are known here."""

    code: str = Field(examples=["GH"])
    name: str
    covered: bool
    note: str = Field(description="What is not known of it: that its law is not held, or a part.")


class UncheckedOut(CheckEvidence):
    """A line, or the beginning of one, that is for the desk: recognised, and not checked."""

    kind: Literal["slug", "embargo", "dateline", "byline", "credits", "sign-off", "note"]


class CheckedDocument(Model):
    """What the check says of one draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHECKED]})

    path: str | None = Field(None, description="Only where files are checked in bulk.")
    language: str | None
    words: int = Field(ge=0)
    findings: list[CheckFinding]
    scorecard: list[ScorecardEntry]
    coverage: CheckCoverage
    unchecked: list[UncheckedOut] | None = Field(
        None, description="What is for the desk and not for readers; absent where nothing."
    )
    text: str | None = Field(
        None, description="The visible text, where `include_text` asked for it."
    )
    country: CountryOut | None = Field(
        None, description="Whose law and helplines were told of, where asked for."
    )
    left_out: int | None = Field(
        None, ge=0, description="Findings under `min_confidence`, where that is given."
    )
    ignored: list[IgnoredFinding] | None = Field(
        None,
        description="What `<!-- monitor-ignore RULE: reason -->` in Markdown and HTML silences.",
    )
    ignore_problems: list[IgnoreProblem] | None = Field(
        None, description="Such comments that name no rule, an unknown one or no reason."
    )


SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx")

router = APIRouter(tags=["drafts"], route_class=JsonRoute, dependencies=[Depends(need("check"))])


@router.post(
    "/v1/check",
    summary="Check a draft",
    response_description="The draft's findings and scorecard.",
    responses=answers(CheckedDocument, 403, 415, 422, queued=True),
)
async def check(request: Request, draft: CheckRequest, desk: DeskDep) -> Response:
    """Check one draft against the guidelines in force. The draft is not stored and not logged."""
    options = draft.model_dump()
    if "country" not in draft.model_fields_set:
        options["country"] = None
    return await answer_check(request, Job("check_text", options), desk)


async def answer_check(
    request: Request, job: Job, desk: Desk, *, media_type: str = "application/json"
) -> Response:
    """Answer with what `job` gives; a guideline that is not here is refused without its name."""
    try:
        return await answer_job(request, job, media_type=media_type)
    except UsageError as error:
        there = ", ".join(guideline.id for guideline in desk.guidelines)
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


@router.post(
    "/v1/check/file",
    summary="Check a file",
    response_description="The file's findings and scorecard; offsets are in its visible text.",
    responses=answers(CheckedDocument, 403, 415, 422, queued=True),
    openapi_extra=FILE_FORM,
)
async def check_file(request: Request, desk: DeskDep) -> Response:
    """Check a `.txt`, `.md`, `.html` or `.docx` file. It is read in memory and never stored."""
    require_type(request, "multipart/form-data")
    upload, data, options = await upload_of(request)
    name = f"upload{suffix_of(upload)}"
    # Under a neutral name: the file's own could reach an error message.
    job = Job("check_bytes", {"name": name, **options.given()}, data)
    return await answer_check(request, job, desk)


async def upload_of(request: Request) -> tuple[UploadFile, bytes, CheckOptions]:
    """Return the file of a form, its content and the options beside it."""
    form = await read_form(request, max_parts=5 + MAX_GUIDELINES)
    try:
        upload, options = _fields(form)
        return upload, await upload.read(), options
    finally:
        await form.close()


def _fields(form: FormData) -> tuple[UploadFile, CheckOptions]:
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
    return upload, CheckOptions(
        country=str(countries[0]) if countries else None,
        min_confidence=least[0] if least else None,
        guideline=list(map(str, named)) or None,
        on_topic=wishes["on_topic"] == ["true"],
        include_text=wishes["include_text"] == ["true"],
    )


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


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class WordResponse(Response):
    """A Word file to be saved; its name is nobody's."""

    media_type = WORD


@router.post(
    "/v1/check/file/reviewed",
    summary="Comment a Word file",
    response_class=WordResponse,
    response_description="The same file with a comment at each finding.",
    responses={
        200: {"content": {WORD: {"schema": {"type": "string", "format": "binary"}}}},
        **queued_problems(403, 415, 422),
    },
    openapi_extra=FILE_FORM,
)
async def comment_file(request: Request, desk: DeskDep) -> Response:
    """Return a `.docx` file with comments at the findings; all else in it stays as it was.

    The form is that of `/v1/check/file`. Comments of an earlier run are replaced, save those that
    were resolved or answered; those of others stay. The file is never stored.
    """
    require_type(request, "multipart/form-data")
    upload, data, options = await upload_of(request)
    if suffix_of(upload) != ".docx":
        raise ProblemError(415, "Only .docx files can be given back with comments.")
    now = datetime.now(UTC).isoformat()
    job = Job("comment_docx", {"name": "upload.docx", "now": now, **options.given()}, data)
    answer = await answer_check(request, job, desk, media_type=WORD)
    answer.headers["content-disposition"] = 'attachment; filename="reviewed.docx"'
    return answer


@router.post(
    "/v1/classify",
    summary="Classify an article",
    response_description="Relevance and tags, or why there is no judgement.",
    responses=answers(Classified, 403, 415, 422, queued=True),
)
async def classify(request: Request, article: ClassifyRequest, desk: DeskDep) -> Response:
    """Say how probably the article is about trafficking, and of what kind. Nothing is stored."""
    limit = desk.settings.check.max_chars
    size = len(article.title) + len(article.text)
    if size > limit:
        raise DocumentTooLarge(f"the article has {size:,} characters; the limit is {limit:,}")
    answer = await answer_job(request, Job("classify", article.model_dump(exclude_none=True)))
    if answer.body and "error" in json.loads(bytes(answer.body)):
        raise ProblemError(422, "The article cannot be classified.")
    return answer
