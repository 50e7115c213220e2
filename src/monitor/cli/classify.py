"""`monitor classify`: articles in bulk, from files or stdin to one record each."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from typer import Context, Exit

from monitor.classify import bulk_files as bulk
from monitor.cli import common
from monitor.cli.common import argument, flag, monitor_of, option, plural, say
from monitor.feeds.web_archives import RawPage, is_warc, open_warc, page_lines
from monitor.records.article import Assessor
from monitor.records.errors import UsageError
from monitor.settings import cores


def classify(
    context: Context,
    sources: list[Path] = argument(
        ".jsonl, .parquet, .warc; .gz too; - reads stdin.", metavar="IN"
    ),
    output: Path | None = option(
        ".jsonl, .jsonl.gz or .parquet; default: stdout, as JSON lines.", None, "-o", "--output"
    ),
    jobs: int | None = option("Processes; default: one for each core.", min=1),
    resume: bool = flag("--resume", "Go on after the records that the output holds."),
    engine: common.Engine = "local",
    ray_address: str = common.RAY_ADDRESS,
) -> None:
    """Classify and tag articles, one JSON line each: id, title, text[, language]."""
    monitor = monitor_of(context)
    address = common.cluster_address(engine, ray_address)
    if resume and (output is None or str(sources[0]) == "-"):
        raise UsageError("--resume needs an input file and --output")
    to_table = output is not None and output.suffix == ".parquet"
    if resume and to_table:
        raise UsageError(f"{output}: --resume goes on with .jsonl and .jsonl.gz only")
    with ExitStack() as stack:
        given = stack.enter_context(open_sources(sources))
        if output and output.exists() and any(output.samefile(p) for p in sources if p.exists()):
            raise UsageError(f"{output}: input and output are the same file")
        monitor.classifiers  # noqa: B018 - a broken model must not cost the file of an earlier run
        file: bulk.Output | None = None
        if output:
            opened = (
                bulk.open_table(output) if to_table else bulk.open_output(output, resume=resume)
            )
            file = stack.enter_context(opened)
            _skip_kept(given.rows, file, output, monitor.classifiers)
        bar = stack.enter_context(common.progress())
        task = bar.add_task("classifying", total=given.size or None)
        errors, workers = 0, jobs or cores()
        found: Any
        if engine == "ray":
            from monitor.jobs.ray_jobs import classify as classify_on_cluster

            found = classify_on_cluster(monitor, given.rows, workers=workers, address=address)
        else:
            found = monitor.classify_bulk(given.rows, jobs=workers, prepare=page_lines)
        for done in stack.enter_context(closing(found)):
            if file:
                file.write(done.lines)
            else:
                sys.stdout.writelines(f"{line}\n" for line in done.lines)
            errors += done.errors
            bar.update(task, completed=given.position())
    if file and file.kept:
        say(f"{file.kept} record{plural(file.kept)} of an earlier run kept")
    if errors:
        say(f"{errors} line{plural(errors)} could not be classified")
    raise Exit(1 if errors else 0)


def _skip_kept(
    rows: Iterator[Any], file: bulk.Output, path: Path, assessors: Sequence[Assessor]
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


@contextmanager
def open_sources(paths: Sequence[Path]) -> Iterator[bulk.RowSource]:
    """Open standard input, or files one after another, so many bytes in all.

    They are JSON Lines, Parquet or web archives, whose pages are rows that `page_lines` makes lines
    of. Raises as `open_source` and `open_warc`: for what cannot be opened at once, for what is
    damaged while it is read.
    """
    if [str(path) for path in paths] == ["-"]:
        sys.stdin.reconfigure(**bulk.READ)  # type: ignore[union-attr]
        yield bulk.RowSource(sys.stdin, 0, lambda: 0)
        return
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

    yield bulk.RowSource(rows(), sum(sizes), lambda: round(done[0]))


@contextmanager
def _open(path: Path) -> Iterator[bulk.RowSource]:
    if not is_warc(path):
        with bulk.open_source(path) as source:
            yield source
        return
    with open_warc(path) as (stream, answers):
        size = path.stat().st_size
        pages = (answer for _, answer in answers if isinstance(answer, RawPage))
        yield bulk.RowSource(pages, size, lambda: size if stream.closed else stream.tell())
