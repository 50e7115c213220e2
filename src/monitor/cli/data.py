"""Records in and out: `monitor classify` and `monitor export`."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from monitor.cli.output import progress, say
from monitor.errors import UsageError
from monitor.types import FORMS

_READ: dict[str, Any] = {"encoding": "utf-8-sig", "errors": "surrogateescape", "newline": "\n"}
"""A byte order mark is no part of the first line, a lone CR ends none, and a line that is no UTF-8
is that line's error, not the run's."""
_WRITTEN: dict[str, Any] = {"encoding": "utf-8", "newline": "\n"}


def classify(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="- reads stdin.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Default: stdout.")] = None,
) -> None:
    """Classify and tag articles, one JSON line each: id, title, text[, language]."""
    from monitor.cli.app import monitor_of

    monitor = monitor_of(context)
    errors = 0
    with ExitStack() as stack:
        lines = _lines(source, stack)
        if output and output.exists() and lines is not sys.stdin and output.samefile(source):
            raise UsageError(f"{output}: input and output are the same file")
        monitor.classifiers  # noqa: B018 - a broken model must not cost the file of an earlier run
        out = stack.enter_context(_open(output, "w")) if output else sys.stdout
        bar = stack.enter_context(progress())
        task = bar.add_task("classifying", total=None)
        for line in monitor.classify_lines(lines):
            out.write(line + "\n")
            errors += "error" in json.loads(line)
            bar.advance(task)
    if errors:
        say(f"{errors} line{'s' if errors > 1 else ''} could not be classified")
    raise typer.Exit(1 if errors else 0)


def _lines(source: Path, stack: ExitStack) -> Any:
    if str(source) == "-":
        sys.stdin.reconfigure(**_READ)  # type: ignore[union-attr]
        return sys.stdin
    return stack.enter_context(_open(source, "r"))


def _open(path: Path, mode: str) -> Any:
    options = _READ if mode == "r" else _WRITTEN
    try:
        return path.open(mode, **options)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def export(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write.")],
    format: Annotated[Literal["jsonl", "csv"], typer.Option(help="jsonl or csv.")],
    since: Annotated[str | None, typer.Option(help="First seen on or after this day.")] = None,
    until: Annotated[str | None, typer.Option(help="First seen before this day.")] = None,
    form: Annotated[str | None, typer.Option(help="Only this form of exploitation.")] = None,
    place: Annotated[str | None, typer.Option(help="Only this country (ISO alpha-2).")] = None,
    min_relevance: Annotated[float | None, typer.Option(min=0, max=1)] = None,
    text: Annotated[
        Literal["none", "quotes", "full"],
        typer.Option(help="How much of the texts."),
    ] = "quotes",
) -> None:
    """Write the stored articles with tags, findings, stamps and offsets."""
    from monitor.cli.app import monitor_of
    from monitor.countries import country_name

    monitor = monitor_of(context)
    if form is not None and form not in FORMS:
        raise UsageError(f"--form: '{form}' is none of {', '.join(FORMS)}")
    place = place.upper() if place else None
    if place and country_name(place) == place:
        raise UsageError(f"--place: '{place}' is no ISO 3166-1 alpha-2 code such as TH")
    filters = {
        "since": _day(since, "--since", monitor.settings.zone),
        "until": _day(until, "--until", monitor.settings.zone),
        "form": form,
        "place": place,
        "min_relevance": min_relevance,
    }
    report = monitor.export(output, format=format, text=text, filters=filters)
    say(f"{report.rows} article{'' if report.rows == 1 else 's'} written to {output}")


def _day(value: str | None, option: str, zone: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"{option}: '{value}' is no ISO date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
