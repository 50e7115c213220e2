"""Which documents of an editor are checked, and as what."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit

Format = Literal["md", "html", "txt"]
_LANGUAGES: dict[str, Format] = {
    "markdown": "md",
    "gfm": "md",
    "html": "html",
    "xhtml": "html",
    "mhtml": "html",
    "plaintext": "txt",
    "text": "txt",
}
"""The ids of VS Code and the protocol, and what Vim and Emacs call the same."""
_SUFFIXES: dict[str, Format] = {
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
}
_PLAIN = (".txt", ".text")


def format_of(uri: str, language: str | None, others: Collection[str] = ()) -> Format | None:
    """Return the format of a document by its language id, or else its suffix; `None`: not ours.

    Languages among `others` are plain text. What an editor knows for something else is no plain
    text because of a suffix: CMakeLists.txt, requirements.txt.
    """
    if language in _LANGUAGES:
        return _LANGUAGES[language]
    if language in others:
        return "txt"
    try:
        name = unquote(urlsplit(uri).path)
    except ValueError:
        return None
    suffix = PurePosixPath(name).suffix.lower()
    return "txt" if suffix in _PLAIN and not language else _SUFFIXES.get(suffix)
