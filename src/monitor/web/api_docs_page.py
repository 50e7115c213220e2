"""The OpenAPI document as the page `/docs` shows it: operations by subject, fields, curl calls.

FastAPI's own page loads its scripts from another host; those that can be served from here (Swagger
UI, Redoc, RapiDoc, Scalar) weigh 0.5 to 4 MB and write inline styles, which the policy of our pages
forbids. What a reader needs of them is tables, and a template makes those.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor.web.page_frame import PageDep, page_router

router = page_router("check")

_SCHEMAS = "#/components/schemas/"
_JSON = "application/json"
_FILE = "reviewed.docx"
"""Where the one file that is answered goes: a terminal would not take it."""
_BOUNDS = {"minimum": "≥", "maximum": "≤", "minLength": "length ≥", "maxLength": "length ≤"}

Words = tuple[tuple[str, str], ...]
"""Text in pieces, each with the name of the schema it leads to, or an empty one."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A parameter or a field; `where` is path, query, or empty for one of a body."""

    name: str
    type: Words
    required: bool
    default: str
    description: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer: its status, what it means and what comes with it."""

    status: str
    description: str
    type: Words


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route; `id` names its place on the page, `body` the type it takes."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    fields: tuple[FieldRow, ...]
    body: Words
    answers: tuple[AnswerRow, ...]
    curl: str


@dataclass(frozen=True, slots=True)
class SchemaView:
    """One named shape; `example` is JSON, or empty."""

    name: str
    description: str
    fields: tuple[FieldRow, ...]
    example: str


@dataclass(frozen=True, slots=True)
class ApiView:
    """The whole page; `groups` are name, description and operations of each subject."""

    version: str
    description: tuple[str, ...]
    groups: tuple[tuple[str, str, tuple[Operation, ...]], ...]
    schemas: tuple[SchemaView, ...]


@router.get("/docs")
def docs_page(request: Request, page: PageDep) -> HTMLResponse:
    """Show what the API takes and answers, with a call for each route."""
    view = view_api(request.app.openapi(), str(request.base_url).rstrip("/"))
    return page.render("docs.html", here="/docs", api=view)


def view_api(document: Mapping[str, Any], address: str) -> ApiView:
    """Return an OpenAPI 3.1 document as a page; `address` is where its calls go, without a slash.

    Operations keep the document's order and are grouped by their first tag; one whose tag is not
    listed in the document stands in a group of its own at the end.
    """
    schemas = document["components"]["schemas"]
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            shown = _operation(path, method, operation, schemas, address)
            by_tag.setdefault(operation["tags"][0], []).append(shown)
    said = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    return ApiView(
        version=document["info"]["version"],
        description=tuple(document["info"]["description"].split("\n\n")),
        groups=tuple((tag, said.get(tag, ""), tuple(found)) for tag, found in by_tag.items()),
        schemas=tuple(_schema(name, schemas[name]) for name in sorted(schemas)),
    )


def _operation(
    path: str,
    method: str,
    operation: Mapping[str, Any],
    schemas: Mapping[str, Any],
    address: str,
) -> Operation:
    parameters = operation.get("parameters", [])
    content = operation.get("requestBody", {}).get("content", {})
    media, body = next(((kind, said["schema"]) for kind, said in content.items()), ("", {}))
    shape = _resolved(body, schemas)
    fields = [_parameter(parameter) for parameter in parameters]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation["description"],
        fields=(*fields, *_fields(shape)),
        body=_body(media, body),
        answers=tuple(_answer(status, said) for status, said in operation["responses"].items()),
        curl=_curl(address + _address(path, parameters), media, shape, schemas)
        + (f" \\\n  -o {_FILE}" if _gives_a_file(operation) else ""),
    )


def _body(media: str, schema: Mapping[str, Any]) -> Words:
    """Return what is sent as; a shape without a name of its own stands in the fields alone."""
    if not media:
        return ()
    return ((f"{media}: ", ""), *type_words(schema)) if "$ref" in schema else ((media, ""),)


def _parameter(parameter: Mapping[str, Any]) -> FieldRow:
    row = _row(parameter["name"], parameter["schema"], required=parameter.get("required", False))
    said = parameter.get("description", row.description)
    return replace(row, description=said, where=parameter["in"])


def _fields(schema: Mapping[str, Any]) -> tuple[FieldRow, ...]:
    required = schema.get("required", ())
    properties = schema.get("properties", {})
    return tuple(_row(name, said, required=name in required) for name, said in properties.items())


def _row(name: str, schema: Mapping[str, Any], *, required: bool) -> FieldRow:
    default = schema.get("default")
    return FieldRow(
        name=name,
        type=type_words(schema),
        required=required,
        default="" if default in (None, "", []) else json.dumps(default),
        description=schema.get("description", ""),
    )


def _schema(name: str, schema: Mapping[str, Any]) -> SchemaView:
    [example] = schema.get("examples", [None])[:1]
    return SchemaView(
        name=name,
        description=schema.get("description", ""),
        fields=_fields(schema),
        example="" if example is None else json.dumps(example, indent=2, ensure_ascii=False),
    )


def _answer(status: str, answer: Mapping[str, Any]) -> AnswerRow:
    words: list[tuple[str, str]] = []
    for media, said in answer.get("content", {}).items():
        words += [("; " if words else "", ""), (f"{media}: ", ""), *type_words(said["schema"])]
    return AnswerRow(status, answer["description"], tuple(words))


def type_words(schema: Mapping[str, Any]) -> Words:
    """Return what a schema takes, in words: `string or null`, `list of Evidence`, `"a" or "b"`."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SCHEMAS)
        return ((name, name),)
    if choices := schema.get("anyOf"):
        return _joined([type_words(choice) for choice in choices])
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return _joined([((json.dumps(value), ""),) for value in values])
    if schema.get("type") == "array":
        return (("list of ", ""), *type_words(schema.get("items", {})))
    if isinstance(each := schema.get("additionalProperties"), Mapping):
        return (("object of ", ""), *type_words(each))
    return ((_plain_type(schema), ""),)


