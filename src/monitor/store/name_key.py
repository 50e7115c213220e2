"""The file of the key that makes hashes of names: beside the database, never in it.

A key a line, 64 hexadecimal digits, the one in use first; for its owner alone (mode 0600).
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import StoreError
from monitor.masks import Seal

FILE_NAME = "names.key"


@dataclass(frozen=True, slots=True)
class NameKey:
    """The key in the file `path`, which is made when a name is first to be kept."""

    path: Path

    def read(self) -> Seal:
        """Return what tells names by their hashes; without keys where there is no file.

        Raises `StoreError` for a file that cannot be read or holds something else.
        """
        try:
            lines = self.path.read_text(encoding="ascii").split()
            return Seal(tuple(map(_key, lines)))
        except FileNotFoundError:
            return Seal()
        except (OSError, ValueError) as error:
            raise StoreError(f"{self.path}: no key file that can be read") from error

    def make(self) -> Seal:
        """Return what makes hashes, with a new key where there is no file yet."""
        if (found := self.read()).keys:
            return found
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                try:
                    os.write(file, f"{secrets.token_hex(32)}\n".encode("ascii"))
                    os.fsync(file)
                finally:
                    os.close(file)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from error
        found = self.read()
        if not found.keys:
            raise StoreError(f"{self.path}: holds no key")
        return found


def _key(line: str) -> bytes:
    key = bytes.fromhex(line)
    if len(key) != 32:
        raise ValueError(line)
    return key
