"""Files of bulk classifying: JSON Lines, plain or gzipped, and Parquet, read and written.

A gzipped output is a row of whole gzip members, one for each write, so that a run which was killed
leaves a file that can be cut and gone on with. In Parquet a record is one row.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast
from uuid import uuid4

from monitor.records.errors import DataError, UsageError, how_to_install

READ: dict[str, Any] = {"encoding": "utf-8-sig", "errors": "surrogateescape", "newline": "\n"}
"""A byte order mark is no part of the first line, a lone CR ends none, and a line that is no UTF-8
is that line's error, not the run's."""
GROUP = 10_000
"""Records in memory, and in one row group of the file."""


@dataclass(frozen=True, slots=True)
class RowSource:
    """Rows to classify, as a source has them; `position()` of `size` is how far they are read."""

    rows: Iterator[Any]
    size: int
    position: Callable[[], int]


@contextmanager
def open_source(path: Path) -> Iterator[RowSource]:
    """Open `.jsonl`, `.jsonl.gz` or `.parquet`; raises `UsageError`, while reading `DataError`."""
    if path.suffix == ".parquet":
        yield _read_parquet(path)
        return
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    with raw:
        packed = path.suffix == ".gz"
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
        size = path.stat().st_size
        can_tell = raw.seekable()  # a pipe cannot

        def position() -> int:
            return raw.tell() if can_tell and not raw.closed else size

        def lines() -> Iterator[str]:
            try:
                with TextIOWrapper(stream, **READ) as text:
                    yield from text
            except (OSError, EOFError, zlib.error) as error:
                raise DataError(f"{path}: is damaged or cut off ({error})") from error

        yield RowSource(lines(), size, position)


def _pyarrow(path: Path) -> tuple[Any, Any]:
    """Return pyarrow and its part for Parquet; raises `UsageError` where it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        message = f"{path}: Parquet needs pyarrow: {how_to_install('parquet')}"
        raise UsageError(message) from error
    return pa, pq


def _read_parquet(path: Path) -> RowSource:
    pa, pq = _pyarrow(path)
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"{path}: cannot be read as Parquet ({error})") from error
    names = ("id", "title", "text", "language")
    columns = [name for name in names if name in file.schema_arrow.names]
    if missing := sorted({"id", "text"} - set(columns)):
        raise UsageError(f"{path}: has no column '{missing[0]}'")
    read = 0

    def rows() -> Iterator[str]:
        nonlocal read
        try:
            for batch in file.iter_batches(batch_size=1_000, columns=columns):
                for row in batch.to_pylist():
                    read += 1
                    yield json.dumps({k: v for k, v in row.items() if v is not None}, default=str)
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{path}: is damaged ({error})") from error

    return RowSource(rows(), file.metadata.num_rows, lambda: read)


@dataclass(frozen=True, slots=True)
class Output:
    """A file of records; `kept` lines of an earlier run stand in it, `last` is the last of them."""

    kept: int
    last: str | None
    write: Callable[[Sequence[str]], None]


@contextmanager
def open_output(path: Path, *, resume: bool) -> Iterator[Output]:
    """Open `.jsonl` or `.jsonl.gz` for writing, anew or behind its lines; raises `UsageError`."""
    packed = path.suffix == ".gz"
    kept, last, size = 0, None, 0
    try:
        if resume and path.exists():
            kept, last, size = _whole_members(path) if packed else _whole_lines(path)
        with path.open("r+b" if resume and path.exists() else "wb") as stream:
            stream.truncate(size)
            stream.seek(size)

            def write(lines: Sequence[str]) -> None:
                data = "".join(f"{line}\n" for line in lines).encode()
                stream.write(gzip.compress(data, 6, mtime=0) if packed else data)
                stream.flush()

            yield Output(kept, last, write)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _whole_lines(path: Path) -> tuple[int, str | None, int]:
    """Return how many whole lines a file has, the last, and where they end."""
    count, end, last = 0, 0, b""
    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                count, end, last = count + 1, end + len(line), line
    return count, last.decode("utf-8", "replace") if count else None, end


def _whole_members(path: Path) -> tuple[int, str | None, int]:
    """Return the same for a gzipped file, up to the end of its last whole member."""
    count, end, last = 0, 0, b""
    read, member, inflater = 0, bytearray(), zlib.decompressobj(31)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            read += len(block)
            while block:
                try:
                    member += inflater.decompress(block)
                except zlib.error:
                    return count, last.decode() if count else None, end
                block = inflater.unused_data
                if inflater.eof:
                    lines = bytes(member).splitlines(keepends=True)
                    count, end = count + len(lines), read - len(block)
                    last = lines[-1] if lines else last
                    member, inflater = bytearray(), zlib.decompressobj(31)
    return count, last.decode("utf-8", "replace") if count else None, end


@contextmanager
def open_table(path: Path) -> Iterator[Output]:
    """Open a Parquet file for writing, put in place once it is whole; raises `UsageError`."""
    pa, pq = _pyarrow(path)
    text, truth = pa.string(), pa.bool_()
    span = pa.struct([("field", text), ("start", pa.int32()), ("end", pa.int32())])
    evidence = ("evidence", pa.list_(span))
    tag = [("scheme", text), ("label", text), ("role", text), ("score", pa.float64())]
    term = [("term", text), ("language", text), ("meaning", text), evidence]
    tags = pa.list_(pa.struct([*tag, ("experimental", truth), evidence]))
    # the columns are those of a record, absent ones null
    judged = [("id", text), ("relevance", pa.float64()), ("relevant", truth), ("borderline", truth)]
    told = [("not_judged", text), ("experimental", truth), ("language", text), ("error", text)]
    lists = [("tags", tags), ("terms", pa.list_(pa.struct(term))), ("stamps", pa.list_(text))]
    schema = pa.schema([*judged, *told, *lists])
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    rows: list[dict[str, Any]] = []
    try:
        with part.open("xb") as stream, pq.ParquetWriter(stream, schema, compression="zstd") as to:

            def flush() -> None:
                to.write_table(pa.Table.from_pylist(rows, schema))
                rows.clear()

            def write(lines: Sequence[str]) -> None:
                rows.extend(json.loads(line) for line in lines)
                if len(rows) >= GROUP:
                    flush()

            yield Output(0, None, write)
            flush()
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
