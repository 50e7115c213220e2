"""Reads a guideline's folder; every error names file, rule and line.

Files are read with libyaml and without line numbers, twenty times as fast as in Python with them,
and only once (`parsed`); when something is wrong the file is read again, for the line. YAML 1.2
(ruamel), because in 1.1 `no` is a truth value and `012` ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.errors import GuidelineError
from monitor.guidelines.compiled import CompileError, Guideline, compile_guideline
from monitor.guidelines.parsed import parse_yaml
from monitor.guidelines.schema import GuidelineFile, Lexicon, LexiconFile, Rule, RuleFile

GUIDELINE, LEXICON = "guideline.yaml", "lexicon.yaml"

Model = TypeVar("Model", bound=BaseModel)
Path_ = Sequence[str | int]


def load_guideline(path: Path, *, cache: Path | None = None) -> Guideline:
    """Read the guideline in folder `path`; the folder `cache` spares parsing its files again.

    Raises `GuidelineError` naming file, rule and line for a file that is not valid YAML, an
    unknown or missing field, a rule id used twice, or the name of a lexicon that does not exist.
    """
    if not (path / GUIDELINE).is_file():
        raise GuidelineError(f"{path}: no guideline here ('{GUIDELINE}' is missing)")
    about = _read(path / GUIDELINE, GuidelineFile, cache)
    lexicons = _lexicons(path / LEXICON, cache)
    rules: dict[str, tuple[Rule, Path]] = {}
    for file in rule_files(path):
        for index, rule in enumerate(_read(file, RuleFile, cache).rules):
            if rule.id in rules:
                where = _where(file, ("rules", index))
                raise GuidelineError(f"{where}: this id is taken by a rule in {rules[rule.id][1]}")
            rules[rule.id] = rule, file
    try:
        return compile_guideline(about, lexicons, [rule for rule, _ in rules.values()], path)
    except CompileError as error:
        raise GuidelineError(_locate(path, rules, error)) from error


def rule_files(path: Path) -> list[Path]:
    """Return the rule files of a guideline's folder, sorted by name."""
    return sorted(p for p in path.glob("*.yaml") if p.name not in (GUIDELINE, LEXICON))


def _lexicons(file: Path, cache: Path | None) -> dict[str, Lexicon]:
    return dict(_read(file, LexiconFile, cache).lexicons) if file.is_file() else {}


def _read(file: Path, model: type[Model], cache: Path | None) -> Model:
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
    """Turn the most telling of pydantic's complaints into one sentence with its place."""
    rank = {"extra_forbidden": 0, "missing": 1}
    first = min(error.errors(), key=lambda e: (rank.get(e["type"], 2), -len(e["loc"])))
    place = [part for part in first["loc"] if not _is_type_tag(part)]
    if first["type"] == "extra_forbidden":
        message = f"unknown field '{place[-1]}'"
    elif first["type"] == "missing":
        message = f"field '{place[-1]}' is missing"
    else:
        said = first["msg"].removeprefix("Value error, ")
        field = next((part for part in reversed(place) if isinstance(part, str)), "")
        message = said if first["type"] == "value_error" else f"'{field}': {said}"
    return f"{_where(file, place)}: {message}"


def _is_type_tag(part: str | int) -> bool:
    """Whether pydantic put this into a location to name a member of a union."""
    return isinstance(part, str) and (
        part[:1].isupper() or "(" in part or "[" in part or part.startswith("constrained")
        or part in ("str", "bool")
    )  # fmt: skip


def _where(file: Path, place: Path_) -> str:
    """Return `file, rule 'id', line n` of a place in a file."""
    node: Node | None = YAML(pure=True).compose(file.read_text(encoding="utf-8"))
    line, rule = 1, None
    for part in place:
        step = _step(node, part)
        if step is None:
            break
        key, node = step
        line = key.start_mark.line + 1
        if part in ("rules", "lexicons"):
            rule = ""
        elif rule == "":
            rule = str(part) if isinstance(part, str) else _id_of(node)
    return f"{file}, rule '{rule}', line {line}" if rule else f"{file}, line {line}"


def _step(node: Node | None, part: str | int) -> tuple[Node, Node] | None:
    """Go from a YAML node to its child; return the node that shows the line, and the child."""
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        child = node.value[part]
        return child, child
    return None


def _id_of(node: Node) -> str:
    fields = node.value if isinstance(node, MappingNode) else []
    return next((str(value.value) for key, value in fields if key.value == "id"), "without id")


def _locate(path: Path, rules: dict[str, tuple[Rule, Path]], error: CompileError) -> str:
    """Find the line of a name that a rule or `guideline.yaml` uses wrongly."""
    if error.rule in rules:
        file = rules[error.rule][1]
    else:
        file = path / (LEXICON if error.rule else GUIDELINE)
    root = YAML(pure=True).compose(file.read_text(encoding="utf-8"))
    scope = next((n for n in _nodes(root) if error.rule and _id_of(n) == error.rule), root)
    found = (n for n in _nodes(scope) if isinstance(n, ScalarNode) and n.value == error.name)
    line = next(found, scope).start_mark.line + 1
    rule = f", rule '{error.rule}'" if error.rule else ""
    return f"{file}{rule}, line {line}: {error}"


def _nodes(node: Any) -> Iterator[Node]:
    yield node
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield from _nodes(value)
    elif isinstance(node, SequenceNode):
        for child in node.value:
            yield from _nodes(child)
