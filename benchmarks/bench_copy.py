"""What it takes to move a desk from SQLite to PostgreSQL and back.

    python benchmarks/bench_copy.py 10000

Desks of a tenth of so many made-up articles and of all, as bench_growth makes them, judged and
indexed; each copied to a PostgreSQL of its own, back into a new SQLite file, compared with that.
Seconds and the largest memory of each command, as its user types it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bench_growth import A_DAY, TOLD_OF, Filling

from monitor.app import Monitor
from monitor.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import postgres


def make(folder: Path, articles: int) -> Path:
    """Fill a desk; return its file."""
    folder.mkdir()
    file = folder / "monitor.sqlite"
    with Monitor(Settings(home=folder)) as monitor:
        filling = Filling(monitor)
        while filling.count < articles:
            filling.bring(min(A_DAY, articles - filling.count), TOLD_OF)
        monitor.fold()
    return file


def typed(*words: str) -> tuple[float, float, str]:
    """Type a command; return its seconds, its largest memory in MB, and its last words."""
    begun, most = time.monotonic(), 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "store", *words],
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        # what the system counts at the end begins with the memory of who started it
        while process.poll() is None:
            most = max(most, _peak_kb(process.pid))
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        said.seek(0)
        told = said.read()
    if process.returncode:
        raise SystemExit(told)
    return seconds, most / 1024, told.strip().splitlines()[-1]


def _peak_kb(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def main(most: int) -> None:
    """Print a line for each command."""
    with tempfile.TemporaryDirectory() as name, postgres.serve() as server:
        for articles in (most // 10, most):
            folder = Path(name) / str(articles)
            file = make(folder, articles)
            address = postgres.new_database(server)
            back = f"sqlite:///{folder / 'back.sqlite'}"
            size = file.stat().st_size / 1e6
            print(f"{articles:,} articles, {size:.0f} MB as SQLite")
            for what, *words in (
                ("SQLite to PostgreSQL", "copy", str(file), address),
                ("PostgreSQL to SQLite", "copy", address, back),
                ("first and last compared", "verify", str(file), back),
            ):
                seconds, memory, told = typed(*words)
                rows = told.rpartition(": ")[2].partition(" of")[0]
                print(f"  {what:24} {seconds:7.1f} s {memory:6.0f} MB  {rows}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
