"""What a Ray cluster gains: pages of a web archive classified by 1 and 2 workers, beside local.

    python benchmarks/bench_ray.py [--pages 2000]

The pages are made up (`bench_ingest.make_page`, 50 to 150 KB each), one in ten tells of a case. In
one run, in turn, as it is typed: `monitor classify pages.warc.gz -o OUT` with `--jobs 1` and 2, the
same with `--engine ray` on a cluster of this machine, and once more with one of two workers killed
half way. The outputs must be the same to the byte. `first` is when the first records are there;
memory is the most that the process that was typed had, without its workers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench_ingest import make_page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from desk import make_desk
from ray_processes import kill_one
from warc_files import CASE, address, record, write_warc

RUNS = (
    ("local, 1 process", ("--jobs", "1"), False),
    ("local, 2 processes", ("--jobs", "2"), False),
    ("ray, 1 worker", ("--engine", "ray", "--jobs", "1"), False),
    ("ray, 2 workers", ("--engine", "ray", "--jobs", "2"), False),
    ("ray, 2 workers, one killed", ("--engine", "ray", "--jobs", "2"), True),
)


@dataclass(frozen=True)
class Ran:
    """Seconds in all and until the first record, and MB of memory."""

    seconds: float
    first: float
    memory: float
    records: bytes


def page(number: int) -> bytes:
    """Return a page; one in ten tells of a case."""
    made = make_page(number)
    if number % 10:
        return made
    case = "".join(f"<p>{words}</p>" for words in CASE).encode()
    return made.replace(b"</p>", b"</p>" + case, 1)


def classify(folder: Path, words: tuple[str, ...], *, kill: bool, half: int) -> Ran:
    """Run it to its end; kill a worker once the output has `half` so many bytes."""
    out = folder / "out.jsonl"
    out.unlink(missing_ok=True)
    desk = make_desk(Path(tempfile.mkdtemp(dir=folder)) / "desk")
    begun, first, memory = time.monotonic(), 0.0, 0
    process = desk.start("classify", str(folder / "pages.warc.gz"), "-o", str(out), *words)
    while process.poll() is None:
        size = out.stat().st_size if out.exists() else 0
        if size and not first:
            first = time.monotonic() - begun
        if kill and size > half:
            kill_one(process.pid)
            kill = False
        memory = max(memory, resident(process.pid))
        time.sleep(0.05)
    seconds = time.monotonic() - begun
    said, told = process.communicate()
    if process.returncode or said or kill:
        sys.exit(f"exit code {process.returncode}: {told.decode()}")
    return Ran(seconds, first, memory / 1000, out.read_bytes())


def resident(pid: int) -> int:
    """Return the memory of a process in kB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(found[0]) if found else 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=2000)
    count = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = (record(address(number), page(number)) for number in range(count))
        archive = write_warc(folder / "pages.warc.gz", records)
        print(f"{count} pages in a .warc.gz of {archive.stat().st_size / 1e6:.0f} MB")
        expected = b""
        for title, words, kill in RUNS:
            ran = classify(folder, words, kill=kill, half=len(expected) // 2)
            expected = expected or ran.records
            same = "the same bytes" if ran.records == expected else "OTHER BYTES"
            print(
                f"{title:27} {ran.seconds:6.1f} s, {count / ran.seconds:6.1f} pages/s;"
                f" first after {ran.first:5.1f} s; {ran.memory:4.0f} MB; {same}",
                flush=True,
            )
            if ran.records != expected:
                sys.exit(1)


if __name__ == "__main__":
    main()
