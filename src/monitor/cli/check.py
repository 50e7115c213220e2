"""`monitor check`: drafts in, findings out; nothing of a draft is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.check_batch import Wanted, for_format, make_batch
from monitor.cli.check_output import as_text
from monitor.cli.check_paths import expand
from monitor.cli.check_word import need_one_word_file, write_reviewed
from monitor.cli.check_write import WRITERS, Format, format_of, write_file
from monitor.cli.chosen import choose
from monitor.cli.engine import EngineName
from monitor.cli.output import say, show
from monitor.records.article import SEVERITIES
from monitor.records.errors import UsageError
from monitor.settings import cores

if TYPE_CHECKING:
    from monitor.desk import Desk


def check(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Files, folders, quoted globs; - reads stdin."),
    ],
    format: Annotated[
        Literal["text", "json", "sarif", "github", "html", "docx"],
        typer.Option(help="How to write it."),
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="The file to write to; default: stdout."
        ),
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write a second report, its format by suffix: .sarif, .html, .json, .txt.",
        ),
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="error, warning or suggestion: exit 1 from here on.")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Show only what is not in this file of hashes."),
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write that file: all that is found now is known."),
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Leave the drafts' words out, for logs.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes at most; default: one for each core."),
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
        typer.Option("--on-topic", help="Apply every rule: the drafts are about trafficking."),
    ] = False,
    engine: Annotated[
        EngineName,
        typer.Option(
            help="Who checks: local processes, or those of a Ray cluster (extra cluster) of this"
            " machine and this run; never another's, since drafts stay here."
        ),
    ] = "local",
) -> None:
    """Check drafts against the reporting guidelines."""
    monitor, chosen = choose(context, guideline)
    bound = fail_on or monitor.settings.check.fail_on
    _refuse(bound, min_confidence)
    if redact and include_text:
        raise UsageError("--redact and --include-text exclude each other")
    reports: list[tuple[Path | None, Format]] = [(path, format_of(path)) for path in report or ()]
    if format != "docx":
        reports.append((output, format))
    options = {
        "country": _country(monitor, country),
        "min_confidence": min_confidence,
        "on_topic": on_topic,
        "guideline": chosen,
    }
    formats = frozenset(kind for _, kind in reports)
    wanted = Wanted(formats, bound, baseline, write_baseline, redact, include_text)
    files = expand(paths, leave_out=[path for path in (output, *(report or ())) if path])
    reviewed = need_one_word_file(files, output, redact) if format == "docx" else None
    batch = make_batch(monitor, files, options, wanted, jobs=jobs or cores(), engine=engine)
    if reviewed:
        write_reviewed(files[0], batch.documents[0], reviewed)
        say(as_text(batch.documents[0]).splitlines()[0])
    for path, kind in reports:
        text = WRITERS[kind](for_format(batch, kind, include_text=include_text))
        if path is not None:
            write_file(path, text)
        elif text:
            show(text)
    if (output is not None and not reviewed) or format == "github":
        say(_summary(batch.count(), len(files)))
    raise typer.Exit(batch.exit_code)


def _refuse(bound: str, min_confidence: float | None) -> None:
    if bound not in SEVERITIES:
        raise UsageError(f"--fail-on: '{bound}' is none of {', '.join(SEVERITIES)}")
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise UsageError(f"--min-confidence: {min_confidence:g} is no number from 0 to 1")


def _summary(found: int, files: int) -> str:
    findings = f"{found} finding{'' if found == 1 else 's'}"
    return f"{findings} in {files} document{'' if files == 1 else 's'}"


def _country(desk: Desk, given: str | None) -> str:
    """Return the country's code, empty for none; say so where its law is not held."""
    from monitor.labels.countries import country_name, parse_country

    value = desk.settings.check.country if given is None else given
    code = parse_country(value) if value else ""
    if code and code not in desk.countries:
        held = ", ".join(sorted(desk.countries))
        say(f"{country_name(code)}: we do not hold this country's law (held: {held})")
    return code
