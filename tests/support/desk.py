"""A desk in a folder, worked as its user works it: by typed commands in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import warm

MONITOR = [sys.executable, "-m", "monitor"]


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A folder with a monitor.toml."""

    folder: Path

    def start(self, *words: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start a command, with `environ` on top of a clean environment; return its process."""
        return subprocess.Popen(
            [*MONITOR, *words],
            cwd=self.folder,
            env=clean_environ() | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def type(self, *words: str, stdin: bytes = b"", timeout: float = 300, **environ: str) -> Said:
        """Run a command to its end, forked from a warm process where that changes nothing."""
        if warm.is_possible() and all(name.startswith("MONITOR_") for name in environ):
            env = clean_environ() | environ
            with warm.Command(list(words), self.folder, env, stdin) as command:
                code, said, told = command.wait(timeout)
            return Said(code, said.decode(), told.decode())
        process = self.start(*words, **environ)
        out, err = process.communicate(stdin, timeout=timeout)
        return Said(process.returncode, out.decode(), err.decode())

    def refuses(self, *words: str, stdin: bytes = b"", **environ: str) -> str:
        """Run a command that must end with 2 and a message, nothing on stdout; return that."""
        said = self.type(*words, stdin=stdin, **environ)
        assert said.code == 2, said
        assert said.out == ""
        assert said.err.count("\n") == 1, said.err
        assert said.err.startswith("error: ")
        return said.err


def clean_environ() -> dict[str, str]:
    """Return the environment without settings of ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}


def make_desk(folder: Path, settings: str = "") -> Desk:
    """Make a desk that may fetch from this machine, which nobody has to spare.

    `settings` are lines of `[fetch]`.
    """
    folder.mkdir(parents=True)
    (folder / "monitor.toml").write_text(
        f'[fetch]\nallow_hosts = ["127.0.0.1"]\nhost_spacing_s = 0\n{settings}\n', encoding="utf-8"
    )
    return Desk(folder)


def use_database(desk: Desk, address: str) -> None:
    """Put the database's address before the first table of the settings."""
    path = desk.folder / "monitor.toml"
    path.write_text(f"database = {json.dumps(address)}\n{path.read_text()}", encoding="utf-8")


MISSED = frozenset({"/fenmarsh-echo/news/20079953.man-shed-nineteen-years-trial/"})
"""The relevant article of the sample outlets that relevance-en 1.4.1 does not show: its words are
those of any trial, so that the linear model, which learns from newspapers alone, and the gate see
nothing in them, and the encoder is not asked. To be emptied, not added to."""
