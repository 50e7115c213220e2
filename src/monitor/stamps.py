"""Stamps: `name@version+hash`, which say exactly what judged an article.

The hash covers the data files, the code of the modules that judge, and the versions of the
libraries whose behaviour shows in the result: a stamp over data files alone would miss a change
of code or of spaCy, and due work would not be redone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from types import MappingProxyType


def make_stamp(
    name: str,
    version: str,
    *,
    files: Iterable[Path],
    code: Iterable[Path] = (),
    libraries: Iterable[str] = (),
    known: Mapping[Path, str] = MappingProxyType({}),
) -> str:
    """Return `name@version+hash` with 12 hex digits.

    `files` and `code` are read whole and counted by file name and content; `code` may name
    folders, of which all `.py` files count. `libraries` are distribution names. `known` gives the
    sha256 of files that have just been read and verified.
    """
    digest = hashlib.sha256()
    for path in sorted(_files(files)) + sorted(_files(code, "*.py")):
        sha256 = known.get(path)
        told = bytes.fromhex(sha256) if sha256 else hashlib.sha256(path.read_bytes()).digest()
        digest.update(path.name.encode() + b"\0" + told)
    for library in sorted(libraries):
        digest.update(f"{library}=={metadata.version(library)}\0".encode())
    return f"{name}@{version}+{digest.hexdigest()[:12]}"


def _files(paths: Iterable[Path], pattern: str = "*") -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += [p for p in path.rglob(pattern) if p.is_file()] if path.is_dir() else [path]
    return found
