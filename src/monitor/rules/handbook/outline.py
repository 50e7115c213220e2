"""On which pages of a printed handbook its chapters and rules begin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.rules.handbook.book import Book

if TYPE_CHECKING:
    from pypdf import PdfReader


def heading_pages(printed: Path, book: Book) -> dict[str, int]:
    """Return the page numbers, from 1, of the book's headings by anchor, from the PDF's outline.

    A heading that the outline does not have is left out.
    """
    from pypdf import PdfReader

    reader = PdfReader(printed)
    pages = dict(_titled(reader, reader.outline))
    wanted = {f"c{one.number}": f"{one.number}{one.title}" for one in book.chapters}
    wanted |= {one.anchor: f"{one.number}{one.title}" for one in book.entries}
    wanted["index"] = "Index of rule names"
    found = {anchor: _nearest(title, pages) for anchor, title in wanted.items()}
    return {anchor: page for anchor, page in found.items() if page is not None}


def _titled(reader: PdfReader, outline: Any) -> Iterator[tuple[str, int]]:
    """Yield the outline's titles without spaces, each with its page."""
    for item in outline:
        if isinstance(item, list):
            yield from _titled(reader, item)
        else:
            page = reader.get_destination_page_number(item)
            if page is not None:
                yield "".join(str(item.title).split()), page + 1


def _nearest(title: str, pages: dict[str, int]) -> int | None:
    """Return the page of a heading, behind which its severity may stand."""
    key = "".join(title.split())
    for ending in ("", "error", "warning", "suggestion", "ERROR", "WARNING", "SUGGESTION"):
        if key + ending in pages:
            return pages[key + ending]
    return None
