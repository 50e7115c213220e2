"""What YAML files say, remembered: parsing them costs as much as all the rest of loading rules.

A file's content is kept as JSON under the sha256 of its bytes, so an edited file is read anew and
nothing ever needs to be cleared. What comes out is validated like any file: whoever can write to
the folder can do no more than whoever can write rules.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FORMAT = "1"
"""Raise it when the same bytes are to be read differently."""
KEPT = 200
"""Files kept; the oldest go first."""


def parse_yaml(file: Path, cache: Path | None = None) -> Any:
    """Return the content of a YAML 1.2 file, from the folder `cache` where it has been read before.

    Raises what reading and parsing raise: `OSError`, `UnicodeDecodeError`, `YAMLError`. A cache
    that cannot be read or written is none.
    """
    raw = file.read_bytes()
    if cache is None:
        return _parse(raw)
    kept = cache / f"{hashlib.sha256(FORMAT.encode() + raw).hexdigest()}.json"
    try:
        return json.loads(kept.read_bytes())
    except (OSError, ValueError):
        data = _parse(raw)
        _keep(kept, data)
        return data


def _parse(raw: bytes) -> Any:
    return YAML(typ="safe").load(raw.decode("utf-8"))


def _keep(kept: Path, data: Any) -> None:
    """Write beside and move into place: a reader never sees half a file."""
    try:
        text = json.dumps(data)
        if json.loads(text) != data:  # keys that are no strings: JSON cannot carry them
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(f".{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(kept)
        files = sorted(kept.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for old in files[:-KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, TypeError, ValueError):
        return
