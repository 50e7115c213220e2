"""`monitor check`: drafts in, findings out; nothing of a draft is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.check_text import as_text
from monitor.cli.check_word import need_one_word_file, write_reviewed
from monitor.cli.chosen import choose
from monitor.cli.output import say, show
from monitor.errors import DocumentError, UsageError
from monitor.types import SEVERITIES

if TYPE_CHECKING:
    from monitor.core import Monitor

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx")


def check(
    context: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files or folders; - reads stdin.")
    ],
    format: Annotated[
        Literal["text", "json", "docx"], typer.Option(help="How to write it.")
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where a .docx with comments goes."),
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="error, warning or suggestion: exit 1 from here on.")
    ] = None,
    include_text: Annotated[
        bool, typer.Option("--include-text", help="Add the visible text to the JSON.")
    ] = False,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="Tell of this country's law and helplines (ISO code like GH; default: as set).",
        ),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            "--min-confidence",
            metavar="SHARE",
            help="Leave out findings that editors mark less often than that (0 to 1).",
        ),
    ] = None,
    guideline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Check against this one (name or folder); may be repeated. Default: as set.",
        ),
    ] = None,
    on_topic: Annotated[
        bool,
        typer.Option("--on-topic", help="They are about trafficking, whatever they read as."),
    ] = False,
) -> None:
    """Check drafts against the reporting guidelines."""
    monitor, chosen = choose(context, guideline)
    bound = fail_on or monitor.settings.check.fail_on
    if bound not in SEVERITIES:
        raise UsageError(f"--fail-on: '{bound}' is none of {', '.join(SEVERITIES)}")
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise UsageError(f"--min-confidence: {min_confidence:g} is no number from 0 to 1")
    options = {
        "country": _country(monitor, country),
        "include_text": include_text,
        "min_confidence": min_confidence,
        "on_topic": on_topic,
        "guideline": chosen,
    }
    files = _expand(paths)
    reviewed = need_one_word_file(files, output) if format == "docx" else None
    documents = [_check_one(monitor, path, options) for path in files]
    if reviewed:
        write_reviewed(files[0], documents[0], reviewed)
        say(as_text(documents[0]).splitlines()[0])
    elif format == "json":
        result = {
            "schema": 1,
            "guideline": monitor.in_force.chosen(chosen).stamp,
            "documents": documents,
        }
        show(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        show("\n".join(as_text(document) for document in documents))
    raise typer.Exit(exit_code(documents, bound))


def _country(monitor: Monitor, given: str | None) -> str:
    """Return the country's code, empty for none; say so where nothing is known of it."""
    from monitor.countries import country_name, parse_country

    value = monitor.settings.check.country if given is None else given
    code = parse_country(value) if value else ""
    if code and code not in monitor.countries:
        known = ", ".join(sorted(monitor.countries))
        say(f"nothing is known of law and helplines in {country_name(code)} (known: {known})")
    return code


def _expand(paths: list[str]) -> list[str]:
    """Return the files in the order given, those of a folder sorted."""
    found: list[str] = []
    for name in paths:
        path = Path(name)
        if name != "-" and path.is_dir():
            files = (p for p in path.rglob("*") if p.is_file())
            inside = sorted(p for p in files if p.suffix.lower() in SUFFIXES)
            if not inside:
                raise UsageError(f"{name}: no {', '.join(SUFFIXES)} file in this folder")
            found += [str(p) for p in inside]
        else:
            found.append(name)
    return found


def _check_one(monitor: Monitor, path: str, options: Mapping[str, Any]) -> dict[str, Any]:
    try:
        if path == "-":
            data, name = sys.stdin.buffer.read(), "stdin.txt"
        else:
            data, name = _read(Path(path)), path
        return monitor.check_bytes(data, name, path=path, **options)
    except DocumentError as error:
        return {"path": path, "error": str(error)}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from error


def exit_code(documents: list[dict[str, Any]], bound: str) -> int:
    """Return 2 where something could not be checked, 1 from the severity `bound` on, else 0."""
    if any("error" in document for document in documents):
        return 2
    counting = SEVERITIES[: SEVERITIES.index(bound) + 1]
    hits = (f for d in documents for f in d["findings"] if f["severity"] in counting)
    return 1 if any(hits) else 0
