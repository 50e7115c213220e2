"""How `monitor check` writes what it found: one writer a format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from monitor.check.batch import Batch
from monitor.cli.check_output import as_text
from monitor.records.errors import UsageError

Format = Literal["text", "json", "sarif", "github", "html"]
BY_SUFFIX: Mapping[str, Format] = {
    ".sarif": "sarif",
    ".json": "json",
    ".html": "html",
    ".txt": "text",
}


def _text(batch: Batch) -> str:
    return "\n".join(as_text(document) for document in batch.documents)


def _json(batch: Batch) -> str:
    result = {"schema": 1, "guideline": batch.guideline, "documents": batch.documents}
    return json.dumps(result, ensure_ascii=False, indent=2)


def _sarif(batch: Batch) -> str:
    from monitor.check.report_formats import as_sarif

    return as_sarif(batch)


def _github(batch: Batch) -> str:
    from monitor.check.github import as_github

    return as_github(batch)


def _html(batch: Batch) -> str:
    from monitor.check.page import as_page

    return as_page(batch)


WRITERS: Mapping[Format, Callable[[Batch], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "html": _html,
}


def format_of(path: Path) -> Format:
    """Return the format of a report by its suffix; raises `UsageError` for another one."""
    if (suffix := path.suffix.lower()) in BY_SUFFIX:
        return BY_SUFFIX[suffix]
    raise UsageError(f"--report: '{path}' ends in none of {', '.join(BY_SUFFIX)}")


def write_file(path: Path, text: str) -> None:
    """Write `text` as UTF-8; what is no character, as a file's name may hold, is escaped."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
