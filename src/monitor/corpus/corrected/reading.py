"""Which reader reads which format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from monitor.corpus.corrected import from_brat, from_doccano, from_jsonl, from_labelstudio
from monitor.corpus.corrections import Corrected
from monitor.errors import DataError, UsageError

CorrectedFormat = Literal["brat", "labelstudio", "doccano", "jsonl"]


def read_corrected(
    path: Path,
    format: CorrectedFormat,
    exported: Path | None = None,
    *,
    approved: bool = False,
) -> Iterator[Corrected]:
    """Yield what came back, in the order of the files.

    `exported` is the export that a JSONL was made from; the other formats carry what was exported.
    `approved`: doccano was asked for approved documents only. Raises `DataError` naming file and
    line, `UsageError` for a format that cannot come back, for JSONL without its export, and for
    what is `approved` elsewhere than in doccano.
    """
    if approved and format != "doccano":
        raise UsageError(f"--approved is of doccano's files: {format} knows no approval")
    for needed in (path, exported):
        if needed is not None and not needed.exists():
            raise DataError(f"{needed}: is not there")
    if format == "brat":
        return from_brat.read(path)
    if format == "labelstudio":
        return from_labelstudio.read(path)
    if format == "doccano":
        return from_doccano.read(path, approved=approved)
    if format != "jsonl":
        raise UsageError(f"'{format}' is none of {', '.join(get_args(CorrectedFormat))}")
    if exported is None:
        raise UsageError(
            "what was taken away of a JSONL only its export tells: name it with --exported"
        )
    return from_jsonl.read(path, exported)
