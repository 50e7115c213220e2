"""Boilerplate removal: text, headline, authors and date of an article page, with trafilatura.

The page is decoded here first: trafilatura trusts labels, and misses mislabelled Windows-1252 and
ISO-2022-JP pages. Its `with_metadata` would look for more than is needed: a third of the time a
page takes. Each part is found by its own functions, in its own order; what is ours is that a site's
name is no part of a headline and no author.

PDFs are programs of a kind: every reader of them has met files over which it never ends, or fills
the memory. A child process, `pdf_process`, has its limits, and takes its faults with it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.feeds.encoding_detection import clean, decode, header_charset
from monitor.feeds.feed_entry import listed, plausible_date, short_language
from monitor.feeds.html_text import plain_title, tidy
from monitor.feeds.text_mining_rights import UNSAID, Terms, markup_terms
from monitor.records.errors import InstallationError
from monitor.records.feed import PageFailure

MAX_PAGE_BYTES = 3_000_000
"""Larger pages are not articles, and cost the extractor tens of seconds."""
MAX_TEXT_CHARS = 400_000
MIN_TEXT_CHARS = 80
"""What is shorter is a cookie notice or a caption, not an article."""
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HTML_LANG = re.compile(r"<html[^>]{0,1000}?\slang\s*=\s*[\"']?([A-Za-z-]+)", re.IGNORECASE)
_TRIAL = (
    "<html><body><article>"
    + "<p>The ferry came in at noon with forty people and their goats on board.</p>" * 5
    + "</article></body></html>"
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,400}\?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """An article page: paragraphs separated by blank lines; `terms` on mining its text."""

    title: str = ""
    text: str = ""
    published: datetime | None = None
    language: str | None = None
    terms: Terms = UNSAID
    authors: tuple[str, ...] = ()


def extract_page(body: bytes, content_type: str, url: str) -> Page | None:
    """Return the article in the page `body` found at `url`; `None` where there is none.

    Pages that are too large, or whose text is too short to be an article, have none. No page makes
    it fail; `InstallationError` says that the extractor itself cannot work here.
    """
    if not body.strip() or len(body) > MAX_PAGE_BYTES:
        return None
    meta = _META_CHARSET.search(body[:4096])
    labels = (header_charset(content_type), meta[1].decode("ascii", "replace") if meta else None)
    markup = _XML_DECLARATION.sub("", clean(decode(body, labels).text))
    try:
        document = extract_document(markup, url)
    except Exception:  # noqa: BLE001 - on hostile pages it raises whatever its parts raise
        if fault := extractor_fault():
            raise InstallationError(fault) from None
        return None
    if document is None:
        return None
    title = plain_title(document.title or "")
    # trafilatura puts the blocks of a text on lines
    text = without_headline(tidy(re.sub(r"\n+", "\n\n", document.text or "")), title)
    if not MIN_TEXT_CHARS <= len(text) <= MAX_TEXT_CHARS:
        return None
    published = None
    with suppress(ValueError, TypeError):  # `None` where the page has no date
        published = plausible_date(datetime.fromisoformat(document.date).replace(tzinfo=UTC))
    language = _HTML_LANG.search(markup[:20_000])
    return Page(
        title=title,
        text=text,
        published=published,
        language=short_language(language and language[1]) or short_language(document.language),
        terms=markup_terms(markup, url),
        authors=listed((document.author or "").split("; ")),
    )


def without_headline(text: str, title: str) -> str:
    """Return `text` without a first paragraph that only repeats `title`."""
    first, _, rest = text.partition("\n\n")
    return rest if first.casefold() == title.casefold() else text


@cache
def extractor_fault() -> str | None:
    """Return why no page at all can be extracted on this installation, `None` where all is well.

    trafilatura's parts import each other only when the first page comes, so it is given one.
    """
    fault = "it finds nothing in a plain page"
    try:
        found = extract_document(_TRIAL, "https://outlet.example/")
        if found is not None and "ferry" in (found.text or ""):
            return None
    except Exception as error:  # noqa: BLE001 - a broken part may raise anything
        fault = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return f"the extractor cannot work on this installation: {fault}"


_TURN = threading.Lock()
"""One page at a time: extraction holds Python's own lock anyway, and threads that fight for it
lose a seventh of their time."""
_JOINT = re.compile(r"(\s*\|\s*|\s+[–—•·⋆~‹«<›»>-]+\s+|:\s+)")
"""Between a headline and the names of site and section."""
_PARTICLES = frozenset("al bin da de del den der di dos du el ibn la le van von y".split())  # noqa: SIM905


def extract_document(markup: str, url: str) -> Any:
    """Return trafilatura's document of a page with `title`, `author` and `date`, else `None`.

    `author` has the authors with `; ` between them, "" where the page names none.
    Raises whatever trafilatura's parts raise.
    """
    from htmldate import find_date
    from trafilatura import bare_extraction, metadata
    from trafilatura.settings import Document
    from trafilatura.utils import load_html

    with _TURN:
        tree = load_html(markup)
        if tree is None:
            return None
        said, linked = metadata.examine_meta(tree), Document()
        with suppress(Exception):  # as there: broken JSON-LD is no reason to do without a title
            linked = metadata.extract_meta_json(tree, linked)
        # by what names the site is known, letters only: what it calls itself, and its host
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        labels = host.split(".")
        hosts = (host, *labels[:-1], *(f"{label}{labels[-1]}" for label in labels[:-1]))
        told = map(_letters, filter(None, (said.sitename, linked.sitename, *hosts)))
        known = {name.removeprefix(the) for name in told for the in ("", "the")}
        sites = (known - {""}) | {f"the{name}" for name in known if name}
        title = said.title or linked.title or metadata.extract_title(tree)
        headings = [linked.title, *("".join(h1.itertext()) for h1 in tree.iter("h1"))]
        said.title = without_site(title, headings, sites) if title else title
        # JSON-LD tells people from organisations, the others do not; what only stands on the page
        # may be anything, and has to look like a name
        declared = linked.author or said.author
        names = (declared or metadata.extract_author(tree) or "").split("; ")
        names = [name for name in names if declared or _is_name(name)]
        said.author = "; ".join(name for name in names if _letters(name) not in sites)
        here = said.url or metadata.extract_url(tree, url)
        said.date = find_date(tree, url=here, extensive_search=False, original_date=True)
        said.clean_and_trim()
        document: Any = bare_extraction(tree, url=url, include_comments=False, include_tables=False)
    if document is not None:
        document.title, document.author, document.date = said.title, said.author, said.date
    return document


def _is_name(words: str) -> bool:
    """Tell whether words look like the full name of one person."""
    parts = [part for part in words.split() if part not in _PARTICLES]
    return 2 <= len(parts) <= 4 and not any(part[0].islower() or part.isdigit() for part in parts)


def without_site(title: str, headings: Iterable[str | None], sites: Collection[str]) -> str:
    """Return a page's title without the name of its site or section before or behind it.

    What is left of `Headline - World - The Gazette` is one of the page's `headings` where one
    stands there whole, else what is left when names in `sites` (letters only) are taken off.
    """
    parts = _JOINT.split(title.strip())
    words, joints = parts[::2], parts[1::2]
    known = {_letters(heading) for heading in headings if heading} - {""}
    ends = [(first, last) for first in range(len(words)) for last in range(len(words), first, -1)]

    def joined(first: int, last: int) -> str:
        rest = zip(joints[first : last - 1], words[first + 1 : last], strict=True)
        return words[first] + "".join(joint + word for joint, word in rest)

    for first, last in sorted(ends, key=lambda end: end[0] - end[1]):
        if _letters(joined(first, last)) in known - set(sites):
            return joined(first, last)
    first, last = 0, len(words)
    while last > 1 and _letters(words[last - 1]) in sites:
        last -= 1
    while last - first > 1 and _letters(words[first]) in sites:
        first += 1
    return joined(first, last)


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words.casefold()))


_CHILD = Path(__file__).with_name("pdf_process.py")
MAX_SHEETS = 60
"""A longer PDF is a report or a law, not news of the day."""
_ENDS = re.compile(r"[.!?:…\"”’»)]\s*\Z")
_FILE_NAME = re.compile(r"microsoft|\.(?:docx?|pdf|indd|rtf|odt)\b|\Auntitled\b", re.IGNORECASE)
PDF_FAULTS: dict[PageFailure, str] = {
    "encrypted": "the PDF is locked with a password",
    "scanned": "the PDF is a picture of a text (scanned)",
    "too_long": f"the PDF has more than {MAX_SHEETS} pages",
    "broken": "the PDF cannot be read",
}


def extract_pdf(
    body: bytes, *, seconds: float = 30.0
) -> tuple[Page, None] | tuple[None, PageFailure]:
    """Return the article in a PDF, paragraphs separated by blank lines, or why there is none."""
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
        return None, failure
    title = " ".join(clean(found.get("title") or "").split())
    if not title or _FILE_NAME.search(title):
        title = text.partition("\n")[0]
    published = None
    with suppress(ValueError):
        published = plausible_date(datetime.fromisoformat(found.get("created") or ""))
    return Page(title[:300], text, published), None


def _paragraphs(sheet: str) -> str:
    """Join the lines of a page; a PDF says where lines are, not where paragraphs end."""
    lines = [" ".join(line.split()) for line in sheet.split("\n")]
    width = sorted(map(len, lines))[int(0.9 * (len(lines) - 1))] if lines else 0
    joined = ""
    for number, line in enumerate(lines):
        short = len(line) < 0.8 * width
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
