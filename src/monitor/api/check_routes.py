"""Checking and classifying drafts: `/v1/check`, `/v1/check/file` and `/v1/classify`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, Field, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.access import JSON, DeskDep, answer_job, need
from monitor.api.openapi import download, says
from monitor.api.problem_details import ProblemError, wrong_inside
from monitor.api.request_bodies import JsonRoute, read_form
from monitor.api.schemas import (
    ArticleFinding,
    CheckEvidence,
    Classified,
    ClassifyRequest,
    LanguageCode,
    Model,
    Offset,
    ScorecardEntry,
    WholeStr,
    example,
    told,
)
from monitor.check.options import CheckOptions
from monitor.check.people_answers import MOST, AnswersError, nobody_at, read_answers
from monitor.desk import Desk
from monitor.jobs.draft_processes import Job
from monitor.labels.countries import parse_country
from monitor.records.errors import DocumentTooLarge, NobodyThere, UsageError
from monitor.records.finding import FieldName
from monitor.records.people import DetailKind, Identifiable, PersonQuestion, PersonRole

NO_COUNTRY = "must be an ISO 3166-1 alpha-2 code such as GH"


def _is_country(value: object) -> bool:
    """Say whether a value is an ISO 3166-1 alpha-2 code in any case, or empty."""
    with suppress(UsageError):
        code = str(value)
        return not code or (len(code) == 2 and bool(parse_country(code)))
    return False


def _country(value: str) -> str:
    """Refuse what is no country, without repeating it: it may be part of a draft."""
    if not _is_country(value):
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


class PersonAnswerIn(Model):
    """A reporter's answer about one person, who is known by a place that mentions her."""

    field: FieldName = told("The field that the offsets count in.")
    start: Offset = told("First code point of words that mean her.")
    end: int = told("The code point after their last.", ge=1)
    source_start: Offset | None = told(
        "The place in the source of Markdown or HTML, which then counts alone.", None
    )
    source_end: int | None = told("As `source_start`.", None, ge=1)
    role: PersonRole | None = told("Who she is; overrules what was read.", None)
    minor: bool | None = told("Whether she was under 18 then, or is now.", None)
    consent: bool | None = told(
        "Whether she consented in writing to this piece. Never closes a minor's flag.", None
    )


def _answers(value: object, handler: ValidatorFunctionWrapHandler) -> Any:
    """Refuse answers with the way to what is wrong with them, and never with what they hold."""
    if not isinstance(value, bool):
        try:
            read_answers(value)
        except AnswersError as error:
            raise wrong_inside(error.path, error.wrong) from None
    return handler(value)


PEOPLE = (
    "True asks for the people that the draft tells of, by place. So does a list: what the reporter "
    "says of some of them. An answer at a place where nobody is told of is an error."
)


SILENCED = (
    "Whether to tell what rules would say of words that others say; of such flags few are right."
)


class CheckRequest(Model):
    """A draft to check. It is held in memory until the answer is sent, and never stored."""

    model_config = example(
        title="Police find girl in bar raid",
        text="Police said the two child prostitutes were found near the harbour.",
    )

    text: WholeStr = told("The draft: plain text, Markdown or HTML.")
    title: WholeStr = told(
        "The headline, where it is kept apart. Without it the first line of a plain text is the "
        "headline if a blank line follows.",
        "",
    )
    format: Literal["txt", "md", "html"] = told("How `text` is to be read.", "txt")
    language: LanguageCode | None = told("ISO 639 code; recognised where it is not given.", None)
    guideline: GuidelineName | GuidelineNames | None = told(
        GUIDELINE, None, examples=["thb-en", ["thb-en", "our-rules"]]
    )
    country: Annotated[str, AfterValidator(_country)] = told(COUNTRY, "", examples=["GH"])
    include_text: bool = told(
        "Whether the answer repeats the visible text that the offsets count in.", False
    )
    min_confidence: float | None = told(
        MIN_CONFIDENCE, None, ge=0, le=1, allow_inf_nan=False, examples=[0.5]
    )
    on_topic: bool = told(ON_TOPIC, False)
    people: Annotated[
        bool | Annotated[list[PersonAnswerIn], Field(max_length=MOST)], WrapValidator(_answers)
    ] = told(PEOPLE, False, examples=[True])
    silenced: bool = told(SILENCED, False)


