"""Write the pages that list every command, setting and route, from the program itself.

    python docs/make_reference.py

Meanings are the program's own: the help of commands and options, the docstrings below the fields
of settings, the descriptions in OpenAPI. `tests/test_docs_reference.py` fails where a page is not
what this would write.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import typer.main

from monitor.app import Monitor
from monitor.cli.app import app
from monitor.settings import Settings
from monitor.web.server import create_app

FOLDER = Path(__file__).resolve().parent
MADE = "<!-- Written by `python docs/make_reference.py`: change the program, then run it again. -->"
KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}
SHORTEST_WITH_UNDERSCORES = 10_000


@dataclass(frozen=True)
class Key:
    """One key of `monitor.toml`, dotted, with its default as TOML would read it."""

    name: str
    kind: str
    default: Any
    meaning: str


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its words, `monitor` first and groups before their commands."""

    def walk(words: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield words, command
        for name in getattr(command, "commands", ()):
            yield from walk(f"{words} {name}", command.get_command(None, name))

    return walk("monitor", typer.main.get_command(app))


def choices(param: Any) -> Iterator[str]:
    """Yield the words of a parameter's `Literal`, whatever it is wrapped in."""
    left = [getattr(getattr(param, "type_descriptor", None), "annotation", None)]
    while left:
        kind = left.pop()
        if isinstance(kind, str):
            yield kind
        left += reversed(get_args(kind))


def argument(param: Any) -> str:
    """Return what stands for an argument in a call."""
    return str(param.metavar or param.name).upper()


def is_option(param: Any) -> bool:
    """Say whether a parameter begins with a hyphen."""
    return bool(param.opts[0].startswith("-"))


def settings() -> Iterator[Key]:
    """Yield every key that `monitor.toml` may have."""

    def walk(target: Any, prefix: str) -> Iterator[Key]:
        kinds, meanings = get_type_hints(type(target)), _docstrings(type(target))
        for item in fields(target):
            value, name = getattr(target, item.name), f"{prefix}{item.name}"
            entries = item.metadata.get("entries")
            if is_dataclass(value) or entries:
                yield from walk(entries() if entries else value, f"{name}.")
            elif item.name != "home":
                yield Key(name, _kind(kinds[item.name]), _plain(value), meanings[item.name])

    return walk(Settings(), "")


def _docstrings(kind: type) -> dict[str, str]:
    """Return the docstring below each field of a dataclass."""
    [node] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(node, ast.ClassDef)
    found = {}
    for item, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[item.target.id] = " ".join(text.value.split())
    return found


def _kind(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return " or ".join(_kind(part) for part in get_args(annotation))
    if origin is tuple:
        return "list of texts"
    if origin is Literal:
        return "text"
    return "table" if origin else KINDS[annotation]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def commands_page() -> str:
    """Return the page of commands: an overview, then each with its arguments and options."""
    told = [(words, command) for words, command in commands() if is_told(words, command)]
    parts = [COMMANDS_HEAD, _table(("command", "what it does"), _overview(told)), "## Options"]
    for words, command in told:
        parts.append(f"### `{_call(words, command)}`")
        parts += [_prose(paragraph) for paragraph in (command.help or "").split("\n\n")]
        rows = [_param_row(param) for param in command.params if _is_shown(param)]
        if rows:
            parts.append(_table(("option", "default", "meaning"), rows))
    return _page(parts)


def is_told(words: str, command: Any) -> bool:
    """Say whether a command has a section of its own: all but groups, whose commands do."""
    return words == "monitor" or not getattr(command, "commands", {})


def _overview(told: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for words, command in told:
        heading = _call(words, command)
        first = (command.help or "").partition("\n\n")[0]
        yield f"[`{words}`](#{slug(heading)})", _cell(first)


def slug(heading: str) -> str:
    """Return the anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _call(words: str, command: Any) -> str:
    left = []
    for param in command.params:
        if not is_option(param):
            name = argument(param) + "…" * _is_many(param)
            left.append(name if param.required else f"[{name}]")
    return " ".join([words, *left])


def _is_many(param: Any) -> bool:
    annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    return get_origin(annotation) is list


def _is_shown(param: Any) -> bool:
    return "--help" not in param.opts and not getattr(param, "hidden", False)


def _param_row(param: Any) -> tuple[str, str, str]:
    names = [*param.opts, *param.secondary_opts] if is_option(param) else [argument(param)]
    if is_option(param) and param.metavar:
        names[-1] += f" {param.metavar}"
    shown = ", ".join(f"`{name}`" for name in names)
    words = ", ".join(f"`{word}`" for word in choices(param))
    meaning = _cell(param.help or "") + (f" One of {words}." if words else "")
    again = " May be repeated." if is_option(param) and _is_many(param) else ""
    again = "" if re.search("repeated|again|as often", meaning) else again
    needed = " Required." if param.required and is_option(param) else ""
    return _code(shown), _default(param), f"{meaning}{again}{needed}"


def _default(param: Any) -> str:
    value = param.default
    if value is None or value is False or value == "" or callable(value):
        return ""
    return "on" if value is True else f"`{value}`"


def settings_page() -> str:
    """Return the page of settings, a table for each table of `monitor.toml`."""
    parts, known = [SETTINGS_HEAD], list(settings())
    for table in dict.fromkeys(key.name.rpartition(".")[0] for key in known):
        written = f"[[{table}]]" if table == "recipients" else f"[{table}]"
        parts.append(f"## `{written}`" if table else "## Before any table")
        rows = [
            (f"`{key.name}`", key.kind, f"`{_toml(key.default)}`", _cell(key.meaning))
            for key in known
            if key.name.rpartition(".")[0] == table
        ]
        parts.append(_table(("key", "type", "default", "meaning"), rows))
    return _page(parts)


def _toml(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:_}" if value >= SHORTEST_WITH_UNDERSCORES else str(value)
    return json.dumps(value, ensure_ascii=False)


def api_page() -> str:
    """Return the page of routes, as OpenAPI describes them."""
    with tempfile.TemporaryDirectory() as home, Monitor(Settings(home=Path(home))) as monitor:
        api = create_app(monitor).openapi()
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, item in api["paths"].items()
        for method, operation in item.items()
    ]
    rows = [
        (f"[`{route}`](#{slug(route)})", _cell(operation["summary"]))
        for route, operation in operations
    ]
    usual = _usual_errors(operations)
    errors = [(code, _cell(meaning)) for code, meaning in usual.items()]
    parts = [API_HEAD, _table(("route", "what it does"), rows)]
    parts += ["## Errors", ERRORS, _table(("status", "meaning"), errors), "## Routes"]
    for route, operation in operations:
        parts += [f"### `{route}`", *map(_prose, operation["description"].split("\n\n"))]
        named = list(_fields(operation, api["components"]["schemas"]))
        if named:
            parts.append(_table(("name", "in", "type", "meaning"), named))
        parts.append(_answers(operation["responses"], usual))
    return _page(parts)


def _usual_errors(operations: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Return what each status of an error means on most routes."""
    told: dict[str, Counter[str]] = {}
    for _, operation in operations:
        for code, answer in operation["responses"].items():
            if code >= "4":
                told.setdefault(code, Counter())[answer["description"]] += 1
    return {code: told[code].most_common(1)[0][0] for code in sorted(told)}


def _answers(responses: Mapping[str, Any], usual: Mapping[str, str]) -> str:
    """Return what a route answers; errors that mean what they usually do by their status alone."""
    lines, plain = [], []
    for code, answer in sorted(responses.items()):
        if usual.get(code) == answer["description"]:
            plain.append(code)
        else:
            lines.append(f"- {code}: {_prose(answer['description']).rstrip('.')}.")
    return "\n".join([*lines, *([f"- Errors: {', '.join(plain)}."] if plain else [])])


def _fields(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each parameter, then for each field of the body; `?` where optional."""
    for param in operation.get("parameters", []):
        name = param["name"] + "?" * (not param.get("required", False))
        yield _field_row(name, param["in"], param["schema"], param.get("description", ""))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        shape = _resolved(content["schema"], schemas)
        for field, schema in shape["properties"].items():
            name = field + "?" * (field not in shape.get("required", []))
            where = "form" if media.startswith("multipart") else "JSON"
            yield _field_row(name, where, schema, schema.get("description", ""))


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    resolved: Mapping[str, Any] = schema
    if "$ref" in schema:
        resolved = schemas[schema["$ref"].rpartition("/")[2]]
    return resolved


def _field_row(name: str, where: str, schema: Mapping[str, Any], meaning: str) -> tuple[str, ...]:
    default = schema.get("default")
    told = f" Default: `{default}`." if default not in (None, "", False) else ""
    return f"`{name}`", where, _shape(schema), f"{_cell(meaning)}{told}"


def _shape(schema: Mapping[str, Any]) -> str:
    """Return the type of a JSON value in words; the words it may be are given to the letter."""
    if "$ref" in schema:
        return "object"
    if "anyOf" in schema:
        known = [part for part in schema["anyOf"] if part.get("type") != "null"]
        return " or ".join(_shape(part) for part in known)
    if "enum" in schema:
        words = [w for word in schema["enum"] for w in (word if isinstance(word, list) else [word])]
        return ", ".join(f"`{word}`" for word in words)
    if schema["type"] == "array":
        return f"list of {_shape(schema['items'])}"
    if schema.get("format") == "date":
        return "date"
    return "file" if schema.get("format") == "binary" else str(schema["type"])


def _prose(text: str) -> str:
    """Return text of the program as Markdown reads it: nothing becomes a mark of its own."""
    plain = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part if part.startswith("`") else _marked(part) for part in plain)


def _marked(text: str) -> str:
    """Return text with its options as code, and with no other mark."""
    return re.sub(r"(?<![\w-])(--[a-z][\w-]*)", r"`\1`", re.sub(r"([*_<>])", r"\\\1", text))


def _code(text: str) -> str:
    return text.replace("|", "\\|")


def _cell(text: str) -> str:
    return _code(_prose(text))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


COMMANDS_HEAD = f"""\
# Commands

{MADE}

Results go to stdout, messages and progress to stderr. Exit codes: 0 done; 1 findings at
`--fail-on`, or part of the work failed; 2 wrong usage, or nothing could be done. Every command
also knows `--help`.

Days are written `2026-11-25`. They are days of the desk's time zone, and both ends are included.
`--since` and `--until` go by when the desk first saw an article, `--published-since` and
`--published-until` by when it was published. An article that names only a year or a month counts
where all of that year or month lies within; articles without a date are left out and counted."""

SETTINGS_HEAD = f"""\
# Settings

{MADE}

A setting is looked up in this order; the later one wins: default, `monitor.toml` in the working
folder (or the file that `--config` or `MONITOR_CONFIG` names), environment variable, command-line
option. An unknown key is an error that names it.

Every key but tables and `[[recipients]]` can be an environment variable: `[fetch] timeout_s` is
`MONITOR_FETCH_TIMEOUT_S`. Lists are separated by commas there."""

API_HEAD = f"""\
# HTTP API

{MADE}

`monitor serve` answers at `http://127.0.0.1:8000`. `GET /openapi.json` says the same for machines,
`/docs` has a call with curl for each route. What all routes have in common (sign-in, days, the
fields of an answer) is in the [developer's page](developer.md#the-http-api), and so is
[LanguageTool's API](developer.md#languagetool) at `/v2`. A `?` marks what may be left out."""

ERRORS = """\
An error is a problem detail (RFC 9457) that never repeats what was sent. Where an error of a route
means something else, the route says so."""

PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "http-api.md": api_page,
}


def main() -> None:
    """Write every page beside this file."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
