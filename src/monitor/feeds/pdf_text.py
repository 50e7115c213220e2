"""PDF text extraction, in a process of its own that is ended when it takes too long.

PDFs come from outside and are programs of a kind: every reader of them has met files over which it
never ends, or fills the memory. A child process has its limits, and takes its faults with it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.feeds.encoding_detection import clean
from monitor.feeds.feed_entry import plausible_date
from monitor.feeds.html_text import tidy
from monitor.feeds.page_extraction import MAX_TEXT_CHARS, MIN_TEXT_CHARS, Page
from monitor.records.feed import PageFailure

_CHILD = Path(__file__).with_name("pdf_process.py")
MAX_SHEETS = 60
"""A longer PDF is a report or a law, not news of the day."""
_SHARE_OF_WIDTH = 0.8
"""A line that ends a sentence and is shorter than this share of the longest ends a paragraph."""
_ENDS = re.compile(r"[.!?:…\"”’»)]\s*\Z")
_FILE_NAME = re.compile(r"microsoft|\.(?:docx?|pdf|indd|rtf|odt)\b|\Auntitled\b", re.IGNORECASE)
_WORDS: dict[PageFailure, str] = {
    "encrypted": "the PDF is locked with a password",
    "scanned": "the PDF is a picture of a text (scanned)",
    "too_long": f"the PDF has more than {MAX_SHEETS} pages",
    "broken": "the PDF cannot be read",
}


@dataclass(frozen=True, slots=True)
class PdfAnswer:
    """The article in a PDF, or why there is none: as a cause, and in words."""

    page: Page | None = None
    failure: PageFailure | None = None
    said: str = ""


def extract_pdf(body: bytes, *, seconds: float = 30.0) -> PdfAnswer:
    """Return the text of a PDF, its paragraphs separated by blank lines. Never fails."""
    # By its path and alone (-I): as a module it would bring this whole package along, 0.3 s.
    command = [sys.executable, "-I", str(_CHILD), str(MAX_SHEETS), str(int(seconds))]
    found: Any = None
    with suppress(subprocess.SubprocessError, OSError, ValueError):
        done = subprocess.run(  # noqa: S603 - our own file; the PDF comes through its stdin
            command, input=body, capture_output=True, timeout=seconds, check=True
        )
        found = json.loads(done.stdout)
    found = found if isinstance(found, dict) else {"failure": "broken"}
    failure: PageFailure | None = found.get("failure")
    text = tidy("\n\n".join(_paragraphs(clean(sheet)) for sheet in found.get("sheets", ())))
    if failure is None and not MIN_TEXT_CHARS <= len(text) <= MAX_TEXT_CHARS:
        failure = "scanned" if len(text) < MIN_TEXT_CHARS else "too_long"
    if failure is not None:
        return PdfAnswer(None, failure, _WORDS[failure])
    title = " ".join(clean(found.get("title") or "").split())
    if not title or _FILE_NAME.search(title):
        title = text.partition("\n")[0]
    published = None
    with suppress(ValueError):
        published = plausible_date(datetime.fromisoformat(found.get("created") or ""))
    return PdfAnswer(Page(title[:300], text, published))


def _paragraphs(sheet: str) -> str:
    """Join the lines of a page; a PDF says where lines are, not where paragraphs end."""
    lines = [" ".join(line.split()) for line in sheet.split("\n")]
    width = sorted(map(len, lines))[int(0.9 * (len(lines) - 1))] if lines else 0
    joined = ""
    for number, line in enumerate(lines):
        short = len(line) < _SHARE_OF_WIDTH * width
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if not line:
            joined += "\n\n"
        elif short and (_ENDS.search(line) or after[:1].isupper()):
            joined += f"{line}\n\n"
        elif line.endswith("-") and line[-2:-1].isalpha() and after[:1].islower():
            joined += line[:-1]
        else:
            joined += f"{line} "
    return joined