class CheckFinding(ArticleFinding):
    """One flagged phrase, with its places in the draft.

    `protects`: the rule keeps people from being identified; such a finding is never left out.
    """

    utf16_start: Offset = told("As `start`, in UTF-16 units (JavaScript, Java).")
    utf16_end: Offset = told("As `end`, in UTF-16 units.")
    line: int = told("Line in the source, from 1.", ge=1)
    column: int = told("Column in code points, from 1.", ge=1)
    end_line: int = told("Line of the character after the last.", ge=1)
    end_column: int = told("Column of the character after the last.", ge=1)
    source_start: Offset = told("Place in the file; there for Markdown and HTML only.", 0)
    source_end: Offset = told("As `source_start`.", 0)
    protects: bool
    priority: float = told(
        "How much it is worth stopping at, harm and confidence together: the highest first.", ge=0
    )
    person: int | None = told(
        "The number in `people` of whom it is about; there where it protects and they were asked "
        "for.",
        None,
        ge=1,
    )
    by_place: str | None = told("As `message`, by that number and without a word of it.", None)


_CHECKED: JsonDict = json.loads("""
{
  "language": "en", "words": 10,
  "findings": [
    {
      "rule": "child-prostitute", "guideline": "thb-en", "severity": "error", "confidence": 0.93,
      "principle": "child-protection", "scope": "body", "field": "text", "start": 20, "end": 37,
      "utf16_start": 20, "utf16_end": 37, "line": 1, "column": 21, "end_line": 1, "end_column": 38,
      "match": "child prostitutes", "quoted": "no",
      "message": "A child cannot be a prostitute. Say what was done to the child.",
      "why": "The word implies a choice and a crime that do not exist.",
      "suggestions": ["sexually exploited children"],
      "sources": [
        {"title": "INTERPOL, Appropriate terminology", "section": "Recommended terminology",
         "url": "https://www.interpol.int/en/Crime-areas/Crimes-against-children/Appropriate-terminology"}
      ],
      "protects": false, "priority": 7.255
    }
  ],
  "scorecard": [
    {"item": "no-helpline", "guideline": "thb-en", "met": false,
     "reason": "the text names no helpline or service", "evidence": []}
  ],
  "coverage": {
    "checked": "part", "language": "covered", "topic": "assumed",
    "note": "Too short to judge as a whole (10 words), and taken to be about trafficking.",
    "missed": "No flags does not mean that all is well: …"
  }
}
""")


class CheckCoverage(Model):
    """How far the guideline reaches a draft: without it, no findings may mean nothing at all.

    `checked` is `none` where the draft is not in the guideline's language. `topic` is whether it is
    about trafficking; `said`: the request says so; `assumed`: too short to tell; `part`: one story
    of several; `touched`: trafficking comes up and is not what it is about. `missed` is how much
    the guideline misses, as measured on breaches that nobody who wrote its rules had read; null
    where that was not measured or nothing checked.
    """

    checked: Literal["whole", "part", "none"]
    language: Literal["covered", "other", "unknown"]
    topic: Literal["on", "said", "assumed", "part", "touched", "off"]
    note: str | None = told("The reason in a sentence; null where all was checked.")
    missed: str | None


class IgnoredFinding(CheckFinding):
    """A flagged phrase that a comment in the draft silences."""

    reason: str = told("The reason that the comment gives.")


class IgnoreProblem(Model):
    """A comment that is to silence a rule and does not."""

    line: int = told("Line in the source, from 1.", ge=1)
    column: int = told("Column in code points, from 1.", ge=1)
    source_start: Offset = told("First code point of the comment in the source.")
    source_end: Offset = told("The code point after its last.")
    message: str = told("What is wrong with it.")


class CountryOut(Model):
    """A country; `covered` is whether its law and helplines are known here."""

    code: str = Field(examples=["GH"])
    name: str
    covered: bool
    note: str = told("What is not known of it: that its law is not held, or a part.")


class UncheckedOut(CheckEvidence):
    """A line, or the beginning of one, that is for the desk: recognised, and not checked."""

    kind: Literal["slug", "embargo", "dateline", "byline", "credits", "sign-off", "note"]


class PersonDetailOut(CheckEvidence):
    """Words by which acquaintances could know a person."""

    kind: DetailKind


