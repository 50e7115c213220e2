"""The OpenAPI document as the page `/docs` shows it: operations by subject, fields, curl calls.

Not FastAPI's page, whose scripts are on another host, and no Swagger UI, Redoc, RapiDoc or Scalar:
they weigh 0.5 to 4 MB and write inline styles, which the policy of our pages forbids.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor.web.page_frame import PageDep, page_router

router = page_router("check", "/docs")
_SCHEMAS = "#/components/schemas/"
_JSON = "application/json"
_FILE = "reviewed.docx"  # where the one file that is answered goes: a terminal would not take it
_BOUNDS = {"minimum": "≥", "maximum": "≤", "minLength": "length ≥", "maxLength": "length ≤"}
Words = tuple[tuple[str, str], ...]
"""Text in pieces, each with the name of the schema it leads to, or an empty one."""


@router.get("/docs")
def docs_page(request: Request, page: PageDep) -> HTMLResponse:
    """Show what the API takes and answers, with a call for each route."""
    view = view_api(request.app.openapi(), str(request.base_url).rstrip("/"))
    return page.render("docs.html", api=view)


def view_api(document: Mapping[str, Any], address: str) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document by first tags; `address`: where calls go, without a slash."""
    schemas = document["components"]["schemas"]
    by_tag: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            shown = _operation(path, method, operation, schemas, address)
            by_tag.setdefault(operation["tags"][0], []).append(shown)
    said = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    shapes = [
        {
            "name": name,
            "description": schema.get("description", ""),
            "fields": _fields(schema),
            "example": example and json.dumps(example, indent=2, ensure_ascii=False),
        }
        for name, schema in sorted(schemas.items())
        for example in schema.get("examples", [None])[:1]
    ]
    return {
        "version": document["info"]["version"],
        "description": document["info"]["description"].split("\n\n"),
        "groups": [(tag, said.get(tag, ""), found) for tag, found in by_tag.items()],
        "schemas": shapes,
    }


def _operation(
    path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any], address: str
) -> dict[str, Any]:
    parameters = operation.get("parameters", [])
    content = operation.get("requestBody", {}).get("content", {})
    media, body = next(((kind, said["schema"]) for kind, said in content.items()), ("", {}))
    shape = _resolved(body, schemas)
    fields = [
        _field(each["name"], {**each["schema"], **each}, each.get("required", False), each["in"])
        for each in parameters
    ]
    called = path
    for each in parameters:  # an example, or its own name in capitals, for each parameter in it
        example = (each["schema"].get("examples") or [each["name"].upper()])[0]
        called = called.replace(f"{{{each['name']}}}", quote(str(example), safe=""))
    curl = f"curl -s {shlex.quote(address + called)}"
    if media == _JSON:
        # an apostrophe would end the shell's quotation: JSON can say it in another way
        sent = json.dumps(example_of(shape, schemas), ensure_ascii=False).replace("'", "\\u0027")
        curl += f" \\\n  -H 'Content-Type: {_JSON}' \\\n  -d '{sent}'"
    elif media:
        curl += " \\\n  -F file=@draft.docx"
    good = operation["responses"].get("200", {}).get("content", {}).values()
    if any(said.get("schema", {}).get("format") == "binary" for said in good):
        curl += f" \\\n  -o {_FILE}"
    answers = []
    for status, answer in operation["responses"].items():
        words: list[tuple[str, str]] = []
        for kind, said in answer.get("content", {}).items():
            words += [("; " if words else "", ""), (f"{kind}: ", ""), *type_words(said["schema"])]
        answers.append({"status": status, "description": answer["description"], "type": words})
    # a shape without a name of its own stands in the fields alone
    named: Words = ((f"{media}: ", ""), *type_words(body)) if "$ref" in body else ((media, ""),)
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation["description"],
        "fields": [*fields, *_fields(shape)],
        "body": named if media else (),
        "answers": answers,
        "curl": curl,
    }


def _fields(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    properties = schema.get("properties", {})
    return [_field(name, said, name in required) for name, said in properties.items()]


def _field(name: str, schema: Mapping[str, Any], required: bool, where: str = "") -> dict[str, Any]:
    """Return a parameter or field; `where` is path, query, or empty for one of a body."""
    default = schema.get("default")
    return {
        "name": name,
        "type": type_words(schema),
        "required": required,
        "default": "" if default in (None, "", []) else json.dumps(default),
        "description": schema.get("description", ""),
        "where": where,
    }


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
    words = str(schema.get("type", "anything"))
    if "format" in schema:
        words += f" ({schema['format']})"
    bounds = [f"{sign} {schema[key]:,.15g}" for key, sign in _BOUNDS.items() if key in schema]
    if "pattern" in schema:
        bounds.append(f"like {schema['pattern']}")
    return ((", ".join([words, *bounds]), ""),)


def _joined(types: Sequence[Words]) -> Words:
    return tuple(piece for words in types for piece in ((" or ", ""), *words))[1:]


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference names, or the schema itself."""
    name = str(schema.get("$ref", "")).removeprefix(_SCHEMAS)
    found: Mapping[str, Any] = schemas[name] if name else schema
    return found


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