def _plain_type(schema: Mapping[str, Any]) -> str:
    words = str(schema.get("type", "anything"))
    if "format" in schema:
        words += f" ({schema['format']})"
    bounds = [f"{sign} {schema[key]:,.15g}" for key, sign in _BOUNDS.items() if key in schema]
    if "pattern" in schema:
        bounds.append(f"like {schema['pattern']}")
    return ", ".join([words, *bounds])


def _joined(types: Sequence[Words]) -> Words:
    pieces: list[tuple[str, str]] = []
    for words in types:
        pieces += [(" or ", ""), *words] if pieces else words
    return tuple(pieces)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference names, or the schema itself."""
    name = str(schema.get("$ref", "")).removeprefix(_SCHEMAS)
    found: Mapping[str, Any] = schemas[name] if name else schema
    return found


def _address(path: str, parameters: Sequence[Mapping[str, Any]]) -> str:
    """Return `path` with an example, or its own name in capitals, for each parameter in it."""
    examples = {
        parameter["name"]: str(example)
        for parameter in parameters
        for example in parameter["schema"].get("examples", [])[:1]
    }

    def fill(found: re.Match[str]) -> str:
        return quote(examples.get(found[1], found[1].upper()), safe="")

    return re.sub(r"\{(\w+)\}", fill, path)


def _gives_a_file(operation: Mapping[str, Any]) -> bool:
    answers = operation["responses"].get("200", {}).get("content", {}).values()
    return any(answer.get("schema", {}).get("format") == "binary" for answer in answers)


def _curl(url: str, media: str, shape: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    words = f"curl -s {shlex.quote(url)}"
    if media == _JSON:
        # an apostrophe would end the shell's quotation: JSON can say it in another way
        sent = json.dumps(example_of(shape, schemas), ensure_ascii=False).replace("'", "\\u0027")
        return f"{words} \\\n  -H 'Content-Type: {_JSON}' \\\n  -d '{sent}'"
    return f"{words} \\\n  -F file=@draft.docx" if media else words


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return what would fit `schema`: its own example, else one of what it must have."""
    if examples := schema.get("examples"):
        return examples[0]
    if "$ref" in schema:
        return example_of(_resolved(schema, schemas), schemas)
    if "properties" in schema:
        return {
            name: example_of(said, schemas)
            for name, said in schema["properties"].items()
            if name in schema.get("required", ()) or "examples" in said
        }
    return schema["enum"][0] if "enum" in schema else "…"
