"""Parquet: the whole record as nested columns, for data frames that read millions of rows.

`articles.parquet` has a row an article; tags, findings and so on are lists of structs in it. It is
written a row group at a time, compressed with zstd. Through pyarrow, the extra `parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from monitor.export.columns import Key, TextDegree, is_mapping, item_of, keys_of
from monitor.export.export_facts import Writer
from monitor.export.record import ArticleRecord, ImportRecord, keys_at
from monitor.records.errors import DataError, UsageError, how_to_install
from monitor.records.json_shapes import time_json
from monitor.text.safe_text import without_surrogates

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "articles.parquet"
ROWS = 1000
CHARS = 8_000_000
"""A row group ends with so many articles, or so many characters of texts."""
_FLAG = Literal[True]
"""A key that is there where it is so; a column has no for the others."""
_TO_CELL: Mapping[Any, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    ImportRecord: partial(json.dumps, ensure_ascii=False),
}
_TO_VALUE: Mapping[Any, Callable[[Any], Any]] = {
    datetime: time_json,
    ImportRecord: json.loads,
    _FLAG: lambda cell: cell or None,
}


def open_writer(folder: Path, text: TextDegree) -> ParquetWriter:
    """Return a writer of `articles.parquet`; raises `UsageError` without pyarrow."""
    return ParquetWriter(folder / FILE, _keys(text), need_library())


def need_library(what: str = "--format parquet") -> Any:
    """Return pyarrow's module for Parquet; raises `UsageError` where it is not installed."""
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(f"{what} needs pyarrow: {how_to_install('parquet')}") from error
    return pq


class ParquetWriter(Writer):
    """Writes a row for each article; a group of them is in memory."""

    def __init__(self, path: Path, keys: Sequence[Key], pq: Any) -> None:
        super().__init__()
        self.files = [path]
        self.tables[path.name] = tuple(one.column() for one in keys)
        self._schema = _schema(keys)
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._chars = 0

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article, or keep it for the group it belongs to."""
        self._rows.append(_cell(ArticleRecord, values))
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


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file. Raises `DataError`, and `UsageError` without pyarrow."""
    pq = need_library("reading parquet")
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=200):
                yield from map(record_of, batch.to_pylist())
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: no records of an export") from error


def _keys(text: TextDegree) -> list[Key]:
    """Return the keys of a record in the order of the columns."""
    keys = {one.name: one for one in keys_at(text)}
    region, inexact = keys.pop("flow_region"), keys.pop("published_in")
    behind = list(keys).index("seen") + 1
    return [*list(keys.values())[:behind], inexact, *list(keys.values())[behind:], region]


def _schema(keys: Iterable[Key]) -> pa.Schema:
    """Return columns with their types; times are UTC, to the second; offsets code points."""
    import pyarrow as pa

    plain = {
        str: pa.string(),
        int: pa.int32(),
        bool: pa.bool_(),
        float: pa.float64(),
        datetime: pa.timestamp("s", tz="UTC"),
        ImportRecord: pa.string(),
    }

    def arrow(kind: Any) -> pa.DataType:
        if get_origin(kind) is Literal:
            return plain[type(get_args(kind)[0])]
        if item := item_of(kind):
            return pa.list_(arrow(item))
        if is_mapping(kind):
            labels = [("scheme", pa.string()), ("labels", arrow(get_args(kind)[1]))]
            return pa.list_(pa.struct(labels))
        return plain.get(kind) or pa.struct(
            [(one.name, arrow(one.type)) for one in keys_of(kind).values()]
        )

    return pa.schema([(one.name, arrow(one.type)) for one in keys])


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the record that it was: what is not said is left out as JSON has it."""
    record: dict[str, Any] = _value(ArticleRecord, row)
    return record


@cache
def _is_plain(kind: Any) -> bool:
    """Whether a cell has a value as the record has it."""
    if item := item_of(kind):
        return _is_plain(item)
    if kind in (datetime, ImportRecord, _FLAG) or is_mapping(kind):
        return False
    return not is_dataclass(kind) or all(_is_plain(one.type) for one in keys_of(kind).values())  # type: ignore[arg-type]


def _cell(kind: Any, value: Any) -> Any:
    """Return a value of a record as a row has it."""
    if kind == _FLAG:
        return bool(value)
    if value is None or _is_plain(kind):
        return value
    if convert := _TO_CELL.get(kind):
        return convert(value)
    if is_mapping(kind):
        return [{"scheme": scheme, "labels": labels} for scheme, labels in value.items()]
    if item := item_of(kind):
        return [_cell(item, one) for one in value]
    told = [one for one in keys_of(kind).values() if not _is_plain(one.type)]
    return {**value, **{one.name: _cell(one.type, value.get(one.name)) for one in told}}


def _value(kind: Any, cell: Any) -> Any:
    """Return what a row has as the record had it."""
    if cell is None:
        return None
    if convert := _TO_VALUE.get(kind):
        return convert(cell)
    if is_mapping(kind):
        return {one["scheme"]: one["labels"] for one in cell}
    if item := item_of(kind):
        return [_value(item, one) for one in cell]
    if not is_dataclass(kind):
        return cell
    keys = keys_of(kind)  # type: ignore[arg-type]
    found = {name: _value(keys[name].type, one) for name, one in cell.items()}
    return {name: one for name, one in found.items() if one is not None or not keys[name].optional}
