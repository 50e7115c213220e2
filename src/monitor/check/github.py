"""Findings as GitHub's workflow commands: a line each, which a runner shows beside the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.check.batch import Batch, has_lines

LEVELS = {"error": "error", "warning": "warning", "suggestion": "notice"}


def as_github(batch: Batch) -> str:
    """Return one command a line, for findings, unreadable files and useless ignore comments."""
    return "".join(f"{line}\n" for document in batch.documents for line in _lines(batch, document))


def _lines(batch: Batch, document: Mapping[str, Any]) -> Iterator[str]:
    path = batch.inside(document["path"]) or batch.absolute(document["path"])
    if "error" in document:
        yield _command("error", {"file": path, "title": "could not be checked"}, document["error"])
        return
    for finding in document["findings"]:
        place = _place(finding) if has_lines(document) else {}
        title = {"title": finding["rule"]}
        yield _command(
            LEVELS[finding["severity"]], {"file": path, **place, **title}, _says(finding)
        )
    for problem in document.get("ignore_problems", ()):
        place = {"line": problem["line"], "col": problem["column"], "title": "ignore comment"}
        yield _command("warning", {"file": path, **place}, problem["message"])


def _place(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return the place; columns only on one line, since GitHub refuses them otherwise.

    Columns count code points from 1; the end column is the one after the last, as others write it.
    """
    place = {"line": finding["line"], "endLine": finding["end_line"]}
    if finding["line"] != finding["end_line"]:
        return place
    return {**place, "col": finding["column"], "endColumn": finding["end_column"]}


def _says(finding: Mapping[str, Any]) -> str:
    offered = finding["suggestions"]
    better = f"\nBetter: {' / '.join(offered)}" if offered else ""
    return f"{finding['message']}{better}\n{finding['why']}"


def _command(name: str, properties: Mapping[str, Any], message: str) -> str:
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
