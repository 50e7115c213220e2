"""`monitor check`: drafts in, findings out; nothing of a draft is kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.context import monitor_of
from monitor.cli.output import plain, say, show
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
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
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
) -> None:
    """Check drafts against the reporting guideline."""
    monitor = monitor_of(context)
    bound = fail_on or monitor.settings.check.fail_on
    if bound not in SEVERITIES:
        raise UsageError(f"--fail-on: '{bound}' is none of {', '.join(SEVERITIES)}")
    code = _country(monitor, country)
    documents = [_check_one(monitor, path, include_text, code) for path in _expand(paths)]
    if format == "json":
        result = {"schema": 1, "guideline": monitor.guideline.stamp, "documents": documents}
        show(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        show("\n".join(_as_text(document) for document in documents))
    raise typer.Exit(_exit_code(documents, bound))


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


def _check_one(monitor: Monitor, path: str, include_text: bool, country: str) -> dict[str, Any]:
    try:
        if path == "-":
            data, name = sys.stdin.buffer.read(), "stdin.txt"
        else:
            data, name = _read(Path(path)), path
        return monitor.check_bytes(
            data, name, country=country, path=path, include_text=include_text
        )
    except DocumentError as error:
        return {"path": path, "error": str(error)}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from error


def _exit_code(documents: list[dict[str, Any]], bound: str) -> int:
    if any("error" in document for document in documents):
        return 2
    counting = SEVERITIES[: SEVERITIES.index(bound) + 1]
    hits = (f for d in documents for f in d["findings"] if f["severity"] in counting)
    return 1 if any(hits) else 0


def _as_text(document: dict[str, Any]) -> str:
    """Return one document's findings as lines for a terminal."""
    path = plain(document["path"])
    if "error" in document:
        return f"{path}: could not be checked: {plain(document['error'])}"
    findings, coverage = document["findings"], document["coverage"]
    found = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
    if coverage["checked"] == "none" and not findings:
        found = "not checked"
    lines = [f"{path}: {found}"]
    lines += [f"  Note: {plain(coverage['note'])}"] if coverage["note"] else []
    for finding in findings:
        where = "title" if finding["field"] == "title" else f"{finding['line']}:{finding['column']}"
        quoted = "" if finding["quoted"] == "no" else f" ({finding['quoted']} quotation)"
        lines += [
            "",
            f"  {where}  {finding['severity']}  {finding['rule']}{quoted}",
            f"    “{plain(finding['match'])}”: {plain(finding['message'])}",
            *(f"    Why: {plain(reason)}" for reason in finding["why"].splitlines()),
        ]
        lines += [f"    Better: {plain(suggestion)}" for suggestion in finding["suggestions"]]
        lines += [
            f"    Source: {plain(s['title'])}, {plain(s['section'])} <{plain(s['url'])}>"
            for s in finding["sources"][: None if document.get("country") else 1]
        ]
    missing = [item for item in document["scorecard"] if item["met"] is False]
    if missing:
        lines += ["", "  Worth considering for the whole text:"]
        lines += [f"    {item['item']}: {plain(item['reason'])}" for item in missing]
    return "\n".join([*lines, ""])
