"""The processes that a run on a Ray cluster starts, found by whose children they are."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def children(pid: int) -> list[int]:
    """All processes below one, however deep."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def workers(pid: int) -> list[int]:
    """The workers of a run."""
    found = []
    for each in children(pid):
        try:
            name = Path(f"/proc/{each}/cmdline").read_bytes()
        except OSError:
            continue
        if name.startswith(b"ray::RayWorker"):
            found.append(each)
    return sorted(found)


def kill_one(pid: int) -> None:
    """Kill the first worker of a run."""
    os.kill(workers(pid)[0], signal.SIGKILL)


def all_ended(pids: list[int], seconds: float = 30) -> bool:
    """Wait until processes are gone."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}/exe").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False
