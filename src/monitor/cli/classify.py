"""`monitor classify`: articles in bulk, from files or stdin to one record each."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Context, Option

from monitor.classify.bulk_files import (
    READ,
    Output,
    RowSource,
    open_output,
    open_source,
    open_table,
)
from monitor.cli.common import (
    Engine,
    RayAddress,
    cluster_address,
    monitor_of,
    plural,
    progress,
    say,
)
from monitor.feeds.web_archives import RawPage, is_warc, open_warc, page_lines
from monitor.records.article import Assessor
from monitor.records.errors import UsageError
from monitor.settings import cores

if TYPE_CHECKING:
    from monitor.classify.bulk import ClassifiedChunk
    from monitor.desk import Desk


def classify(
    context: Context,
    sources: Annotated[
        list[Path], Argument(metavar="IN", help=".jsonl, .parquet, .warc; .gz too; - reads stdin.")
    ],
    output: Annotated[
        Path | None,
        Option(
            "-o", "--output", help=".jsonl, .jsonl.gz or .parquet; default: stdout, as JSON lines."
        ),
    ] = None,
    jobs: Annotated[
        int | None, Option(min=1, help="Processes; default: one for each core.")
    ] = None,
    resume: Annotated[
        bool, Option("--resume", help="Go on after the records that the output holds.")
    ] = False,
    engine: Engine = "local",
    ray_address: RayAddress = "",
) -> None:
    """Classify and tag articles, one JSON line each: id, title, text[, language]."""
    monitor = monitor_of(context)
    address = cluster_address(engine, ray_address)
    if resume and (output is None or str(sources[0]) == "-"):
        raise UsageError("--resume needs an input file and --output")
    with ExitStack() as stack:
        given = stack.enter_context(_open_stdin_or(sources))
        if output and output.exists() and any(output.samefile(p) for p in sources if p.exists()):
            raise UsageError(f"{output}: input and output are the same file")
        monitor.classifiers  # noqa: B018 - a broken model must not cost the file of an earlier run
        write: Callable[[Sequence[str]], None] = _write_stdout
        kept = 0
        if output:
            file = stack.enter_context(open_records(output, resume=resume))
            write, kept = file.write, file.kept
            _skip_kept(given.rows, file, output, monitor.classifiers)
        bar = stack.enter_context(progress())
        task = bar.add_task("classifying", total=given.size or None)
        errors = 0
        found = _classify_rows(monitor, given.rows, jobs or cores(), engine, address)
        for done in stack.enter_context(closing(found)):
            write(done.lines)
            errors += done.errors
            bar.update(task, completed=given.position())
    if kept:
        say(f"{kept} record{plural(kept)} of an earlier run kept")
    if errors:
        say(f"{errors} line{plural(errors)} could not be classified")
    raise typer.Exit(1 if errors else 0)


def _classify_rows(
    desk: Desk, rows: Iterator[Any], jobs: int, engine: Engine, address: str
) -> Generator[ClassifiedChunk, None, None]:
    if engine == "ray":
        from monitor.jobs.ray_jobs import classify as classify_on_cluster

        yield from classify_on_cluster(desk, rows, workers=jobs, address=address)
    else:
        yield from desk.classify_bulk(rows, jobs=jobs, prepare=page_lines)


def _write_stdout(lines: Sequence[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _skip_kept(
    rows: Iterator[Any], file: Output, path: Path, assessors: Sequence[Assessor]
) -> None:
    """Go over the rows that have a record; raises `UsageError` where records do not fit them."""
    last_row: Any = next(iter(deque(islice(rows, file.kept), maxlen=1)), None)
    if file.last is None:
        return
    page = last_row is not None and not isinstance(last_row, str)
    row_id = last_row.url if page else _parsed(last_row or "").get("id")
    record = _parsed(file.last)
    if last_row is None or record.get("id") != row_id:
        raise UsageError(f"{path}: its record {file.kept} is not of the same line of the input")
    stamps = [assessor.stamp for assessor in assessors]
    if record.get("stamps") and record["stamps"] != stamps:
        raise UsageError(f"{path}: was made by other models ({', '.join(record['stamps'])})")


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _open_stdin_or(paths: Sequence[Path]) -> AbstractContextManager[RowSource]:
    if [str(path) for path in paths] != ["-"]:
        return open_sources(paths)
    sys.stdin.reconfigure(**READ)  # type: ignore[union-attr]
    return nullcontext(RowSource(sys.stdin, 0, lambda: 0))


@contextmanager
def open_sources(paths: Sequence[Path]) -> Iterator[RowSource]:
    """Open files one after another, so many bytes in all: JSON Lines, Parquet, web archives.

    Pages of web archives are rows that `page_lines` makes lines of. Raises as `open_source` and
    `open_warc`: for what cannot be opened at once, for what is damaged while it is read.
    """
    for path in paths:
        with _open(path):  # what is wrong with a later file is known before the first is read
            pass
    sizes = [path.stat().st_size for path in paths]
    done = [0.0]

    def rows() -> Iterator[Any]:
        for number, path in enumerate(paths):
            with _open(path) as source:
                for row in source.rows:
                    share = source.position() / (source.size or 1)
                    done[0] = sum(sizes[:number]) + share * sizes[number]
                    yield row
        done[0] = sum(sizes)

    yield RowSource(rows(), sum(sizes), lambda: round(done[0]))


def _open(path: Path) -> AbstractContextManager[RowSource]:
    return _open_archive(path) if is_warc(path) else open_source(path)


@contextmanager
def _open_archive(path: Path) -> Iterator[RowSource]:
    with open_warc(path) as (stream, answers):
        size = path.stat().st_size
        pages = (answer for _, answer in answers if isinstance(answer, RawPage))
        yield RowSource(pages, size, lambda: size if stream.closed else stream.tell())


def open_records(path: Path, *, resume: bool) -> AbstractContextManager[Output]:
    """Open the file that records go to, JSON Lines or Parquet by its name.

    Raises `UsageError` for one that cannot be written, or that cannot be gone on with.
    """
    if path.suffix != ".parquet":
        return open_output(path, resume=resume)
    if resume:
        raise UsageError(f"{path}: --resume goes on with .jsonl and .jsonl.gz only")
    return open_table(path)
