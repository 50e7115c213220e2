"""`/v2`: LanguageTool's HTTP API, so that its clients check drafts with the guideline.

What it takes and answers is LanguageTool's to say, so it is not in the OpenAPI document: see
docs/developer.md. Errors are plain text. Nothing that is sent is stored or logged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

import monitor as package
from monitor.api.access import CLIENT_LEFT, CheckersDep, DeskDep, get_visitor, need
from monitor.api.authentication import find_token
from monitor.api.check_queue import ClientLeftError
from monitor.api.languagetool_request import (
    AUTO,
    AnnotatedText,
    LanguageToolRequest,
    MatchSelection,
    read_request,
)
from monitor.api.languagetool_upstream import Upstream, utf16_length
from monitor.api.problem_details import ProblemError, note_visitor
from monitor.desk import Desk
from monitor.jobs.draft_processes import Job
from monitor.labels.countries import country_name, language_name
from monitor.records.account import NOBODY
from monitor.records.errors import DocumentTooLarge, UsageError
from monitor.records.finding import SEVERITIES, Severity
from monitor.storage.sign_in import is_token, visitor_of
from monitor.text.document import blank_binary, is_empty
from monitor.text.language_detection import MIN_SCORE
from monitor.text.positions import Positions
from monitor.text.sentences import find_paragraphs, find_sentences

MAX_FIELDS = 100
_NO_KEY = "From another machine send a token of this desk as the parameter 'apiKey'."


async def read_fields(request: Request) -> Mapping[str, str]:
    """Return the parameters of query and body, a form whatever its type says; the last counts."""
    forms = (request.scope.get("query_string", b""), await request.body())

    def parse() -> dict[str, str]:
        told: dict[str, str] = {}
        for form in forms:
            told |= parse_qsl(form.decode(), True, errors="strict", max_num_fields=MAX_FIELDS)
        return told

    try:
        return await run_sync(parse)
    except ValueError as error:
        raise ProblemError(400, "The parameters are not a well-formed form in UTF-8.") from error


FieldsDep = Annotated[Mapping[str, str], Depends(read_fields)]


async def admit(request: Request, fields: FieldsDep) -> None:
    """Note who sent the request by its key; refuse whoever is elsewhere and has none (403)."""
    told = fields.get("apiKey") or fields.get("password") or ""
    known = get_visitor(request) is not NOBODY
    if known and not is_token(told):
        return  # at home, or signed in otherwise: a key of LanguageTool's own is no concern here
    if not told:
        raise ProblemError(403, _NO_KEY)
    state = request.app.state
    token = await find_token(request.scope, told, state.desk, state.tries, known=known)
    if token is None:
        raise ProblemError(403, "The key is no token of this desk, or has ended.")
    note_visitor(request.scope, visitor_of(token))


keyed = APIRouter(dependencies=[Depends(admit), Depends(need("check"))])
anybody = APIRouter()


@keyed.get("/v2/check")
@keyed.post("/v2/check")
async def check(request: Request, fields: FieldsDep, desk: DeskDep, who: CheckersDep) -> Response:
    """Check a text against the guideline, and with the other server of the settings."""
    try:
        asked = await run_sync(read_request, fields)
    except UsageError as error:
        said = str(error)
        raise ProblemError(400, f"{said[:1].upper()}{said[1:]}.") from error
    size, most = len(asked.given.plain), desk.settings.check.max_chars
    if size > most:
        raise DocumentTooLarge(f"The text has {size:,} characters; the limit is {most:,}.")
    upstream: Upstream = request.app.state.upstream
    plain = blank_binary(asked.given.plain)
    language = None if asked.language == AUTO else primary(asked.language)
    document: dict[str, Any] = {"findings": [], "language": language}
    beside = asyncio.create_task(upstream.matches(asked))
    try:
        if not is_empty(plain) and (not language or language in covered(desk)):
            job = Job("check_text", {"text": plain, "language": language})
            document = json.loads(await who.ask(request, job))
            if (language or document["language"] or desk.guideline.language) not in covered(desk):
                document["findings"] = []  # no guideline is of its language
        theirs, complete = await beside
    except ClientLeftError:
        return Response(status_code=CLIENT_LEFT)
    finally:
        beside.cancel()
    return await run_sync(_answer, desk, asked, document, theirs, complete)


def _answer(
    desk: Desk,
    asked: LanguageToolRequest,
    document: Mapping[str, Any],
    theirs: list[dict[str, Any]],
    complete: bool,
) -> JSONResponse:
    """Return the answer to a check: our matches and `theirs`; a compact one says less."""
    code, how = asked.language, {"confidence": 1.0, "source": "request"}
    if code == AUTO:
        code = variant_of(document["language"] or desk.guideline.language, asked.variants)
        how = {"confidence": MIN_SCORE, "source": "text"}
    ours = make_matches(
        document["findings"],
        asked.given,
        rules=rules_by_id(desk),
        selection=asked.selection,
        show=desk.settings.languagetool.show,
    )
    positions = Positions(asked.given.source)
    sentences = find_sentences(asked.given.plain, find_paragraphs(asked.given.plain))
    places = (asked.given.in_source(*sentence) for sentence in sentences)
    named = {"name": name_of(code), "code": code}
    incomplete = {} if complete else {"incompleteResultsReason": INCOMPLETE}
    return JSONResponse(
        {
            **({} if asked.compact else {"software": _software(desk)}),
            "warnings": {"incompleteResults": not complete, **incomplete},
            "language": {**named, "detectedLanguage": {**named, **how}},
            "matches": merged(ours, theirs, compact=asked.compact),
            "sentenceRanges": [[positions.utf16(at), positions.utf16(end)] for at, end in places],
        }
    )


@anybody.get("/v2/languages")
async def languages(request: Request, desk: DeskDep) -> JSONResponse:
    """Return the languages of the guidelines, then those of the other server."""
    upstream: Upstream = request.app.state.upstream
    known = list_languages(covered(desk))
    ours = {language["longCode"] for language in known}
    theirs = await upstream.languages()
    return JSONResponse([*known, *(each for each in theirs if each["longCode"] not in ours)])


@anybody.get("/v2/maxtextlength")
async def max_text_length(desk: DeskDep) -> PlainTextResponse:
    """Return how many characters a text may have."""
    return PlainTextResponse(str(desk.settings.check.max_chars))


@anybody.get("/v2/healthcheck")
async def healthcheck() -> PlainTextResponse:
    """Say that the process lives."""
    return PlainTextResponse("OK")


@keyed.get("/v2/info")
def info(desk: DeskDep) -> JSONResponse:
    """Return who answers."""
    return JSONResponse({"software": _software(desk)})


@keyed.get("/v2/configinfo")
def config_info(fields: FieldsDep, desk: DeskDep) -> JSONResponse:
    """Return the rules of a language, and how long a text may be."""
    if not fields.get("language"):
        raise ProblemError(400, "'language' is missing: a code such as en-US.")
    known = rules_by_id(desk) if primary(fields["language"]) in covered(desk) else {}
    most = {"maxTextLength": desk.settings.check.max_chars}
    rules = [{"ruleId": id_, "description": rule.title} for id_, rule in known.items()]
    return JSONResponse({"software": _software(desk), "parameter": most, "rules": rules})


@keyed.get("/v2/words")
@keyed.post("/v2/words/add")
@keyed.post("/v2/words/delete")
@keyed.get("/v2/users/me")
def users() -> Response:
    """Refuse what needs an account of LanguageTool's."""
    raise ProblemError(403, "No dictionaries and no users are kept here.")


