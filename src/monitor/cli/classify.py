"""Classifying in bulk: what is read and written, whoever judges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from monitor.classify.bulk_files import Output, RowSource, open_output, open_source, open_table
from monitor.feeds.web_archives import RawPage, is_warc, open_warc
from monitor.records.errors import UsageError


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
    return _archive(path) if is_warc(path) else open_source(path)


@contextmanager
def _archive(path: Path) -> Iterator[RowSource]:
    with open_warc(path) as (stream, answers):
        size = path.stat().st_size
        pages = (answer for _, answer in answers if isinstance(answer, RawPage))
        yield RowSource(pages, size, lambda: size if stream.closed else stream.tell())


@contextmanager
def open_records(path: Path, *, resume: bool) -> Iterator[Output]:
    """Open the file that records go to, JSON Lines or Parquet by its name.

    Raises `UsageError` for one that cannot be written, or that cannot be gone on with.
    """
    with ExitStack() as stack:
        if path.suffix == ".parquet":
            if resume:
                raise UsageError(f"{path}: --resume goes on with .jsonl and .jsonl.gz only")
            yield stack.enter_context(open_table(path))
        else:
            yield stack.enter_context(open_output(path, resume=resume))
