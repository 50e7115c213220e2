"""A PDF reader process of its own: a PDF on stdin, its text as JSON on stdout, read with pypdf.

Run by its path, so it imports nothing of ours.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from typing import Any

MAX_BYTES = 1 << 30
"""Memory that a PDF may take; 10 MB of one have been seen to ask for tens of gigabytes."""


def main() -> None:
    """Read a PDF of at most so many pages, in so many seconds (the arguments)."""
    most, seconds = int(sys.argv[1]), int(sys.argv[2])
    with suppress(ImportError):  # Windows has the timeout only
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read(), most)))


def _read(body: bytes, most: int) -> dict[str, Any]:
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):  # many are locked with no password
            return {"failure": "encrypted"}
        if len(reader.pages) > most:
            return {"failure": "too_long"}
        found: dict[str, Any] = {"sheets": [page.extract_text() for page in reader.pages]}
    except (pypdf.errors.FileNotDecryptedError, pypdf.errors.DependencyError):
        return {"failure": "encrypted"}
    with suppress(Exception):  # what a file says of itself is not worth losing its text
        about = reader.metadata
        created = about.creation_date if about else None
        title = str(about.title) if about and about.title else ""
        found |= {"title": title, "created": created.isoformat() if created else None}
    return found


if __name__ == "__main__":
    main()
