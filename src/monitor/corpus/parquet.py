"""Parquet: the whole record as nested columns, for data frames that read millions of rows.

`articles.parquet` has a row an article; tags, findings and so on are lists of structs in it. It is
written a row group at a time, compressed with zstd. Through pyarrow, the extra `parquet`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.corpus.cells import without_surrogates
from monitor.corpus.k_anonymity import YEAR
from monitor.errors import UsageError, how_to_install
from monitor.shapes import time_json
from monitor.types import TextDegree

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1000
CHARS = 8_000_000
"""A row group ends with so many articles, or so many characters of texts."""


def open_writer(folder: Path, text: TextDegree) -> ParquetWriter:
    """Return a writer of `articles.parquet`; raises `UsageError` without pyarrow."""
    pq = need_pyarrow()
    path, schema = folder / "articles.parquet", make_schema(text)
    return ParquetWriter(path, pq.ParquetWriter(path, schema, compression="zstd"), schema)


def need_pyarrow() -> Any:
    """Return pyarrow's module for Parquet; raises `UsageError` where it is not installed."""
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        message = f"--format parquet needs pyarrow: {how_to_install('parquet')}"
        raise UsageError(message) from error
    return pq


class ParquetWriter:
    """Writes a row for each article; a group of them is in memory."""

    def __init__(self, path: Path, file: Any, schema: pa.Schema) -> None:
        self.files = [path]
        self.lost: Counter[str] = Counter()
        self._file = file
        self._schema = schema
        self._rows: list[dict[str, Any]] = []
        self._chars = 0

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article, or keep it for the group it belongs to."""
        self._rows.append(parquet_row(values))
        self._chars += len(values.get("text") or "")
        if len(self._rows) == ROWS or self._chars > CHARS:
            self._put()

    def close(self) -> None:
        """Write the last group and close the file."""
        try:
            self._put()
        finally:
            self._file.close()

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
            self.lost = +self.lost
            return clean
        if isinstance(value, Mapping):
            return {key: self._clean(item) for key, item in value.items()}
        return list(map(self._clean, value)) if isinstance(value, list) else value


def make_schema(text: TextDegree) -> pa.Schema:
    """Return the columns and their types; times are UTC, to the second; offsets code points."""
    import pyarrow as pa

    words, count, truth, real = pa.string(), pa.int32(), pa.bool_(), pa.float64()
    time = pa.timestamp("s", tz="UTC")

    def several(**fields: pa.DataType) -> pa.DataType:
        return pa.list_(pa.struct(list(fields.items())))

    def placed(**fields: pa.DataType) -> pa.DataType:
        return several(**fields, evidence=several(**place))

    place = {"field": words, "start": count, "end": count, "match": words}
    label = {**dict.fromkeys(("scheme", "label", "role"), words), "score": real}
    label["experimental"] = truth
    columns = {
        "schema": count,
        **dict.fromkeys(("id", "url", "title", "outlet", "language"), words),
        **dict.fromkeys(("published", "seen"), time),
        "published_in": words,
        "sha256": words,
        "expired": time,
        YEAR: count,
        **({"text": words} if text == "full" else {}),
        "relevance": real,
        "relevant": truth,
        "tags": placed(**label),
        "findings": several(
            **dict.fromkeys(("rule", "guideline", "severity"), words),
            confidence=real,
            **dict.fromkeys(("principle", "scope"), words),
            **place,
            **dict.fromkeys(("quoted", "message", "why"), words),
            suggestions=pa.list_(words),
            sources=several(title=words, section=words, url=words),
        ),
        **dict.fromkeys(("stamps", "authors", "categories"), pa.list_(words)),
        "enclosures": several(url=words, type=words),
        **dict.fromkeys(("mining", "mining_policy"), words),
        "borderline": truth,
        "not_judged": words,
        "experimental": truth,
        "judged": pa.struct(
            [
                *dict.fromkeys(("relevant", "borderline"), truth).items(),
                ("not_judged", words),
                ("experimental", truth),
                ("tags", several(**label)),
            ]
        ),
        "scorecard": placed(item=words, guideline=words, met=truth, reason=words),
        "reviews": several(
            reviewer=words,
            verdict=words,
            tags=several(scheme=words, labels=pa.list_(words)),
            at=time,
            provisional=truth,
        ),
        "story": words,
        "provenance": pa.struct(
            [("feed", words), ("origin", words), ("fetched", time), ("import", words)]
        ),
        "versions": several(sha256=words, fetched=time, withdrawn=truth),
        "length": pa.struct([("title", count), ("text", count)]),
        "flow_region": pa.struct([("kind", words), ("bodies", pa.list_(words))]),
    }
    return pa.schema(list(columns.items()))


def parquet_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published record as the row of the schema; what is not said is null."""
    provenance, judged = values["provenance"], values["judged"]
    row = {
        **values,
        **{name: _time(values.get(name)) for name in ("published", "seen", "expired")},
        "tags": [{"experimental": False, **tag} for tag in values["tags"]],
        "judged": judged
        and {**judged, "tags": [{"experimental": False, **tag} for tag in judged["tags"]]},
        "reviews": [
            {
                **review,
                "tags": [{"scheme": s, "labels": labels} for s, labels in review["tags"].items()],
                "at": _time(review["at"]),
            }
            for review in values["reviews"]
        ],
        "provenance": {**provenance, "fetched": _time(provenance["fetched"])},
        "versions": [{**one, "fetched": _time(one["fetched"])} for one in values["versions"]],
    }
    if "import" in provenance:
        row["provenance"]["import"] = json.dumps(provenance["import"], ensure_ascii=False)
    return row


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the record that it was: what is not said is left out as JSON has it."""
    values: dict[str, Any] = _without(_as_json(row), "text", "expired", "published_in", YEAR)
    prose = ("match", "message", "why", "suggestions")
    values["findings"] = [_without(one, *prose) for one in values["findings"]]
    values["scorecard"] = [_evident(one, "reason") for one in values["scorecard"]]
    values["tags"] = [_evident(_label(tag)) for tag in values["tags"]]
    if values.get("judged"):
        values["judged"]["tags"] = list(map(_label, values["judged"]["tags"]))
    for review in values["reviews"]:
        review["tags"] = {one["scheme"]: one["labels"] for one in review["tags"]}
    provenance = _without(values["provenance"], "import")
    if "import" in provenance:
        provenance["import"] = json.loads(provenance["import"])
    return {**values, "provenance": provenance}


def _label(tag: Mapping[str, Any]) -> dict[str, Any]:
    sure = {**tag, "experimental": tag["experimental"] or None}
    return _without(sure, "role", "experimental")


def _evident(item: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**_without(item, *names), "evidence": [_without(s, "match") for s in item["evidence"]]}


def _without(item: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return an object without those of its keys that say nothing."""
    return {key: value for key, value in item.items() if value is not None or key not in names}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_json(value)
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    return list(map(_as_json, value)) if isinstance(value, list) else value


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