class PersonOut(Model):
    """A person whom the draft tells of, named or not, by place: no name is repeated.

    `role_probability` is that of the group that the role is of: to be protected, accused, or
    neither. `identifiable` is whether acquaintances could know whom to protect. `questions` are
    what only the reporter can answer: could a reader take her for somebody `exploited`? was she a
    `minor` then, or is she now? has she given `consent` in writing to this piece?
    """

    person: int = told("Her number, from 1, by first mention.", ge=1)
    role: PersonRole
    role_probability: float = Field(ge=0, le=1)
    minor: bool | None = told("Null where nothing tells.")
    mentions: list[CheckEvidence]
    details: list[PersonDetailOut]
    identifiable: Identifiable
    questions: list[PersonQuestion]
    line: int = told("Line in the source where she is first told of, from 1.", ge=1)
    column: int = told("Its column in code points, from 1.", ge=1)


class CheckedDocument(Model):
    """The findings and the scorecard of one draft; offsets are in its visible text.

    `unchecked` is what is for the desk and not for readers. `ignored` is what comments such as
    `<!-- monitor-ignore RULE: reason -->` silence; those of `ignore_problems` name no rule, an
    unknown one or no reason.
    """

    model_config = example(**_CHECKED)

    path: str | None = told("Only where files are checked in bulk.", None)
    language: str | None
    words: Offset
    findings: list[CheckFinding]
    scorecard: list[ScorecardEntry]
    coverage: CheckCoverage
    people: list[PersonOut] | None = told("Only where the request asked for them.", None)
    silenced: list[CheckFinding] | None = told("Only where the request asked for them.", None)
    unchecked: list[UncheckedOut] | None = None
    text: str | None = told("The visible text, where `include_text` asked for it.", None)
    country: CountryOut | None = told("Whose law and helplines were told of, where asked.", None)
    left_out: Offset | None = told("Findings under `min_confidence`, where that is given.", None)
    ignored: list[IgnoredFinding] | None = None
    ignore_problems: list[IgnoreProblem] | None = None


SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx")
router = APIRouter(tags=["drafts"], route_class=JsonRoute, dependencies=[Depends(need("check"))])


@router.post("/v1/check", **says("Check a draft", CheckedDocument, queued=True))
async def check(request: Request, draft: CheckRequest, desk: DeskDep) -> Response:
    """Check one draft against the guidelines in force. The draft is not stored and not logged."""
    options = draft.model_dump()
    if "country" not in draft.model_fields_set:
        options["country"] = None
    return await _answer(request, Job("check_text", options), desk)


async def _answer(request: Request, job: Job, desk: Desk, media_type: str = JSON) -> Response:
    """Answer with what `job` gives; a guideline that is not here is refused without its name."""
    try:
        return await answer_job(request, job, media_type)
    except NobodyThere as error:
        wrong = "nobody is told of at this place"
        errors = [(("body", "people", number), wrong) for number in nobody_at(error)]
        raise ProblemError(422, str(error), errors=errors) from error
    except UsageError as error:
        there = ", ".join(guideline.id for guideline in desk.guidelines)
        raise ProblemError(400, f"There is no such guideline here; there is {there}.") from error


def _part(description: str, **schema: Any) -> dict[str, Any]:
    return {"type": "string", **schema, "description": description}


_YES_OR_NO = {"enum": ["true", "false"], "default": "false"}
_NAMES = {"items": {"type": "string", "maxLength": MAX_NAME}, "maxItems": MAX_GUIDELINES}
_FORM = {
    "type": "object",
    "title": "CheckFileRequest",
    "description": "One file; its name says the format, and is not kept either.",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": _part(f"A draft: {', '.join(SUFFIXES)}.", format="binary"),
        "guideline": _part(f"{GUIDELINE} Repeat the field for several.", type="array", **_NAMES),
        "include_text": _part("Whether the answer repeats the visible text.", **_YES_OR_NO),
        "country": _part(COUNTRY),
        "min_confidence": _part(MIN_CONFIDENCE, type="number", minimum=0, maximum=1),
        "on_topic": _part(ON_TOPIC, **_YES_OR_NO),
        "silenced": _part(SILENCED, **_YES_OR_NO),
        "people": _part(f"{PEOPLE} As JSON: `true`, or the list of `/v1/check`."),
    },
}
_ENCODED = {"schema": _FORM, "encoding": {"file": {"contentType": "application/octet-stream"}}}
_BODY = {"required": True, "content": {"multipart/form-data": _ENCODED}}
FILE_FORM: dict[str, Any] = {"requestBody": _BODY}
_FILE: dict[str, Any] = {"openapi_extra": FILE_FORM}


