"""Nothing of a draft on stderr, which editors keep in their logs, and nothing else on stdout."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import BinaryIO

from monitor.records.errors import describe_exception


class Wordless(logging.Handler):
    """Says which line of code logged something, and of errors the types and places; no words.

    What libraries log holds messages of the protocol, and so drafts.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line to stderr."""
        error = record.exc_info[1] if record.exc_info else None
        said = f": {describe_exception(error)}" if error else ""
        place = f"{Path(record.pathname).name}:{record.lineno}"
        sys.stderr.write(f"{record.levelname.lower()} at {place}{said}\n")


def log_no_words() -> None:
    """Let warnings and errors of every library be told without their words."""
    root = logging.getLogger()
    root.handlers[:] = [Wordless(logging.WARNING)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    # Of no use to anybody at each start: a client's word that is not in the protocol.
    logging.getLogger("pygls").setLevel(logging.ERROR)


def take_stdio() -> tuple[BinaryIO, BinaryIO]:
    """Return the protocol's streams; what else is printed goes to stderr, also by processes made.

    One stray line between two messages would end the conversation.
    """
    sys.stdout.flush()
    streams = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return streams
