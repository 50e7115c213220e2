"""How `monitor serve` bears a newsroom at once: many clients on `/v1/check`, and `/healthz` beside.

    python benchmarks/bench_load.py [--clients 50] [--seconds 30] [--workers 2] [--source DIR]

Each client sends a draft of 600 words, waits for its answer and sends the next. Meanwhile
`/healthz` is asked twenty times a second over a connection of its own. `--source` is the `src` of
another checkout to measure instead, so that two versions can be compared on one machine. Client
and server share the machine's cores, as they would not in a newsroom.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from bench_check import drafts

STARTUP_S = 120


@contextmanager
def served(source: Path | None, words: list[str]) -> Iterator[tuple[str, int]]:
    """Start `monitor serve` in an empty folder; give its host and port."""
    environ = {**os.environ, **({"PYTHONPATH": str(source)} if source else {})}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "monitor", "serve", "--port", "0", *words]
        with subprocess.Popen(
            command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            try:
                for line in process.stderr:
                    if "running on http://" in line:
                        host, port = line.split("http://")[1].split()[0].split(":")
                        threading.Thread(target=process.stderr.read, daemon=True).start()
                        yield host, int(port)
                        return
                raise RuntimeError("the server did not start")
            finally:
                process.terminate()
                process.wait(60)


class Probe(threading.Thread):
    """Asks `/healthz` every 50 ms until told to stop; `times` in seconds."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection(host, port, timeout=60)
        self.times: list[float] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        """Ask and measure."""
        while not self.stopping.wait(0.05):
            start = time.perf_counter()
            self.connection.request("GET", "/healthz")
            answer = self.connection.getresponse()
            answer.read()
            assert answer.status == 200
            self.times.append(time.perf_counter() - start)


async def load(address: str, clients: int, seconds: float) -> tuple[Counter[str], list[float]]:
    """Return how the requests ended, and how long the answered ones took."""
    ended: Counter[str] = Counter()
    times: list[float] = []
    texts = drafts()
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        until = time.perf_counter() + seconds

        async def one(number: int) -> None:
            dice = random.Random(number)
            while time.perf_counter() < until:
                start = time.perf_counter()
                try:
                    answer = await client.post("/v1/check", json={"text": dice.choice(texts)})
                except httpx.HTTPError as error:
                    ended[type(error).__name__] += 1
                    continue
                ended[str(answer.status_code)] += 1
                times.append(time.perf_counter() - start)

        await asyncio.gather(*(one(number) for number in range(clients)))
    return ended, times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--workers", type=int, help="as of monitor serve; default: its default")
    parser.add_argument("--source", type=Path, help="the src of another checkout to measure")
    options = parser.parse_args()
    words = [] if options.workers is None else ["--workers", str(options.workers)]
    with served(options.source, words) as (host, port):
        address = f"http://{host}:{port}"
        asyncio.run(load(address, 2, 3))  # workers start with the first drafts
        probe = Probe(host, port)
        probe.start()
        start = time.perf_counter()
        ended, times = asyncio.run(load(address, options.clients, options.seconds))
        took = time.perf_counter() - start
        probe.stopping.set()
        probe.join()
    times.sort()
    print(f"{options.clients} clients for {options.seconds:g} s: {dict(ended)}")
    print(f"  p50 {times[len(times) // 2]:.2f} s, p95 {times[int(len(times) * 0.95)]:.2f} s")
    print(f"  {len(times) / took:.1f} drafts a second")
    print(f"  /healthz: at most {max(probe.times) * 1000:.0f} ms in {len(probe.times)} calls")


if __name__ == "__main__":
    main()
