"""Reads files into documents."""

from __future__ import annotations

from pathlib import PurePath

from monitor.errors import DocumentError, DocumentTooLarge
from monitor.text.document import Document, make_document

MAX_BYTES = 20_000_000


def read_document(data: bytes, name: str, *, max_chars: int) -> Document:
    """Read a file's bytes by its suffix."""
    suffix = PurePath(name).suffix.lower()
    if len(data) > MAX_BYTES:
        raise DocumentTooLarge(f"{name}: over {MAX_BYTES:,} bytes")
    if suffix not in (".txt", ".md", ".html", ".docx"):
        raise DocumentError(f"{name}: not a .txt, .md, .html or .docx file")
    return make_document(data.decode("utf-8"), format=suffix[1:], max_chars=max_chars)


def read_markup(
    text: str, *, title: str, format: str, language: str | None, max_chars: int
) -> Document:
    """Reduce Markdown or HTML to its visible text."""
    raise DocumentError(f"unknown format {format}")
