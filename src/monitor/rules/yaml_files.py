"""Strict reading of a guideline's YAML files: every error names file, entry and line.

Files are read with libyaml and without line numbers, twenty times as fast as in Python with them;
when something is wrong the file is read again, for the line. YAML 1.2 (ruamel), because in 1.1 `no`
is a truth value. A file's content is kept as JSON under the sha256 of its bytes: parsing costs as
much as all the rest of loading. What comes out is validated like any file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.records.errors import GuidelineError

Model = TypeVar("Model", bound=BaseModel)

_TAG = re.compile(r"constrained|(str|bool)\Z|.*[(\[]", re.DOTALL)
_ENTRIES: Mapping[str, str] = {"rules": "rule", "lexicons": "rule", "figures": "figure"}
"""What the entries of a list or table are called in errors."""


def read_yaml(file: Path, model: type[Model], cache: Path | None) -> Model:
    """Return the content of `file` as `model`; raises `GuidelineError` for what does not fit."""
    try:
        data = parse_yaml(file, cache)
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or error
        raise GuidelineError(f"{file}{line}: not valid YAML: {problem}") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise GuidelineError(_explain(file, error)) from error


def _explain(file: Path, error: ValidationError) -> str:
    """Turn the most telling of pydantic's complaints, or all empty fields, into one sentence."""
    rank = {"extra_forbidden": 0, "missing": 1}
    first = min(error.errors(), key=lambda e: (rank.get(e["type"], 2), -len(e["loc"])))
    empty = [_place(e["loc"]) for e in error.errors() if e["input"] is None or e["input"] == ""]
    if first["type"] not in rank and empty:
        told: dict[str, None] = {}  # every field that has been left empty, with its line
        entry: list[str | int] = []
        for place in empty:
            entry, inside = (place[:2], place[2:]) if place[:1] == ["rules"] else ([], place)
            name = ""
            for part in inside:
                name += f" {part + 1}" if isinstance(part, int) else f".{part}" if name else part
            line = where(file, place).rpartition(", line ")[2]
            told[f"{name} (line {line})"] = None
        head = where(file, entry).rpartition(", line ")[0] if entry else str(file)
        return f"{head}: still to fill in: {', '.join(told)}"
    place, said = _place(first["loc"]), first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        said = f"unknown field '{place[-1]}'"
    elif first["type"] == "missing":
        said = f"field '{place[-1]}' is missing"
    else:
        field = next((part for part in reversed(place) if isinstance(part, str)), "")
        if named := re.match(r"'(\w+)'", said):
            place.append(named[1])  # where() stops at the last part that is there
        said = said if first["type"] == "value_error" else f"'{field}': {said}"
    return f"{where(file, place)}: {said}"


def _place(location: Iterable[str | int]) -> list[str | int]:
    """Return pydantic's location without what it puts in to name a member of a union."""
    return [
        part
        for part in location
        if isinstance(part, int) or not (part[:1].isupper() or _TAG.match(part))
    ]


def where(file: Path, place: Sequence[str | int]) -> str:
    """Return `file, rule 'id', line n` of a place in a file (or figure, or only the line)."""
    node: Node | None = YAML(pure=True).compose(file.read_text(encoding="utf-8"))
    line, called, name = 1, "", None
    for part in place:
        # from a node to its child: what shows the line, and the child
        step: tuple[Node, Node] | None = None
        if isinstance(node, MappingNode):
            step = next(((key, value) for key, value in node.value if key.value == part), None)
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            step = node.value[part], node.value[part]
        if step is None:
            break
        line, node = step[0].start_mark.line + 1, step[1]
        if part in _ENTRIES:
            called, name = _ENTRIES[str(part)], ""
        elif name == "":
            name = str(part) if isinstance(part, str) else _id_of(node)
    return f"{file}, {called} '{name}', line {line}" if name else f"{file}, line {line}"


def _id_of(node: Node) -> str:
    fields = node.value if isinstance(node, MappingNode) else []
    return next((str(value.value) for key, value in fields if key.value == "id"), "without id")


def line_of(file: Path, name: str, *, entry: str = "") -> int:
    """Return the line on which a name stands, in the entry with that id or anywhere in the file."""
    root = YAML(pure=True).compose(file.read_text(encoding="utf-8"))
    scope = next((n for n in _nodes(root) if entry and _id_of(n) == entry), root)
    found = (n for n in _nodes(scope) if isinstance(n, ScalarNode) and n.value == name)
    return int(next(found, scope).start_mark.line) + 1


def _nodes(node: Any) -> Iterator[Node]:
    yield node
    if isinstance(node, MappingNode | SequenceNode):
        for child in node.value:  # of a table a key and its value
            for each in child if isinstance(child, tuple) else (child,):
                yield from _nodes(each)


FORMAT = "1"
"""Raise it when the same bytes are to be read differently."""
KEPT = 200
"""Files kept; the oldest go first."""


def parse_yaml(file: Path, cache: Path | None = None) -> Any:
    """Return the content of a YAML 1.2 file, from the folder `cache` where it has been read before.

    Raises what reading and parsing raise: `OSError`, `UnicodeDecodeError`, `YAMLError`. A cache
    that cannot be read or written is none.
    """
    raw = file.read_bytes()
    kept = cache and cache / f"{hashlib.sha256(FORMAT.encode() + raw).hexdigest()}.json"
    with suppress(OSError, ValueError):
        if kept:
            return json.loads(kept.read_bytes())
    data = YAML(typ="safe").load(raw.decode("utf-8"))
    with suppress(OSError, TypeError, ValueError):
        # JSON cannot carry keys that are no strings
        if kept and json.loads(text := json.dumps(data)) == data:
            kept.parent.mkdir(parents=True, exist_ok=True)
            # written beside and moved into place: a reader never sees half a file
            beside = kept.with_suffix(f".{os.getpid()}")
            beside.write_text(text, encoding="utf-8")
            beside.replace(kept)
            files = sorted(kept.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for old in files[:-KEPT]:
                old.unlink(missing_ok=True)
    return data
