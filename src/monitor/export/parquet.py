"""Parquet: the whole record as nested columns, for data frames that read millions of rows.

`articles.parquet` has a row an article; tags, findings and so on are lists of structs in it. It is
written a row group at a time, compressed with zstd. Through pyarrow, the extra `parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.export import columns
from monitor.export.columns import Column, Schema, TextDegree
from monitor.export.export_facts import Writer
from monitor.records.errors import DataError, UsageError, how_to_install
from monitor.records.json_shapes import time_json
from monitor.text.safe_text import without_surrogates

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "articles.parquet"
ROWS = 1000
CHARS = 8_000_000  # a row group ends with so many articles, or so many characters of texts
AS_JSON = "import"  # the key whose object is a text in a column
Convert = Callable[[Any], Any]


def need_library(what: str = "--format parquet") -> Any:
    """Return pyarrow's module for Parquet; raises `UsageError` where it is not installed."""
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(f"{what} needs pyarrow: {how_to_install('parquet')}") from error
    return pq


class ParquetWriter(Writer):
    """Writes `articles.parquet`, a row for each article; a group of them is in memory."""

    def __init__(self, folder: Path, text: TextDegree) -> None:
        """Raise `UsageError` without pyarrow."""
        super().__init__(folder, text)
        keys = {one.name: one for one in columns.keys_at(text)}
        region, inexact = keys.pop("flow_region"), keys.pop("published_in")
        every = [*keys.values(), region]
        every.insert(list(keys).index("seen") + 1, inexact)
        self.files = [folder / FILE]
        self.tables[FILE] = tuple(every)
        pq = need_library()
        self._schema = _arrow_schema(every)
        self._file = pq.ParquetWriter(self.files[0], self._schema, compression="zstd")
        self._to_row = _to_cell(columns.schema_of_record()) or dict
        self._rows: list[dict[str, Any]] = []
        self._chars = 0

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article, or keep it for the group it belongs to."""
        self._rows.append(self._to_row(values))
        self._chars += len(values.get("text") or "")
        if len(self._rows) == ROWS or self._chars > CHARS:
            self._put()

    def close(self) -> None:
        """Write the last group and close the file."""
        try:
            self._put()
        finally:
            self._file.close()
            super().close()

    def _put(self) -> None:
        import pyarrow as pa

        rows, self._rows, self._chars = self._rows, [], 0
        if not rows:
            return
        try:
            table = pa.Table.from_pylist(rows, schema=self._schema)
        except UnicodeEncodeError:  # half a surrogate pair, which no store of ours holds
            table = pa.Table.from_pylist(list(map(self._clean, rows)), schema=self._schema)
        self._file.write_table(table)

    def _clean(self, value: Any) -> Any:
        """Return a value with U+FFFD for each lone surrogate, and count them."""
        if isinstance(value, str):
            clean = without_surrogates(value)
            self.lost["lone_surrogates"] += sum(a != b for a, b in zip(clean, value, strict=True))
            return clean
        if isinstance(value, Mapping):
            return {key: self._clean(item) for key, item in value.items()}
        return list(map(self._clean, value)) if isinstance(value, list) else value


open_writer = ParquetWriter


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file. Raises `DataError`, and `UsageError` without pyarrow."""
    pq = need_library("reading parquet")
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=200):
                yield from (_value(columns.schema_of_record(), row) for row in batch.to_pylist())
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: no records of an export") from error


def _arrow_schema(every: Iterable[Column]) -> pa.Schema:
    """Return columns with their types; times are UTC, to the second; offsets code points."""
    import pyarrow as pa

    plain = {
        "text": pa.string(),
        "integer": pa.int32(),
        "boolean": pa.bool_(),
        "number": pa.float64(),
        "time": pa.timestamp("s", tz="UTC"),
    }

    def arrow(name: str, schema: Schema) -> pa.DataType:
        if name == AS_JSON:
            return pa.string()
        if "items" in schema:
            return pa.list_(arrow("", columns.resolved(schema["items"])))
        if columns.is_mapping(schema):
            labels = arrow("", schema["additionalProperties"])
            return pa.list_(pa.struct([("scheme", pa.string()), ("labels", labels)]))
        if "properties" in schema:
            return pa.struct([(one, arrow(one, of)) for one, of in schema["properties"].items()])
        number = "const" in schema and schema["const"] is not True
        return pa.int32() if number else plain[columns.kind_of(schema)]

    return pa.schema([(one.name, arrow(one.name, one.schema)) for one in every])


def _to_cell(schema: Schema, name: str = "") -> Convert | None:
    """Return what makes a cell of a value of a record, None where the value is one."""
    if schema.get("const") is True:
        return bool  # it is there where it is so; a column has no for the others
    convert: Convert
    if name == AS_JSON:
        convert = partial(json.dumps, ensure_ascii=False)
    elif columns.kind_of(schema) == "time":
        convert = datetime.fromisoformat
    elif columns.is_mapping(schema):
        convert = lambda value: [{"scheme": s, "labels": some} for s, some in value.items()]  # noqa: E731
    elif "items" in schema:
        inner = _to_cell(columns.resolved(schema["items"]))
        if inner is None:
            return None
        convert = lambda value: list(map(inner, value))  # noqa: E731
    elif "properties" in schema:
        every = {one: _to_cell(of, one) for one, of in schema["properties"].items()}
        inside = {one: cell for one, cell in every.items() if cell is not None}
        if not inside:
            return None
        convert = lambda value: {**value, **{k: c(value.get(k)) for k, c in inside.items()}}  # noqa: E731
    else:
        return None
    return lambda value: None if value is None else convert(value)


def _value(schema: Schema, cell: Any, name: str = "") -> Any:
    """Return what a row has as the record had it: what is not said is left out."""
    if cell is None or schema.get("const") is True:
        return cell or None
    if name == AS_JSON:
        return json.loads(cell)
    if columns.is_mapping(schema):
        return {one["scheme"]: one["labels"] for one in cell}
    if "items" in schema:
        item = columns.resolved(schema["items"])
        return [_value(item, one) for one in cell]
    if "properties" not in schema:
        return time_json(cell) if columns.kind_of(schema) == "time" else cell
    found = {one: _value(schema["properties"][one], value, one) for one, value in cell.items()}
    required = schema["required"]
    return {one: value for one, value in found.items() if value is not None or one in required}
