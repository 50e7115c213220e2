"""Reading of documents: files by suffix, with the encoding found out, and texts at hand."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from monitor.records.errors import DocumentError, DocumentTooLarge
from monitor.text.document import Document, check_text, find_headline

MAX_BYTES = 20_000_000
MARKUP_ALLOWANCE = 50_000
SUFFIXES = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
# Curly quotes, dashes, the euro and pound signs and accented letters: what Windows-1252 English
# has. Detection by statistics takes such a text for Greek or Chinese when it is short.
_WESTERN = re.compile(
    rb"[\x00-\x7f\x80\x85\x91-\x97\x99\xa0\xa3\xa7\xa9\xab\xad\xae\xb0\xb4\xb7\xbb-\xbe\xbf-\xff]*"
)
_WESTERN_SHARE = 0.3
"""At most this share of a Western text is not ASCII; of a Cyrillic or Greek one, most is."""
_DETECTION_SAMPLE = 200_000


def read_document(data: bytes, name: str, *, max_chars: int) -> Document:
    """Read a file's bytes by the suffix of `name`: .txt, .md, .html or .docx.

    Raises `DocumentError`, naming the file, for another suffix, an empty or binary file, an
    encoding that cannot be told and a damaged Word file; `DocumentTooLarge` above `MAX_BYTES`
    bytes or `max_chars` visible characters.
    """
    kind = SUFFIXES.get(PurePath(name).suffix.lower())
    if kind is None:
        raise DocumentError(f"{name}: not a .txt, .md, .html or .docx file")
    if (size := len(data)) > MAX_BYTES:
        raise DocumentTooLarge(f"{name}: the file has {size:,} bytes; the limit is {MAX_BYTES:,}")
    if not data:
        raise DocumentError(f"{name}: the document is empty")
    try:
        if kind != "docx":
            text = decode(data, is_html=kind == "html")
            return make_document(text, format=kind, max_chars=max_chars)
        from monitor.text.docx_package import WordPackage
        from monitor.text.docx_reader import read_word

        word = read_word(WordPackage(data), max_chars=max_chars)
        check_text(word.text, max_chars=max_chars)
    except DocumentError as error:
        raise type(error)(f"{name}: {error}") from error
    return Document(word.text, format=kind, headline=word.headline, captions=word.captions)


def decode(data: bytes, *, is_html: bool = False) -> str:
    """Return the text of a file without its byte order mark.

    In order: byte order mark, UTF-8, an HTML file's own word, Windows-1252 if nothing speaks
    against it, detection. Raises `DocumentError` for binary data.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode(data[len(bom) :], encoding)
    if b"\0" in data[:_DETECTION_SAMPLE]:
        raise DocumentError("a binary file, not a text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _META.search(data[:2048]) if is_html else None
    if declared:
        try:
            return data.decode(codecs.lookup(declared[1].decode("ascii")).name)
        except (LookupError, UnicodeDecodeError):
            pass
    high = sum(byte >= 0x80 for byte in data[:_DETECTION_SAMPLE])
    if _WESTERN.fullmatch(data) and high <= _WESTERN_SHARE * min(len(data), _DETECTION_SAMPLE):
        return _decode(data, "cp1252")
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_DETECTION_SAMPLE]).best()
    if best is None:
        raise DocumentError("not a text in any known encoding")
    return _decode(data, best.encoding)


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"not a text in {encoding} as it seemed: byte {error.start:,} does not fit"
        ) from error


def make_document(
    text: str, *, title: str = "", format: str = "txt", language: str | None = None, max_chars: int
) -> Document:
    """Return the document of a text that is at hand.

    Markdown and HTML are reduced to their visible text. Without a separate title, the first line
    is the headline if a blank line follows. Word files are bytes: see `read_document`.

    Raises `DocumentError` for an empty text, one with binary characters or lone surrogates and
    an unknown format; `DocumentTooLarge` above `max_chars` characters.
    """
    if format == "txt":
        check_text(text, title, max_chars=max_chars)
        headline = None if title else find_headline(text)
        return Document(text, title, headline=headline, language=language)
    if format == "html":
        from monitor.text.html_reader import read_html as read

        limit = MAX_BYTES
    elif format == "md":
        from monitor.text.markdown_reader import read_markdown as read

        # Parsing Markdown is slow, and no Markdown is mostly link targets.
        limit = min(MAX_BYTES, 2 * max_chars + MARKUP_ALLOWANCE)
    else:
        raise DocumentError(f"a text has the format txt, md or html, not '{format[:20]}'")
    check_text(text, title, max_chars=limit)
    visible, headline = read(text)
    shown = visible.text()
    check_text(shown, title, max_chars=max_chars)
    return Document(
        shown,
        title,
        format,
        headline=None if title else headline,
        captions=tuple(visible.captions),
        language=language,
        source_map=visible.source_map(),
        comments=visible.comments(),
    )
