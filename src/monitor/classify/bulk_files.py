"""Where bulk articles come from: JSON Lines, plain or gzipped, and Parquet.

Nothing is held but the chunk at hand.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from monitor.records.errors import DataError, UsageError, how_to_install

READ: dict[str, Any] = {"encoding": "utf-8-sig", "errors": "surrogateescape", "newline": "\n"}
"""A byte order mark is no part of the first line, a lone CR ends none, and a line that is no UTF-8
is that line's error, not the run's."""
FIELDS = ("id", "title", "text", "language")
ROWS = 1_000
"""Rows of a Parquet file read in one go."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to classify; `position()` of `size` is how far they are read, in bytes or rows.

    A row is a line, or what whoever opened the source knows how to make one of.
    """

    rows: Iterator[Any]
    size: int
    position: Callable[[], int]


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open `.jsonl`, `.jsonl.gz` or `.parquet`.

    Raises `UsageError` for a file that cannot be opened, `DataError`, while lines are read, for
    one that is damaged.
    """
    if path.suffix == ".parquet":
        yield _parquet(path)
        return
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        stream: IO[bytes] = raw
        if path.suffix == ".gz":
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
        size = path.stat().st_size
        can_tell = raw.seekable()  # a pipe cannot

        def position() -> int:
            return raw.tell() if can_tell and not raw.closed else size

        yield Source(_lines(stream, path), size, position)


def _lines(stream: IO[bytes], path: Path) -> Iterator[str]:
    import io

    try:
        with io.TextIOWrapper(stream, **READ) as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: is damaged or cut off ({error})") from error


def _parquet(path: Path) -> Source:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        message = f"{path}: Parquet needs pyarrow: {how_to_install('parquet')}"
        raise UsageError(message) from error
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"{path}: cannot be read as Parquet ({error})") from error
    columns = [name for name in FIELDS if name in file.schema_arrow.names]
    if missing := sorted({"id", "text"} - set(columns)):
        raise UsageError(f"{path}: has no column '{missing[0]}'")
    read = 0

    def rows() -> Iterator[str]:
        nonlocal read
        try:
            for batch in file.iter_batches(batch_size=ROWS, columns=columns):
                for row in batch.to_pylist():
                    read += 1
                    yield json.dumps({k: v for k, v in row.items() if v is not None}, default=str)
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{path}: is damaged ({error})") from error

    return Source(rows(), file.metadata.num_rows, lambda: read)