def covered(desk: Desk) -> list[str]:
    """Return the languages of the guidelines in force, each once."""
    return list(dict.fromkeys(guideline.language for guideline in desk.guidelines))


def rules_by_id(desk: Desk) -> dict[str, Any]:
    """Return the rules in force; of two of one id the first guideline's."""
    return {rule.id: rule for one in reversed(desk.guidelines) for rule in one.rules}


def _software(desk: Desk) -> dict[str, Any]:
    """Return who answers: in LanguageTool's shape, with our own name in `status`."""
    stamps = ", ".join(guideline.stamp for guideline in desk.guidelines)
    named = {"name": "LanguageTool", "version": API_VERSION, "buildDate": None, "apiVersion": 1}
    return {**named, "premium": False, "status": f"thb-monitor {package.__version__}: {stamps}"}


router = APIRouter(include_in_schema=False)
for _part in (keyed, anybody):
    router.include_router(_part)


API_VERSION = "6.6"  # the LanguageTool whose answers these have the shape of
INCOMPLETE = "The other LanguageTool server that this one asks did not answer as it should."
_VARIANTS: Mapping[str, tuple[str, ...]] = {
    "en": ("US", "GB", "AU", "CA", "NZ", "ZA"),
    "de": ("DE", "AT", "CH"),
    "pt": ("PT", "BR"),
}
"""Countries whose variants LanguageTool tells apart, the usual first."""


def primary(code: str) -> str:
    """Return the language of a code, without country or script."""
    return code.replace("_", "-").partition("-")[0].lower()


