"""A draft or article as the checker sees it: its text, and what in it is headline or caption."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.records.article import Article
from monitor.records.errors import DocumentError, DocumentTooLarge
from monitor.text.datelines_bylines import begins_with_dateline, find_desk_lines
from monitor.text.positions import BOM, SourceMap, Stretch
from monitor.text.visible_text import Comment

_BREAK = re.compile(r"\r\n|\r|\n")
_LEAD = re.compile(r"[\s\ufeff]*")
_BLANK_LINE = re.compile(r"[^\S\r\n]*(?:\r\n|\r|\n)")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Controls that no text has: their presence means a program's or a picture's bytes.
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NOTHING = re.compile(r"[\s\ufeff\u200b-\u200f\u2060]*\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """One draft or article.

    `text` is the field `text`: as given, or the visible text of Markdown, HTML or Word; `title`
    the field `title`, only where a request gave a separate one. `headline` and `captions` are
    spans in `text`. `source_map` leads from `text` to the file, for Markdown and HTML, whose
    `comments` are no text.
    """

    text: str
    title: str = ""
    format: str = "txt"
    headline: Stretch | None = None
    captions: tuple[Stretch, ...] = ()
    language: str | None = None
    source_map: SourceMap | None = None
    comments: tuple[Comment, ...] = ()


def document_of(article: Article) -> Document:
    """Return an article as a document: its title is the headline, in a field of its own."""
    return Document(article.text, title=article.title, language=article.language)


def find_headline(text: str) -> Stretch | None:
    """Return the span of the first line if a blank line and more text follow, else `None`.

    Slug and embargo come before a headline; a line that begins with a dateline is none.
    """
    end = 0
    for desk_line in find_desk_lines(text):
        if desk_line.kind == "dateline" or text[end : desk_line.start].strip("\ufeff \t\r\n"):
            break
        end = desk_line.end
    lead = _LEAD.match(text, end)
    start = lead.end() if lead else 0
    line = _BREAK.search(text, start)
    blank = _BLANK_LINE.match(text, line.end()) if line else None
    if line is None or blank is None or not text[blank.end() :].strip():
        return None
    if begins_with_dateline(text[start : line.start()]):
        return None
    return start, start + len(text[start : line.start()].rstrip())


def check_text(text: str, title: str = "", *, max_chars: int) -> None:
    """Refuse what cannot be checked.

    Raises `DocumentError` for an empty text and one with binary characters or lone surrogates,
    `DocumentTooLarge` above `max_chars` characters.
    """
    size = len(text) + len(title)
    if size > max_chars:
        raise DocumentTooLarge(f"the document has {size:,} characters; the limit is {max_chars:,}")
    for field, value in (("text", text), ("title", title)):
        if found := _SURROGATE.search(value):
            raise DocumentError(f"{field} has half a surrogate pair at character {found.start()}")
        if found := _BINARY.search(value):
            raise DocumentError(
                f"{field} has the control character U+{ord(found[0]):04X} at character "
                f"{found.start()}: a binary file?"
            )
    if is_empty(text):
        raise DocumentError("the document is empty")


def is_empty(text: str) -> bool:
    """Say whether a text has nothing that can be seen."""
    return bool(_NOTHING.match(text.removeprefix(BOM)))


def blank_binary(text: str) -> str:
    """Return `text` with a space for each binary character: what a program puts for an object."""
    return _BINARY.sub(" ", text)
