"""What the documents name, and what the program has, for tests that hold one to the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import make_reference

ROOT = Path(__file__).resolve().parents[2]
_PATTERNS = ("*.md", "docs/*.md", "models/*.md", "guidelines/README.md", "guidelines/*/README.md")
DOCUMENTS = sorted(path for pattern in _PATTERNS for path in ROOT.glob(pattern))

_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One command; `choices` are the words that an option takes, by its name."""

    options: frozenset[str]
    arguments: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    children: tuple[str, ...]


def commands() -> dict[str, Command]:
    """Every command of the program by its words, `monitor` first."""
    found: dict[str, Command] = {}
    for words, command in make_reference.commands():
        options: set[str] = set()
        arguments, choices = [], {}
        for param in command.params:
            if not make_reference.is_option(param):
                arguments.append(make_reference.argument(param))
            elif "--help" not in param.opts and not param.hidden:
                options |= {*param.opts, *param.secondary_opts}
                choices[param.opts[0]] = tuple(make_reference.choices(param))
        children = tuple(getattr(command, "commands", {}))
        found[words] = Command(frozenset(options), tuple(arguments), choices, children)
    return found


def settings() -> dict[str, Any]:
    """Every settings key, dotted, with its default as TOML would read it."""
    return {key.name: key.default for key in make_reference.settings()}


def spans(text: str) -> list[str]:
    """The code in `text`: spans, lines of fenced and of indented blocks.

    Blocks of the language `text` are what a program printed, nothing to type.
    """
    found = []
    for language, block in _FENCE.findall(text):
        found += block.splitlines() if language != "text" else []
    rest = _FENCE.sub("", text)
    for block in _INDENTED.findall(rest):
        found += [line.strip() for line in block.splitlines()]
    return [*found, *_CODE.findall(_INDENTED.sub("", rest))]


def fenced(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of `text` with their languages."""
    return _FENCE.findall(text)


def section(text: str, heading: str) -> str:
    """What stands under `heading` (with its `#`s), up to the next one of its rank or above."""
    start = re.search(rf"^{re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"no heading {heading!r}"
    rank = len(heading) - len(heading.lstrip("#"))
    rest = text[start.end() :]
    after = re.search(rf"^#{{1,{rank}}} ", rest, re.MULTILINE)
    return rest[: after.start()] if after else rest


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in `text`, without heads and rules."""
    found = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    heads = {i - 1 for i, cells in enumerate(found) if all(set(c) <= {"-"} for c in cells)}
    return [
        cells
        for i, cells in enumerate(found)
        if i not in heads and not all(set(c) <= {"-"} for c in cells)
    ]