def list_languages(codes: Iterable[str]) -> list[dict[str, str]]:
    """Return the languages with their variants, for `/v2/languages`."""
    return [
        {"name": name_of(variant), "code": code, "longCode": variant}
        for code in dict.fromkeys(codes)
        for variant in (code, *(f"{code}-{country}" for country in _VARIANTS.get(code, ())))
    ]


def name_of(code: str) -> str:
    """Return a code's name, such as `English (US)`; a code that is nobody's is its own name."""
    language, _, rest = code.partition("-")
    name = language_name(language.lower())
    if len(rest) != 2:
        return name
    country = rest.upper()
    return f"{name} ({country if country in ('US', 'GB') else country_name(country)})"


def variant_of(language: str, preferred: Sequence[str]) -> str:
    """Return the code for a language that was recognised: a preferred variant, else the usual."""
    usual = [f"{language}-{country}" for country in _VARIANTS.get(language, ())[:1]]
    wished = [code for code in preferred if primary(code) == language]
    return [*wished, *usual, language][0]


CATEGORIES: Mapping[str, tuple[str, str]] = {
    "error": ("TYPOS", "Reporting guideline: error"),
    "warning": ("MISC", "Reporting guideline: warning"),
    "suggestion": ("STYLE", "Reporting guideline: suggestion"),
}
"""Category and its name by severity: LibreOffice colours by them (red, orange, blue)."""
_AROUND = 40  # characters of context on each side, as LanguageTool gives them
_FLAT = str.maketrans("\n\r\t", "   ")


def make_matches(
    findings: Sequence[Mapping[str, Any]],
    given: AnnotatedText,
    *,
    rules: Mapping[str, Any],
    selection: MatchSelection,
    show: Severity,
) -> list[dict[str, Any]]:
    """Return the findings in a document's JSON that are wanted as matches, in the text's order."""
    positions = Positions(given.source)
    sentences = find_sentences(given.plain, find_paragraphs(given.plain))
    usual = SEVERITIES[: SEVERITIES.index(show) + 1]
    matches = []
    for finding in findings:
        rule, severity, at = finding["rule"], finding["severity"], finding["start"]
        known = rules.get(rule)
        title, whole = (known.title, known.kind == "document") if known else (rule, False)
        category, name = CATEGORIES[severity]
        if not selection.takes(rule, category, usual=severity in usual, whole=whole):
            continue
        start, end = given.in_source(at, finding["end"])
        offset = positions.utf16(start)
        message, sources = str(finding["message"]), finding["sources"][:1]
        for source in sources:  # clients may show the message only: who says so stands in it
            section = f", {source['section']}" if source["section"] else ""
            message += f" ({source['title']}{section})"
        match = {
            "message": message,
            "shortMessage": title,
            "replacements": [{"value": text} for text in finding["suggestions"]],
            "offset": offset,
            "length": positions.utf16(end) - offset,
            "context": context_of(given.source, start, end),
            "sentence": next((given.plain[a:b] for a, b in sentences if a <= at < b), ""),
            "type": {"typeName": "Other"},
            "rule": {
                "id": rule,
                "description": title,
                "issueType": "style",  # a misspelling is offered for a dictionary of the client's
                "urls": [{"value": source["url"]} for source in sources],
                "category": {"id": category, "name": name},
                **({"tags": ["picky"]} if severity == "suggestion" else {}),
            },
            "ignoreForIncompleteSentence": False,
            "contextForSureMatch": 0,
        }
        matches.append(match)
    return sorted(matches, key=_place)


def _place(match: Mapping[str, Any]) -> tuple[int, int]:
    return match["offset"], match["length"]


def context_of(source: str, start: int, end: int) -> dict[str, Any]:
    """Return the characters around a place, on one line, with the place counted in them."""
    first, last = max(0, start - _AROUND), min(len(source), end + _AROUND)
    before = ("..." if first else "") + source[first:start]
    text = before + source[start:last] + ("..." if last < len(source) else "")
    length = utf16_length(source[start:end])
    return {"text": text.translate(_FLAT), "offset": utf16_length(before), "length": length}


def merged(
    ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]], *, compact: bool = False
) -> list[dict[str, Any]]:
    """Return both in the text's order, ours alone on the same words; `compact` ones say less."""
    taken = [(at, at + length) for at, length in map(_place, ours)]
    every = list(ours)
    for match in theirs:
        at, length = _place(match)
        if not any(at < end and start < at + length for start, end in taken):
            every.append(match)
    every.sort(key=_place)
    if not compact:
        return every
    return [
        {name: value for name, value in match.items() if name not in ("context", "sentence")}
        | {"replacements": match["replacements"][:5]}
        for match in every
    ]
