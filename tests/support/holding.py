"""Programs that hold a draft: run in folders of their own, killed, and looked through then."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import own_guide
from desk import MONITOR, Said

CANARY = "Zqcanaryvex"
DRAFT = f"Slug: {CANARY}\n\nThe unfortunate victim {CANARY} was asked by {CANARY}.\n"


def holds_canary(data: bytes) -> bool:
    """Say whether the canary is there in any of the encodings that something may store it in."""
    word = CANARY.lower()
    lowered = data.lower()
    return any(word.encode(code) in lowered for code in ("utf-8", "utf-16-le", "utf-16-be"))


def leaks(folders: Iterable[Path]) -> list[str]:
    """Return the files below `folders` that hold the canary, or are called by it."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [str(file) for file in files if CANARY in file.name or holds_canary(file.read_bytes())]


def lt_forms() -> Iterator[dict[str, object]]:
    """Yield what is posted to LanguageTool's API, right and wrong."""
    good = {"text": DRAFT, "language": "en-US"}
    yield {"data": good}
    yield {"data": {"data": json.dumps({"annotation": [{"text": DRAFT}]}), "language": "auto"}}
    yield {"data": {"data": f'{{"annotation": [{{"text": "{CANARY}', "language": "en-US"}}
    yield {"data": {**good, "disabledRules": CANARY, "level": CANARY, CANARY: CANARY}}
    yield {"data": {"text": DRAFT * 3_000, "language": "en-US"}}
    yield {"data": {"text": DRAFT}}
    yield {"data": {**good, "language": CANARY}}
    yield {"data": {**good, "apiKey": f"monitor_{CANARY}", "username": CANARY}}
    yield {"content": f"text={CANARY}%FF&language=en-US".encode()}
    yield {"content": DRAFT.encode("utf-16")}


@dataclass
class Place:
    """A desk of one rule, and folders for all that a program may write: home, caches, /tmp."""

    root: Path
    folder: Path = field(init=False)
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.root / "desk"
        self.environ = dict(os.environ)
        for name, folder in {
            "HOME": "home",
            "XDG_CACHE_HOME": "cache",
            "XDG_STATE_HOME": "state",
            "TMPDIR": "temporary",
        }.items():
            (self.root / folder).mkdir()
            self.environ[name] = str(self.root / folder)
        self.folder.mkdir()
        guide = own_guide.make(self.root).as_posix()
        text = f'[check]\nguideline = "{guide}"\nmax_chars = 20000\n'
        (self.folder / "monitor.toml").write_text(text, encoding="utf-8")

    def add(self, settings: str) -> None:
        """Add lines to the desk's settings."""
        with (self.folder / "monitor.toml").open("a", encoding="utf-8") as file:
            file.write(settings)

    @contextmanager
    def run(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command; a core dump would be made of it where nothing forbids that."""
        process = start_dumpable([*MONITOR, *words], self.folder, self.environ)
        try:
            yield process
        finally:
            if process.returncode is None:
                abort(process)

    def do(self, *words: str) -> Said:
        """Run a command to its end."""
        with self.run(*words) as process:
            out, err = process.communicate(timeout=300)
        return Said(process.returncode, out.decode(), err.decode())

    def leaks(self) -> list[str]:
        """Return what the canary is found in."""
        return leaks([self.root])


def start_dumpable(
    command: Sequence[str], folder: Path, environ: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a program with no limit on core dumps."""
    line = ["/bin/sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *command]
    pipe = subprocess.PIPE
    return subprocess.Popen(line, cwd=folder, env=environ, stdin=pipe, stdout=pipe, stderr=pipe)


def abort(process: subprocess.Popen[bytes]) -> tuple[bool, bytes]:
    """Kill a process as a crash does; return whether a core dump was made, and what it wrote."""
    assert process.stdout
    assert process.stderr
    assert process.stdin
    status = 0
    if process.poll() is None:
        process.send_signal(signal.SIGABRT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    said = process.stdout.read() + process.stderr.read()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    return os.WCOREDUMP(status), said


def dumps_are_made(folder: Path) -> bool:
    """Say whether this machine makes a core dump at all of a program that is killed."""
    waiting = "import sys; print(1, flush=True); sys.stdin.read()"
    process = start_dumpable([sys.executable, "-c", waiting], folder, dict(os.environ))
    assert process.stdout
    process.stdout.readline()
    return abort(process)[0]


def checkers(pid: int) -> list[int]:
    """Return the processes that a server has started to check drafts."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            ours = f"PPid:\t{pid}\n" in (folder / "status").read_text(encoding="utf-8")
            if ours and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found
