"""Records in and out: `monitor classify` and `monitor export`.

`monitor export --as-of`: an export made again, and what is not as it was told.

`monitor rehydrate`: the texts of an export, fetched again from where they were published.
"""

from __future__ import annotations

import json
import re
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    Engine,
    RayAddress,
    cluster_address,
    monitor_of,
    progress,
    read_tags,
    say,
    show,
)
from monitor.cli.coverage import (
    PublishedSince,
    PublishedUntil,
    day_asked,
    days_words,
    published_filters,
)
from monitor.cli.run import stopped_by_signals
from monitor.export.columns import ExportFormat, TextDegree
from monitor.labels.schemes import FORMS
from monitor.records.article import Assessor
from monitor.records.errors import UsageError
from monitor.settings import cores
from monitor.text.search_terms import read_search

if TYPE_CHECKING:
    from monitor.classify.bulk import Classified
    from monitor.classify.bulk_files import Output, Source
    from monitor.desk import Desk
    from monitor.export.as_of import Earlier
    from monitor.export.exporter import ExportReport


def classify(
    context: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="IN", help=".jsonl, .parquet, .warc; .gz too; - reads stdin."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help=".jsonl, .jsonl.gz or .parquet; default: stdout, as JSON lines."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one for each core.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after the records that the output holds.")
    ] = False,
    engine: Engine = "local",
    ray_address: RayAddress = "",
) -> None:
    """Classify and tag articles, one JSON line each: id, title, text[, language]."""
    from monitor.cli.classify import open_records

    monitor = monitor_of(context)
    address = cluster_address(engine, ray_address)
    if resume and (output is None or str(sources[0]) == "-"):
        raise UsageError("--resume needs an input file and --output")
    with ExitStack() as stack:
        given = _source(sources, stack)
        if output and output.exists() and any(output.samefile(p) for p in sources if p.exists()):
            raise UsageError(f"{output}: input and output are the same file")
        monitor.classifiers  # noqa: B018 - a broken model must not cost the file of an earlier run
        write: Callable[[Sequence[str]], None] = _to_stdout
        rows, kept = given.rows, 0
        if output:
            file = stack.enter_context(open_records(output, resume=resume))
            write, kept = file.write, file.kept
            rows = _behind(given.rows, file, output, monitor.classifiers)
        bar = stack.enter_context(progress())
        task = bar.add_task("classifying", total=given.size or None)
        errors = 0
        pieces = _classified(monitor, rows, jobs or cores(), engine, address)
        for done in stack.enter_context(closing(pieces)):
            write(done.lines)
            errors += done.errors
            bar.update(task, completed=given.position())
    if kept:
        say(f"{kept} record{'s' if kept > 1 else ''} of an earlier run kept")
    if errors:
        say(f"{errors} line{'s' if errors > 1 else ''} could not be classified")
    raise typer.Exit(1 if errors else 0)


def _classified(
    desk: Desk, rows: Iterator[Any], jobs: int, engine: Engine, address: str
) -> Generator[Classified, None, None]:
    from monitor.feeds.web_archives import page_lines

    if engine == "ray":
        from monitor.jobs.ray_jobs import classify as classify_on_cluster

        yield from classify_on_cluster(desk, rows, workers=jobs, address=address)
    else:
        yield from desk.classify_bulk(rows, jobs=jobs, prepare=page_lines)


def _source(paths: Sequence[Path], stack: ExitStack) -> Source:
    from monitor.classify.bulk_files import READ, Source
    from monitor.cli.classify import open_sources

    if [str(path) for path in paths] == ["-"]:
        sys.stdin.reconfigure(**READ)  # type: ignore[union-attr]
        return Source(sys.stdin, 0, lambda: 0)
    return stack.enter_context(open_sources(paths))


