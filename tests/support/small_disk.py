"""A disk of a megabyte, to be filled; only who may mount one (root, as in CI) has it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, *, size: str = "1m") -> Iterator[Path]:
    """Mount a RAM disk of `size` at the new folder; skip the test where that is not allowed."""
    folder.mkdir()
    if not shutil.which("mount"):
        pytest.skip("no mount command: no disk to fill")
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("not allowed to mount a disk to fill")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Let a mounted disk only be read."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


@contextmanager
def shown_read_only(folder: Path, at: Path) -> Iterator[Path]:
    """Show a folder at another, new place where it can only be read, as containers do."""
    at.mkdir()
    command = ["mount", "--bind", "-o", "ro", str(folder), str(at)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("not allowed to mount a folder at a second place")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)