@router.post("/v1/check/file", **says("Check a file", CheckedDocument, queued=True), **_FILE)
async def check_file(request: Request, desk: DeskDep) -> Response:
    """Check a `.txt`, `.md`, `.html` or `.docx` file. It is read in memory and never stored."""
    suffix, data, options = await _upload_of(request)
    # Under a neutral name: the file's own could reach an error message.
    job = Job("check_bytes", {"name": f"upload{suffix}", **options.given()}, data)
    return await _answer(request, job, desk)


def _is_share(value: object) -> bool:
    with suppress(ValueError):
        return 0 <= float(str(value)) <= 1
    return False


_ONCE, _IS_WISH = range(2), ("true", "false").__contains__
_PARTS: Mapping[str, tuple[range, Callable[[object], bool], str]] = {
    "file": (range(1, 2), lambda it: isinstance(it, UploadFile), "must be one file with a name"),
    "include_text": (_ONCE, _IS_WISH, "must be true or false"),
    "on_topic": (_ONCE, _IS_WISH, "must be true or false"),
    "silenced": (_ONCE, _IS_WISH, "must be true or false"),
    "country": (_ONCE, _is_country, NO_COUNTRY),
    "min_confidence": (_ONCE, _is_share, "must be a number from 0 to 1"),
    "people": (_ONCE, lambda value: isinstance(value, str), "must be true or a list, as JSON"),
    "guideline": (
        range(MAX_GUIDELINES + 1),
        lambda name: isinstance(name, str) and 0 < len(name) <= MAX_NAME,
        "must be the name of a guideline",
    ),
}
"""The fields of the form: how often each may come, what it must be, and what to say if not."""


async def _upload_of(request: Request) -> tuple[str, bytes, CheckOptions]:
    """Return the ending of a form's file, its content and the options beside it, or refuse."""
    async with read_form(request, max_parts=7 + MAX_GUIDELINES) as form:
        given: dict[str, list[Any]] = {name: form.getlist(name) for name in _PARTS}
        errors: list[tuple[list[str | int], str]] = [
            (["body", name], wrong)
            for name, (times, fits, wrong) in _PARTS.items()
            if len(given[name]) not in times or not all(map(fits, given[name]))
        ]
        if not form.keys() <= _PARTS.keys():
            errors.append((["body"], "has a field that is not known here"))
        if errors:
            raise ProblemError(422, "The form has fields that cannot be used.", errors=errors)
        people = _people_of(given["people"])
        upload: UploadFile = given["file"][0]
        data = await upload.read()
    suffix = PurePath(upload.filename or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise ProblemError(415, f"Only {', '.join(SUFFIXES)} files are read.")
    return (
        ".html" if suffix == ".htm" else suffix,
        data,
        CheckOptions(
            country=given["country"][0] if given["country"] else None,
            min_confidence=float(given["min_confidence"][0]) if given["min_confidence"] else None,
            guideline=given["guideline"] or None,
            on_topic=given["on_topic"] == ["true"],
            silenced=given["silenced"] == ["true"],
            include_text=given["include_text"] == ["true"],
            people=people,
        ),
    )


def _people_of(given: list[str]) -> bool | list[Mapping[str, Any]]:
    """Return what a form asks of people, or refuse it."""
    where: list[str | int] = ["body", "people"]
    try:
        value = json.loads(given[0]) if given else False
        return value if isinstance(value, bool) else read_answers(value)
    except AnswersError as error:
        found = [*where, *error.path], error.wrong
    except (ValueError, RecursionError):
        found = where, "must be true or a list, as JSON"
    raise ProblemError(422, "The form has fields that cannot be used.", errors=[found])


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WORD = download(WORD, "The same file with a comment at each finding.")


@router.post("/v1/check/file/reviewed", **says("Comment a Word file", _WORD, queued=True), **_FILE)
async def comment_file(request: Request, desk: DeskDep) -> Response:
    """Return a `.docx` file with comments at the findings; all else in it stays as it was.

    The form is that of `/v1/check/file`. Comments of an earlier run are replaced, save those that
    were resolved or answered; those of others stay. The file is never stored.
    """
    suffix, data, options = await _upload_of(request)
    if suffix != ".docx":
        raise ProblemError(415, "Only .docx files can be given back with comments.")
    now = datetime.now(UTC).isoformat()
    job = Job("comment_docx", {"name": "upload.docx", "now": now, **options.given()}, data)
    answer = await _answer(request, job, desk, WORD)
    answer.headers["content-disposition"] = 'attachment; filename="reviewed.docx"'
    return answer


@router.post("/v1/classify", **says("Classify an article", Classified, queued=True))
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
