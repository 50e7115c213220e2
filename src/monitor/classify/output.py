"""Where records of classifying go: JSON Lines, plain or gzipped.

A gzipped output is a row of whole gzip members, one for each write, so that a run which was killed
leaves a file that can be cut and gone on with.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.records.errors import UsageError

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Output:
    """A file of records; `kept` lines of an earlier run stand in it, `last` is the last of them."""

    kept: int
    last: str | None
    write: Callable[[Sequence[str]], None]


@contextmanager
def open_output(path: Path, *, resume: bool) -> Iterator[Output]:
    """Open `.jsonl` or `.jsonl.gz` for writing, anew or behind the whole lines that it holds.

    Raises `UsageError` for a file that cannot be written, or, resuming, one that is no output.
    """
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
        while block := stream.read(BLOCK):
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
