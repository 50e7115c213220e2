"""`monitor check --format docx -o FILE`: a Word file with a comment at each finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.records.errors import UsageError


def need_one_word_file(files: Sequence[str], output: Path | None, redact: bool) -> Path:
    """Return where to write; raises `UsageError` unless there is one Word file and a new name.

    The draft is never written over: should that fail half-way, both would be lost.
    """
    if redact:
        raise UsageError("--redact and --format docx exclude each other: the file is the draft")
    if output is None:
        raise UsageError("--format docx: say with -o where the file with comments is to go")
    if len(files) != 1 or Path(files[0]).suffix.lower() != ".docx":
        raise UsageError("--format docx: give one .docx file")
    if output.resolve() == Path(files[0]).resolve():
        raise UsageError(f"-o: '{output}' is the draft itself; give another name")
    return output


def write_reviewed(path: str, document: Mapping[str, Any], output: Path) -> None:
    """Write the Word file at `path` with comments to `output`, unless it could not be checked."""
    from monitor.text.docx_comments import AUTHOR, comment_docx

    if "error" in document:
        return
    data = comment_docx(Path(path).read_bytes(), document, author=AUTHOR, now=datetime.now(UTC))
    output.write_bytes(data)
