"""Records of classifying as a Parquet file: one row each, tags and their evidence nested."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from monitor.classify.output import Output
from monitor.records.errors import UsageError, how_to_install

GROUP = 10_000
"""Records in memory, and in one row group of the file."""


@contextmanager
def open_table(path: Path) -> Iterator[Output]:
    """Open a Parquet file for writing; it is put in place once it is whole.

    Raises `UsageError` where it cannot be written, or pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        message = f"{path}: Parquet needs pyarrow: {how_to_install('parquet')}"
        raise UsageError(message) from error
    schema = _schema(pa)
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    rows: list[dict[str, Any]] = []
    try:
        with (
            part.open("xb") as stream,
            pq.ParquetWriter(stream, schema, compression="zstd") as writer,
        ):

            def flush() -> None:
                writer.write_table(pa.Table.from_pylist(rows, schema))
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


def _schema(pa: Any) -> Any:
    """Return the columns: those of a record, absent ones null."""
    text, truth = pa.string(), pa.bool_()
    span = pa.struct([("field", text), ("start", pa.int32()), ("end", pa.int32())])
    evidence = ("evidence", pa.list_(span))
    tag = [("scheme", text), ("label", text), ("role", text), ("score", pa.float64())]
    term = [("term", text), ("language", text), ("meaning", text), evidence]
    return pa.schema(
        [
            ("id", text),
            ("relevance", pa.float64()),
            ("relevant", truth),
            ("borderline", truth),
            ("not_judged", text),
            ("experimental", truth),
            ("language", text),
            ("error", text),
            ("tags", pa.list_(pa.struct([*tag, ("experimental", truth), evidence]))),
            ("terms", pa.list_(pa.struct(term))),
            ("stamps", pa.list_(text)),
        ]
    )
