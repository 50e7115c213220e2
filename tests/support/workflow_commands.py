"""Reads GitHub's workflow commands as a runner does, written from its documentation.

A line is a command if it begins with `::`; name and properties end at the next `::`, the rest is
the message. `%25 %0D %0A` are undone everywhere, `%3A %2C` in properties.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_UNDONE = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


@dataclass(frozen=True)
class Command:
    """One command with what it says."""

    name: str
    properties: Mapping[str, str]
    message: str


def read(text: str) -> list[Command]:
    """Return the commands of a log; every line is to be one."""
    lines = re.split(r"\r\n|\r|\n", text)
    assert lines.pop() == ""
    return [_command(line) for line in lines]


def _command(line: str) -> Command:
    whole = re.fullmatch(r"::(\w+)(?: (.*?))?::(.*)", line, re.DOTALL)
    assert whole, line
    pairs = (pair.split("=", 1) for pair in (whole[2] or "").split(","))
    properties = {key: _undo(value, "25|0D|0A|3A|2C") for key, value in pairs}
    return Command(whole[1], properties, _undo(whole[3], "25|0D|0A"))


def _undo(text: str, codes: str) -> str:
    return re.sub(f"%({codes})", lambda found: _UNDONE[found[0]], text)
