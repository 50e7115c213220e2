"""What the commands share for talking to people: words on stderr, progress only on a terminal."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def say(text: str) -> None:
    """Write a line of words to stderr."""
    sys.stderr.write(f"{plain(text)}\n")
    sys.stderr.flush()


def show(text: str) -> None:
    """Write a result to stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def plain(text: str) -> str:
    """Return `text` without control characters: text from outside must not drive a terminal."""
    return "".join(
        c if c == "\t" or unicodedata.category(c) not in {"Cc", "Cf"} else " " for c in text
    )


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a progress display on stderr, invisible where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    # a file's name in square brackets is no style
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield bar
