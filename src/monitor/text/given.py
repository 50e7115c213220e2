"""The document of a text that is at hand: a request's, a paste, standard input."""

from __future__ import annotations

from monitor.text.document import Document, check_text, find_headline
from monitor.text.readers import read_markup


def make_document(
    text: str,
    *,
    title: str = "",
    format: str = "txt",
    language: str | None = None,
    max_chars: int,
) -> Document:
    """Return the document of a text that is at hand.

    Markdown and HTML are reduced to their visible text. Without a separate title, the first line
    is the headline if a blank line follows. Word files are bytes: see `read_document`.

    Raises `DocumentError` for an empty text, one with binary characters or lone surrogates and
    an unknown format; `DocumentTooLarge` above `max_chars` characters.
    """
    if format == "txt":
        check_text(text, title, max_chars=max_chars)
        return Document(
            text, title, headline=None if title else find_headline(text), language=language
        )
    return read_markup(text, title=title, format=format, language=language, max_chars=max_chars)