def _to_stdout(lines: Sequence[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _behind(
    rows: Iterator[Any], file: Output, path: Path, assessors: Sequence[Assessor]
) -> Iterator[Any]:
    """Return the rows that have no record yet; raises `UsageError` where records do not fit."""
    *_, before = [None, *deque(islice(rows, file.kept), maxlen=1)]
    if file.last is None:
        return rows
    page = before is not None and not isinstance(before, str)
    record, row = _parsed(file.last), {"id": before.url} if page else _parsed(before or "")
    if before is None or record.get("id") != row.get("id"):
        raise UsageError(f"{path}: its record {file.kept} is not of the same line of the input")
    stamps = [assessor.stamp for assessor in assessors]
    if record.get("stamps") and record["stamps"] != stamps:
        raise UsageError(f"{path}: was made by other models ({', '.join(record['stamps'])})")
    return rows


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _print_schema(asked: bool) -> None:
    if asked:
        from monitor.export.record import record_schema

        show(record_schema())
        raise typer.Exit


def export(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write.")],
    format: Annotated[ExportFormat | None, typer.Option(help="The kind of file.")] = None,
    since: Annotated[str | None, typer.Option(help="First seen on or after this day.")] = None,
    until: Annotated[str | None, typer.Option(help="First seen on or before this day.")] = None,
    published_since: PublishedSince = None,
    published_until: PublishedUntil = None,
    form: Annotated[str | None, typer.Option(help="Only this form of exploitation.")] = None,
    place: Annotated[str | None, typer.Option(help="Only this country (ISO alpha-2).")] = None,
    min_relevance: Annotated[
        float | None, typer.Option(min=0, max=1, help="Only what is judged at least this relevant.")
    ] = None,
    outlet: Annotated[str | None, typer.Option(help="Only this outlet, by its name.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language, such as en.")] = None,
    query: Annotated[
        str | None,
        typer.Option(help='Only with these words: "phrases", begin*, -without, as in the archive.'),
    ] = None,
    story: Annotated[str | None, typer.Option(help="Only the articles of this story.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|TIME",
            help="As the desk was then; or as the export was made that a manifest.json tells of.",
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="SCHEME:LABEL", help="Only with this tag: topic:smuggling."),
    ] = None,
    text: Annotated[
        TextDegree | None,
        typer.Option(help="How much of the texts to give; default: quotes."),
    ] = None,
    include_reserved: Annotated[
        bool | None,
        typer.Option(
            "--include-reserved",
            help="Give the words of articles whose publishers reserve text mining too: for those"
            " who have the right, as research organisations may (Directive (EU) 2019/790, Art. 3).",
        ),
    ] = None,
    restricted: Annotated[
        bool | None,
        typer.Option(
            "--restricted",
            help="All as it is: findings on identification, names, and the headlines and addresses"
            " of articles that identify somebody. For yourself; not to be passed on.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where withheld addresses and headlines go; default: DIR.key.jsonl.",
        ),
    ] = None,
    quote_share: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="With quotes: at most this share of a text (default: 0.1)."
        ),
    ] = None,
    quote_words: Annotated[
        int | None,
        typer.Option(min=0, help="With quotes: at most so many words of a text (default: 90)."),
    ] = None,
    schema: Annotated[  # noqa: ARG001 - it is answered before all else
        bool,
        typer.Option(
            "--schema",
            help="Print the JSON Schema of a record, and nothing else.",
            callback=_print_schema,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Write the stored articles with tags, findings, stamps and offsets."""
    from monitor.export.key_file import key_path
    from monitor.records.dates import bounds_of, undated_words

    monitor = monitor_of(context)
    place = place.upper() if place else None
    _refuse_unknown(language, form, place)
    zone = monitor.settings.zone
    first, last = bounds_of(day_asked(since, "--since"), day_asked(until, "--until"), zone)
    filters = {
        "since": first,
        "until": last,
        "form": form,
        "place": place,
        "min_relevance": min_relevance,
        "outlet": outlet,
        "language": language,
        "query": query,
        "story": story,
        "tags": tuple(read_tags(tag or [])) or None,
        **published_filters(published_since, published_until, zone),
    }
    if query:
        asked = read_search(query)
        say("; ".join((f"looked for: {asked.reading or 'nothing'}", *asked.told)))
    policy = {
        "text": text,
        "include_reserved": include_reserved,
        "restricted": restricted,
        "quote_share": quote_share,
        "quote_words": quote_words,
    }
    with progress() as bar:
        task = bar.add_task("writing articles", total=None)
        report, earlier = export_as_of(
            monitor,
            output,
            as_of,
            format=format,
            policy=policy,
            filters=filters,
            report=lambda more: bar.advance(task, more),
            key=key or key_path(output),
        )
    say(f"{report.rows} article{'' if report.rows == 1 else 's'} written to {output}")
    if told := days_words(since, until, published_since, published_until):
        say(told)
    if undated := report.facts.read.lost["undated"] if report.facts.read else 0:
        say(undated_words(undated))
    for line in _kept_back(report):
        say(line)
    tell_changes(monitor, earlier, report)


def _refuse_unknown(language: str | None, form: str | None, place: str | None) -> None:
    from monitor.labels.countries import country_name

    if language is not None and not re.fullmatch("[a-z]{2,3}", language):
        raise UsageError(f"--language: '{language}' is no ISO 639 code such as en")
    if form is not None and form not in FORMS:
        raise UsageError(f"--form: '{form}' is none of {', '.join(FORMS)}")
    if place and country_name(place) == place:
        raise UsageError(f"--place: '{place}' is no ISO 3166-1 alpha-2 code such as TH")


def _kept_back(report: ExportReport) -> Iterator[str]:
    """Yield what the export does not tell, and why."""
    if expired := report.withheld("expired"):
        yield f"{expired} of them have expired: judgements and counts, no words"
    if reserved := report.withheld("reserved"):
        many = "s" if reserved > 1 else ""
        yield f"{reserved} article{many} without words: the publishers reserve text mining"
    if found := report.withheld("identification_findings"):
        yield f"{found} finding{'s' if found > 1 else ''} on identification left out"
    if report.hidden and (withheld := report.facts.withheld_counts):
        key = f"; {report.key} tells which, for you alone" if withheld.rows and report.key else ""
        yield (
            f"{report.hidden} withheld, as somebody can be known by them: {withheld.rows} have a"
            f" row of verdict and year{key}; by form and age they are told in steps of {withheld.k}"
        )
    if unjudged := report.unjudged:
        yield f"{unjudged} of them the guideline in force has not judged yet: monitor assess does"
    if untold := report.untold:
        yield f"{untold} of them as nobody can tell whom they name (language, or words gone)"


def export_as_of(
    desk: Desk,
    output: Path,
    as_of: str | None,
    *,
    format: ExportFormat | None,
    policy: Mapping[str, Any],
    filters: Mapping[str, Any],
    report: Callable[[int], None],
    key: Path,
) -> tuple[ExportReport, Earlier | None]:
    """Export as of now, of a time, or as an earlier export, which is returned too.

    `policy` and `filters` are what was asked for, None where nothing was. Raises `UsageError` for
    what contradicts the earlier export.
    """
    from monitor.export import as_of as job
    from monitor.export.publication import PublicationPolicy
    from monitor.export.selection import export, read_at

    if as_of is not None and Path(as_of).exists():
        earlier = job.completed(job.read_earlier(Path(as_of), format), filters)
        job.refuse_other(earlier, {**filters, **policy})
        return job.export_again(desk, output, earlier, report=report, key=key), earlier
    if format is None:
        raise UsageError("--format is needed: which kind of file?")
    read = None
    if as_of is not None:
        moment = job.read_time(as_of, desk.settings.zone)
        read = read_at(desk, moment)
    made = export(
        desk,
        output,
        format=format,
        policy=PublicationPolicy(
            **{name: value for name, value in policy.items() if value is not None}
        ),
        filters=filters,
        report=report,
        read=read,
        created=desk.now(),
        key=None if policy.get("restricted") else key,
    )
    return made, None


def tell_changes(desk: Desk, earlier: Earlier | None, report: ExportReport) -> None:
    """Say what is not as it was; exit 1 where nothing that was lost explains it."""
    from monitor.export.as_of import compare

    lost = dict(report.facts.read.lost) if report.facts.read else {}
    if earlier is None:
        _tell_lost(lost)
        return
    found = compare(desk, earlier, report)
    if found.same:
        say(f"the same bytes as {earlier.manifest} tells of")
        return
    _tell_lost(dict(found.lost))
    say(f"not the same bytes: {found.rows} articles then, {report.rows} now")
    if not found.explained:
        say("nothing that is known of was lost: another version of monitor, or of its names?")
        raise typer.Exit(1)


def _tell_lost(lost: Mapping[str, int]) -> None:
    words = {
        "forgotten": "forgotten since",
        "withdrawn": "left out: their publishers took words back since",
        "expired": "expired since: judgements and counts, no words",
    }
    for kind, count in sorted(lost.items()):
        if count and kind in words:
            say(f"{count} {words[kind]}")


def rehydrate(
    context: typer.Context,
    export: Annotated[Path, typer.Argument(help="An export's folder, or its jsonl or parquet.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write.")],
    key: Annotated[
        Path | None, typer.Option(help="The key file with withheld addresses and headlines.")
    ] = None,
    include_reserved: Annotated[
        bool,
        typer.Option(
            "--include-reserved",
            help="Fetch also what publishers reserve from text mining, with the right to.",
        ),
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Ask again where an earlier run had no answer.")
    ] = False,
) -> None:
    """Fetch the texts of an export again, politely; verify them, bring spans to what changed."""
    from monitor.export import rehydration as job
    from monitor.jobs.schedule import Stop

    stop = Stop()
    wish = job.RehydrationRequest(
        export, output, key, include_reserved=include_reserved, retry=retry
    )
    with progress() as bar, stopped_by_signals(stop):
        task = bar.add_task("fetching", total=None)
        done = job.rehydrate(
            monitor_of(context),
            wish,
            report=lambda more: bar.advance(task, more),
            stopped=lambda: stop.asked,
        )
    say(f"{done.articles - done.missing} of {done.articles} articles written to {output}")
    for cause, count in done.causes.items():
        say(f"{count} {cause}: {job.CAUSES[cause]}")
    if waiting := done.articles - sum(done.causes.values()):
        say(f"{waiting} not asked for yet: the same command goes on")
    if done.moved:
        say(f"{done.moved} found at another address")
    found = sum(count for how, count in done.spans.items() if how != "lost")
    say(f"spans: {found} in place, {done.spans.get('lost', 0)} lost")
    raise typer.Exit(1 if done.missing else 0)
